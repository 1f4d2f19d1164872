//! What a person buys and uses up at a provider that has no story of its own: a few models, and credits that are bought
//! in packs. A handler with dimensions of its own writes its own lines, with the same `Line`.

use crate::world::{
    BERLIN, DAY_AND_NIGHT, DOLLAR, EVENINGS, KOLKATA, NEW_YORK, Person, Tally, Work, World, salt,
};

/// Requests to one model.
pub(crate) struct Line {
    pub(crate) model: &'static str,
    /// 10⁻¹⁸ dollars for one of each of the amounts of `work`.
    pub(crate) prices: [u64; 6],
    /// Its sizes are input, output and cached tokens, then whatever the provider counts.
    pub(crate) work: Work,
}

const SMALL: [u64; 6] = [150_000_000_000, 600_000_000_000, 15_000_000_000, 0, 0, 0];
const LARGE: [u64; 6] = [2_000_000_000_000, 10_000_000_000_000, 200_000_000_000, 0, 0, 0];

/// What a person does anywhere.
pub(crate) const fn usual(person: Person) -> &'static [Line] {
    match person {
        Person::Freelancer => &[
            Line {
                model: "large-1",
                prices: LARGE,
                work: Work { rhythm: &KOLKATA, pace: 6, sizes: [2700, 480, 900, 0, 0, 0] },
            },
            Line {
                model: "small-1",
                prices: SMALL,
                work: Work { rhythm: &DAY_AND_NIGHT, pace: 5, sizes: [1800, 260, 0, 0, 0, 0] },
            },
        ],
        Person::Student => &[Line {
            model: "small-1",
            prices: SMALL,
            work: Work { rhythm: &EVENINGS, pace: 7, sizes: [1300, 310, 0, 0, 0, 0] },
        }],
        Person::Team => &[
            Line {
                model: "large-1",
                prices: LARGE,
                work: Work { rhythm: &NEW_YORK, pace: 70, sizes: [4100, 620, 2300, 0, 0, 0] },
            },
            Line {
                model: "large-1-turbo",
                prices: LARGE,
                work: Work { rhythm: &BERLIN, pace: 40, sizes: [3600, 540, 0, 0, 0, 0] },
            },
            Line {
                model: "small-1",
                prices: SMALL,
                work: Work { rhythm: &DAY_AND_NIGHT, pace: 220, sizes: [2100, 300, 0, 0, 0, 0] },
            },
        ],
        Person::Bulk(_) => &[],
    }
}

/// What a line came to in `[from, to)`, both in minutes. `place` is the provider's id or another name that sets its
/// work apart from the same work elsewhere.
pub(crate) fn done(world: &World, place: &str, line: &Line, from: i64, to: i64) -> Tally {
    world.done(salt(place) ^ salt(line.model).rotate_left(17), &line.work, from, to)
}

/// What that cost, in 10⁻¹⁸ dollars.
pub(crate) fn cost(line: &Line, tally: &Tally) -> i128 {
    let each = tally.amounts.iter().zip(line.prices);
    each.map(|(amount, price)| i128::from(*amount) * i128::from(price)).sum()
}

/// What all lines cost in `[from, to)`.
pub(crate) fn spent(world: &World, place: &str, lines: &[Line], from: i64, to: i64) -> i128 {
    lines.iter().map(|line| cost(line, &done(world, place, line, from, to))).sum()
}

/// Credits, in 10⁻¹⁸ of their unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wallet {
    pub(crate) bought: i128,
    pub(crate) used: i128,
}

impl Wallet {
    pub(crate) fn left(self) -> i128 {
        self.bought - self.used
    }
}

/// What a person bought and used of a provider's credits by now: a pack more whenever they would run out.
pub(crate) fn wallet(world: &World, place: &str, lines: &[Line]) -> Wallet {
    let used = spent(world, place, lines, world.since, world.now);
    let pack = if matches!(world.person, Person::Team) { 100 * DOLLAR } else { 10 * DOLLAR };
    Wallet { bought: (used / pack + 1) * pack, used }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_last_and_the_parts_of_a_day_add_up() {
        let now = "2026-11-20T14:37:00Z".parse().unwrap();
        for person in [Person::Freelancer, Person::Student, Person::Team] {
            let world = World::new(person, 7, now, now);
            let wallet = wallet(&world, "anywhere", usual(person));
            assert!(wallet.used > DOLLAR / 100 && wallet.left() > 0, "{person:?}: {wallet:?}");
            let ever = spent(&world, "anywhere", usual(person), world.since, world.now);
            let noon = world.now - 12 * 60;
            let parts = spent(&world, "anywhere", usual(person), world.since, noon)
                + spent(&world, "anywhere", usual(person), noon, world.now);
            assert_eq!(parts, ever);
            assert_ne!(ever, spent(&world, "elsewhere", usual(person), world.since, world.now));
        }
    }
}
