//! GitHub Copilot: money from one report and quantities from the others, so that nothing counts twice.

use spendglass_core::money::exact;
use spendglass_simulator::Person;
use tokio_util::sync::CancellationToken;

use super::{changed, charges, page, parameter, request, stream};
use crate::fixtures;
use crate::house::{House, connect_to, job};

#[test]
fn money_comes_from_the_dated_report_alone() {
    let page_of_bill = page("github_copilot", "billing_usage");
    let bill = charges(&page_of_bill);
    let told: Vec<_> = bill.iter().map(|charge| charge.billed_cost.unwrap().to_string()).collect();
    // What the plan covers is taken off, other products and days that were not asked for are left out.
    assert_eq!(told, ["1 USD", "0.28 USD"]);
    assert!(bill.iter().all(|charge| charge.consumed_quantity.is_none() && charge.requests.is_none()));
    for name in ["ai_credit_usage", "premium_request_usage"] {
        let used = page("github_copilot", name);
        assert!(charges(&used).iter().all(|charge| charge.billed_cost.is_none()), "{name}");
    }
}

#[test]
fn what_was_used_is_the_gross_quantity() {
    let page = page("github_copilot", "ai_credit_usage");
    let used: Vec<_> = charges(&page)
        .iter()
        .map(|charge| {
            let unit = charge.consumed_unit.as_deref().unwrap();
            (charge.response_model.as_deref().unwrap(), charge.consumed_quantity.unwrap(), unit)
        })
        .collect();
    let credits = |text: &str| exact(text).unwrap();
    assert_eq!(
        used,
        [("GPT-5.1", credits("142.5"), "ai-credits"), ("Claude Sonnet 5", credits("12.698546"), "ai-units")]
    );
}

#[test]
fn a_report_of_more_than_a_day_is_refused() {
    let error = changed("github_copilot", "ai_credit_usage", ", \"day\": 9", "").unwrap_err();
    assert_eq!(error.at, "timePeriod");
    let error = changed("github_copilot", "ai_credit_usage", "\"day\": 9", "\"day\": 8").unwrap_err();
    assert!(error.problem.contains("outside"), "{error}");
}

#[test]
fn a_bill_of_another_month_is_refused() {
    let error = changed("github_copilot", "billing_usage", "2026-09-08", "2026-08-08").unwrap_err();
    assert_eq!(error.at, "usageItems[1].date");
}

#[test]
fn the_bill_is_asked_by_month_and_the_rest_by_day() {
    let asked = |name: &str| {
        let fixture = fixtures::one("github_copilot", name);
        request(stream("github_copilot", name), &fixture.query)
    };
    let bill = asked("billing_usage");
    assert_eq!(bill.path, "/users/some-octopus/settings/billing/usage");
    // Without a month it would be the whole year.
    assert_eq!((parameter(&bill, "year"), parameter(&bill, "month")), (vec!["2026"], vec!["9"]));
    assert!(parameter(&bill, "day").is_empty());
    let used = asked("ai_credit_usage");
    assert_eq!(parameter(&used, "day"), ["9"]);
    assert_eq!(used.path, "/users/some-octopus/settings/billing/ai_credit/usage");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_the_user_is_asked_for_once_a_stream() {
    let house = House::new(Person::Freelancer, "2026-11-18T12:30:00Z").await;
    let told = house.town.providers().into_iter().find(|told| told.id == "github_copilot").unwrap();
    let account = connect_to(&house.store, told, house.now).await;
    let job = job(&account, None, house.now);
    let outcomes = house.engine.sync(&job, &CancellationToken::new(), &|_| {}).await.unwrap();
    assert!(
        outcomes.iter().all(|outcome| outcome.error.is_none() && outcome.read.booked > 0),
        "{outcomes:?}"
    );
    let counts = house.town.request_counts();
    // Three streams: a year of bills month by month, and two reports of 31 days each.
    assert_eq!(
        (counts["github_copilot/user"], counts["github_copilot/ai_credit_usage"]),
        (3, 31),
        "{counts:?}"
    );
}
