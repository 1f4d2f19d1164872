//! How long the screens wait for their figures, charts included.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use spendglass_core::api::{
    App, Config, Grouping, Measure, OverviewQuery, Request, Response, SpendQuery, handle,
};
use spendglass_core::time::Clock;
use spendglass_core::vault::Vault;

use crate::sheet::{Figure, grouped, median, ratio};
use crate::stores;

const SMALL: u64 = 1_000_000;
const LARGE: u64 = 10_000_000;
const WIDTH: u32 = 1_040;
const RUNS: usize = 101;
const LIMIT: Duration = Duration::from_millis(10);

const GROUPINGS: [(Grouping, &str); 7] = [
    (Grouping::Day, "day"),
    (Grouping::Provider, "provider"),
    (Grouping::Account, "account"),
    (Grouping::Model, "model"),
    (Grouping::Project, "project"),
    (Grouping::Key, "key"),
    (Grouping::Item, "item"),
];

pub(crate) async fn measure(figures: &mut Vec<Figure>) -> Result<()> {
    let small = medians(SMALL).await?;
    let large = medians(LARGE).await?;
    for (place, (name, fast)) in small.iter().enumerate() {
        let (slow_name, slow) = &large[place];
        figures.push(Figure::held(
            format!("{name}, 30 days of {} charges, median", grouped(SMALL)),
            millis(*fast),
            format!("under {}", millis(LIMIT)),
            *fast < LIMIT,
        ));
        figures.push(Figure::held(
            format!("{slow_name}, 30 days of {} charges, median", grouped(LARGE)),
            format!("{} ({} times)", millis(*slow), ratio(slow.as_nanos(), fast.as_nanos())),
            "at most 2.00 times",
            *slow <= *fast * 2,
        ));
    }
    Ok(())
}

/// The overview, and the slowest of all ways to group spend.
async fn medians(charges: u64) -> Result<Vec<(String, Duration)>> {
    let config = Config {
        data_dir: stores::with_charges(charges).await?,
        vault: Vault::memory(),
        clock: Clock::Fixed(stores::NOW.parse()?),
        zone: Some("Asia/Kolkata".parse()?),
        sample: None,
    };
    let app = App::open(config).await?;
    let overview = run(&app, || Request::Overview(OverviewQuery { chart_width: Some(WIDTH) })).await?;
    let mut slowest = (String::new(), Duration::ZERO);
    for (by, name) in GROUPINGS {
        for measure in [Measure::Billed, Measure::Listed] {
            let query = || SpendQuery::of(by, measure, WIDTH);
            let spend = run(&app, || Request::Spend(query())).await?;
            eprintln!("{charges} charges, spend by {name}, {measure:?}: {}", millis(spend));
            if spend > slowest.1 {
                slowest = (format!("Spend by {name}, the slowest"), spend);
            }
        }
    }
    app.close().await;
    Ok(vec![("Overview".to_owned(), overview), slowest])
}

async fn run(app: &App, request: impl Fn() -> Request) -> Result<Duration> {
    let mut samples = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let started = Instant::now();
        let response = handle(app, request()).await?;
        samples.push(started.elapsed());
        match response {
            Response::Overview(overview) => {
                ensure!(overview.daily.is_some_and(|daily| daily.marks.len() > 30));
                ensure!(!overview.month.billed.is_empty() && overview.own_day.is_some());
            }
            Response::Spend(spend) => ensure!(!spend.daily.svg.is_empty() && !spend.usage.rows.is_empty()),
            _ => anyhow::bail!("another answer than was asked for"),
        }
    }
    Ok(median(&mut samples).unwrap_or_default())
}

fn millis(time: Duration) -> String {
    let hundredths = time.as_micros() / 10;
    format!("{}.{:02} ms", hundredths / 100, hundredths % 100)
}
