//! What is likely to come, in the words of a screen: always a range, never added to what is known.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DaysLeft, Picture};

/// What to forecast.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ForecastQuery {
    /// One account, or all without it.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub account: Option<i64>,
    /// Width of the chart in CSS pixels; no chart without it.
    #[serde(default)]
    pub chart_width: Option<u32>,
}

/// A low, a middle and a high figure: eight times in ten what comes lies between the outer two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Spread {
    /// One time in ten it is less.
    pub p10: String,
    /// As often less as more.
    pub p50: String,
    /// One time in ten it is more.
    pub p90: String,
}

/// What is likely to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    /// The present, RFC 3339.
    pub now: String,
    /// The end of the present UTC month, of all accounts asked for, by currency.
    pub months: Vec<MonthEnd>,
    /// The same of each account.
    pub accounts: Vec<MonthEnd>,
    /// How long each balance lasts.
    pub balances: Vec<DaysLeft>,
    /// The days of the month so far and to come, of the largest currency.
    pub daily: Option<Picture>,
}

/// What a month is likely to come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MonthEnd {
    /// The account's number; nothing for all.
    #[ts(type = "number | null")]
    pub account: Option<i64>,
    /// The account's name.
    pub label: Option<String>,
    /// The month, such as `2026-11`.
    pub month: String,
    /// Its currency.
    pub currency: String,
    /// The lane of the days it is worked out from.
    pub lane: String,
    /// What is known of the month so far.
    pub so_far: String,
    /// Up to when, RFC 3339.
    pub as_of: Option<String>,
    /// What the whole month is likely to come to.
    pub range: Option<Spread>,
    /// Why nothing is said of that, in words.
    pub unknown: Option<String>,
    /// Accounts that cost something of late and of which nobody knows how they go on: in the range they count as they are so far.
    pub without: Vec<String>,
    /// From how many complete days it is worked out.
    pub of_days: u32,
    /// How well the same would have done in months that are over.
    pub back_test: Option<BackTest>,
}

/// How well the forecast would have done on the person's own history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BackTest {
    /// How many times a month end was forecast, from several days of each month.
    pub forecasts: u32,
    /// Over how many months that are over.
    pub months: u32,
    /// How many of them lay within their range.
    pub inside: u32,
    /// The median of how far off the middle figure was, in per cent of what came.
    pub error_percent: String,
    /// The same of the plain run rate: so far, by days gone, times days.
    pub run_rate_error_percent: String,
}
