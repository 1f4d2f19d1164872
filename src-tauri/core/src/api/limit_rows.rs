//! One limit in the words of a screen: figures where they are known, the reason where they are not.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::limit_histories::Course;
use super::{LimitOrigin, LimitRow, LimitTeller, UsedIs};
use crate::allowance::{Allowance, Because, Bound, Counted, Gap, LimitBy};
use crate::catalogue::{Confidence, FreeTiers, Published, Reset, Span, longest};
use crate::ledger::{Lane, QuotaReading, QuotaWindow, name_of};
use crate::money::{Decimal, whole_percent};
use crate::time::Timestamp;

/// Whose limits they are.
pub(super) struct Whose<'a> {
    pub(super) account: i64,
    pub(super) label: String,
    pub(super) provider: String,
    pub(super) names: &'a BTreeMap<(i64, String), String>,
    pub(super) tiers: &'a FreeTiers,
    pub(super) now: Timestamp,
    /// The person says that it is on a free tier, and its bills say otherwise.
    pub(super) doubtful: bool,
}

/// A row with what it is sorted by.
pub(super) struct Ranked {
    pub(super) row: LimitRow,
    /// The share that is used.
    pub(super) share: Option<Decimal>,
    /// How it was used of late, where that was asked for and is known.
    pub(super) course: Option<Course>,
}

impl Ranked {
    /// What is closest to its end first, then what has a limit, then the rest; by name among equals.
    pub(super) fn compare(&self, other: &Ranked) -> Ordering {
        let name = |ranked: &Ranked| {
            let row = &ranked.row;
            (
                row.label.clone(),
                row.account,
                row.name.clone(),
                row.model.clone(),
                row.project.clone(),
                row.window.clone(),
            )
        };
        other
            .share
            .cmp(&self.share)
            .then_with(|| other.row.limit.is_some().cmp(&self.row.limit.is_some()))
            .then_with(|| name(self).cmp(&name(other)))
    }
}

/// The figures of a row.
#[derive(Default)]
struct Figures {
    used: Option<Decimal>,
    limit: Option<Decimal>,
}

impl Figures {
    fn left(&self) -> Option<Decimal> {
        let left = crate::money::exact_add(self.limit?, -self.used?)?;
        Some(left.max(Decimal::ZERO))
    }

    /// The used share of the limit. Of a limit of nothing, all is used.
    fn share(&self) -> Option<Decimal> {
        let (used, limit) = (self.used?, self.limit?);
        if limit.is_zero() { Some(Decimal::ONE) } else { used.checked_div(limit) }
    }

    fn percent(&self) -> Option<u32> {
        whole_percent(self.share()?, Decimal::ONE)
    }
}

fn text(figure: Option<Decimal>) -> Option<String> {
    figure.map(|figure| figure.normalize().to_string())
}

impl Whose<'_> {
    fn row(&self, name: &str, figures: &Figures, source: LimitOrigin) -> Ranked {
        let row = LimitRow {
            account: self.account,
            label: self.label.clone(),
            provider: self.provider.clone(),
            name: name.to_owned(),
            model: None,
            project: None,
            project_name: None,
            window: String::new(),
            unit: String::new(),
            used: text(figures.used),
            used_is: UsedIs::Exact,
            limit: text(figures.limit),
            left: text(figures.left()),
            percent: figures.percent(),
            resets_at: None,
            resets: String::new(),
            configured: false,
            source,
            counted_by: None,
            as_of: None,
            words: Vec::new(),
        };
        Ranked { row, share: figures.share(), course: None }
    }

    /// Whether a tier of the provider counts the same over a day or longer.
    fn is_counted(&self, reading: &QuotaReading) -> bool {
        let short = matches!(reading.window, QuotaWindow::Minutes(_));
        !short && self.tiers.reset_of(&self.provider, reading.unit, Span::Window(reading.window)).is_some()
    }

    fn project(&self, row: &mut LimitRow, id: Option<&str>) {
        row.project = id.map(str::to_owned);
        row.project_name = id.and_then(|id| self.names.get(&(self.account, id.to_owned())).cloned());
    }

    fn origin(&self, limit: &Allowance) -> LimitOrigin {
        let age = limit.seen.as_ref().and_then(|seen| seen.age(self.now.utc_date()));
        LimitOrigin {
            by: match limit.by {
                LimitBy::Provider => LimitTeller::Provider,
                LimitBy::Entered => LimitTeller::Entered,
                LimitBy::Learned => LimitTeller::Learned,
                LimitBy::Catalogue => LimitTeller::Catalogue,
            },
            url: limit.sources.first().cloned(),
            seen: limit.seen.as_ref().map(|seen| seen.as_str().to_owned()),
            age_days: age,
            // What the person entered is theirs to change; what was seen in some year may be any age.
            stale: limit.by != LimitBy::Entered && age.is_none_or(|age| age > self.tiers.stale_after_days),
            confidence: limit.confidence.map(|confidence| {
                match confidence {
                    Confidence::High => "high",
                    Confidence::Medium => "medium",
                    Confidence::Low => "low",
                }
                .to_owned()
            }),
        }
    }

    /// What has to be said of a limit that the provider does not report.
    fn of_limit(&self, limit: &Allowance) -> Vec<String> {
        let mut words = Vec::new();
        if limit.limit.is_none() {
            let learn = "Enter it, or paste the answer of a refused request, which names it.";
            words.push(match &limit.published {
                Published::No(Some(place)) => {
                    format!("The provider does not publish this limit; you find it in {place}. {learn}")
                }
                Published::No(None) => format!("The provider does not publish this limit. {learn}"),
                Published::Yes => format!("How much this is, nobody says. {learn}"),
            });
        } else if limit.confidence == Some(Confidence::Low) {
            words.push("This limit is not certain: take it as a rough figure.".to_owned());
        } else if self.origin(limit).stale {
            words.push("This limit was seen some time ago and may have changed.".to_owned());
        }
        words.extend(limit.note.clone());
        if self.doubtful && limit.by == LimitBy::Catalogue {
            words.push("The account was billed lately, so this free tier may hold no more.".to_owned());
        }
        words
    }
}

/// A row of what the provider itself reports, with a limit from elsewhere where it tells none.
pub(super) fn reported(whose: &Whose<'_>, reading: &QuotaReading, limit: Option<&Allowance>) -> Ranked {
    let span = Span::Window(reading.window);
    let rule = whose.tiers.reset_of(&whose.provider, reading.unit, span);
    let stretch = rule.and_then(|rule| rule.stretch(span, whose.now));
    let began = again(reading, stretch.filter(|s| s.resets_at.is_some()).map(|s| s.period.start), whose.now);
    let figures = Figures {
        used: reading.used.filter(|_| began.is_none()),
        limit: reading.limit.or(limit.and_then(|limit| limit.limit)),
    };
    let source = match limit {
        Some(limit) => whose.origin(limit),
        None => LimitOrigin {
            by: LimitTeller::Provider,
            url: None,
            seen: Some(reading.observed_at.utc_date().to_string()),
            age_days: Some(whose.now.utc_date().days_since(reading.observed_at.utc_date())),
            stale: false,
            confidence: None,
        },
    };
    let mut ranked = whose.row(&reading.name, &figures, source);
    let row = &mut ranked.row;
    row.model.clone_from(&reading.model);
    whose.project(row, reading.project.as_deref());
    row.window = reading.window.to_string();
    row.unit = reading.unit.to_string();
    let told = reading.resets_at.filter(|at| *at > whose.now);
    row.resets_at = told.or(stretch.and_then(|stretch| stretch.resets_at)).map(|at| at.to_string());
    row.resets = rule.map_or_else(|| plainly(reading.window).to_owned(), |rule| reset_words(rule, span));
    // Where a tier counts the same, its use is told in time; elsewhere a limit without a use is one that is set.
    row.configured = reading.limit.is_some() && reading.used.is_none() && !whose.is_counted(reading);
    row.counted_by = figures.used.map(|_| "provider".to_owned());
    row.as_of = Some(reading.observed_at.to_string());
    if row.configured {
        row.words
            .push("This rate is set with the provider, who does not tell how much of it is used.".to_owned());
    } else if began.is_some() {
        row.words.push("The count started again since this was read: sync to see the new one.".to_owned());
    } else if reading.used.is_none() {
        row.words.push("The provider does not tell how much is used.".to_owned());
    }
    match limit {
        Some(limit) => row.words.extend(whose.of_limit(limit)),
        None if reading.limit.is_none() => {
            row.words.push("There is no limit, or the provider tells none.".to_owned());
        }
        None => {}
    }
    ranked
}

/// When a count started again after it was read, if it did: at the time told, else at the start of the stretch that counts now,
/// else because a whole span went by.
fn again(reading: &QuotaReading, start: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let outlived = || longest(reading.window).map(|length| reading.observed_at.plus_seconds(length));
    let began = reading.resets_at.or(start).or_else(outlived)?;
    (reading.observed_at < began && began <= now).then_some(began)
}

/// A row of what is counted here.
pub(super) fn counted(whose: &Whose<'_>, limit: &Allowance, counted: &Counted) -> Ranked {
    let used = counted.used.as_ref().ok();
    let figures = Figures { used: used.map(|used| used.amount), limit: limit.limit };
    let mut ranked = whose.row(&limit.name, &figures, whose.origin(limit));
    let row = &mut ranked.row;
    row.model = if limit.models.is_all() { None } else { Some(limit.models.words()) };
    whose.project(row, limit.project.as_deref());
    row.window = limit.span.to_string();
    row.unit = limit.unit.to_string();
    row.resets_at = counted.stretch.and_then(|stretch| stretch.resets_at).map(|at| at.to_string());
    row.resets = reset_words(limit.resets, limit.span);
    row.words = whose.of_limit(limit);
    match &counted.used {
        Ok(used) => {
            row.counted_by = Some(name_of(used.lane, Lane::NAMED).to_owned());
            row.as_of = Some(used.as_of.to_string());
            row.used_is = match used.bound {
                Bound::Exactly => UsedIs::Exact,
                Bound::AtMost(_) => UsedIs::AtMost,
                Bound::AtLeast => UsedIs::AtLeast,
            };
            row.words.extend(bound_words(used.bound, limit.resets));
        }
        Err(gap) => row.words.push(gap_words(*gap, limit, row)),
    }
    ranked
}

fn bound_words(bound: Bound, resets: Reset) -> Option<String> {
    let place = match resets {
        Reset::Midnight(zone) | Reset::MonthStart(zone) | Reset::MonthDay(_, zone) => {
            format!("at midnight in {}", zone.name())
        }
        Reset::Rolling | Reset::Never | Reset::Unstated => "within one".to_owned(),
    };
    match bound {
        Bound::Exactly => None,
        Bound::AtMost(Because::WholeDays) => Some(format!(
            "Usage is known by UTC day, and this count starts {place}: every UTC day that it touches is counted whole, so \
             this much is used at most."
        )),
        Bound::AtMost(Because::WholeHours) => Some(format!(
            "Usage is known by the hour, and this count starts {place}: its first hour is counted whole, so this much is used \
             at most."
        )),
        Bound::AtMost(Because::Unstated) => Some(
            "When the count starts again is not told: the longest stretch that it can have been is counted, so this much is \
             used at most."
                .to_owned(),
        ),
        Bound::AtLeast => {
            Some("What was used before this account was first read is not in here: it may be more.".to_owned())
        }
    }
}

fn gap_words(gap: Gap, limit: &Allowance, row: &LimitRow) -> String {
    let unit = &row.unit;
    match gap {
        Gap::NothingCounts => format!(
            "How much is used is not known: nothing that was read of this account counts {unit}. Import a file of the \
             provider's that does."
        ),
        Gap::NotInTheBooks => format!("How much is used is not known: {unit} are not counted here."),
        Gap::TooShort => {
            format!(
                "How much is used is not known: what is read here is not fine enough for a {}.",
                limit.span
            )
        }
        Gap::NoSpan => "How much is used is not known: nobody says over which span it is counted.".to_owned(),
        Gap::NotApart => {
            "How much is used is not known: the usage does not say which model or project it is of."
                .to_owned()
        }
        Gap::NotReadSince { began, known } => format!(
            "How much is used is not known: the count began {began}, and the usage is known up to {known} only. Sync, or wait \
             until the provider tells it."
        ),
        Gap::Overflow => "How much is used is not known: it is more than can be counted.".to_owned(),
    }
}

/// When a count starts again, in general.
fn reset_words(resets: Reset, span: Span) -> String {
    match resets {
        Reset::Rolling => match span {
            Span::Unstated => "each use is given back some time after it".to_owned(),
            span => format!("each use is given back a {span} after it"),
        },
        Reset::Midnight(zone) if span == Span::Window(QuotaWindow::Month) => {
            format!("on the first of the month, at midnight in {}", zone.name())
        }
        Reset::Midnight(zone) => format!("each day at midnight in {}", zone.name()),
        Reset::MonthStart(zone) => format!("on the first of the month, at midnight in {}", zone.name()),
        Reset::MonthDay(day, zone) => format!("on day {day} of the month, at midnight in {}", zone.name()),
        Reset::Never => "never".to_owned(),
        Reset::Unstated => "the provider does not say".to_owned(),
    }
}

fn plainly(window: QuotaWindow) -> &'static str {
    if window == QuotaWindow::Lifetime { "never" } else { "as the provider tells" }
}
