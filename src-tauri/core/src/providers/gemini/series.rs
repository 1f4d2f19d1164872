//! The answer of Cloud Monitoring: series of points by their labels, one of which is kept where several tell the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::{Exact, ParseError, told};
use crate::money::Decimal;
use crate::time::Period;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer<'a> {
    #[serde(borrow, default)]
    pub(super) time_series: Vec<Series<'a>>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Series<'a> {
    #[serde(borrow)]
    pub(super) metric: Labelled<'a>,
    #[serde(borrow)]
    pub(super) resource: Option<Labelled<'a>>,
    #[serde(borrow)]
    pub(super) points: Vec<Point<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Labelled<'a> {
    #[serde(borrow, default)]
    pub(super) labels: Labels<'a>,
}

#[derive(Deserialize, Default)]
pub(super) struct Labels<'a> {
    #[serde(borrow)]
    pub(super) model: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) limit_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) output_modality: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) resource_container: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Point<'a> {
    #[serde(borrow)]
    pub(super) interval: Interval<'a>,
    pub(super) value: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Interval<'a> {
    #[serde(borrow)]
    pub(super) start_time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) end_time: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Value {
    int64_value: Option<Exact>,
    pub(super) double_value: Option<Exact>,
}

impl Series<'_> {
    pub(super) fn model(&self) -> Option<String> {
        told(self.metric.labels.model.as_deref().map(str::to_owned))
    }

    pub(super) fn project(&self) -> Option<String> {
        let labels = &self.resource.as_ref()?.labels;
        told(labels.resource_container.as_deref().map(str::to_owned))
    }

    pub(super) fn limit_name(&self) -> &str {
        self.metric.labels.limit_name.as_deref().unwrap_or_default()
    }

    /// Whose use it tells: series that agree in this and differ in the limit's name tell the same.
    pub(super) fn of(&self) -> String {
        let labels = &self.metric.labels;
        let parts = [labels.model.as_deref(), labels.output_modality.as_deref(), self.container()];
        parts.map(Option::unwrap_or_default).join(" ")
    }

    pub(super) fn container(&self) -> Option<&str> {
        self.resource.as_ref()?.labels.resource_container.as_deref()
    }
}

impl Point<'_> {
    pub(super) fn value(&self, at: impl Fn() -> String) -> Result<Decimal, ParseError> {
        let told = self.value.int64_value.or(self.value.double_value);
        told.map(|value| value.0).ok_or_else(|| ParseError::new(at(), "missing field `int64Value`"))
    }

    /// Its period. The start of a point is told to the microsecond behind the end of the one before.
    pub(super) fn period(&self, at: impl Fn() -> String) -> Result<Period, ParseError> {
        let time = |text: &str, name| text.parse().map_err(ParseError::time(format!("{}.{name}", at())));
        let end = time(&self.interval.end_time, "endTime")?;
        let start = match &self.interval.start_time {
            Some(start) => time(start, "startTime")?,
            None => end,
        };
        Ok(Period { start, end })
    }
}

/// Of several limits that count the same, the one to keep: one by the day, and always the same one.
pub(super) fn preference(limit_name: &str) -> (bool, &str) {
    (!limit_name.contains("PerDay"), limit_name)
}

/// One series for each model and project: that of one limit, since every limit's series tells the same use once more.
/// What was kept on the pages before stays.
pub(super) fn once<'a, 'b>(
    all: &'b [Series<'a>],
    kept: &mut BTreeMap<String, String>,
) -> Vec<(usize, &'b Series<'a>)> {
    let mut here = BTreeMap::<String, &str>::new();
    for series in all {
        let name = here.entry(series.of()).or_insert(series.limit_name());
        if preference(series.limit_name()) < preference(name) {
            *name = series.limit_name();
        }
    }
    for (of, name) in here {
        kept.entry(of).or_insert_with(|| name.to_owned());
    }
    let is_kept = |series: &Series| kept.get(&series.of()).is_some_and(|name| name == series.limit_name());
    all.iter().enumerate().filter(|(_, series)| is_kept(series)).collect()
}
