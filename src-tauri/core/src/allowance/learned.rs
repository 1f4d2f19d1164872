//! Limits that a provider names when it refuses a request: read from the body of a 429, however it was copied.
//!
//! People paste what they have: the body, a log line with the body inside a text, an exception as Python prints it. So the
//! text is searched for what matters and is not read as JSON. Nothing of it is kept but limits.

use crate::ledger::{EnteredAllowance, LimitSource, QuotaWindow, ResetRule};
use crate::money::{Currency, Decimal, exact};
use crate::time::{Timestamp, Zone};

/// Google's days begin at midnight there.
const PACIFIC: &str = "America/Los_Angeles";
const LONGEST: usize = 100_000;

/// What a refusal told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// The limits.
    pub allowances: Vec<EnteredAllowance>,
    /// When it is worth trying again, where told.
    pub retry_at: Option<Timestamp>,
    /// What was told in part, in words.
    pub unclear: Vec<String>,
}

/// A text that names no limit, with what was found in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no limit can be read from this text: {0}")]
pub struct NothingLearned(String);

/// Reads the limits that a provider names in a refusal.
pub fn learn(provider: &str, text: &str, now: Timestamp) -> Result<Learned, NothingLearned> {
    let text: String = text.chars().take(LONGEST).collect();
    // One body inside the text of another has its quotes and line ends escaped.
    let text = text.replace("\\n", "\n").replace('\\', "");
    let mut found = Found::default();
    if text.contains("quotaId") || text.contains("quota_id") || text.contains(METRIC) {
        if !provider.starts_with("gcp.") {
            return Err(NothingLearned("it is an answer of Google's, and the account is not".to_owned()));
        }
        found.google(&text);
    } else {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        found.sentences(&flat);
        if provider == "cohere" {
            found.calls(&flat);
        }
        if provider == "groq" {
            found.headers(&text);
        }
    }
    if found.allowances.is_empty() {
        let why = found.unclear.into_iter().next().unwrap_or_else(|| {
            "paste the whole answer with which the provider refused a request (status 429)".to_owned()
        });
        return Err(NothingLearned(why));
    }
    let seconds = RETRY.iter().find_map(|words| delay(after(&text, words)?));
    let retry_at = seconds.map(|seconds| now.plus_seconds(seconds));
    Ok(Learned { allowances: found.allowances, retry_at, unclear: found.unclear })
}

const METRIC: &str = "Quota exceeded for metric:";
const RETRY: [&str; 4] = ["retryDelay", "retry in", "try again in", "retry-after"];

#[derive(Default)]
struct Found {
    allowances: Vec<EnteredAllowance>,
    unclear: Vec<String>,
    /// The zone at whose midnight its days begin, where they do not roll.
    days_of: Option<Zone>,
}

impl Found {
    fn keep(
        &mut self,
        name: &str,
        model: Option<String>,
        unit: &str,
        window: QuotaWindow,
        limit: Decimal,
        words: String,
    ) {
        let Ok(unit) = unit.parse::<Currency>() else { return };
        let resets = match (window, self.days_of) {
            (QuotaWindow::Day, Some(zone)) => ResetRule::Midnight { zone },
            _ => ResetRule::Rolling,
        };
        let source = LimitSource::Learned { text: words };
        let name = name.to_owned();
        self.allowances.retain(|known| (known.unit, known.window, &known.model) != (unit, window, &model));
        self.allowances.push(EnteredAllowance {
            name,
            limit,
            unit,
            window,
            resets,
            model,
            project: None,
            source,
        });
    }

    /// `violations` with a `quotaId` each, and lines that name metric, limit and model.
    fn google(&mut self, text: &str) {
        self.days_of = PACIFIC.parse().ok();
        let lines: Vec<Line<'_>> = text.split(METRIC).skip(1).filter_map(Line::read).collect();
        let mut ids = 0;
        for (at, _) in text.match_indices("quotaId").chain(text.match_indices("quota_id")) {
            ids += 1;
            let block = enclosing(text, at);
            let Some(id) = value(block, "quotaId").or_else(|| value(block, "quota_id")) else { continue };
            let metric =
                value(block, "quotaMetric").or_else(|| value(block, "quota_metric")).unwrap_or_default();
            let model = value(block, "model")
                .or_else(|| after(block, "\"model\"").and_then(|rest| value(rest, "value")));
            let told = value(block, "quotaValue").or_else(|| value(block, "quota_value"));
            let limit = told.and_then(number).or_else(|| Line::limit(&lines, metric, model));
            let (Some(unit), Some(window)) = (unit_of(id), window_of(id)) else {
                self.unclear.push(format!(
                    "Google names the quota {}, which is not of a kind known here.",
                    short(id)
                ));
                continue;
            };
            let Some(limit) = limit else {
                self.unclear
                    .push(format!("Google says that {} is used up, and not how much it is.", short(id)));
                continue;
            };
            let name = if id.contains("FreeTier") { "Gemini free tier" } else { "Gemini paid tier" };
            self.keep(name, model.map(short), unit, window, limit, format!("{} {limit}", short(id)));
        }
        if ids > 0 {
            return;
        }
        for line in lines {
            let unit = if line.metric.contains("token") { "input_tokens" } else { "requests" };
            let name =
                if line.metric.contains("free_tier") { "Gemini free tier" } else { "Gemini paid tier" };
            let model = line.model.map(short);
            if line.limit.is_zero() {
                // Nothing at all is nothing in a day, whatever the span.
                let words = format!("{}, limit: 0", short(line.metric));
                self.keep(name, model, unit, QuotaWindow::Day, Decimal::ZERO, words);
            } else {
                self.unclear.push(format!(
                    "Google names a limit of {} {unit} and not whether it is by the minute or by the day: paste the whole \
                     answer, down to quotaId",
                    line.limit
                ));
            }
        }
    }

    /// "Rate limit reached for model `X` … on tokens per day (TPD): Limit 100000, Used …"
    fn sentences(&mut self, text: &str) {
        let lower = text.to_ascii_lowercase();
        let start = "rate limit reached for ";
        for (at, _) in lower.match_indices(start) {
            let rest = &text[at + start.len()..];
            let end = rest.to_ascii_lowercase().find(start).unwrap_or(rest.len());
            let rest = &rest[..end];
            let named = rest.strip_prefix("model ").unwrap_or(rest);
            let word =
                named.split_whitespace().next().unwrap_or_default().trim_matches(['`', '"', '\'', ',']);
            let model = (!matches!(word, "" | "organization" | "on" | "in")).then(|| short(word));
            let limit = after(rest, "Limit").and_then(|rest| number(rest.trim_start_matches([':', ' '])));
            let span = |unit: &str| after(rest, &format!(" on {unit} per ")).and_then(window_word);
            let counted = [("tokens", "tokens"), ("requests", "requests"), ("input tokens", "input_tokens")];
            let counted = counted.into_iter().find_map(|(word, unit)| Some((unit, span(word)?)));
            match (counted, limit) {
                (Some((unit, window)), Some(limit)) => {
                    self.keep(
                        "Rate limit",
                        model,
                        unit,
                        window,
                        limit,
                        format!("Limit {limit} {unit} per {window}"),
                    );
                }
                _ => self.unclear.push("a limit is named, and not of what or over which span".to_owned()),
            }
        }
    }

    /// "… limited to 10 API calls / minute"
    fn calls(&mut self, text: &str) {
        for rest in text.split("limited to ").skip(1) {
            let span = after(rest, "API calls /").map(str::trim_start).and_then(window_word);
            if let (Some(limit), Some(window)) = (number(rest), span) {
                let words = format!("limited to {limit} API calls / {window}");
                self.keep("Trial key", None, "requests", window, limit, words);
            }
        }
    }

    /// Headers of an answer: requests are by the day there, tokens by the minute.
    fn headers(&mut self, text: &str) {
        let lower = text.to_ascii_lowercase();
        let model = value(text, "model").map(short);
        for (unit, window) in [("requests", QuotaWindow::Day), ("tokens", QuotaWindow::MINUTE)] {
            let header = format!("x-ratelimit-limit-{unit}");
            let Some(limit) = value(&lower, &header).and_then(number) else { continue };
            if model.is_none() {
                self.unclear
                    .push("the headers do not say for which model: add a line \"model: NAME\"".to_owned());
                continue;
            }
            self.keep("Rate limit", model.clone(), unit, window, limit, format!("{header}: {limit}"));
        }
    }
}

/// "METRIC, limit: N, model: M", to the end of its line.
struct Line<'a> {
    metric: &'a str,
    limit: Decimal,
    model: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn read(text: &'a str) -> Option<Line<'a>> {
        let line = text.lines().next()?;
        let metric = line.trim_start().split(',').next()?.trim();
        Some(Line { metric, limit: value(line, "limit").and_then(number)?, model: value(line, "model") })
    }

    /// The limit that all lines of a metric and model agree on: they do not name the span.
    fn limit(lines: &[Line<'_>], metric: &str, model: Option<&str>) -> Option<Decimal> {
        let of_it = |line: &&Line<'_>| line.metric == metric && (model.is_none() || line.model == model);
        let mut limits = lines.iter().filter(of_it).map(|line| line.limit);
        let first = limits.next()?;
        let rest: Vec<Decimal> = limits.collect();
        (rest.iter().all(|other| *other == first) && (rest.is_empty() || first.is_zero())).then_some(first)
    }
}

fn unit_of(quota: &str) -> Option<&'static str> {
    [("InputToken", "input_tokens"), ("Token", "tokens"), ("Request", "requests")]
        .into_iter()
        .find_map(|(word, unit)| quota.contains(word).then_some(unit))
}

fn window_of(quota: &str) -> Option<QuotaWindow> {
    let known = [
        ("PerDay", QuotaWindow::Day),
        ("PerMinute", QuotaWindow::MINUTE),
        ("PerHour", QuotaWindow::Minutes(60)),
        ("PerMonth", QuotaWindow::Month),
    ];
    known.into_iter().find_map(|(word, window)| quota.contains(word).then_some(window))
}

/// The span that a text begins with.
fn window_word(text: &str) -> Option<QuotaWindow> {
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    match word.to_ascii_lowercase().as_str() {
        "min" | "minute" => Some(QuotaWindow::MINUTE),
        "hour" => Some(QuotaWindow::Minutes(60)),
        "day" => Some(QuotaWindow::Day),
        "week" => Some(QuotaWindow::Week),
        "month" => Some(QuotaWindow::Month),
        _ => None,
    }
}

/// What stands behind some words, in any case of letters.
fn after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    // ASCII letters are as long in the other case, so places are the same.
    let at = text.to_ascii_lowercase().find(&words.to_ascii_lowercase())?;
    text.get(at + words.len()..)
}

/// The value of a key, as JSON, Python or a header writes it.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.match_indices(key).find_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            return None;
        }
        let rest = text[at + key.len()..].trim_start_matches(['"', '\'']).trim_start();
        let rest = rest.strip_prefix([':', '='])?.trim_start().trim_start_matches(['"', '\'']);
        let end = rest.find(['"', '\'', ',', '}', '\n', ' ']).unwrap_or(rest.len());
        Some(rest[..end].trim()).filter(|value| !value.is_empty())
    })
}

/// The braces around a place.
fn enclosing(text: &str, at: usize) -> &str {
    let start = edge(text[..at].char_indices().rev(), '{', '}').unwrap_or(0);
    let end = edge(text[at..].char_indices(), '}', '{').map_or(text.len(), |end| at + end);
    &text[start..end]
}

/// The first brace that closes what is around, past pairs of others.
fn edge(places: impl Iterator<Item = (usize, char)>, closes: char, opens: char) -> Option<usize> {
    let mut depth = 0_u32;
    for (place, c) in places {
        if c == opens {
            depth += 1;
        } else if c == closes {
            if depth == 0 {
                return Some(place);
            }
            depth -= 1;
        }
    }
    None
}

/// The number that a text begins with; commas between thousands are left out.
fn number(text: &str) -> Option<Decimal> {
    let digits: String =
        text.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    exact(&digits).ok()
}

/// Seconds of "47s", "47.88s", "9m38.016s", "1h2m3s" or "30", rounded up.
fn delay(text: &str) -> Option<i64> {
    let text = text.trim_start_matches(['"', '\'', ':', ' ']);
    let (mut seconds, mut count, mut fraction, mut any) = (0_i64, 0_i64, false, false);
    for c in text.chars() {
        match c {
            '0'..='9' if fraction => {}
            '0'..='9' => {
                count = count.checked_mul(10)?.checked_add(i64::from(c.to_digit(10)?))?;
                any = true;
            }
            '.' if any && !fraction => fraction = true,
            'h' | 'm' | 's' => {
                let unit = match c {
                    'h' => 3_600,
                    'm' => 60,
                    _ => 1,
                };
                seconds = seconds.checked_add(count.checked_mul(unit)?)?.checked_add(i64::from(fraction))?;
                (count, fraction) = (0, false);
                if c == 's' {
                    break;
                }
            }
            _ => break,
        }
    }
    let total = seconds.checked_add(count)?.checked_add(i64::from(fraction))?;
    (any && total < 31 * 86_400).then_some(total)
}

/// A name, without what no name holds.
fn short(text: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/' | '@');
    text.trim_start_matches("models/").chars().filter(plain).take(100).collect()
}
