//! How long a comparison of plans takes with a million rows of usage: the first one, and each move of a slider after it.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use spendglass_core::api::{App, Config, PlansQuery, Request, Response, TaxStatus, handle};
use spendglass_core::time::Clock;
use spendglass_core::vault::Vault;

use crate::sheet::{Figure, grouped, median, ratio};
use crate::stores;

const CHARGES: u64 = 1_000_000;
const WIDTH: u32 = 1_040;
const RUNS: u32 = 41;
const LIMIT: Duration = Duration::from_millis(50);

pub(crate) async fn measure(figures: &mut Vec<Figure>) -> Result<()> {
    let config = Config {
        data_dir: stores::with_charges(CHARGES).await?,
        vault: Vault::memory(),
        clock: Clock::Fixed(stores::NOW.parse()?),
        zone: None,
        sample: None,
    };
    let app = App::open(config).await?;
    let (first, rows) = timed(&app, query(0)).await?;
    figures.push(Figure::plain(
        format!("Plans: {} rows read, replayed and drawn, the first time", grouped(rows)),
        format!("{} s", ratio(first.as_millis(), 1_000)),
    ));
    let mut moves = Vec::new();
    for step in 1..=RUNS {
        moves.push(timed(&app, query(step)).await?.0);
    }
    let middle = median(&mut moves).unwrap_or_default();
    let worst = moves.last().copied().unwrap_or_default();
    figures.push(Figure::held(
        format!("Plans: a move of the slider of mark-up or tax, {} rows, charts included", grouped(rows)),
        format!("{} ms, at most {} ms", ratio(middle.as_micros(), 1_000), ratio(worst.as_micros(), 1_000)),
        "50 ms",
        worst < LIMIT,
    ));
    let (again, _) = timed(&app, PlansQuery { seats: Some(2), ..query(1) }).await?;
    figures.push(Figure::plain(
        "Plans: another number of seats, the first time",
        format!("{} ms", again.as_millis()),
    ));
    let (back, _) = timed(&app, PlansQuery { seats: Some(1), ..query(2) }).await?;
    figures.push(Figure::plain("Plans: back to the number before", format!("{} ms", back.as_millis())));
    app.close().await;
    Ok(())
}

fn query(step: u32) -> PlansQuery {
    PlansQuery {
        days: Some(365),
        country: Some("IN".to_owned()),
        tax: Some(if step.is_multiple_of(4) { TaxStatus::Registered } else { TaxStatus::Consumer }),
        card_markup: Some(ratio(u128::from(step) * 10, 100)),
        currency: Some("INR".to_owned()),
        chart_width: Some(WIDTH),
        ..PlansQuery::default()
    }
}

async fn timed(app: &App, query: PlansQuery) -> Result<(Duration, u64)> {
    let start = Instant::now();
    let response =
        handle(app, Request::Plans(query)).await.map_err(|error| anyhow::anyhow!(error.message))?;
    let took = start.elapsed();
    let Response::Plans(told) = response else { anyhow::bail!("another answer than was asked for") };
    ensure!(!told.options.is_empty() && told.curve.is_some(), "nothing was compared");
    Ok((took, told.window.usage_rows))
}
