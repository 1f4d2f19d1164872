//! What the reader refuses: each with the plan, the field and what to write instead.

use spendglass_core::catalogue::{Plans, Quantity};
use spendglass_core::money::exact;

/// A plan of one price, with some of its text changed.
pub(super) fn with(from: &str, to: &str) -> String {
    let plain = r#"{"plans": [{"id": "acme/pro", "provider": "acme", "product": "Acme", "name": "Pro",
        "prices": [{"amount": "20", "currency": "USD"}],
        "limits": [{"unit": "requests", "amount": "100", "window": "day", "starts": "calendar UTC"}],
        "credit": [{"unit": "acme.credits", "amount": "500", "every": "month", "starts": "purchase"}],
        "rates": [{"unit": "acme.credits", "amount": "2", "per": "request"}],
        "packs": [{"price": "10", "currency": "USD", "credit": "400", "unit": "acme.credits"}],
        "overage": "packs",
        "sources": ["https://acme.example/pricing"], "seen": "2026-11-20", "confidence": "high", "evidence": "official"}]}"#;
    assert!(from.is_empty() || plain.matches(from).count() == 1, "{from}");
    if from.is_empty() { plain.to_owned() } else { plain.replacen(from, to, 1) }
}

/// What is written instead of what, and what of the error must be said. All of these a schema can see too.
pub(super) const BY_SHAPE: &[(&str, &str, &[&str])] = &[
    (r#""id": "acme/pro", "#, "", &["the file: plans[0]", "\"id\" is missing", "acme/pro"]),
    (r#""id": "acme/pro""#, r#""id": "Acme Pro""#, &["id:", "lower-case"]),
    (r#""provider": "acme", "#, "", &["acme/pro: \"provider\" is missing"]),
    (r#""amount": "20""#, r#""amount": "20 dollars""#, &["acme/pro: prices[0].amount", "20 dollars"]),
    (r#""amount": "20""#, r#""amount": "-20""#, &["prices[0].amount", "below nought"]),
    (r#""amount": "20""#, r#""amount": "unlimited""#, &["prices[0].amount", "{\"min\", \"max\"}"]),
    (r#""amount": "20", "#, "", &["prices[0]", "\"amount\" is missing", "null where nobody says"]),
    (r#""amount": "20""#, r#""amount": {"min": "1"}"#, &["prices[0].amount", "{\"min\", \"max\"}"]),
    (
        r#""amount": "20""#,
        r#""amont": "20""#,
        &["prices[0]", "\"amont\" is no field here", "amount, currency"],
    ),
    (
        r#""amount": "20", "currency": "USD""#,
        r#""amount": "20", "currency": "usd""#,
        &["prices[0].currency", "\"usd\"", "USD or INR"],
    ),
    (
        r#""currency": "USD"}],
        "limits""#,
        r#""currency": "USD", "every": "day"}],
        "limits""#,
        &["prices[0].every", "month, year or lifetime"],
    ),
    (
        r#""currency": "USD"}],
        "limits""#,
        r#""currency": "USD", "market": "India"}],
        "limits""#,
        &["prices[0].market", "two capital letters"],
    ),
    (
        r#""currency": "USD"}],
        "limits""#,
        r#""currency": "USD", "tax": "yes"}],
        "limits""#,
        &["prices[0].tax", "included, excluded or unstated"],
    ),
    (
        r#""currency": "USD"}],
        "limits""#,
        r#""currency": "USD", "kind": "intro"}],
        "limits""#,
        &["prices[0].kind", "intro_months"],
    ),
    (r#""window": "day""#, r#""window": "fortnight""#, &["limits[0].window", "5 hours, day, week"]),
    (r#""starts": "calendar UTC""#, r#""starts": "midnight""#, &["limits[0].starts", "calendar ZONE"]),
    (r#""unit": "requests""#, r#""unit": "Requests made""#, &["limits[0].unit", "16 lower-case letters"]),
    (r#""per": "request""#, r#""per": "1500 tokens""#, &["rates[0].per", "power of ten"]),
    (r#""per": "request""#, r#""per": "hour""#, &["rates[0].per", "1000000 output"]),
    (r#""credit": "400""#, r#""credit": "0""#, &["packs[0].credit", "more than 0"]),
    (r#""overage": "packs""#, r#""overage": "free""#, &["acme/pro: overage", "\"blocked\", \"packs\""]),
    (
        r#""overage": "packs""#,
        r#""overage": {"per_unit": {"unit": "requests", "price": "1", "per": 3, "currency": "USD"}}"#,
        &["overage.per_unit.per", "1, 1000 or 1000000"],
    ),
    (
        r#""overage": "packs""#,
        r#""overage": "packs", "discounts": [{"on": "use", "percent": "120"}]"#,
        &["discounts[0].percent", "more than 100"],
    ),
    (
        r#""overage": "packs""#,
        r#""overage": "packs", "discounts": [{"on": "tax", "percent": "12"}]"#,
        &["discounts[0].on", "price, use or batch"],
    ),
    (r#""overage": "packs""#, r#""overage": "packs", "seats": {"min": 2.5}"#, &["seats.min", "whole number"]),
    (
        r#""overage": "packs""#,
        r#""overage": "packs", "audience": "everybody""#,
        &["audience", "individual, student, team or enterprise"],
    ),
    (
        r#""overage": "packs""#,
        r#""overage": "packs", "serves": {"surfaces": ["phone"]}"#,
        &["serves.surfaces[0]", "coding_agent"],
    ),
    (
        r#""overage": "packs""#,
        r#""overage": "packs", "serves": {"models": []}"#,
        &["serves.models", "[\"*\"]"],
    ),
    (
        r#""sources": ["https://acme.example/pricing"]"#,
        r#""sources": []"#,
        &["sources", "at least one source"],
    ),
    (r#""seen": "2026-11-20", "#, "", &["acme/pro: \"seen\" is missing", "the day on which it was seen"]),
    (r#""seen": "2026-11-20""#, r#""seen": "last week""#, &["acme/pro: seen"]),
    (r#""confidence": "high""#, r#""confidence": "certain""#, &["confidence", "low, medium or high"]),
];

/// What a schema cannot see: it is in how the parts fit.
const BY_SENSE: &[(&str, &str, &[&str])] = &[
    (
        r#""amount": "20""#,
        r#""amount": {"min": "3", "max": "2"}"#,
        &["prices[0].amount", "min 3 is above max 2"],
    ),
    (r#""amount": "20""#, r#""amount": "0.00000000000000000000000000000001""#, &["prices[0].amount"]),
    (
        r#""amount": "20", "currency": "USD""#,
        r#""amount": "20", "currency": "ZZZ""#,
        &["prices[0].currency", "\"ZZZ\""],
    ),
    (r#""starts": "calendar UTC""#, r#""starts": "calendar Mars/Olympus""#, &["limits[0].starts"]),
    (
        r#""amount": "100""#,
        r#""amount": {"times": "5", "of": "acme/free"}"#,
        &["limits[0].amount", "no plan \"acme/free\""],
    ),
    (
        r#""amount": "100""#,
        r#""amount": {"times": "5", "of": "acme/pro"}"#,
        &["limits[0].amount", "multiple of itself"],
    ),
    (
        r#""amount": "100""#,
        r#""amount": {"percent_of_month": "20"}"#,
        &["limits[0].amount", "no monthly credit in requests"],
    ),
    (
        r#""rates": [{"unit": "acme.credits", "amount": "2", "per": "request"}],"#,
        "",
        &["credit[0].unit", "write a rate"],
    ),
    (
        r#""rates": [{"unit": "acme.credits""#,
        r#""rates": [{"unit": "tokens", "amount": "1", "per": "request"}, {"unit": "acme.credits""#,
        &["rates[0].unit", "counted by itself"],
    ),
    (
        r#""packs": [{"price": "10", "currency": "USD", "credit": "400", "unit": "acme.credits"}],"#,
        "",
        &["overage", "needs at least one pack"],
    ),
    (
        r#""overage": "packs""#,
        r#""overage": "packs", "then": {"plan": "acme/max", "after_months": 3}"#,
        &["then.plan", "acme/max"],
    ),
    (
        r#""overage": "packs""#,
        r#""overage": "packs", "from": "2026-11-02", "until": "2026-11-02""#,
        &["until", "not after"],
    ),
    (r#""overage": "packs""#, r#""overage": "packs", "overage": "blocked""#, &["\"overage\" stands twice"]),
];

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_to_write() {
    assert_eq!(Plans::read(&with("", "")).unwrap().plans.len(), 1);
    for (from, to, told) in BY_SHAPE.iter().chain(BY_SENSE) {
        let text = with(from, to);
        let error = Plans::read(&text).expect_err(to).to_string();
        for part in *told {
            assert!(error.contains(part), "{to}\n{error}\nlacks {part}");
        }
    }
}

#[test]
fn multiples_that_lead_in_a_ring_are_refused_and_so_is_one_id_twice() {
    let plan = |id: &str, of: &str| {
        let amount = format!(r#"{{"times": "2", "of": "{of}"}}"#);
        with(r#""amount": "100""#, &format!(r#""amount": {amount}"#)).replace("acme/pro", id)
    };
    let two = |one: String, other: String| {
        let inner = |text: &str| text.split_once('[').unwrap().1.rsplit_once(']').unwrap().0.to_owned();
        format!(r#"{{"plans": [{}, {}]}}"#, inner(&one), inner(&other))
    };
    let ring = Plans::read(&two(plan("acme/a", "acme/b"), plan("acme/b", "acme/a"))).unwrap_err().to_string();
    assert!(ring.contains("acme/a: limits[0].amount") && ring.contains("multiple of itself"), "{ring}");
    let twice = Plans::read(&two(with("", ""), with("", ""))).unwrap_err().to_string();
    assert!(twice.contains("acme/pro: id: another plan has this id"), "{twice}");
}

#[test]
fn numbers_are_read_to_the_last_digit_whether_in_quotes_or_not() {
    for written in [r#""0.1234567890123456789012345678""#, "0.1234567890123456789012345678"] {
        let plans = Plans::read(&with(r#""amount": "20""#, &format!(r#""amount": {written}"#))).unwrap();
        assert_eq!(
            plans.plans[0].prices[0].amount,
            Quantity::Exact(exact("0.1234567890123456789012345678").unwrap())
        );
    }
    assert!(Plans::read("{\"plans\": [").unwrap_err().to_string().contains("no JSON"));
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    assert!(Plans::read(&deep).unwrap_err().to_string().contains("nested too deeply"));
}
