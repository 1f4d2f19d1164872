//! Made-up charges, always the same: usage by the hour and bills by the day, told apart by model, project and key.

use anyhow::Result;
use spendglass_core::ledger::{Charge, TokenTotals, TokenUsage};
use spendglass_core::money::{Currency, Decimal, Money};
use spendglass_core::pricing::Pricer;
use spendglass_core::time::{Date, Period, Timestamp};

/// Who bills, and with which models. The last model of each is in no price list.
pub(crate) struct Account {
    pub(crate) provider: &'static str,
    pub(crate) costs: &'static str,
    pub(crate) usage: Option<&'static str>,
    models: [&'static str; 6],
}

pub(crate) const ACCOUNTS: [Account; 3] = [
    Account {
        provider: "openai",
        costs: "costs",
        usage: Some("usage_completions"),
        models: [
            "gpt-5.1-2025-11-13",
            "gpt-5-mini-2025-08-07",
            "gpt-5-nano-2025-08-07",
            "gpt-4.1-2025-04-14",
            "o4-mini-2025-04-16",
            "house-blend-1",
        ],
    },
    Account {
        provider: "anthropic",
        costs: "cost_report",
        usage: Some("usage_report_messages"),
        models: [
            "claude-sonnet-4-5-20250929",
            "claude-opus-4-5-20251101",
            "claude-haiku-4-5-20251001",
            "claude-opus-4-1-20250805",
            "claude-sonnet-4-20250514",
            "house-blend-2",
        ],
    },
    Account {
        provider: "openrouter",
        costs: "activity",
        usage: None,
        models: [
            "openai/gpt-5.1",
            "anthropic/claude-sonnet-4.5",
            "google/gemini-2.5-pro",
            "mistralai/mistral-large",
            "deepseek/deepseek-chat",
            "house/blend-3",
        ],
    },
];

const KEYS: u64 = 40;
const PROJECTS: u64 = 12;
/// Lines on the bill of a day.
pub(crate) const BILLED_A_DAY: u64 = KEYS * 3;

impl Account {
    fn line(&self, period: Period, roll: u64) -> Charge {
        let key = roll % KEYS;
        Charge {
            response_model: Some(self.model(roll / KEYS).to_owned()),
            project: Some(format!("{}-project-{}", self.provider, key % PROJECTS)),
            api_key: Some(format!("{}-key-{key}", self.provider)),
            ..Charge::usage(period)
        }
    }

    fn model(&self, roll: u64) -> &'static str {
        let place = roll % self.models.len() as u64;
        self.models[usize::try_from(place).unwrap_or_default()]
    }

    /// One line of usage, at list price where there is one.
    pub(crate) fn used(&self, hour: Timestamp, place: u64, pricer: &mut Pricer<'_>) -> Result<Charge> {
        let period = Period::new(hour, hour.plus_seconds(3_600))?;
        let roll = mix(hour.unix().unsigned_abs(), place);
        let requests = 1 + roll % 40;
        let cache_read = requests * ((roll >> 20) % 6_000);
        let tokens = TokenUsage::from_totals(TokenTotals {
            input: cache_read + requests * (200 + (roll >> 8) % 4_000),
            output: requests * (50 + (roll >> 40) % 1_200),
            cache_read,
            ..TokenTotals::default()
        })?;
        let line = self.line(period, place);
        let mut charge = Charge { tokens: Some(tokens), requests: Some(requests), ..line };
        charge.list_cost = pricer.charge(self.provider, &charge).ok();
        Ok(charge)
    }

    /// The bill of a day.
    pub(crate) fn billed(&self, day: Date) -> impl Iterator<Item = Charge> {
        (0..BILLED_A_DAY).map(move |place| {
            let roll = mix(day.utc_start().unix().unsigned_abs(), place);
            // Cents to the tenth digit, as providers report them.
            let amount = Decimal::from_i128_with_scale(i128::from(roll % 30_000_000_000), 10);
            let line = self.line(day.utc_day(), place);
            Charge {
                billed_cost: Some(Money::new(amount, Currency::USD)),
                description: line.response_model.as_ref().map(|model| format!("{model}, input")),
                ..line
            }
        })
    }
}

/// A roll of the dice that falls the same way every time (splitmix64).
fn mix(a: u64, b: u64) -> u64 {
    let mut x = a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_add(0x5851_f42d_4c95_7f2d);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
