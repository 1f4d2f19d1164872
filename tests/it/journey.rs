//! The main job from end to end, through the api: add keys, sync from the pretend providers, read the figures.

use spendglass_core::api::{
    AddAccount, App, Closer, Config, Grouping, Measure, OverviewQuery, Request, Response, SpendQuery,
    StreamState, SyncQuery, UsageQuery, handle,
};
use spendglass_core::time::{Clock, Timestamp, Zone};
use spendglass_core::vault::{Secret, Vault};
use spendglass_simulator::{Person, Town, TownOptions, serve};

use crate::house::first_three;

pub(crate) const NOW: &str = "2026-11-18T12:30:00Z";

pub(crate) async fn town(person: Person) -> Town {
    let options = TownOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        person,
        seed: 7,
        now: NOW.parse().unwrap(),
        faults: Vec::new(),
    };
    serve(options).await.unwrap()
}

pub(crate) async fn app(folder: &std::path::Path, now: &str) -> App {
    let config = Config {
        data_dir: folder.join("data"),
        vault: Vault::memory(),
        clock: Clock::Fixed(now.parse::<Timestamp>().unwrap()),
        zone: Some("Asia/Kolkata".parse::<Zone>().unwrap()),
        sample: None,
    };
    App::open(config).await.unwrap()
}

pub(crate) async fn add_all(app: &App, town: &Town) {
    for provider in first_three(town) {
        let request = AddAccount {
            provider: provider.id.to_owned(),
            base_url: Some(provider.base_url.clone()),
            key: Some(Secret::new(provider.key.as_str()).unwrap()),
            details: provider.details.into_iter().collect(),
            accept_cost: true,
            ..AddAccount::default()
        };
        handle(app, Request::AddAccount(request)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freelancer_sees_what_today_and_this_month_cost() {
    let folder = tempfile::tempdir().unwrap();
    let town = town(Person::Freelancer).await;
    let app = app(folder.path(), NOW).await;
    add_all(&app, &town).await;

    let Response::Sync(report) = handle(&app, Request::Sync(SyncQuery::default())).await.unwrap() else {
        panic!()
    };
    for account in &report.accounts {
        for stream in &account.streams {
            // Few are let into the preview of spend limits.
            let preview = stream.stream == "spend_limits" && account.provider == "anthropic";
            assert_eq!(
                stream.state,
                if preview { StreamState::Absent } else { StreamState::Ok },
                "{}/{}: {:?}",
                account.provider,
                stream.stream,
                stream.message
            );
        }
    }
    assert!(report.complete);

    let query = OverviewQuery { chart_width: Some(800) };
    let Response::Overview(overview) = handle(&app, Request::Overview(query)).await.unwrap() else {
        panic!()
    };
    assert_eq!(overview.accounts.len(), 3);
    assert!(!overview.today.billed.is_empty(), "{:?}", overview.today);
    assert!(!overview.month.billed.is_empty());
    assert_eq!(overview.usual_day.as_ref().unwrap().of_days, 28);
    assert!(!overview.daily.unwrap().marks.is_empty());

    for by in
        [Grouping::Day, Grouping::Provider, Grouping::Model, Grouping::Project, Grouping::Key, Grouping::Item]
    {
        let query = UsageQuery::of(by, None, None);
        let Response::Usage(usage) = handle(&app, Request::Usage(query)).await.unwrap() else { panic!() };
        assert_eq!(usage.total.billed, overview.month.billed, "by {by:?}");
    }

    let ranked = Some(Closer::Ranked);
    let query = SpendQuery { closer: ranked, ..SpendQuery::of(Grouping::Model, Measure::Listed, 800) };
    let Response::Spend(spend) = handle(&app, Request::Spend(query)).await.unwrap() else { panic!() };
    assert!(spend.ranked.unwrap().marks.len() > 3);
    app.close().await;
    town.shutdown().await;
}
