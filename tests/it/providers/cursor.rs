//! Cursor: milliseconds as texts, cents as fractions, limits in dollars, pages in two forms, and no persons.

use spendglass_core::money::exact;
use spendglass_core::providers::{Bucket, Next, PageToken, Query};

use super::{changed, charges, page, posted, quotas, request, stream};
use crate::fixtures;

#[test]
fn cents_are_dollars_by_a_hundred_to_the_last_digit() {
    let page = page("cursor", "usage_events");
    let costs: Vec<_> =
        charges(&page).iter().map(|charge| charge.billed_cost.map(|cost| cost.amount)).collect();
    let dollars = |text: &str| Some(exact(text).unwrap());
    // The model's cost and the fee; what was charged, where that is told; what the plan includes.
    assert_eq!(costs, [dollars("0.2136232"), dollars("0.21"), dollars("0")]);
    let newer = super::page("cursor", "usage_events.cursor");
    let costs: Vec<_> =
        charges(&newer).iter().map(|charge| charge.billed_cost.map(|cost| cost.amount)).collect();
    // What a kind of next year costs is not known.
    assert_eq!(costs, [dollars("0.000000001"), dollars("0"), None, dollars("0")]);
}

#[test]
fn the_same_event_twice_is_one_and_that_of_somebody_else_is_another() {
    let page = page("cursor", "usage_events");
    assert_eq!(charges(&page).len(), 3, "four events, of which one comes twice");
    let text = format!("{page:?}");
    assert!(!text.contains("example.com"), "{text}");
}

#[test]
fn an_event_lies_in_its_hour_and_one_without_tokens_has_none() {
    let events = page("cursor", "usage_events");
    let events = charges(&events);
    assert_eq!(events[0].charge_period.to_string(), "2026-09-10T09:00:00Z to 2026-09-10T10:00:00Z");
    let tokens = events[0].tokens.unwrap();
    assert_eq!((tokens.input_tokens(), tokens.output_tokens()), (126 + 6_112 + 11_964, 450));
    assert_eq!(events[2].tokens, None);
    let fixture = fixtures::one("cursor", "usage_events");
    let by_day = Query { bucket: Bucket::Day, ..fixture.query.clone() };
    let days = (fixture.stream.parse)(&fixture.body, &by_day).unwrap();
    assert_eq!(charges(&days)[0].charge_period.to_string(), "2026-09-10T00:00:00Z to 2026-09-11T00:00:00Z");
}

#[test]
fn what_lies_on_the_end_belongs_to_the_next_window() {
    let page = page("cursor", "usage_events.cursor");
    assert_eq!(charges(&page).len(), 4, "the fifth is of the window's end to the millisecond");
    let error = changed("cursor", "usage_events.cursor", "1789084800000", "1789084800001").unwrap_err();
    assert_eq!(error.at, "usageEvents[4].timestamp");
    // Seconds are not milliseconds.
    assert!(changed("cursor", "usage_events", "\"1789000000000\"", "1789000000").is_err());
}

#[test]
fn pages_are_counted_or_go_on_at_a_cursor() {
    let token = |text: &str| Next::Token(PageToken(text.to_owned()));
    assert_eq!(page("cursor", "usage_events").next, token("2"));
    assert_eq!(page("cursor", "usage_events.cursor").next, token("ev_AAB+/="));
    assert_eq!(page("cursor", "usage_events.last").next, Next::End);
    let fixture = fixtures::one("cursor", "usage_events");
    let asked = |page: Option<&str>| {
        let page = page.map(|page| PageToken(page.to_owned()));
        posted(&request(stream("cursor", "usage_events"), &Query { page, ..fixture.query.clone() }))
    };
    assert_eq!((&asked(None)["page"], &asked(Some("2"))["page"]), (&1.into(), &2.into()));
    let newer = asked(Some("ev_AAB+/="));
    assert_eq!((newer.get("page"), &newer["cursor"]), (None, &"ev_AAB+/=".into()));
    // Milliseconds; and no later than the present, or new events would shift the pages.
    let first = asked(None);
    assert_eq!(first["startDate"], 1_788_912_000_000_i64);
    assert_eq!(first["endDate"], fixture.query.observed_at.unix() * 1_000);
    let more = changed("cursor", "usage_events", "\"currentPage\": 1, ", "").unwrap();
    assert_eq!(more.next, Next::Missing);
}

#[test]
fn spend_is_in_cents_and_limits_are_in_dollars() {
    let told = |name: &str| -> Vec<String> {
        let page = page("cursor", name);
        let quotas = quotas(&page);
        let shown = quotas.iter().map(|quota| {
            let limit = quota.limit.map_or_else(|| "-".to_owned(), |limit| limit.to_string());
            format!("{}: {} of {limit}", quota.name, quota.used.unwrap())
        });
        shown.collect()
    };
    assert_eq!(
        told("spend"),
        [
            "spent by the team beyond the plan: 135.845 of -",
            "used by the team of what the plan includes: 20.01 of -",
            // 12.345 of 20 dollars is more of a limit than 24.50 of 100; nought is no limit.
            "spent by the one of the team nearest to a limit: 12.345 of 20",
        ]
    );
    // What is not told of somebody is not told of all.
    assert_eq!(
        told("spend.page1"),
        [
            "spent by members 1 to 100 beyond the plan: 24.5 of -",
            "spent by the one of members 1 to 100 nearest to a limit: 24.5 of 100",
        ]
    );
    assert!(!format!("{:?}", page("cursor", "spend")).contains("First"));
}
