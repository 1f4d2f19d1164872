//! What the persons do at Anthropic, and what it costs there.

use std::collections::BTreeSet;

use crate::world::{
    BERLIN, DAY_AND_NIGHT, KOLKATA, MINUTES_A_DAY, NEW_YORK, NIGHTLY, Person, Rhythm, Tally, Work, World,
    made_up, salt,
};

struct Line {
    /// `None` is the default workspace, and the Console's own requests have no key.
    workspace: Option<u8>,
    key: Option<u8>,
    model: &'static str,
    tier: &'static str,
    window: &'static str,
    geo: &'static str,
    /// Uncached input, cache reads, writes for five minutes and for an hour, output, web searches. A line without a
    /// model is code execution: it is billed by the run and shows up in no usage report.
    work: Work,
}

const fn messages(
    (workspace, key): (Option<u8>, Option<u8>),
    model: &'static str,
    rhythm: &'static Rhythm,
    pace: u64,
    sizes: [u64; 6],
) -> Line {
    Line {
        workspace,
        key,
        model,
        tier: "standard",
        window: "0-200k",
        geo: "global",
        work: Work { rhythm, pace, sizes },
    }
}

const fn code_execution(workspace: Option<u8>, rhythm: &'static Rhythm, pace: u64) -> Line {
    messages((workspace, None), "", rhythm, pace, [0; 6])
}

impl Line {
    const fn batch(self) -> Self {
        Line { tier: "batch", ..self }
    }

    const fn priority(self) -> Self {
        Line { tier: "priority", ..self }
    }

    const fn long(self) -> Self {
        Line { window: "200k-1M", ..self }
    }

    const fn american(self) -> Self {
        Line { geo: "us", ..self }
    }
}

const FREELANCER: &[Line] = &[
    messages((None, Some(0)), "claude-sonnet-5-5", &KOLKATA, 9, [1900, 21_000, 900, 400, 1100, 0]),
    messages((None, None), "claude-sonnet-5-5", &KOLKATA, 2, [2600, 0, 0, 0, 700, 1]),
    messages((Some(0), Some(1)), "claude-haiku-4-5-20251001", &KOLKATA, 12, [3400, 1200, 300, 0, 500, 0]),
    messages((Some(0), Some(1)), "claude-opus-5-5", &KOLKATA, 2, [3100, 16_000, 1500, 900, 1600, 0]),
];

const STUDENT: &[Line] = &[];

const TEAM: &[Line] = &[
    messages((None, Some(0)), "claude-sonnet-5-5", &BERLIN, 40, [2100, 34_000, 1400, 600, 1300, 0]),
    messages((Some(0), Some(1)), "claude-opus-5-5", &NEW_YORK, 15, [2800, 41_000, 2100, 1900, 1800, 0])
        .american(),
    messages((Some(0), Some(1)), "claude-sonnet-5-5", &NEW_YORK, 10, [210_000, 0, 0, 0, 2200, 0])
        .long()
        .american(),
    messages(
        (Some(1), Some(2)),
        "claude-haiku-4-5-20251001",
        &DAY_AND_NIGHT,
        90,
        [2400, 5200, 300, 0, 380, 0],
    ),
    messages((Some(1), Some(2)), "claude-sonnet-5-5", &KOLKATA, 40, [2500, 12_000, 800, 0, 900, 1]),
    messages((Some(2), Some(3)), "claude-haiku-4-5-20251001", &NIGHTLY, 900, [3100, 0, 0, 0, 420, 0]).batch(),
    messages((Some(2), Some(3)), "claude-opus-5-5", &BERLIN, 6, [3300, 9000, 700, 0, 1500, 0]).priority(),
    messages((None, None), "claude-opus-5-5", &BERLIN, 3, [4100, 0, 0, 0, 1200, 2]),
    code_execution(None, &BERLIN, 5),
    code_execution(Some(1), &KOLKATA, 7),
];

fn lines(person: Person) -> &'static [Line] {
    match person {
        Person::Freelancer => FREELANCER,
        Person::Student => STUDENT,
        Person::Team => TEAM,
        Person::Bulk(_) => &[],
    }
}

/// The model's name on the bill and 10⁻¹⁸ dollars a token: uncached input, cache reads, five-minute and one-hour
/// writes, output.
const PRICES: &[(&str, &str, [u64; 5])] = &[
    (
        "claude-haiku-4-5-20251001",
        "Claude Haiku 4.5",
        [1_000_000_000_000, 100_000_000_000, 1_250_000_000_000, 2_000_000_000_000, 5_000_000_000_000],
    ),
    (
        "claude-opus-5-5",
        "Claude Opus 5.5",
        [4_000_000_000_000, 200_000_000_000, 5_000_000_000_000, 8_000_000_000_000, 20_000_000_000_000],
    ),
    (
        "claude-sonnet-5-5",
        "Claude Sonnet 5.5",
        [1_999_987_654_321, 99_999_382_716, 2_499_984_567_901, 3_999_975_308_642, 9_999_938_271_605],
    ),
];

const TOKEN_TYPES: [(&str, &str); 5] = [
    ("uncached_input_tokens", "Input Tokens"),
    ("cache_read_input_tokens", "Input Tokens, Cache Read"),
    ("cache_creation.ephemeral_5m_input_tokens", "Input Tokens, Cache Write (5m)"),
    ("cache_creation.ephemeral_1h_input_tokens", "Input Tokens, Cache Write (1h)"),
    ("output_tokens", "Output Tokens"),
];

/// 10⁻¹⁸ dollars for a web search and for a run of code.
const SEARCH: i128 = 10_000_000_000_000_000;
const RUN: i128 = 833_333_333_333_333;

/// One line's usage, and its dimensions by name.
pub(super) struct Usage<F: Fn(&str) -> Option<String>> {
    pub(super) dimension: F,
    pub(super) amounts: [u64; 6],
}

fn workspace_id(world: &World, workspace: u8) -> String {
    format!("wrkspc_01{}", made_up(world.seed, &format!("anthropic/workspace/{workspace}"), 22))
}

fn key_id(world: &World, key: u8) -> String {
    format!("apikey_01{}", made_up(world.seed, &format!("anthropic/key/{key}"), 22))
}

/// The ids of the person's workspaces, in order; the default one has none.
pub(super) fn workspaces(world: &World) -> Vec<String> {
    let numbers: BTreeSet<u8> = lines(world.person).iter().filter_map(|line| line.workspace).collect();
    numbers.into_iter().map(|number| workspace_id(world, number)).collect()
}

/// The ids of the person's keys, in order.
pub(super) fn keys(world: &World) -> Vec<String> {
    let numbers: BTreeSet<u8> = lines(world.person).iter().filter_map(|line| line.key).collect();
    numbers.into_iter().map(|number| key_id(world, number)).collect()
}

/// The usage of every line in `[from, to)`, in minutes.
pub(super) fn usages(
    world: &World,
    from: i64,
    to: i64,
) -> impl Iterator<Item = Usage<impl Fn(&str) -> Option<String>>> {
    let talks = lines(world.person).iter().enumerate().filter(|(_, line)| !line.model.is_empty());
    talks.filter_map(move |(place, line)| {
        let tally = world.done(line_salt(place), &line.work, from, to);
        let dimension = move |name: &str| match name {
            "api_key_id" => line.key.map(|key| key_id(world, key)),
            "workspace_id" => line.workspace.map(|workspace| workspace_id(world, workspace)),
            "model" => Some(line.model.to_owned()),
            "service_tier" => Some(line.tier.to_owned()),
            "context_window" => Some(line.window.to_owned()),
            "inference_geo" => Some(line.geo.to_owned()),
            "speed" => Some("standard".to_owned()),
            _ => None,
        };
        (tally != Tally::default()).then_some(Usage { dimension, amounts: tally.amounts })
    })
}

fn line_salt(place: usize) -> u64 {
    salt("anthropic") ^ place as u64
}

/// What an amount of the bill is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    pub(super) workspace: Option<String>,
    pub(super) description: Option<String>,
    pub(super) kind: Option<&'static str>,
    pub(super) token_type: Option<&'static str>,
    pub(super) model: Option<&'static str>,
    pub(super) service_tier: Option<&'static str>,
    pub(super) context_window: Option<&'static str>,
    pub(super) inference_geo: Option<&'static str>,
}

/// The day's bill, item by item. What runs on the priority tier is billed elsewhere.
pub(super) fn costs(world: &World, day: i64) -> Vec<(Cost, i128)> {
    let mut items = Vec::new();
    let billed = lines(world.person).iter().enumerate().filter(|(_, line)| line.tier != "priority");
    for (place, line) in billed {
        let salt = line_salt(place);
        let tally = world.done(salt, &line.work, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
        let workspace = line.workspace.map(|workspace| workspace_id(world, workspace));
        let before = items.len();
        let mut item = |cost: Cost, quantity: u64, price: i128| {
            let money = i128::from(world.booked(salt, day, quantity)) * price;
            if money > 0 {
                items.push((Cost { workspace: workspace.clone(), ..cost }, money));
            }
        };
        let plain = |description: &str, kind| Cost {
            description: Some(description.to_owned()),
            kind: Some(kind),
            ..Cost::default()
        };
        if let Some((_, name, prices)) = PRICES.iter().find(|(model, ..)| *model == line.model) {
            let batch = line.tier == "batch";
            for (index, (token_type, words)) in TOKEN_TYPES.iter().enumerate() {
                let price = if batch { prices[index] / 2 } else { prices[index] };
                let mut words = format!("{name} Usage - {words}");
                for (more, text) in [
                    (batch, ", Batch"),
                    (line.window != "0-200k", ", Long Context"),
                    (line.geo == "us", ", US"),
                ] {
                    words.push_str(if more { text } else { "" });
                }
                let cost = Cost {
                    token_type: Some(token_type),
                    model: Some(line.model),
                    service_tier: Some(line.tier),
                    context_window: Some(line.window),
                    inference_geo: Some(line.geo),
                    ..plain(&words, "tokens")
                };
                item(cost, tally.amounts[index], price.into());
            }
            item(plain("Web Search Usage", "web_search"), tally.amounts[5], SEARCH);
        } else {
            item(plain("Code Execution Usage", "code_execution"), tally.requests, RUN);
        }
        if let Some(per_mille) = world.correction(salt, day) {
            let sum: i128 = items[before..].iter().map(|(_, money)| money).sum();
            if sum > 0 {
                let cost =
                    Cost { description: Some("Usage Correction".to_owned()), workspace, ..Cost::default() };
                items.push((cost, sum * per_mille / 1000));
            }
        }
    }
    items
}
