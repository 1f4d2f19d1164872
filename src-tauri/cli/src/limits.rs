//! What is left of free tiers, windows and configured limits.

use std::io::{self, IsTerminal, Read};

use clap::{Args, Subcommand};
use spendglass_core::api::{
    ChooseTier, LearnLimit, LearnedLimits, LimitRow, LimitTeller, Limits, Request, Response, TierChoice,
    UsedIs,
};
use spendglass_core::time::{Timestamp, Zone};

use crate::door::{Door, Ending, Failure, Out, note};
use crate::text::{Stand, Table, UNKNOWN, cell, clean, explained, number, time};
use crate::{Global, asking};

/// A refusal is a few kilobytes; more than this is something else.
const LONGEST: u64 = 1_000_000;

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  spendglass limits --timezone Asia/Kolkata
  spendglass limits --json
  spendglass limits tier 3 groq.free
  spendglass limits learn 2 < refusal.json";

#[derive(Subcommand)]
enum Command {
    /// Keep the limits that a provider named when it refused a request (status 429)
    ///
    /// The answer is read from standard input: the body as it came, or the line of a log or exception that holds it. Only the
    /// limits in it are kept, not the text.
    #[command(after_help = "Example:\n  spendglass limits learn 2 < refusal.json")]
    Learn(Learn),
    /// Say which free tier an account is on, where its provider does not tell
    #[command(after_help = "\
Examples:
  spendglass limits tier 3 groq.free
  spendglass limits tier 3 none")]
    Tier(Tier),
}

#[derive(Args)]
struct Learn {
    /// The account's number, as `spendglass accounts list` shows it
    #[arg(value_parser = asking::number)]
    account: i64,
}

#[derive(Args)]
struct Tier {
    /// The account's number, as `spendglass accounts list` shows it
    #[arg(value_parser = asking::number)]
    account: i64,
    /// The tier, as `spendglass limits` lists it; or `none`
    tier: String,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    match options.command {
        None => {
            let (response, zone) = Door::ask_once(global, Request::Limits).await?;
            let Response::Limits(limits) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || words(limits, zone))?;
        }
        Some(Command::Learn(Learn { account })) => {
            let text = refusal()?;
            let (response, zone) =
                Door::ask_once(global, Request::LearnLimit(LearnLimit { account, text })).await?;
            let Response::LearnLimit(learned) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || learned_words(learned, zone))?;
        }
        Some(Command::Tier(Tier { account, tier })) => {
            let request = Request::ChooseTier(ChooseTier { account, tier: Some(tier) });
            let (response, _) = Door::ask_once(global, request).await?;
            let Response::ChooseTier(choice) = &response else { return Err(Failure::mismatch()) };
            let tier = choice.tier.as_deref().map(clean).unwrap_or_default();
            out.answer(&response, || format!("Account {account}: free tier {tier}.\n"))?;
        }
    }
    Ok(Ending::Done)
}

/// The text on standard input.
fn refusal() -> Result<String, Failure> {
    let mut stdin = io::stdin().lock();
    if stdin.is_terminal() {
        note("Paste the answer with which the provider refused, then press Ctrl-D.");
    }
    let mut bytes = Vec::new();
    let read = stdin.by_ref().take(LONGEST).read_to_end(&mut bytes);
    read.map_err(|error| Failure::usage(format!("Standard input cannot be read: {error}.")))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if text.trim().is_empty() {
        return Err(Failure::usage(
            "Nothing came in on standard input: pipe the provider's answer into this.",
        ));
    }
    Ok(text)
}

/// The limits in words.
fn words(limits: &Limits, zone: Zone) -> String {
    let mut text = format!("{} ({})\n\n", time(&limits.now, zone), zone.name());
    if limits.rows.is_empty() {
        text.push_str("No limit is known: no provider that is connected reports one, and none was entered or learned.\n");
    } else {
        let heads = [
            ("account", Stand::Left),
            ("limit", Stand::Left),
            ("used", Stand::Right),
            ("of", Stand::Right),
            ("left", Stand::Right),
            ("", Stand::Left),
            ("starts again", Stand::Left),
            ("limit told by", Stand::Left),
        ];
        let mut table = Table::new(&heads);
        for row in &limits.rows {
            table.row([
                cell(clean(&row.label)),
                cell(name(row)),
                cell(used(row)),
                cell(figure(row.limit.as_deref())),
                cell(left(row)),
                cell(share(row)),
                cell(starts_again(row, &limits.now, zone)),
                cell(told_by(row)),
            ]);
        }
        text.push_str(&table.render());
        text.push_str(&remarks(&limits.rows));
    }
    for choice in limits.choices.iter().filter(|choice| choice.chosen.is_none()) {
        text.push_str(&asked(choice));
    }
    explained(text)
}

/// What has to be said of the limits; once where it is the same of several.
fn remarks(rows: &[LimitRow]) -> String {
    let mut said: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for row in rows {
        let mut words: Vec<String> = row.words.iter().map(|words| clean(words)).collect();
        words.extend(row.source.url.as_deref().map(|url| format!("Source: {}", clean(url))));
        let of = format!("{}, {}", clean(&row.label), name(row));
        match said.iter_mut().find(|(known, _)| *known == words) {
            Some((_, rows)) => rows.push(of),
            None if words.is_empty() => {}
            None => said.push((words, vec![of])),
        }
    }
    let mut text = String::new();
    for (words, rows) in said {
        put!(text, "\n{}:\n  {}\n", rows.join("\n"), words.join("\n  "));
    }
    text
}

/// "Free tier, gemini-3-flash, project-1: requests a day"
fn name(row: &LimitRow) -> String {
    let project = row.project_name.as_ref().or(row.project.as_ref());
    let mut name = clean(&row.name);
    for part in [row.model.as_ref(), project].into_iter().flatten() {
        put!(name, ", {}", clean(part));
    }
    let per = match row.window.as_str() {
        "lifetime" => "in all".to_owned(),
        "unstated" => "over a span that is not told".to_owned(),
        window => format!("per {}", clean(window)),
    };
    put!(name, ": {} {per}", clean(&row.unit));
    name
}

fn figure(text: Option<&str>) -> String {
    text.map_or_else(|| UNKNOWN.to_owned(), number)
}

/// How much of a limit is used: next to nothing is not nothing.
fn share(row: &LimitRow) -> String {
    match (row.percent, row.used.as_deref()) {
        (Some(0), Some(used)) if used != "0" => "< 1 % used".to_owned(),
        (Some(percent), _) => match row.used_is {
            UsedIs::Exact => format!("{percent} % used"),
            UsedIs::AtMost => format!("at most {percent} % used"),
            UsedIs::AtLeast => format!("at least {percent} % used"),
        },
        (None, _) => String::new(),
    }
}

/// What is used at most leaves at least.
fn left(row: &LimitRow) -> String {
    let left = figure(row.left.as_deref());
    match row.used_is {
        UsedIs::AtMost if row.left.is_some() => format!("at least {left}"),
        UsedIs::AtLeast if row.left.is_some() => format!("at most {left}"),
        UsedIs::Exact | UsedIs::AtMost | UsedIs::AtLeast => left,
    }
}

fn used(row: &LimitRow) -> String {
    let used = figure(row.used.as_deref());
    match row.used_is {
        UsedIs::Exact => used,
        UsedIs::AtMost => format!("at most {used}"),
        UsedIs::AtLeast => format!("at least {used}"),
    }
}

fn starts_again(row: &LimitRow, now: &str, zone: Zone) -> String {
    match &row.resets_at {
        Some(at) => format!("{}{}", time(at, zone), until(at, now)),
        None => clean(&row.resets),
    }
}

/// ", in 5 h 12 min"
fn until(at: &str, now: &str) -> String {
    let (Ok(at), Ok(now)) = (at.parse::<Timestamp>(), now.parse::<Timestamp>()) else { return String::new() };
    let minutes = (at.seconds_since(now) + 59) / 60;
    let (days, hours, rest) = (minutes / 1_440, minutes / 60, minutes % 60);
    match minutes {
        ..=0 => String::new(),
        1..60 => format!(", in {minutes} min"),
        60..2_880 => format!(", in {hours} h {rest} min"),
        _ => format!(", in {days} days"),
    }
}

fn told_by(row: &LimitRow) -> String {
    let source = &row.source;
    let seen = source.seen.as_deref().map(|seen| format!(" {}", clean(seen))).unwrap_or_default();
    match source.by {
        LimitTeller::Provider if row.configured => "provider, as set".to_owned(),
        LimitTeller::Provider if row.limit.is_none() => UNKNOWN.to_owned(),
        LimitTeller::Provider => "provider".to_owned(),
        LimitTeller::Entered => format!("you,{seen}"),
        LimitTeller::Learned => format!("a refusal,{seen}"),
        LimitTeller::Catalogue => {
            let sure = source.confidence.as_deref().map(|sure| format!(", {} confidence", clean(sure)));
            format!("catalogue,{seen}{}", sure.unwrap_or_default())
        }
    }
}

/// What the person is asked about an account.
fn asked(choice: &TierChoice) -> String {
    let mut text = format!(
        "\n{} (account {}) may be on a free tier, which its provider does not tell. ",
        clean(&choice.label),
        choice.account
    );
    if choice.billed {
        text.push_str("It was billed lately, so it hardly is. ");
    }
    put!(text, "If it is, say so:\n");
    for tier in &choice.tiers {
        put!(text, "  spendglass limits tier {} {}", choice.account, clean(&tier.id));
        put!(text, "   {}", clean(&tier.name));
        for part in [&tier.condition, &tier.terms].into_iter().flatten() {
            put!(text, " {}", clean(part));
        }
        text.push('\n');
    }
    put!(text, "  spendglass limits tier {} none\n", choice.account);
    text
}

fn learned_words(learned: &LearnedLimits, zone: Zone) -> String {
    let mut text = String::new();
    for limit in &learned.limits {
        let model = limit.model.as_deref().map(|model| format!(" for {}", clean(model))).unwrap_or_default();
        let before = limit.before.as_deref().map(|before| format!(", in place of {}", number(before)));
        let (window, unit) = (clean(&limit.window), clean(&limit.unit));
        let before = before.unwrap_or_default();
        put!(text, "Learned: {} {unit} per {window}{model}{before}.\n", number(&limit.limit));
    }
    if let Some(at) = &learned.retry_at {
        put!(text, "The provider takes requests again from {} on.\n", time(at, zone));
    }
    for words in &learned.unclear {
        put!(text, "{}\n", clean(words));
    }
    text
}

#[cfg(test)]
mod tests {
    use spendglass_core::api::{LimitOrigin, TierRow};

    use super::*;

    fn row() -> LimitRow {
        LimitRow {
            account: 2,
            label: "Studies".to_owned(),
            provider: "gcp.gemini".to_owned(),
            name: "Free tier".to_owned(),
            model: Some("gemini-3-flash".to_owned()),
            project: Some("p-1".to_owned()),
            project_name: Some("Thesis".to_owned()),
            window: "day".to_owned(),
            unit: "requests".to_owned(),
            used: Some("1205".to_owned()),
            used_is: UsedIs::AtMost,
            limit: Some("1500".to_owned()),
            left: Some("295".to_owned()),
            percent: Some(80),
            resets_at: Some("2026-11-23T08:00:00Z".to_owned()),
            resets: "each day at midnight in America/Los_Angeles".to_owned(),
            configured: false,
            source: LimitOrigin {
                by: LimitTeller::Learned,
                url: None,
                seen: Some("2026-11-20".to_owned()),
                age_days: Some(2),
                stale: false,
                confidence: None,
            },
            counted_by: Some("billed".to_owned()),
            as_of: Some("2026-11-22T20:00:00Z".to_owned()),
            words: vec!["Counted whole.".to_owned()],
        }
    }

    fn limits(rows: Vec<LimitRow>) -> Limits {
        let tier = TierRow {
            id: "groq.free".to_owned(),
            name: "Free plan".to_owned(),
            free: true,
            condition: None,
            terms: None,
        };
        let choice = TierChoice {
            account: 3,
            label: "Groq".to_owned(),
            chosen: None,
            billed: true,
            tiers: vec![tier],
        };
        let now = "2026-11-22T20:30:00Z".to_owned();
        Limits { now, zone: "Asia/Kolkata".to_owned(), rows, choices: vec![choice] }
    }

    #[test]
    fn a_limit_says_what_is_left_and_when_it_starts_again_there_and_here() {
        let text = words(&limits(vec![row()]), "Asia/Kolkata".parse().unwrap());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for expected in [
            "Free tier, gemini-3-flash, Thesis: requests per day",
            "at most 1,205",
            " 1,500 at least 295 at most 80 % used 2026-11-23 13:30 +05:30, in 11 h 30 min",
            "a refusal, 2026-11-20",
            " Counted whole.",
            "Groq (account 3) may be on a free tier",
            "It was billed lately",
            "spendglass limits tier 3 groq.free Free plan",
            "spendglass limits tier 3 none",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }

    #[test]
    fn what_is_not_known_is_no_number() {
        let unknown = LimitRow {
            used: None,
            used_is: UsedIs::Exact,
            limit: None,
            left: None,
            percent: None,
            resets_at: None,
            words: vec!["The provider does not publish this limit.".to_owned()],
            ..row()
        };
        let text = words(&limits(vec![unknown]), Zone::UTC);
        let line = text.lines().find(|line| line.contains("Thesis: requests")).unwrap();
        assert_eq!(line.matches(UNKNOWN).count(), 3, "{line}");
        assert!(line.contains("each day at midnight in America/Los_Angeles"), "{line}");
        assert!(!line.contains(" 0") && text.contains("does not publish"), "{text}");
        assert!(words(&limits(vec![]), Zone::UTC).contains("No limit is known"));
    }

    #[test]
    fn the_time_left_is_told_in_fitting_units() {
        let now = "2026-11-22T20:30:00Z";
        for (at, expected) in [
            ("2026-11-22T20:30:01Z", ", in 1 min"),
            ("2026-11-22T21:29:00Z", ", in 59 min"),
            ("2026-11-24T20:29:00Z", ", in 47 h 59 min"),
            ("2026-11-25T21:00:00Z", ", in 3 days"),
            ("2026-11-22T20:00:00Z", ""),
        ] {
            assert_eq!(until(at, now), expected, "{at}");
        }
    }
}
