//! How long a keystroke waits for its estimate.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use spendglass_core::api::{App, Config, EstimateQuery, Request, Response, handle};
use spendglass_core::time::Clock;
use spendglass_core::vault::Vault;

use crate::sheet::{Figure, median};
use crate::stores;

const RUNS: usize = 51;
const LENGTH: usize = 100_000;
const LIMIT: Duration = Duration::from_millis(50);
const CHARGES: u64 = 1_000_000;

const MODELS: [&str; 4] = ["gpt-5-mini", "gpt-4-turbo", "claude-sonnet-5", "gemini-3.5-flash"];
const TEXTS: [(&str, &str); 3] = [
    (
        "English",
        "The ferry leaves at nine, unless the wind turns; then we wait for the tide and play cards. ",
    ),
    ("Hindi", "नाव नौ बजे चलती है, पर हवा बदल जाए तो हम ज्वार का इंतज़ार करते हैं और ताश खेलते हैं। "),
    ("code", "    if let Some(row) = rows.get(&key) { total = total.checked_add(row.amount[3])?; }\n"),
];

pub(crate) async fn measure(figures: &mut Vec<Figure>) -> Result<()> {
    let config = Config {
        data_dir: stores::with_charges(CHARGES).await?,
        vault: Vault::memory(),
        clock: Clock::Fixed(stores::NOW.parse()?),
        zone: Some("Asia/Kolkata".parse()?),
        sample: None,
    };
    let app = App::open(config).await?;
    let first = ask(&app, TEXTS[0].1).await?;
    figures.push(Figure::plain("Estimate, the first: books and encodings are read", millis(first)));
    for (name, sentence) in TEXTS {
        let text: String = sentence.chars().cycle().take(LENGTH).collect();
        let mut samples = Vec::with_capacity(RUNS);
        for _ in 0..RUNS {
            samples.push(ask(&app, &text).await?);
        }
        let middle = median(&mut samples).unwrap_or_default();
        figures.push(Figure::held(
            format!("Estimate of 100,000 characters of {name}, four models, median"),
            millis(middle),
            format!("under {}", millis(LIMIT)),
            middle < LIMIT,
        ));
    }
    app.close().await;
    Ok(())
}

async fn ask(app: &App, text: &str) -> Result<Duration> {
    let models = MODELS.map(str::to_owned).to_vec();
    let query = EstimateQuery { text: Some(text.to_owned()), models, ..EstimateQuery::default() };
    let started = Instant::now();
    let response = handle(app, Request::Estimate(query)).await?;
    let took = started.elapsed();
    let Response::Estimate(estimate) = response else { anyhow::bail!("another answer than was asked for") };
    ensure!(
        estimate.models.len() == MODELS.len() && estimate.models.iter().all(|model| model.input.typical > 0)
    );
    Ok(took)
}

fn millis(time: Duration) -> String {
    let hundredths = time.as_micros() / 10;
    format!("{}.{:02} ms", hundredths / 100, hundredths % 100)
}
