//! What advice on plans was worth to made-up persons whose future is known, and how long it takes.

use std::time::Instant;

use anyhow::Result;
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::plan::{Landings, Offer, Row, Usage, choose, draw};
use spendglass_core::time::Date;

use crate::sheet::{Figure, grouped, median, ratio};
use people::{Dice, WAYS, Way, as_listed, dec, dollars, kind, person, plans};
use trial::{Sums, try_person};

#[path = "../it/plan_persons/people.rs"]
mod people;
#[path = "../it/plan_persons/trial.rs"]
mod trial;

/// Persons of each way.
const EACH: u64 = 24;
/// Rows of a year.
const ROWS: i64 = 1_000_000;
const PLANS: usize = 75;

pub(crate) fn measure(figures: &mut Vec<Figure>) -> Result<()> {
    advice(figures)?;
    speed(figures)
}

fn advice(figures: &mut Vec<Figure>) -> Result<()> {
    let mut all = Sums::default();
    let mut by_way = Vec::new();
    for way in WAYS {
        let mut sums = Sums::default();
        for number in 0..EACH {
            let trial = try_person(&person(way, number)?)?;
            sums.take(&trial);
            all.take(&trial);
        }
        by_way.push((way, sums));
    }
    let ((of_persons, of_money), (as_you_go, every)) = (all.excess(), all.inside());
    let what = "Plans: advice against the best in hindsight, mean over persons";
    let persons = format!("{} persons", all.persons);
    let five = dec("5");
    figures.push(Figure::held(
        what,
        format!("{of_persons} % dearer, {persons}"),
        "at most 5 %",
        of_persons <= five,
    ));
    let what = "Plans: the same of all their money";
    figures.push(Figure::held(what, format!("{of_money} % dearer"), "at most 5 %", of_money <= five));
    let band = dec("70")..=dec("90");
    let what = "Plans: real months within P10 to P90, as you go";
    let value = format!("{as_you_go} % of {}", grouped(all.months));
    figures.push(Figure::held(what, value, "70 to 90 %", band.contains(&as_you_go)));
    let what = "Plans: real months within P10 to P90, every option with a range";
    let value = format!("{every} % of {}", grouped(all.all_months));
    figures.push(Figure::held(what, value, "70 to 90 %", band.contains(&every)));
    let rest = [
        ("switches advised", all.switched, all.persons),
        ("switches regretted: staying would have cost less", all.regretted, all.switched),
        ("switches after which something was refused", all.refused, all.switched),
        ("told to stay, where no switch would have paid", all.told_so, all.not_worth),
    ];
    for (what, part, whole) in rest {
        figures.push(Figure::plain(format!("Plans: {what}"), format!("{part} of {whole}")));
    }
    for (way, sums) in by_way {
        let ((excess, _), (inside, _)) = (sums.excess(), sums.inside());
        let value = format!(
            "{excess} % dearer; {inside} % in range; {} switched, {} regretted",
            sums.switched, sums.regretted
        );
        figures.push(Figure::plain(format!("Plans, {way:?}"), value));
    }
    Ok(())
}

/// A year of requests of a dozen models.
fn year(rows: i64) -> Result<Usage> {
    let mut dice = Dice::new(77);
    let (from, to) = (Date::new(2025, 9, 1)?, Date::new(2026, 9, 1)?);
    let start = from.utc_start();
    let seconds = to.utc_start().seconds_since(start);
    let kinds: Vec<_> = (0..12).map(|model| kind(&format!("model-{model}"))).collect();
    let row = |at: i64| {
        let input = dice.between(500, 30_000);
        let output = dice.between(100, 2_000);
        let place = dice.roll(12) * dice.roll(12) / 11;
        let cost = (input * 3 + output * 15) * (place + 1) / 4;
        Row {
            at: start.plus_seconds(at * seconds / rows),
            seconds: 1,
            kind: u32::try_from(place.min(11)).unwrap_or_default(),
            requests: Some(1),
            input_tokens: input,
            cache_read_tokens: input / 4,
            output_tokens: output,
            metered: None,
            list_cost: Decimal::new(i64::try_from(cost).unwrap_or_default(), 6),
            billed_cost: None,
        }
    };
    let rows = (0..rows).map(row).collect();
    Ok(Usage { window: Some((from, to)), currency: Some(Currency::USD), kinds, rows, excluded: Vec::new() })
}

/// So many plans of all shapes around a usage, some for some of its models alone.
fn offers(usage: &Usage, count: usize) -> Vec<Offer> {
    let mut dice = Dice::new(5);
    // Shapes are made for three months of use.
    let part = Usage { rows: usage.rows.iter().step_by(4).copied().collect(), ..usage.clone() };
    let mut offers: Vec<Offer> = Vec::new();
    while offers.len() < count {
        let round = offers.len() / 12;
        for mut offer in plans(&mut dice, &part, Way::Steady) {
            offer.id = format!("{}-{round}", offer.id);
            offer.terms.id.clone_from(&offer.id);
            if round % 3 == 1 {
                let half = |kind: &spendglass_core::plan::Kind| {
                    kind.model.len() == "model-1".len() && round.is_multiple_of(2)
                };
                offer.terms.serves = spendglass_core::plan::KindSet::those(&usage.kinds, |kind| {
                    half(kind) || kind.model.ends_with('1')
                });
            }
            offers.push(offer);
        }
    }
    offers.truncate(count);
    offers
}

fn speed(figures: &mut Vec<Figure>) -> Result<()> {
    let millis = |micros: u128| format!("{} ms", ratio(micros, 1_000));
    let usage = year(ROWS)?;
    let offers = offers(&usage, PLANS);
    let landings = as_listed();
    let timed = |usage: &Usage, times: usize| {
        let mut samples = Vec::new();
        let mut last = None;
        for _ in 0..times {
            let started = Instant::now();
            let drawn = draw(usage, &offers, None, &[], &landings, None);
            let choice = choose(&drawn, &landings);
            samples.push(started.elapsed().as_micros());
            last = Some((drawn, choice.options.len()));
        }
        (median(&mut samples).unwrap_or_default(), last)
    };
    let (whole, last) = timed(&usage, 3);
    let count = last.as_ref().map_or(0, |(_, count)| *count);
    figures.push(Figure::held(
        format!(
            "Plans: {} rows, {PLANS} plans, {count} options, 1,008 drawn months",
            grouped(ROWS.unsigned_abs())
        ),
        millis(whole),
        "under 2 s",
        whole < 2_000_000,
    ));
    let (half, _) = timed(&year(ROWS / 2)?, 3);
    let value = format!("{} times", ratio(whole, half));
    figures.push(Figure::held(
        "Plans: twice the rows take",
        value,
        "at most twice as long",
        whole <= half * 21 / 10,
    ));
    if let Some((drawn, _)) = last {
        let mut samples = Vec::new();
        for step in 0..21 {
            let factors = vec![(dollars(), Decimal::new(100 + step, 2))];
            let landings = Landings { factors, ..as_listed() };
            let started = Instant::now();
            std::hint::black_box(choose(&drawn, &landings));
            samples.push(started.elapsed().as_micros());
        }
        let landed = median(&mut samples).unwrap_or_default();
        figures.push(Figure::held(
            "Plans: another mark-up or tax lands",
            millis(landed),
            "under 50 ms",
            landed < 50_000,
        ));
        let started = Instant::now();
        let mut seats = offers.clone();
        for fixed in seats.iter_mut().step_by(5).flat_map(|offer| &mut offer.terms.fixed) {
            fixed.amount *= Decimal::TWO;
        }
        std::hint::black_box(choose(&draw(&usage, &seats, None, &[], &landings, Some(&drawn)), &landings));
        figures.push(Figure::plain(
            "Plans: another number of seats, a fifth of plans by the seat",
            millis(started.elapsed().as_micros()),
        ));
    }
    Ok(())
}
