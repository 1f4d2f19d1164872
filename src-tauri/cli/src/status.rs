//! What today and this month cost.

use spendglass_core::api::{Overview, OverviewQuery, Request, Response, SpendFigure};
use spendglass_core::time::Zone;

use crate::Global;
use crate::door::{Door, Ending, Failure, Out};
use crate::text::{
    Stand, Table, UNKNOWN, amounts, amounts_cell, as_of, cell, clean, count, days, explained, lane_head,
    several, time,
};
use crate::{accounts, holdings};

pub(crate) async fn run(global: &Global, out: &Out) -> Result<Ending, Failure> {
    let request = Request::Overview(OverviewQuery { chart_width: None });
    let (response, zone) = Door::ask_once(global, request).await?;
    let Response::Overview(overview) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || words(overview, zone))?;
    Ok(Ending::Done)
}

/// The overview in words.
pub(crate) fn words(overview: &Overview, zone: Zone) -> String {
    let mut text = format!("{} ({})", time(&overview.now, zone), zone.name());
    text.push_str(if overview.sample { ", SAMPLE DATA\n\n" } else { "\n\n" });
    for trouble in &overview.troubles {
        put!(text, "{}\n  do: {}\n\n", clean(&trouble.message), clean(&trouble.remedy));
    }
    if overview.accounts.is_empty() {
        text.push_str(&accounts::none());
        return text;
    }
    let heads = [
        ("", Stand::Left),
        (lane_head(&overview.month.lane), Stand::Point),
        ("at list price, est.", Stand::Point),
        ("", Stand::Left),
    ];
    let mut table = Table::new(&heads);
    let mut figure = |name: &str, figure: &SpendFigure| {
        table.row([
            cell(format!("{name}, {} ({} days)", days(&figure.from, &figure.to), figure.days)),
            amounts_cell(&figure.billed),
            amounts_cell(&figure.listed),
            cell(match (figure.lane.as_str(), &figure.as_of) {
                ("entered", None) => "by hand and from files".to_owned(),
                (_, at) => as_of(at.as_deref(), zone),
            }),
        ]);
    };
    figure("Today", &overview.today);
    figure("This month", &overview.month);
    match &overview.usual_day {
        Some(usual) => table.row([
            cell(format!("A usual day (median of {})", several(u64::from(usual.of_days), "complete day"))),
            amounts_cell(&usual.billed),
            cell(""),
            cell(format!("days up to {}", usual.to)),
        ]),
        None => {
            table.row([
                cell("A usual day"),
                cell(UNKNOWN),
                cell(""),
                cell("too few complete days are known"),
            ]);
        }
    }
    match &overview.own_day {
        Some(own) => table.row([
            cell(format!("Your own day, {} ({})", own.date, overview.zone)),
            cell(UNKNOWN),
            amounts_cell(&own.listed),
            cell(format!("from hourly usage, {}", as_of(own.as_of.as_deref(), zone))),
        ]),
        None => table.row([
            cell("Your own day"),
            cell(UNKNOWN),
            cell(UNKNOWN),
            cell("no usage by the hour is known"),
        ]),
    }
    text.push_str(&table.render());
    if let Some(own) = &overview.own_day {
        put!(
            text,
            "Your own day has {} input and {} output tokens, and {} requests.\n",
            count(own.input_tokens),
            count(own.output_tokens),
            count(own.requests)
        );
        if !own.without.is_empty() {
            let without: Vec<String> = own.without.iter().map(|label| clean(label)).collect();
            put!(
                text,
                "Your own day is without {}: no usage by the hour is known of that.\n",
                without.join(", ")
            );
        }
    }
    let (today, month) = (notes(&overview.today), notes(&overview.month));
    for note in &today {
        let both = month.contains(note);
        put!(text, "{}: {note}\n", if both { "Today and this month" } else { "Today" });
    }
    for note in month.iter().filter(|note| !today.contains(note)) {
        put!(text, "This month: {note}\n");
    }
    if let Some(insight) = &overview.insight {
        put!(text, "\n{}\n", clean(insight));
    }
    text.push('\n');
    text.push_str(&accounts::table(&overview.accounts, zone));
    text.push_str(&holdings::words(&overview.accounts, &overview.now, zone));
    explained(text)
}

/// What has to be said about a figure: what it lacks, and what other lanes say.
fn notes(figure: &SpendFigure) -> Vec<String> {
    let mut notes: Vec<String> = figure.notes.iter().map(|note| clean(note)).collect();
    if figure.unpriced > 0 {
        let lines = several(figure.unpriced, "line");
        notes.push(format!("the list price lacks {lines} of usage without a known price."));
    }
    for lane in &figure.beside {
        notes.push(format!("beside that, {} {}; never added up.", lane.lane, amounts(&lane.billed)));
    }
    notes
}

#[cfg(test)]
mod tests {
    use spendglass_core::api::{
        Account, AccountState, Amount, BalanceReading, KeyIntake, KeyKindRow, OwnDay, PlaceOfKey, Trouble,
        TroubleKind,
    };

    use super::*;

    fn money(amount: &str) -> Vec<Amount> {
        vec![Amount { amount: amount.to_owned(), currency: "USD".to_owned() }]
    }

    fn figure(from: &str, billed: Vec<Amount>) -> SpendFigure {
        SpendFigure {
            from: from.to_owned(),
            to: "2026-11-23".to_owned(),
            days: "UTC".to_owned(),
            lane: "billed".to_owned(),
            billed,
            listed: money("1.5"),
            unpriced: 3,
            beside: vec![],
            as_of: Some("2026-11-22T09:30:00Z".to_owned()),
            notes: vec!["OpenRouter tells nothing of today.".to_owned()],
        }
    }

    fn overview() -> Overview {
        let kind = KeyKindRow {
            id: "admin".to_owned(),
            name: "Admin key".to_owned(),
            prefixes: vec![],
            sees: vec!["cost".to_owned()],
            made_at: String::new(),
            note: String::new(),
            intake: KeyIntake::Text,
            fields: vec![],
            details: vec![],
            cost: String::new(),
            terms: String::new(),
        };
        let account = Account {
            id: 1,
            provider: "openai".to_owned(),
            provider_name: "OpenAI".to_owned(),
            label: "Studio\u{1b}[2J".to_owned(),
            base_url: None,
            key_kind: kind,
            key_hint: Some("abcd".to_owned()),
            key_env: None,
            key_place: PlaceOfKey::Keychain,
            details: std::collections::BTreeMap::new(),
            state: AccountState::KeyRejected,
            message: "OpenAI refuses the key.".to_owned(),
            partly: Some("Partly synced: usage could be read, cost could not.".to_owned()),
            advice: Some(spendglass_core::api::Advice::ReplaceKey),
            synced_at: None,
            retry_at: None,
            streams: vec![],
            balances: vec![BalanceReading {
                kind: "credits".to_owned(),
                left: money("67.769").remove(0),
                acquired: None,
                used: None,
                as_of: "2026-11-22T09:30:00Z".to_owned(),
                entry: None,
            }],
            quotas: vec![],
            grants: vec![],
            subscriptions: vec![],
        };
        Overview {
            now: "2026-11-22T20:30:00Z".to_owned(),
            sample: false,
            zone: "Asia/Kolkata".to_owned(),
            today: figure("2026-11-22", vec![]),
            usual_day: None,
            month: figure("2026-11-01", money("1234.5")),
            month_end: vec![],
            budgets: vec![],
            next_expiry: None,
            unseen_alerts: 0,
            troubles: vec![Trouble {
                kind: TroubleKind::DiskFull,
                message: "The disk is full.".to_owned(),
                remedy: "Free some space.".to_owned(),
                accounts: vec![],
            }],
            own_day: Some(OwnDay {
                date: "2026-11-23".to_owned(),
                listed: money("0.000012"),
                unpriced: 0,
                requests: None,
                input_tokens: Some(1200),
                output_tokens: Some(0),
                as_of: None,
                without: vec!["OpenRouter".to_owned()],
            }),
            accounts: vec![account],
            daily: None,
            insight: None,
        }
    }

    #[test]
    fn unknown_is_a_dash_with_its_reason_and_every_figure_says_as_of() {
        let text = words(&overview(), "Asia/Kolkata".parse().unwrap());
        let line = |start: &str| {
            text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}: {text}"))
        };
        assert!(line("Today, 2026-11-22 (UTC days)").contains('—'));
        assert!(line("Today, 2026-11-22").ends_with("as of 2026-11-22 15:00 +05:30"));
        assert!(line("This month, 2026-11-01 to 2026-11-22").contains("1,234.50 USD"));
        assert!(line("A usual day").contains("too few complete days"));
        assert!(line("Your own day, 2026-11-23 (Asia/Kolkata)").contains("0.000012 USD"));
        assert!(text.contains("Today and this month: OpenRouter tells nothing of today."));
        assert!(text.matches("the list price lacks 3 lines").count() == 1);
        assert!(text.contains("and — requests"));
        assert!(text.contains("credits left 67.769 USD"));
        assert!(text.contains("spendglass accounts replace-key 1"));
        assert!(text.contains("Partly synced: usage could be read, cost could not."));
        let (trouble, table) =
            (text.find("The disk is full.\n  do: Free some space."), text.find("Today, 2026"));
        assert!(trouble.is_some() && trouble < table, "what stands in the way comes first: {text}");
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn without_an_account_there_is_a_way_on_and_no_zero() {
        let text = words(&Overview { accounts: vec![], ..overview() }, Zone::UTC);
        assert!(text.contains("spendglass accounts add") && text.contains("spendglass demo"));
        assert!(!text.contains("0.00"));
    }
}
