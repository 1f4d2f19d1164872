//! Days, cycles and token counts, against oracles that walk through time step by step.

use std::collections::BTreeMap;

use proptest::prelude::*;
use spendglass_core::ledger::{DisjointTokens, Meter, Modalities, TokenTotals, TokenUsage};
use spendglass_core::time::{BillingCycle, Calendar, Clock, Date, Period, Timestamp, Zone};

const DAY: i64 = 86_400;
const QUARTER: i64 = 900;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Walks a zone in quarters of an hour: every instant lies in the day of its local date and in no other.
fn check_days(zone: &str, from: &str, days: i64) {
    let calendar = Calendar::new(zone.parse::<Zone>().unwrap());
    let first = calendar.date_of(at(from));
    let mut at = calendar.start_of(first);
    let end = calendar.start_of(first.plus_days(days));
    let mut day = calendar.day(first);
    assert_eq!(day.start, at, "{zone}");
    while at < end {
        if at >= day.end {
            assert_eq!(day.end, at, "{zone}: a gap or an overlap before {at}");
            day = calendar.day(calendar.date_of(at));
            assert_eq!(day.start, at, "{zone}: the day of {at} starts elsewhere");
            let hours = day.seconds() / QUARTER;
            assert!((22 * 4..=26 * 4).contains(&hours), "{zone}: {at} starts a day of {hours} quarters");
        }
        assert_eq!(calendar.day(calendar.date_of(at)), day, "{zone}: {}", calendar.show(at));
        // An instant just before the day is of another date.
        at = at.plus_seconds(QUARTER);
    }
    assert_eq!(at, end, "{zone}");
}

#[test]
fn local_days_tile_two_years() {
    for zone in [
        "UTC",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Pacific/Chatham",
        "Australia/Lord_Howe",
        "America/New_York",
        "Europe/London",
        "Australia/Sydney",
        "America/St_Johns",
        "Pacific/Kiritimati",
        "Pacific/Apia",
        "Etc/GMT+12",
        "Africa/Casablanca",
        // Their clocks move forward at midnight, or did: that midnight does not exist.
        "Africa/Cairo",
        "Asia/Beirut",
        "America/Havana",
        "America/Asuncion",
        "America/Santiago",
        "America/Nuuk",
        "Atlantic/Azores",
    ] {
        check_days(zone, "2025-11-22T12:00:00Z", 731);
    }
    check_days("America/Sao_Paulo", "2017-06-01T12:00:00Z", 731);
    check_days("Asia/Amman", "2021-01-01T12:00:00Z", 731);
}

#[test]
fn a_midnight_that_does_not_exist_begins_the_day_when_the_clock_goes_on() {
    let calendar = Calendar::new("America/Sao_Paulo".parse().unwrap());
    let day = calendar.day(date("2018-11-04"));
    assert_eq!((day.start, day.seconds()), (at("2018-11-04T03:00:00Z"), 23 * 3_600));
    assert_eq!(calendar.show(day.start), "2018-11-04 01:00 -02:00");
}

#[test]
fn samoa_skipped_a_day() {
    let samoa = Calendar::new("Pacific/Apia".parse().unwrap());
    let skipped = samoa.start_of(date("2011-12-30"));
    assert_eq!(skipped, samoa.start_of(date("2011-12-31")), "the day that was not begins with the next");
    assert_eq!(samoa.day(date("2011-12-29")).end, skipped);
    assert_eq!(samoa.date_of(skipped), date("2011-12-31"));
    assert_eq!(samoa.date_of(skipped.plus_seconds(-1)), date("2011-12-29"));
}

#[test]
fn hours_are_local() {
    let kathmandu = Calendar::new("Asia/Kathmandu".parse().unwrap());
    assert_eq!(kathmandu.hour_of(at("2026-11-22T18:15:00Z")), 0);
    assert_eq!(kathmandu.date_of(at("2026-11-22T18:15:00Z")), date("2026-11-23"));
    assert_eq!(kathmandu.date_of(at("2026-11-22T18:14:59Z")), date("2026-11-22"));
}

#[test]
fn texts_that_name_no_time_are_refused() {
    for text in [
        "",
        "2026-11-22",
        "2026-11-22T09:30",
        "2026-11-22 09:30:00",
        "2026-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "now",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
    for text in [
        "",
        "2026-11-31",
        "2026-2-1",
        "2026-02-29",
        "26-11-22",
        "2026/11/22",
        "+2026-11-22",
        "2026-11-22Z",
        "０026-11-22",
    ] {
        assert!(text.parse::<Date>().is_err(), "{text}");
    }
    for text in ["", "IST", "Asia/Bombayy", "+05:30", "Asia/Kolkata ", "../etc/passwd"] {
        assert!(text.parse::<Zone>().is_err(), "{text}");
    }
    assert_eq!(at("2026-11-22T09:30:00.999+05:30"), at("2026-11-22T04:00:00Z"));
    assert!(Timestamp::from_unix(i64::MAX).is_err() && Timestamp::from_unix(i64::MIN).is_err());
    assert_eq!(at("9999-12-31T00:00:00Z").utc_date().utc_day().seconds(), 0, "time ends with the year 9999");
    let fixed = Clock::Fixed(at("2026-11-22T09:30:00Z"));
    assert_eq!(fixed.now(), fixed.now());
}

#[test]
fn a_period_is_never_empty() {
    let (a, b) = (at("2026-11-22T00:00:00Z"), at("2026-11-23T00:00:00Z"));
    assert!(Period::new(a, a).is_err() && Period::new(b, a).is_err());
    assert!(Period::utc_days(date("2026-11-22"), date("2026-11-22")).is_err());
    let day = Period::new(a, b).unwrap();
    assert!(day.holds(&day) && date("2026-11-22").utc_day() == day);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn instants_are_written_as_they_are_read(seconds in -62_135_596_800_i64..=253_402_300_799) {
        let instant = Timestamp::from_unix(seconds).unwrap();
        prop_assert_eq!(instant.to_string().parse::<Timestamp>().unwrap(), instant);
        let date = instant.utc_date();
        prop_assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
        prop_assert_eq!(date.utc_start().unix(), seconds - seconds.rem_euclid(DAY));
    }

    #[test]
    fn a_cycle_holds_its_date(day in 1_u32..=31, offset in 0_i64..4_000) {
        let cycle = BillingCycle::monthly_on(day).unwrap();
        let within = date("2020-01-01").plus_days(offset);
        let (start, end) = cycle.containing(within);
        prop_assert!(start <= within && within < end, "{} to {} for {}", start, end, within);
        prop_assert!((28..=31).contains(&end.days_since(start)), "{} to {}", start, end);
        // Every day of a cycle names the same one, and the next begins where it ends.
        prop_assert_eq!(cycle.containing(start), (start, end));
        prop_assert_eq!(cycle.containing(end.plus_days(-1)), (start, end));
        prop_assert_eq!(cycle.containing(end).0, end);
        // It renews on its day, or on the last day of a shorter month.
        for renewal in [start, end] {
            let last_of_month = renewal.plus_days(1).month() != renewal.month();
            prop_assert!(renewal.day() == day || (renewal.day() < day && last_of_month), "{}", renewal);
        }
    }

    #[test]
    fn days_and_their_distance_agree(a in 0_i64..800_000, b in 0_i64..800_000) {
        let zero = date("1600-01-01");
        prop_assert_eq!(zero.plus_days(a).days_since(zero.plus_days(b)), a - b);
        prop_assert_eq!(zero.plus_days(a).plus_days(-a), zero);
    }

    #[test]
    fn meters_add_up_to_the_tokens(
        parts in prop::array::uniform13(0_u64..=3_000),
        short in 0_u64..=2,
        huge in prop::bool::weighted(0.1),
    ) {
        let [plain, read, write, write_1h, audio, audio_read, image, image_read, out, out_audio, out_image, reasoning, _] = parts;
        let scale = if huge { 1 << 48 } else { 1 };
        let modalities = Modalities {
            input_audio: audio,
            cache_read_audio: audio_read,
            output_audio: out_audio,
            input_image: image,
            cache_read_image: image_read,
            output_image: out_image,
        };
        let cache_read = (read + audio_read + image_read) * scale;
        let cache_creation = (write + write_1h) * scale;
        let input = plain + cache_read + cache_creation + audio + image;
        let output = out + out_audio + out_image;
        let totals = TokenTotals {
            // Sometimes less than its parts: then it must be refused.
            input: input.saturating_sub(short),
            output: output.max(reasoning),
            cache_read,
            cache_creation,
            cache_creation_1h: write_1h,
            reasoning,
            modalities,
        };
        let usage = TokenUsage::from_totals(totals);
        prop_assert_eq!(usage.is_err(), short > plain && input > 0 && totals.input < input - plain, "{:?}", totals);
        let Ok(usage) = usage else { return Ok(()) };
        let meters: BTreeMap<&str, u64> = usage.disjoint_meters().iter().map(|(meter, n)| (meter.name(), *n)).collect();
        prop_assert_eq!(meters.len(), 11, "no meter comes twice");
        prop_assert_eq!(meters.values().sum::<u64>(), usage.input_tokens() + usage.output_tokens());
        prop_assert_eq!(usage.totals(), totals);
    }

    #[test]
    fn what_does_not_overlap_adds_up(counts in prop::array::uniform5(prop_oneof![0_u64..10_000, Just(u64::MAX / 3), Just(i64::MAX.unsigned_abs())])) {
        let [uncached_input, cache_read, cache_creation_5m, cache_creation_1h, output] = counts;
        let told = DisjointTokens { uncached_input, cache_read, cache_creation_5m, cache_creation_1h, output };
        let input = [uncached_input, cache_read, cache_creation_5m, cache_creation_1h].iter().map(|n| u128::from(*n)).sum::<u128>();
        let most = u128::from(i64::MAX.unsigned_abs());
        let usage = TokenUsage::from_disjoint(told);
        prop_assert_eq!(usage.is_ok(), input <= most && u128::from(output) <= most, "{:?}", told);
        let Ok(usage) = usage else { return Ok(()) };
        prop_assert_eq!(u128::from(usage.input_tokens()), input);
        let meters: BTreeMap<Meter, u64> = usage.disjoint_meters().into_iter().collect();
        prop_assert_eq!(meters[&Meter::Input], uncached_input);
        prop_assert_eq!(meters[&Meter::CacheRead], cache_read);
        prop_assert_eq!(meters[&Meter::CacheWrite], cache_creation_5m);
        prop_assert_eq!(meters[&Meter::CacheWrite1h], cache_creation_1h);
        prop_assert_eq!(meters[&Meter::Output], output);
    }
}

#[test]
fn counts_that_contradict_each_other_are_refused() {
    let good = TokenTotals {
        input: 100,
        output: 50,
        cache_read: 40,
        cache_creation: 20,
        cache_creation_1h: 10,
        reasoning: 30,
        modalities: Modalities {
            input_audio: 10,
            cache_read_audio: 10,
            output_audio: 20,
            ..Modalities::default()
        },
    };
    assert!(TokenUsage::from_totals(good).is_ok());
    let audio = |change: fn(&mut Modalities)| {
        let mut modalities = good.modalities;
        change(&mut modalities);
        TokenTotals { modalities, ..good }
    };
    for (what, bad) in [
        ("more cached than input", TokenTotals { cache_read: 81, ..good }),
        ("more written than input", TokenTotals { cache_creation: 61, ..good }),
        ("more for an hour than written", TokenTotals { cache_creation_1h: 21, ..good }),
        ("more reasoning than output", TokenTotals { reasoning: 51, ..good }),
        ("more audio than output", audio(|m| m.output_audio = 51)),
        ("more cached audio than cached", audio(|m| m.cache_read_audio = 41)),
        ("more audio than uncached input", audio(|m| m.input_audio = 41)),
        ("parts past counting", TokenTotals { cache_read: u64::MAX, cache_creation: u64::MAX, ..good }),
        ("input past what the store holds", TokenTotals { input: u64::MAX, ..good }),
        ("output past what the store holds", TokenTotals { output: 1 << 63, ..good }),
    ] {
        assert!(TokenUsage::from_totals(bad).is_err(), "{what}");
    }
}
