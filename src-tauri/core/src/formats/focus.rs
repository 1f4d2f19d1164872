//! FOCUS, the `FinOps` open specification of cost and usage, 1.0 to 1.4. What a version renamed is read under each of its names;
//! what a version added is in no line's identity, so that a period which is exported again in a newer version is known.

use std::borrow::Cow;

use super::{Format, Line, Row, Taken, Wrong, google, may, need};
use crate::ledger::{ChargeCategory, Meter, named};
use crate::providers;
use crate::time::Period;

const BILLED: usize = 0;
const CURRENCY: usize = 1;
const CATEGORY: usize = 2;
const START: usize = 3;
const END: usize = 4;
const DESCRIPTION: usize = 5;
const SERVICE: usize = 6;
const METER: usize = 7;
const QUANTITY: usize = 8;
const UNIT: usize = 9;
const SUB_ACCOUNT: usize = 10;
const RESOURCE: usize = 11;
const SKU: usize = 12;
const SKU_PRICE: usize = 13;
const REGION: usize = 14;
const CLASS: usize = 15;
const FREQUENCY: usize = 16;
const COMMITMENT: usize = 17;
const VENDOR: usize = 18;
const SUB_ACCOUNT_NAME: usize = 19;

pub(super) const FOCUS: Format = Format {
    id: "focus",
    name: "FOCUS cost and usage, 1.0 to 1.4",
    columns: &[
        need(&["billedcost"]),
        need(&["billingcurrency"]),
        need(&["chargecategory"]),
        need(&["chargeperiodstart"]),
        need(&["chargeperiodend"]),
        may(&["chargedescription"]),
        may(&["servicename"]),
        may(&["skumeter"]),
        may(&["consumedquantity"]),
        may(&["consumedunit"]),
        may(&["subaccountid"]),
        may(&["resourceid"]),
        may(&["skuid"]),
        may(&["skupriceid"]),
        may(&["regionid"]),
        may(&["chargeclass"]),
        may(&["chargefrequency"]),
        may(&["commitmentdiscountid"]),
        // 1.3 told the provider of the service apart from its host, and 1.4 has those names only.
        may(&[
            "serviceprovidername",
            "providername",
            "hostprovidername",
            "publishername",
            "invoiceissuername",
        ]),
        may(&["subaccountname"]),
    ],
    identity: &[
        CURRENCY,
        CATEGORY,
        DESCRIPTION,
        SERVICE,
        SUB_ACCOUNT,
        RESOURCE,
        SKU,
        SKU_PRICE,
        REGION,
        CLASS,
        FREQUENCY,
        COMMITMENT,
        VENDOR,
    ],
    rivals: &[
        "openai.cost",
        "anthropic.cost",
        "openrouter.generations",
        "openrouter.activity",
        "cursor.usage",
        "deepseek.cost",
        "google.cost_table",
        "github.premium_requests",
        "github.usage",
    ],
    rank: 0,
    row: line,
    ..Format::PLAIN
};

/// The starts of its names, our id, and whether a service is one of AI.
type Cloud = (&'static [&'static str], &'static str, fn(&str) -> bool);

/// The clouds, by the starts of their names: our id, and which of their services are AI.
const CLOUDS: &[Cloud] = &[
    (&["aws", "amazon"], "aws.bedrock", |service| service.to_ascii_lowercase().contains("bedrock")),
    (&["microsoft", "azure"], "azure.ai.openai", |service| {
        let service = service.to_ascii_lowercase();
        ["openai", "cognitive", "foundry", "ai services"].iter().any(|name| service.contains(name))
    }),
    (&["google"], "gcp.billing", google::is_of_ai),
];

/// Our id of a provider that a file names.
pub(super) fn provider_of(vendor: &str) -> Option<&'static str> {
    let vendor = vendor.to_ascii_lowercase();
    let cloud = CLOUDS.iter().find(|(starts, ..)| starts.iter().any(|start| vendor.starts_with(start)));
    cloud.map(|(_, id, _)| *id).or_else(|| {
        let known = providers::ALL
            .iter()
            .find(|known| vendor == known.id || vendor.starts_with(&known.name.to_ascii_lowercase()));
        known.map(|known| known.id)
    })
}

fn line(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let (vendor, service) = (row.text(VENDOR)?, told(row.text(SERVICE)?));
    let lower = vendor.to_ascii_lowercase();
    let cloud = CLOUDS.iter().find(|(starts, ..)| starts.iter().any(|start| lower.starts_with(start)));
    if cloud.is_some_and(|(_, _, of_ai)| !of_ai(service)) {
        return Ok(Taken::Left("lines of services other than AI"));
    }
    let category = row.text(CATEGORY)?.to_ascii_lowercase();
    let category = named(&category, ChargeCategory::NAMED).ok_or_else(|| {
        row.wrong(
            CATEGORY,
            format!("\"{}\" is none of the specification's", super::cells::shown(row.bytes(CATEGORY))),
        )
    })?;
    let (start, end) = (row.moment(START)?.instant(), row.moment(END)?.instant());
    let description = told(row.text(DESCRIPTION)?);
    let (id, name) = (told(row.text(SUB_ACCOUNT)?), told(row.text(SUB_ACCOUNT_NAME)?));
    let quantity = if told(row.text(QUANTITY)?).is_empty() { None } else { row.number(QUANTITY)? };
    hand_out(Line {
        category,
        billed: Some((row.amount(BILLED)?, row.currency(CURRENCY)?)),
        quantity,
        unit: told(row.text(UNIT)?),
        meter: meter(row.text(METER)?),
        project: if id.is_empty() { name } else { id },
        description: Cow::Borrowed(if description.is_empty() { service } else { description }),
        vendor,
        ..Line::usage(Period::new(start, end).map_err(|error| row.wrong(END, error))?)
    });
    Ok(Taken::Booked)
}

/// A cell, unless it says that there is nothing: exports write null in words too.
fn told(cell: &str) -> &str {
    if cell.eq_ignore_ascii_case("null") { "" } else { cell }
}

/// The meter, where its words are those that this program uses or their plain English.
fn meter(words: &str) -> Option<Meter> {
    let plain = words.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    match plain.as_str() {
        "input_tokens" => Some(Meter::Input),
        "output_tokens" => Some(Meter::Output),
        "requests" => Some(Meter::Request),
        "images" => Some(Meter::Image),
        plain => named(plain, Meter::NAMED),
    }
}
