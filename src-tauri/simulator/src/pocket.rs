//! Credit that a person knows of and no endpoint tells: to be entered by hand.

use crate::town::TownLot;
use crate::world::{MINUTES_A_DAY, Person, World, date};

impl World {
    /// The credit at a provider. Days are counted from the one on which the town was opened.
    pub(crate) fn lots(&self, provider: &str) -> Vec<TownLot> {
        let today = self.opened.div_euclid(MINUTES_A_DAY);
        let day = |days: i64| date(today + days).format("%Y-%m-%d").to_string();
        let lot = |amount, kind, had: i64, ends: Option<i64>, note| TownLot {
            amount,
            currency: "USD",
            kind,
            acquired: day(-had),
            expires: ends.map(day),
            note,
        };
        match (self.person, provider) {
            (Person::Freelancer, "openai") => vec![
                // More than is used by then, at the usual pace.
                lot("150", "granted", 10, Some(12), "For trying the new models"),
                lot("400", "purchased", 60, None, ""),
            ],
            (Person::Freelancer, "anthropic") => vec![lot("200", "purchased", 45, None, "")],
            (Person::Team, "anthropic") => vec![lot("5000", "purchased", 30, None, "Paid by invoice")],
            _ => Vec::new(),
        }
    }
}
