//! How long one evaluation of all alerts takes: fifty accounts with a year of data, lots, balances, allowances and budgets.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use spendglass_core::api::{App, Config, Request, Response, handle};
use spendglass_core::ledger::{
    Balance, BalanceKind, Budget, BudgetScope, BudgetSpan, Charge, CreditGrant, QuotaReading, QuotaWindow,
};
use spendglass_core::money::{Currency, Decimal, Money};
use spendglass_core::store::{KeyPlace, NewAccount, Snapshot, Store};
use spendglass_core::time::{Clock, Date, Timestamp};
use spendglass_core::vault::Vault;

use crate::sheet::{Figure, median};
use crate::stores;

const ACCOUNTS: i64 = 50;
const DAYS: i64 = 365;
const RUNS: usize = 31;
const ANEW: usize = 7;
const LIMIT: Duration = Duration::from_millis(50);

pub(crate) async fn measure(figures: &mut Vec<Figure>) -> Result<()> {
    let folder = stores::folder()?.join("alerts");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fill(&folder).await?;
    let app = App::open(Config {
        data_dir: folder.clone(),
        vault: Vault::memory(),
        clock: Clock::Fixed(stores::NOW.parse()?),
        zone: Some("Asia/Kolkata".parse()?),
        sample: None,
    })
    .await?;
    let begun = Instant::now();
    let due = app.raise_alerts(false).await?;
    let first = begun.elapsed();
    ensure!(due > 0, "nothing is raised, so nothing is measured");
    let shown = |took: Duration| format!("{}.{} ms", took.as_millis(), took.as_micros() % 1_000 / 100);
    let what = format!("{ACCOUNTS} accounts, a year");
    figures.push(Figure::plain(
        format!("First evaluation of all alerts after the start, {what}, {due} due"),
        shown(first),
    ));
    let mut samples = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let begun = Instant::now();
        app.raise_alerts(false).await?;
        samples.push(begun.elapsed());
    }
    let usual = median(&mut samples).unwrap_or_default();
    let holds = usual < LIMIT;
    figures.push(Figure::held(
        format!("An evaluation of all alerts, {what}, median"),
        shown(usual),
        "under 50 ms",
        holds,
    ));
    // The settings are kept anew, which has everything worked out anew.
    let mut samples = Vec::with_capacity(ANEW);
    for _ in 0..ANEW {
        let Response::AlertSettings(settings) = handle(&app, Request::AlertSettings).await? else {
            bail!("an answer to another question");
        };
        handle(&app, Request::ChangeAlertSettings(settings)).await?;
        let begun = Instant::now();
        app.raise_alerts(false).await?;
        samples.push(begun.elapsed());
    }
    let anew = median(&mut samples).unwrap_or_default();
    figures.push(Figure::plain(
        format!("The same after something was read or entered, {what}, median"),
        shown(anew),
    ));
    app.close().await;
    Ok(())
}

/// What an account of the kind spends on a day, in cents: a rhythm of weeks, a trend, and now and then a burst.
fn cents(account: i64, day: i64) -> i64 {
    let roll = (account * 7_919 + day * 104_729).rem_euclid(997);
    let week = if day % 7 >= 5 { 1 } else { 3 };
    let burst = if roll % 61 == 0 { 9 } else { 1 };
    week * burst * (40 + roll % 200 + day / 4)
}

async fn fill(folder: &std::path::Path) -> Result<()> {
    let now: Timestamp = stores::NOW.parse()?;
    let today = now.utc_date();
    let first = today.plus_days(1 - DAYS);
    let store = Store::open(folder, now).await?;
    let money = |cents: i64| Money::new(Decimal::new(cents, 2), Currency::USD);
    for number in 0..ACCOUNTS {
        let id = store.add_account(&account(number)?, now).await?;
        let stream = store.stream(id, "activity").await?;
        let window = spendglass_core::time::Period::utc_days(first, today.plus_days(1))?;
        let mut sequence = store.begin_sequence(stream.id, window);
        let mut charges = Vec::new();
        for day in 0..DAYS {
            let date: Date = first.plus_days(day);
            for part in 0..3 {
                charges.push(Charge {
                    billed_cost: Some(money(cents(number, day) / (part + 1))),
                    request_model: Some(format!("model-{part}")),
                    project: Some(format!("project-{}", part % 2)),
                    ..Charge::usage(date.utc_day())
                });
            }
        }
        sequence.stage(charges).await?;
        sequence.book().await?;
        store.stream_read(stream.id, None, now).await?;
        for day in 0..DAYS {
            let observed_at = first.plus_days(day).utc_start().plus_seconds(3_600);
            let balance = Balance::left(observed_at, BalanceKind::Credits, money(90_000 - day * 240));
            let snapshot = Snapshot { balances: vec![balance], ..Snapshot::default() };
            store.book_snapshot(id, &snapshot, observed_at).await?;
        }
        // Lots of a year, bought every four months, each account on days of its own.
        let grant = |lot: i64| {
            let bought = first.plus_days((number * 7 + lot * 121) % (DAYS - 10));
            CreditGrant {
                id: format!("lot-{lot}"),
                kind: BalanceKind::Purchased,
                currency: Currency::USD,
                amount: Some(Decimal::new(20_000, 2)),
                left: Some(Decimal::new(1_000 * (lot + 1), 2)),
                acquired_at: Some(bought.utc_start()),
                expires_at: Some(bought.plus_days(365).utc_start()),
                observed_at: now,
            }
        };
        let quota = QuotaReading {
            used: Some(Decimal::from(700 + number * 7)),
            limit: Some(Decimal::from(1_000)),
            resets_at: Some(today.plus_days(1).utc_start()),
            ..QuotaReading::of(now, "free model requests", QuotaWindow::Day, "requests".parse()?)
        };
        let snapshot =
            Snapshot { grants: (0..3).map(grant).collect(), quotas: vec![quota], ..Snapshot::default() };
        store.book_snapshot(id, &snapshot, now).await?;
    }
    let spans = [BudgetSpan::Day, BudgetSpan::Week, BudgetSpan::Month];
    for (place, span) in spans.into_iter().enumerate() {
        let scopes = [
            BudgetScope::All,
            BudgetScope::Provider("openrouter".to_owned()),
            BudgetScope::Account(i64::try_from(place)? + 1),
            BudgetScope::Project("project-1".to_owned()),
        ];
        for scope in scopes {
            store.add_budget(&Budget { scope, span, amount: money(400_000) }, now).await?;
        }
    }
    store.close().await;
    Ok(())
}

fn account(number: i64) -> Result<NewAccount> {
    let fingerprint = format!("{number:064x}");
    let known = spendglass_core::providers::find("openrouter");
    let known = known.ok_or_else(|| anyhow::anyhow!("no such provider"))?;
    Ok(NewAccount {
        provider: known.id.to_owned(),
        label: Some(format!("Account {number}")),
        base_url: None,
        key_kind: known.keys[0].id.to_owned(),
        key_hint: None,
        key_fingerprint: Some(fingerprint),
        key_place: KeyPlace::Variable("SPENDGLASS_BENCH_KEY".to_owned()),
        details: std::collections::BTreeMap::new(),
    })
}
