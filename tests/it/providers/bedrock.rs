//! AWS Bedrock: decimal texts, every name of the service, errors in the body, and a price on each request.

use spendglass_core::ledger::{ChargeCategory, Lane};
use spendglass_core::providers::{Cursor, find};

use super::{changed, charges, page, posted, request, stream};
use crate::fixtures;

#[test]
fn models_of_other_makers_are_bedrock_too_and_other_services_are_not() {
    let (first, second) =
        (page("aws.bedrock", "cost_and_usage"), page("aws.bedrock", "cost_and_usage.page2"));
    let told: Vec<_> = charges(&first).into_iter().chain(charges(&second)).collect();
    let words: Vec<_> = told.iter().map(|charge| charge.description.as_deref().unwrap()).collect();
    assert_eq!(
        words,
        [
            "Claude Sonnet 5 (Amazon Bedrock Edition), USE1-MP:USE1_InputTokenCount-Units",
            "Amazon Bedrock, USE1-NovaLite-input-tokens",
            "AMAZON BEDROCK AgentCore, EUC1-Runtime",
            "Amazon Bedrock, Refund",
        ]
    );
    assert_eq!(told[0].response_model.as_deref(), Some("Claude Sonnet 5"));
    assert_eq!(told[1].response_model, None, "a type of usage is free text");
    // A bill that is not closed yet is a bill.
    assert!(told.iter().all(|charge| charge.lane == Lane::Billed));
    assert_eq!(told[2].billed_cost.unwrap().to_string(), "0.00000015 USD");
    assert_eq!((told[2].consumed_quantity, told[3].category), (None, ChargeCategory::Credit));
}

#[test]
fn the_request_asks_for_every_service_up_to_an_end_that_does_not_count() {
    let fixture = fixtures::one("aws.bedrock", "cost_and_usage");
    let asked = request(stream("aws.bedrock", "cost_and_usage"), &fixture.query);
    assert_eq!(asked.headers, [("x-amz-target", "AWSInsightsIndexService.GetCostAndUsage".to_owned())]);
    assert_eq!(asked.body.as_ref().unwrap().kind, "application/x-amz-json-1.1");
    let wish = posted(&asked);
    assert_eq!(
        (&wish["TimePeriod"]["Start"], &wish["TimePeriod"]["End"]),
        (&"2026-09-07".into(), &"2026-09-10".into())
    );
    assert_eq!((wish.get("Filter"), wish.get("NextPageToken")), (None, None));
    assert_eq!(wish["GroupBy"].as_array().unwrap().len(), 2);
}

#[test]
fn reading_costs_money_so_it_is_said_and_seldom_done() {
    let provider = find("aws.bedrock").unwrap();
    assert!(provider.keys[0].cost.contains("US$0.01"));
    let stream = stream("aws.bedrock", "cost_and_usage");
    assert_eq!(stream.floor, 43_200, "twice a day at most");
    let Cursor::Daily { slice, history, .. } = stream.cursor else { panic!() };
    assert_eq!(slice, history, "one question, however much there is to read");
    // The check is free: it goes to another service, which signs for itself.
    let check =
        (provider.check.as_ref().unwrap().request)(&fixtures::one("aws.bedrock", "cost_and_usage").query);
    assert_eq!((check.origin, check.sign_as), (Some("https://sts.us-east-1.amazonaws.com"), Some("sts")));
    assert!(check.body.is_none());
}

#[test]
fn an_error_means_what_its_name_says() {
    let provider = find("aws.bedrock").unwrap();
    let meant = |status: u16, body: &str| (provider.meaning)(status, body.as_bytes());
    let named = |name: &str| meant(400, &format!("{{\"__type\":\"{name}\",\"Message\":\"no\"}}"));
    assert_eq!(named("AccessDeniedException"), 403);
    assert_eq!(named("UnrecognizedClientException"), 401);
    assert_eq!(named("com.amazonaws.ce#ExpiredTokenException"), 401);
    assert_eq!(named("LimitExceededException"), 429);
    assert_eq!(named("com.amazonaws.costexplorer#DataUnavailableException"), 404);
    assert_eq!(named("ValidationException"), 400);
    assert_eq!(meant(403, r#"{"Error":{"Code":"InvalidClientTokenId","Message":"no"}}"#), 401);
    let xml = "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>It differs.</Message></Error></ErrorResponse>";
    assert_eq!(meant(403, xml), 401);
    assert_eq!((provider.error_message)(xml.as_bytes()).as_deref(), Some("It differs."));
    assert_eq!(stream("aws.bedrock", "cost_and_usage").absent[0].0, 404, "no figures yet");
}

#[test]
fn sts_may_answer_in_xml() {
    let kind = find("aws.bedrock").unwrap().check.as_ref().unwrap().kind;
    let xml = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult/></GetCallerIdentityResponse>";
    assert_eq!(kind(xml.as_bytes()), Ok(None));
    assert!(kind(b"<html>sign in</html>").is_err() && kind(b"{}").is_err());
}

#[test]
fn a_line_without_its_two_names_or_in_no_currency_is_refused() {
    let error = changed(
        "aws.bedrock",
        "cost_and_usage",
        "[\"Amazon Bedrock\", \"USE1-NovaLite-input-tokens\"]",
        "[\"Amazon Bedrock\"]",
    );
    assert_eq!(error.unwrap_err().at, "ResultsByTime[0].Groups[1].Keys");
    let error = changed(
        "aws.bedrock",
        "cost_and_usage",
        "\"0.1234567\", \"Unit\": \"USD\"",
        "\"0.1234567\", \"Unit\": \"US\"",
    );
    assert_eq!(error.unwrap_err().at, "ResultsByTime[0].Groups[0].Metrics.UnblendedCost.currency");
}
