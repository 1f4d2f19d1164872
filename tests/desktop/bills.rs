//! What the endpoints bill, added up from their raw answers by rules of its own: nothing of the program is used.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;
use spendglass_simulator::{Town, TownProvider};

/// Dollars by UTC day and provider.
#[derive(Debug, Default)]
pub(crate) struct Bills(pub(crate) BTreeMap<(String, &'static str), Decimal>);

impl Bills {
    /// Reads the days from one to another, the end exclusive.
    pub(crate) async fn read(town: &Town, providers: &[&str], from: &str, to: &str) -> Bills {
        let mut bills = Bills::default();
        for provider in town.providers().into_iter().filter(|provider| providers.contains(&provider.id)) {
            match provider.id {
                "openai" => bills.openai(&provider, from, to).await,
                "anthropic" => bills.anthropic(&provider, from, to).await,
                "openrouter" => bills.openrouter(&provider, from, to).await,
                other => panic!("{other} is not known here"),
            }
        }
        bills
    }

    /// The sum over days whose date begins so: a day or a month.
    pub(crate) fn sum(&self, date: &str) -> Decimal {
        self.0.iter().filter(|((day, _), _)| day.starts_with(date)).map(|(_, amount)| *amount).sum()
    }

    fn add(&mut self, day: &str, provider: &'static str, amount: Decimal) {
        *self.0.entry((day[..10].to_owned(), provider)).or_default() += amount;
    }

    async fn openai(&mut self, provider: &TownProvider, from: &str, to: &str) {
        let base = &provider.base_url;
        let (start, end) = (seconds(from), seconds(to));
        let mut page = None;
        loop {
            let mut query = vec![
                ("start_time", start.to_string()),
                ("end_time", end.to_string()),
                ("limit", "20".to_owned()),
            ];
            query.extend(page.map(|page| ("page", page)));
            let body = get(
                &format!("{base}/organization/costs"),
                &query,
                &[("authorization", &format!("Bearer {}", provider.key))],
            )
            .await;
            let answer: Pages<OpenAi> = serde_json::from_str(&body).unwrap();
            for bucket in &answer.data {
                let day = (bucket.start_time - start) / 86_400;
                for row in &bucket.results {
                    assert_eq!(row.amount.currency.to_lowercase(), "usd");
                    self.add(&date_after(from, day), "openai", decimal(&row.amount.value));
                }
            }
            page = answer.next_page.filter(|_| answer.has_more);
            if page.is_none() {
                return;
            }
        }
    }

    async fn anthropic(&mut self, provider: &TownProvider, from: &str, to: &str) {
        let mut page = None;
        loop {
            let mut query =
                vec![("starting_at", format!("{from}T00:00:00Z")), ("ending_at", format!("{to}T00:00:00Z"))];
            query.extend(page.map(|page| ("page", page)));
            let url = format!("{}/v1/organizations/cost_report", provider.base_url);
            let headers = [("x-api-key", provider.key.as_str()), ("anthropic-version", "2023-06-01")];
            let body = get(&url, &query, &headers).await;
            let answer: Pages<Anthropic> = serde_json::from_str(&body).unwrap();
            for bucket in &answer.data {
                for row in &bucket.results {
                    assert_eq!(row.currency, "USD");
                    // Cents.
                    self.add(&bucket.starting_at, "anthropic", decimal(&row.amount) / Decimal::ONE_HUNDRED);
                }
            }
            page = answer.next_page.filter(|_| answer.has_more);
            if page.is_none() {
                return;
            }
        }
    }

    async fn openrouter(&mut self, provider: &TownProvider, from: &str, to: &str) {
        let url = format!("{}/activity", provider.base_url);
        let body = get(&url, &[], &[("authorization", &format!("Bearer {}", provider.key))]).await;
        let answer: Pages<OpenRouter> = serde_json::from_str(&body).unwrap();
        for row in answer.data {
            if *from <= row.date[..10] && row.date[..10] < *to {
                self.add(&row.date, "openrouter", decimal(&row.usage));
            }
        }
    }
}

#[derive(Deserialize)]
struct Pages<T> {
    data: Vec<T>,
    #[serde(default)]
    has_more: bool,
    next_page: Option<String>,
}

#[derive(Deserialize)]
struct OpenAi {
    start_time: i64,
    results: Vec<OpenAiRow>,
}

#[derive(Deserialize)]
struct OpenAiRow {
    amount: OpenAiAmount,
}

#[derive(Deserialize)]
struct OpenAiAmount {
    value: Box<RawValue>,
    currency: String,
}

#[derive(Deserialize)]
struct Anthropic {
    starting_at: String,
    results: Vec<AnthropicRow>,
}

#[derive(Deserialize)]
struct AnthropicRow {
    amount: Box<RawValue>,
    currency: String,
}

#[derive(Deserialize)]
struct OpenRouter {
    date: String,
    usage: Box<RawValue>,
}

/// The text of a number, or a text that is one: no digit is lost.
fn decimal(value: &RawValue) -> Decimal {
    let text = value.get().trim_matches('"');
    Decimal::from_str_exact(text)
        .or_else(|_| Decimal::from_scientific(text))
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

async fn get(url: &str, query: &[(&str, String)], headers: &[(&str, &str)]) -> String {
    let mut request = reqwest::Client::new().get(url).query(query).header("user-agent", "Spendglass/test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let body = answer.text().await.unwrap();
    assert!(status.is_success(), "{url}: {status} {body}");
    body
}

/// The days from 1970 to a date, by the calendar of Gregory counted from the first of March.
fn days(date: &str) -> i64 {
    let mut parts = date.split('-').map(|part| part.parse::<i64>().unwrap());
    let (year, month, day) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

fn seconds(date: &str) -> i64 {
    days(date) * 86_400
}

/// The date some days later, within two years.
pub(crate) fn date_after(date: &str, later: i64) -> String {
    let wanted = days(date) + later;
    let year: i64 = date[..4].parse().unwrap();
    let mut dates = (year - 2..=year + 2).flat_map(|year| {
        (1..=12).flat_map(move |month| (1..=31).map(move |day| format!("{year:04}-{month:02}-{day:02}")))
    });
    // A date that does not exist, such as 31 November, counts as the first of the next month, which comes later.
    dates.rfind(|date| days(date) == wanted).unwrap()
}

#[test]
fn dates_are_counted() {
    assert_eq!(days("1970-01-01"), 0);
    assert_eq!(days("2026-11-18"), 20_775);
    for (date, later, then) in
        [("2026-10-31", 1, "2026-11-01"), ("2024-02-28", 1, "2024-02-29"), ("2026-01-01", -1, "2025-12-31")]
    {
        assert_eq!(date_after(date, later), then);
    }
}
