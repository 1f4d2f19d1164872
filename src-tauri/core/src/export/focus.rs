//! Charges as rows of FOCUS 1.2, the open specification of cost and usage. What nobody told stays empty: an empty cell is no
//! nought. What FOCUS has no column for stands in columns of our own, whose names begin with `x_`.

use std::borrow::Cow;

use crate::ledger::{ChargeCategory, named};
use crate::store::{ToldCharge, ToldFacet};
use crate::time::{BillingCycle, Date, Timestamp};

/// The columns: those of FOCUS 1.2 by their names, then ours.
pub const COLUMNS: [&str; 77] = [
    "AvailabilityZone",
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "CapacityReservationId",
    "CapacityReservationStatus",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingCurrency",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
    "x_Lane",
    "x_Provider",
    "x_Stream",
    "x_ListCost",
    "x_ListCurrency",
    "x_ListUnitPrices",
    "x_RequestModel",
    "x_ResponseModel",
    "x_ServiceTier",
    "x_ContextWindow",
    "x_ApiKeyId",
    "x_ApiKeyName",
    "x_SessionId",
    "x_InputTokens",
    "x_OutputTokens",
    "x_CacheReadTokens",
    "x_CacheWriteTokens",
    "x_CacheWriteHourTokens",
    "x_ReasoningTokens",
    "x_Requests",
];

/// A charge with what it is of, in the words of a reader.
#[derive(Debug, Clone, Copy)]
pub struct Charged<'a> {
    /// The charge.
    pub charge: &'a ToldCharge,
    /// What it is of.
    pub facet: &'a ToldFacet,
    /// The unit prices behind its list cost, as JSON.
    pub basis: Option<&'a str>,
    /// The account's number.
    pub account: i64,
    /// The account's name.
    pub label: &'a str,
    /// The provider's id.
    pub provider: &'a str,
    /// The provider's name.
    pub provider_name: &'a str,
    /// The stream's name.
    pub stream: &'a str,
    /// What the project is called.
    pub project_name: Option<&'a str>,
    /// What the key is called.
    pub key_name: Option<&'a str>,
    /// Clients and tags, as JSON.
    pub tags: &'a str,
}

/// The cells of a charge, in the order of the columns.
pub fn cells<'a>(of: &Charged<'a>) -> Vec<Cow<'a, str>> {
    let Charged { charge, facet, .. } = of;
    let text = |text: &'a str| (!text.is_empty()).then_some(Cow::Borrowed(text));
    let number = |number: Option<u64>| number.map(|number| Cow::Owned(number.to_string()));
    let figure = |figure: &'a Option<String>| figure.as_deref().map(Cow::Borrowed);
    let period = |seconds: i64| Timestamp::from_unix(seconds).ok();
    let time = |seconds: i64| period(seconds).map(|at| Cow::Owned(at.to_string()));
    let billing = period(charge.start).map(|at| BillingCycle::CALENDAR_MONTH.containing(at.utc_date()));
    let midnight = |date: Date| Cow::Owned(date.utc_start().to_string());
    // FOCUS means the billing currency by every cost: a list cost in another one would be read wrong there.
    let currency = text(&facet.billed_currency).or(text(&facet.list_currency));
    let same = facet.billed_currency.is_empty() || facet.billed_currency == facet.list_currency;
    let listed = charge.listed.is_some();
    let category = named(&facet.category, ChargeCategory::NAMED);
    let is_usage = category == Some(ChargeCategory::Usage);
    let mut cells = vec![Cow::Borrowed(""); COLUMNS.len()];
    let mut put = |place: usize, cell: Option<Cow<'a, str>>| {
        if let Some(cell) = cell {
            cells[place] = cell;
        }
    };
    put(const { at("BilledCost") }, figure(&charge.billed));
    put(const { at("BillingAccountId") }, Some(Cow::Owned(of.account.to_string())));
    put(const { at("BillingAccountName") }, text(of.label));
    put(const { at("BillingCurrency") }, currency);
    put(const { at("BillingPeriodStart") }, billing.map(|(start, _)| midnight(start)));
    put(const { at("BillingPeriodEnd") }, billing.map(|(_, end)| midnight(end)));
    put(const { at("ChargeCategory") }, Some(Cow::Borrowed(category.map_or("", category_name))));
    put(const { at("ChargeDescription") }, text(&facet.description));
    put(const { at("ChargeFrequency") }, is_usage.then_some(Cow::Borrowed("Usage-Based")));
    put(const { at("ChargePeriodStart") }, time(charge.start));
    put(const { at("ChargePeriodEnd") }, time(charge.end));
    put(const { at("ConsumedQuantity") }, figure(&charge.quantity));
    put(const { at("ConsumedUnit") }, text(&facet.unit));
    put(const { at("InvoiceIssuerName") }, text(of.provider_name));
    put(const { at("ListCost") }, same.then(|| figure(&charge.listed)).flatten());
    put(const { at("PricingCurrency") }, listed.then(|| text(&facet.list_currency)).flatten());
    put(const { at("ProviderName") }, text(of.provider_name));
    put(const { at("ServiceCategory") }, Some(Cow::Borrowed("AI and Machine Learning")));
    put(const { at("ServiceName") }, text(of.provider_name));
    put(const { at("SkuId") }, text(&facet.request_model).or(text(&facet.response_model)));
    put(const { at("SkuMeter") }, text(&facet.meter));
    put(const { at("SubAccountId") }, text(&facet.project));
    put(const { at("SubAccountName") }, of.project_name.map(Cow::Borrowed));
    put(const { at("SubAccountType") }, (!facet.project.is_empty()).then_some(Cow::Borrowed("Project")));
    put(const { at("Tags") }, text(of.tags));
    put(const { at("x_Lane") }, text(&facet.lane));
    put(const { at("x_Provider") }, text(of.provider));
    put(const { at("x_Stream") }, text(of.stream));
    put(const { at("x_ListCost") }, figure(&charge.listed));
    put(const { at("x_ListCurrency") }, listed.then(|| text(&facet.list_currency)).flatten());
    put(const { at("x_ListUnitPrices") }, of.basis.map(Cow::Borrowed));
    put(const { at("x_RequestModel") }, text(&facet.request_model));
    put(const { at("x_ResponseModel") }, text(&facet.response_model));
    put(const { at("x_ServiceTier") }, text(&facet.service_tier));
    put(const { at("x_ContextWindow") }, text(&facet.context_window));
    put(const { at("x_ApiKeyId") }, text(&facet.api_key));
    put(const { at("x_ApiKeyName") }, of.key_name.map(Cow::Borrowed));
    put(const { at("x_SessionId") }, text(&facet.session));
    put(const { at("x_InputTokens") }, number(charge.input_tokens));
    put(const { at("x_OutputTokens") }, number(charge.output_tokens));
    put(const { at("x_CacheReadTokens") }, number(charge.cache_read));
    put(const { at("x_CacheWriteTokens") }, number(charge.cache_creation));
    put(const { at("x_CacheWriteHourTokens") }, number(charge.cache_creation_1h));
    put(const { at("x_ReasoningTokens") }, number(charge.reasoning));
    put(const { at("x_Requests") }, number(charge.requests));
    cells
}

/// The place of a column, found while this is compiled.
const fn at(column: &str) -> usize {
    let mut place = 0;
    while !is_same(COLUMNS[place], column) {
        place += 1;
    }
    place
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut place = 0;
    while place < one.len() && place < other.len() && one[place] == other[place] {
        place += 1;
    }
    place == one.len() && place == other.len()
}

const fn category_name(category: ChargeCategory) -> &'static str {
    match category {
        ChargeCategory::Usage => "Usage",
        ChargeCategory::Purchase => "Purchase",
        ChargeCategory::Tax => "Tax",
        ChargeCategory::Credit => "Credit",
        ChargeCategory::Adjustment => "Adjustment",
    }
}

/// A line of CSV (RFC 4180). What begins like a formula is disarmed, unless it is a number.
pub fn line(cells: &[Cow<'_, str>], out: &mut String) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(cell);
        let quoted = runs || cell.contains([',', '"', '\r', '\n']);
        if !quoted {
            out.push_str(cell);
            continue;
        }
        out.push('"');
        if runs {
            out.push('\'');
        }
        for c in cell.chars() {
            if c == '"' {
                out.push('"');
            }
            out.push(c);
        }
        out.push('"');
    }
    out.push_str("\r\n");
}

fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, part].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facet() -> ToldFacet {
        ToldFacet {
            lane: "billed".to_owned(),
            category: "usage".to_owned(),
            billed_currency: "USD".to_owned(),
            list_currency: "USD".to_owned(),
            meter: "input".to_owned(),
            unit: "tokens".to_owned(),
            request_model: "gpt-5".to_owned(),
            project: "proj_1".to_owned(),
            description: "=cmd|' /C calc'!A0".to_owned(),
            ..ToldFacet::default()
        }
    }

    fn charge() -> ToldCharge {
        ToldCharge {
            stream: 1,
            start: 1_793_491_200,
            ordinal: 0,
            end: 1_793_577_600,
            facet: 1,
            billed: Some("-0.000000000000000001".to_owned()),
            listed: Some("2.50".to_owned()),
            basis: None,
            quantity: None,
            input_tokens: Some(0),
            output_tokens: None,
            cache_read: None,
            cache_creation: None,
            cache_creation_1h: None,
            reasoning: None,
            requests: None,
        }
    }

    fn told(charge: &ToldCharge, facet: &ToldFacet) -> impl Fn(&str) -> String {
        let of = Charged {
            charge,
            facet,
            basis: None,
            account: 3,
            label: "Studio",
            provider: "openai",
            provider_name: "OpenAI",
            stream: "costs",
            project_name: Some("Site, new"),
            key_name: None,
            tags: r#"{"client":"Acme"}"#,
        };
        let cells: Vec<String> = cells(&of).into_iter().map(Cow::into_owned).collect();
        move |column| cells[COLUMNS.iter().position(|name| *name == column).unwrap()].clone()
    }

    #[test]
    fn the_columns_are_those_of_the_specification_in_order_then_ours() {
        let (focus, own) = COLUMNS.split_at(57);
        assert!(focus.is_sorted() && focus.iter().all(|name| !name.starts_with("x_")));
        assert!(own.iter().all(|name| name.starts_with("x_")));
    }

    #[test]
    fn every_cell_that_is_told_has_a_column_and_what_is_not_told_is_empty() {
        let (charge, facet) = (charge(), facet());
        let cell = told(&charge, &facet);
        for (column, expected) in [
            ("BilledCost", "-0.000000000000000001"),
            ("BillingCurrency", "USD"),
            ("BillingPeriodStart", "2026-11-01T00:00:00Z"),
            ("BillingPeriodEnd", "2026-12-01T00:00:00Z"),
            ("ChargePeriodStart", "2026-11-01T00:00:00Z"),
            ("ChargePeriodEnd", "2026-11-02T00:00:00Z"),
            ("ChargeCategory", "Usage"),
            ("ListCost", "2.50"),
            ("SkuId", "gpt-5"),
            ("SubAccountName", "Site, new"),
            ("x_Lane", "billed"),
            ("x_InputTokens", "0"),
            ("x_OutputTokens", ""),
            ("ConsumedQuantity", ""),
            ("EffectiveCost", ""),
        ] {
            assert_eq!(cell(column), expected, "{column}");
        }
    }

    #[test]
    fn a_list_cost_in_another_currency_is_not_passed_off_as_one_in_the_billing_currency() {
        let (charge, facet) = (charge(), ToldFacet { billed_currency: "EUR".to_owned(), ..facet() });
        let cell = told(&charge, &facet);
        assert_eq!((cell("BillingCurrency"), cell("ListCost")), ("EUR".to_owned(), String::new()));
        assert_eq!((cell("x_ListCost"), cell("x_ListCurrency")), ("2.50".to_owned(), "USD".to_owned()));
    }

    #[test]
    fn no_cell_runs_and_numbers_stay_numbers() {
        let mut out = String::new();
        let cells = ["-1.5", "-x", "=1+1", "@a", "+49", "a,b", "say \"so\"", "", "-"];
        line(&cells.map(Cow::Borrowed), &mut out);
        assert_eq!(out, "-1.5,\"'-x\",\"'=1+1\",\"'@a\",\"'+49\",\"a,b\",\"say \"\"so\"\"\",,\"'-\"\r\n");
    }
}
