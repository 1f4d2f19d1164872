//! Azure: columns by their names, dates as whole numbers, an end that counts, a link that is not followed.

use spendglass_core::money::exact;
use spendglass_core::providers::Next;

use super::{changed, charges, page, parameter, posted, request, stream};
use crate::fixtures;

#[test]
fn columns_are_read_by_their_names_in_any_order() {
    let (first, second) = (page("azure.ai.openai", "cost"), page("azure.ai.openai", "cost.page2"));
    let costs =
        |page| charges(page).iter().map(|charge| charge.billed_cost.unwrap().to_string()).collect::<Vec<_>>();
    assert_eq!(costs(&first), ["1.2345 EUR", "0.4 EUR"]);
    // The older name of the cost, as a text; the quantity is not told, so it is unknown.
    assert_eq!(costs(&second), ["83.1000000000000000001 INR", "-0.0025 INR"]);
    assert!(charges(&second).iter().all(|charge| charge.consumed_quantity.is_none()));
    assert_eq!(charges(&first)[0].consumed_quantity, Some(exact("1000.5").unwrap()));
    assert_eq!(charges(&first)[0].project.as_deref(), Some("rg-maps/harbour"));
}

#[test]
fn dates_are_whole_numbers() {
    let page = page("azure.ai.openai", "cost");
    assert_eq!(charges(&page)[1].charge_period.start.to_string(), "2026-09-02T00:00:00Z");
    for bad in ["20260931", "2026090", "-20260902", "20260902.5", "\"2026-09-02\"", "null"] {
        let error = changed("azure.ai.openai", "cost", "20260902", bad).unwrap_err();
        assert_eq!(error.at, "properties.rows[1][2]", "{bad}: {error}");
    }
}

#[test]
fn a_missing_column_or_cell_is_refused_by_its_place() {
    for name in ["Cost", "UsageDate", "Currency"] {
        let quoted = format!("\"{name}\"");
        let error = changed("azure.ai.openai", "cost", &quoted, "\"Renamed\"").unwrap_err();
        assert!(error.at == "properties.columns" && error.problem.contains(name), "{error}");
    }
    let error =
        changed("azure.ai.openai", "cost", ", \"gpt-5.1 Outp glbl Tokens\", \"EUR\"]", "]").unwrap_err();
    assert_eq!(error.at, "properties.rows[1][5]");
}

#[test]
fn the_end_that_is_asked_for_counts() {
    let fixture = fixtures::one("azure.ai.openai", "cost");
    let asked = request(stream("azure.ai.openai", "cost"), &fixture.query);
    assert_eq!(asked.path, "/subscriptions/0000/providers/Microsoft.CostManagement/query");
    let wish = posted(&asked);
    assert_eq!(wish["timePeriod"]["from"], "2026-09-01T00:00:00Z");
    assert_eq!(wish["timePeriod"]["to"], "2026-09-10T23:59:59Z");
    assert!(wish["dataset"]["grouping"].as_array().unwrap().len() <= 2, "some scopes take no more");
}

#[test]
fn only_the_cursor_of_the_link_is_used() {
    let Next::Token(token) = page("azure.ai.openai", "cost").next else { panic!() };
    assert_eq!(token.0, "AQAAAA==");
    let fixture = fixtures::one("azure.ai.openai", "cost");
    let query = spendglass_core::providers::Query { page: Some(token), ..fixture.query.clone() };
    let asked = request(stream("azure.ai.openai", "cost"), &query);
    assert_eq!(parameter(&asked, "$skiptoken"), ["AQAAAA=="]);
    assert_eq!(asked.origin, None);
    // A link of another subscription, or none at all.
    for bad in ["https://management.azure.com/subscriptions/1111", "/subscriptions/0000"] {
        let error =
            changed("azure.ai.openai", "cost", "https://management.azure.com/subscriptions/0000", bad);
        assert_eq!(error.unwrap_err().at, "properties.nextLink", "{bad}");
    }
    let without = changed("azure.ai.openai", "cost", "$skiptoken=", "$other=").unwrap();
    assert_eq!(without.next, Next::Missing);
}
