//! The pieces that the figures are made of, each by itself: reading a page, pricing, booking, drawing.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

#[expect(dead_code, reason = "bills are for the other benchmark")]
mod charges;

use std::fmt::Write as _;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use spendglass_core::chart::{Bucket, Picture, Series, Slot, StackedBars, Theme, Unit, draw, to_svg};
use spendglass_core::ledger::Charge;
use spendglass_core::money::Decimal;
use spendglass_core::pricing::{PriceBook, Pricer};
use spendglass_core::providers::{self, Details, Query, openai};
use spendglass_core::store::{KeyPlace, NewAccount, Store};
use spendglass_core::time::{Date, Period, Timestamp};

const ROWS: u64 = 1_000;
const HOUR: i64 = 1_795_003_200;

fn main() {
    divan::main();
}

fn hour() -> Timestamp {
    Timestamp::from_unix(HOUR).unwrap()
}

fn day() -> Period {
    hour().utc_date().utc_day()
}

fn charges(count: u64) -> Vec<Charge> {
    let mut pricer = Pricer::new(PriceBook::bundled());
    (0..count).map(|place| charges::ACCOUNTS[0].used(hour(), place, &mut pricer).unwrap()).collect()
}

/// An hour of a thousand rows, as OpenAI writes it.
#[divan::bench]
fn read_a_page(bencher: Bencher<'_, '_>) {
    let mut body = format!(
        r#"{{"object":"page","has_more":false,"next_page":null,"data":[{{"object":"bucket","start_time":{HOUR},"end_time":{},"results":["#,
        HOUR + 3_600
    );
    for (place, charge) in charges(ROWS).iter().enumerate() {
        let totals = charge.tokens.unwrap().totals();
        let comma = if place == 0 { "" } else { "," };
        write!(
            body,
            r#"{comma}{{"object":"organization.usage.completions.result","input_tokens":{},"input_cached_tokens":{},"output_tokens":{},"input_audio_tokens":0,"output_audio_tokens":0,"num_model_requests":{},"project_id":"{}","user_id":null,"api_key_id":"{}","model":"{}","batch":false,"service_tier":"default"}}"#,
            totals.input,
            totals.cache_read,
            totals.output,
            charge.requests.unwrap(),
            charge.project.as_deref().unwrap(),
            charge.api_key.as_deref().unwrap(),
            charge.response_model.as_deref().unwrap(),
        )
        .unwrap();
    }
    body.push_str("]}]}");
    let query = Query {
        window: day(),
        bucket: providers::Bucket::Hour,
        page: None,
        part: None,
        details: Details::default(),
        observed_at: hour().plus_seconds(7_200),
    };
    let stream = openai::PROVIDER.streams.iter().find(|stream| stream.name == "usage_completions").unwrap();
    bencher
        .counter(ItemsCount::new(ROWS))
        .counter(BytesCount::of_slice(body.as_bytes()))
        .bench(|| (stream.parse)(black_box(body.as_bytes()), &query).unwrap());
}

#[divan::bench]
fn price(bencher: Bencher<'_, '_>) {
    let charges = charges(ROWS);
    let mut pricer = Pricer::new(PriceBook::bundled());
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        charges.iter().filter(|charge| pricer.charge("openai", black_box(charge)).is_ok()).count()
    });
}

/// Ten thousand rows into the store, their roll-up included.
#[divan::bench(sample_count = 20)]
fn book(bencher: Bencher<'_, '_>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (store, stream) = runtime.block_on(async {
        let store = Store::open(&folder.path().join("store"), hour()).await.unwrap();
        let account = NewAccount {
            provider: "openai".to_owned(),
            label: None,
            base_url: None,
            key_kind: "admin".to_owned(),
            key_hint: None,
            key_fingerprint: Some("0".repeat(64)),
            key_place: KeyPlace::Variable("NONE".to_owned()),
            details: std::collections::BTreeMap::new(),
        };
        let account = store.add_account(&account, hour()).await.unwrap();
        let stream = store.stream(account, "usage_completions").await.unwrap().id;
        (store, stream)
    });
    bencher.counter(ItemsCount::new(10 * ROWS)).with_inputs(|| charges(10 * ROWS)).bench_local_values(
        |rows| {
            runtime.block_on(async {
                let mut sequence = store.begin_sequence(stream, day());
                sequence.stage(rows).await.unwrap();
                sequence.book().await.unwrap()
            })
        },
    );
    runtime.block_on(store.close());
}

/// A month of five series.
#[divan::bench]
fn draw_a_month(bencher: Bencher<'_, '_>) {
    let first = Date::new(2026, 10, 20).unwrap();
    let buckets = (0..30).map(|place| first.plus_days(place));
    let slots = [Slot::S1, Slot::S2, Slot::S3, Slot::S4, Slot::S5];
    let series = slots.into_iter().zip(1_i64..).map(|(slot, row)| Series {
        name: format!("Provider {row}"),
        slot,
        values: (1..=30).map(|day| Some(Decimal::new(day * 7_919 % 991 * row, 2))).collect(),
    });
    let picture = Picture::StackedBars(StackedBars {
        title: "Billed by provider".to_owned(),
        unit: Unit::Money { currency: "USD".to_owned() },
        buckets: buckets
            .map(|date| Bucket { label: date.to_string(), name: date.to_string(), partial: false })
            .collect(),
        series: series.collect(),
        width: 1_040,
        height: 240,
        estimated: false,
    });
    bencher.bench(|| to_svg(&draw(black_box(&picture)).unwrap(), Theme::Light));
}
