//! The published schema of plans, held against the reader. The validator below knows the words that the schema uses, and no others.

use regex_lite::Regex;
use serde_json::Value;
use spendglass_core::catalogue::Plans;
use spendglass_core::money::exact;

use super::bad::{BY_SHAPE, with};

const SCHEMA: &str = include_str!("../../../docs/plans.schema.json");
const PAGE: &str = include_str!("../../../docs/adding-a-plan.md");
const BUNDLED: &str = include_str!("../../../src-tauri/core/data/plans.json");
const ILLUSTRATION: &str = include_str!("../../../src-tauri/core/data/illustration.json");
/// Words that say something to people alone.
const REMARKS: [&str; 4] = ["$schema", "title", "description", "$defs"];

struct Schema(Value);

impl Schema {
    fn read() -> Schema {
        Schema(serde_json::from_str(SCHEMA).unwrap())
    }

    /// The first thing that is wrong with a value, with its place.
    fn wrong(&self, value: &Value) -> Option<String> {
        self.at(&self.0, value, "")
    }

    fn at(&self, schema: &Value, value: &Value, place: &str) -> Option<String> {
        let words = schema.as_object().expect("a schema is an object");
        words.iter().find_map(|(word, rule)| self.word(words, word, rule, value, place))
    }

    fn word(
        &self,
        schema: &serde_json::Map<String, Value>,
        word: &str,
        rule: &Value,
        value: &Value,
        place: &str,
    ) -> Option<String> {
        let number = || value.as_number().map(|number| exact(&number.to_string()).unwrap());
        let told = || exact(&rule.to_string()).unwrap();
        let fine = match word {
            _ if REMARKS.contains(&word) => true,
            "$ref" => {
                let name = rule.as_str().and_then(|way| way.strip_prefix("#/$defs/")).unwrap();
                return self.at(&self.0["$defs"][name], value, place);
            }
            "anyOf" => rule.as_array().unwrap().iter().any(|one| self.at(one, value, place).is_none()),
            "allOf" => return rule.as_array().unwrap().iter().find_map(|one| self.at(one, value, place)),
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "type" => match rule.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                "number" => value.is_number(),
                "integer" => number().is_some_and(|number| number.is_integer()),
                other => panic!("no type {other}"),
            },
            "pattern" => {
                value.as_str().is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text))
            }
            "minLength" => value.as_str().is_none_or(|text| text.len() as u64 >= rule.as_u64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
            "minimum" => number().is_none_or(|number| number >= told()),
            "maximum" => number().is_none_or(|number| number <= told()),
            "exclusiveMinimum" => number().is_none_or(|number| number > told()),
            "required" => {
                let missing =
                    |name: &&Value| value.is_object() && value.get(name.as_str().unwrap()).is_none();
                return rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .find(missing)
                    .map(|name| format!("{place}: {name} is missing"));
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                return items
                    .into_iter()
                    .find_map(|(at, item)| self.at(rule, item, &format!("{place}[{at}]")));
            }
            "properties" => {
                let fields = rule.as_object().unwrap().iter();
                let told = fields.filter_map(|(name, schema)| Some((name, schema, value.get(name)?)));
                return told
                    .into_iter()
                    .find_map(|(name, schema, value)| self.at(schema, value, &format!("{place}.{name}")));
            }
            "additionalProperties" => {
                assert_eq!(rule, false);
                let known = schema["properties"].as_object().unwrap();
                let fields = value.as_object().into_iter().flatten();
                return fields
                    .into_iter()
                    .find(|(name, _)| !known.contains_key(*name))
                    .map(|(name, _)| format!("{place}: {name} is no field"));
            }
            other => panic!("the validator does not know {other}"),
        };
        (!fine).then(|| format!("{place}: {word} {rule} is not kept by {value}"))
    }
}

#[test]
fn every_bundled_plan_keeps_to_the_schema() {
    let schema = Schema::read();
    for file in [BUNDLED, ILLUSTRATION, &with("", "")] {
        let wrong = schema.wrong(&serde_json::from_str(file).unwrap());
        assert_eq!(wrong, None);
    }
}

#[test]
fn what_the_reader_refuses_by_its_shape_the_schema_refuses_too() {
    let schema = Schema::read();
    for (from, to, _) in BY_SHAPE {
        let text = with(from, to);
        assert!(Plans::read(&text).is_err(), "{to}");
        let wrong = schema.wrong(&serde_json::from_str(&text).unwrap());
        assert!(wrong.is_some(), "the schema lets through: {from} -> {to}");
    }
}

#[test]
fn the_schema_knows_every_field_and_word_of_the_reader() {
    // A field that the reader does not know is refused with the list of those it does.
    let error = Plans::read(&with(r#""overage": "packs""#, r#""overage": "packs", "nothing": 1"#))
        .unwrap_err()
        .to_string();
    let fields = error.rsplit_once("the fields are ").unwrap().1;
    let schema = Schema::read().0;
    let known = schema["$defs"]["plan"]["properties"].as_object().unwrap();
    let mut told: Vec<&str> = fields.split(", ").collect();
    told.sort_unstable();
    let mut listed: Vec<&str> = known.keys().map(String::as_str).collect();
    listed.sort_unstable();
    assert_eq!(told, listed);
    for (name, words) in [
        (
            "confidence",
            spendglass_core::catalogue::Confidence::NAMED.iter().map(|(_, name)| *name).collect::<Vec<_>>(),
        ),
        ("evidence", spendglass_core::catalogue::Evidence::NAMED.iter().map(|(_, name)| *name).collect()),
        ("surface", spendglass_core::catalogue::Surface::NAMED.iter().map(|(_, name)| *name).collect()),
        ("tax", spendglass_core::catalogue::TaxIn::NAMED.iter().map(|(_, name)| *name).collect()),
    ] {
        let listed: Vec<&str> = schema["$defs"][name]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_str().unwrap())
            .collect();
        assert_eq!(listed, words, "{name}");
    }
    let per = Regex::new(schema["$defs"]["rate"]["properties"]["per"]["pattern"].as_str().unwrap()).unwrap();
    for (_, meter) in spendglass_core::ledger::Meter::NAMED {
        assert!(per.is_match(&format!("1000 {meter}")), "{meter}");
    }
}

#[test]
fn the_worked_example_of_the_page_is_read_and_means_what_the_page_says() {
    let example = PAGE.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(Schema::read().wrong(&serde_json::from_str(example).unwrap()), None);
    let plans = Plans::read(example).unwrap_or_else(|error| panic!("{error}"));
    let plan = &plans.plans[0];
    assert_eq!((plan.id.as_str(), plan.prices.len(), plan.credit.len()), ("acme/studio", 3, 1));
    assert_eq!(plan.prices[2].fact.as_ref().unwrap().sources, ["invoice"]);
    assert!(PAGE.contains("spendglass plans add") && PAGE.contains("spendglass plans correct acme/studio"));
}
