//! What a choice between plans says, in words.

use super::offers::Offered;
use crate::money::{Currency, Decimal};
use crate::plan::{
    self, Against, BreakEven, Choice, Judged, NEEDED_DAYS, Part, Recommendation, Saving, Scenario, TooLittle,
    Volume, VolumeUnit, WhatIf, WhyExcluded, WhyLeftOut, WhyStay,
};
use crate::time::Date;

/// An amount as a person reads it: money to a hundredth, what is smaller to its first digits.
pub(super) fn figure(amount: Decimal) -> String {
    let places = if amount.abs() >= Decimal::new(1, 2) || amount.is_zero() { 2 } else { 6 };
    amount.round_dp(places).normalize().to_string()
}

/// A count as a person reads it: its first three digits, in thousands, millions or billions.
fn counted(count: Decimal) -> String {
    let short = count.round_sf(3).unwrap_or(count);
    let steps = [(1_000_000_000_000_i64, " trillion"), (1_000_000_000, " billion"), (1_000_000, " million")];
    for (step, word) in steps {
        let step = Decimal::from(step);
        if short >= step {
            return format!("{}{word}", (short / step).round_dp(2).normalize());
        }
    }
    let digits = short.round().normalize().to_string();
    match digits.len() {
        4.. => format!("{},{}", &digits[..digits.len() - 3], &digits[digits.len() - 3..]),
        _ => digits,
    }
}

/// A volume in words.
pub(super) fn spoken(volume: Volume) -> String {
    match volume.unit {
        VolumeUnit::List(currency) => money(volume.amount, currency),
        VolumeUnit::Requests => format!("{} requests", counted(volume.amount)),
        VolumeUnit::Tokens => format!("{} tokens", counted(volume.amount)),
    }
}

pub(super) fn money(amount: Decimal, currency: Currency) -> String {
    format!("{} {currency}", figure(amount))
}

/// What an option is called: by its parts.
pub(super) fn name(parts: &[Part], offered: &Offered) -> String {
    let called = parts.iter().enumerate().map(|(place, part)| match part {
        Part::Current => "As now".to_owned(),
        Part::Offer(id) => offered.name(id),
        Part::Metered if place == 0 => "Pay as you go".to_owned(),
        Part::Metered => "pay as you go".to_owned(),
    });
    called.collect::<Vec<_>>().join(", then ")
}

/// The name of an option by its id.
pub(super) fn name_of(id: &str, choice: &Choice, offered: &Offered) -> String {
    let option = choice.options.iter().find(|option| option.id == id);
    option.map_or_else(|| name(&plan::parts_of(id), offered), |option| name(&option.parts, offered))
}

pub(super) const fn excluded(why: WhyExcluded) -> &'static str {
    match why {
        WhyExcluded::Unpriced => {
            "no list price is known of what was counted (spendglass prices MODEL tells which there are): set your own (spendglass prices set), or refresh the list (spendglass prices refresh)"
        }
        WhyExcluded::NoModel => "its lines name no model, so nothing says what they would cost elsewhere",
        WhyExcluded::MoneyOnly => {
            "it tells money alone and no use: it is in no option, so nothing is compared with it"
        }
        WhyExcluded::Beside => {
            "it may be the same requests once more that a bill or another account tells of: one of the two counts"
        }
        WhyExcluded::OtherCurrency => {
            "its list price is in another currency, and no rate of its day is known: refresh the rates (spendglass rates refresh)"
        }
    }
}

pub(super) fn left_out(why: &WhyLeftOut, choice: &Choice, offered: &Offered) -> String {
    match why {
        WhyLeftOut::Lacks(models) => format!("It does not serve {}, which you must have.", models.join(", ")),
        WhyLeftOut::NoRate(purse) => format!(
            "Its price is in {}, and no dated rate brings that to {}: refresh the rates (spendglass rates refresh).",
            purse.currency, choice.currency
        ),
        WhyLeftOut::DearerFees { than } => {
            format!("Its fees alone are more in every month than all of {}.", name_of(than, choice, offered))
        }
        WhyLeftOut::SameAs { than } if than == "metered" => {
            "It costs as much as paying as you go, in every month.".to_owned()
        }
        WhyLeftOut::SameAs { than } => {
            format!("It costs as much as {}, in every month.", name_of(than, choice, offered))
        }
        WhyLeftOut::AddsNothing => "It costs no less than the same without it, in any month.".to_owned(),
        WhyLeftOut::ServesNothing => "It serves nothing of what you used.".to_owned(),
        WhyLeftOut::NotReplayed(why) => super::super::failures::sentence(why),
    }
}

fn unit(unit: VolumeUnit) -> String {
    match unit {
        VolumeUnit::Requests => "requests".to_owned(),
        VolumeUnit::Tokens => "tokens".to_owned(),
        VolumeUnit::List(currency) => currency.to_string(),
    }
}

/// The amount and unit of a volume, as numbers a person reads.
pub(super) fn volume(volume: Volume) -> (String, String) {
    let amount = match volume.unit {
        VolumeUnit::List(_) => figure(volume.amount),
        VolumeUnit::Requests | VolumeUnit::Tokens => volume.amount.round().normalize().to_string(),
    };
    (amount, unit(volume.unit))
}

/// What a volume counts. Where a plan serves all that is used, the three are one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Everything,
    WhatItServes,
    AllThatIsUsed,
}

pub(super) fn break_even(point: &BreakEven, than: &str, at: Volume, of: Counted) -> String {
    let than = match point.than.as_str() {
        "current" => "paying as now".to_owned(),
        "metered" => "paying as you go".to_owned(),
        _ => than.to_owned(),
    };
    let side = if point.above { "above" } else { "below" };
    let (list, at) = (matches!(at.unit, VolumeUnit::List(_)), spoken(at));
    match (list, of) {
        (false, Counted::Everything) => format!("cheaper than {than} {side} {at} a month"),
        (false, Counted::WhatItServes) => {
            format!("cheaper than {than} {side} {at} a month of what it serves")
        }
        (false, Counted::AllThatIsUsed) => {
            format!("cheaper than {than} {side} {at} a month of all that you use")
        }
        (true, Counted::Everything) => format!("cheaper than {than} {side} {at} at list price a month"),
        (true, Counted::WhatItServes) => {
            format!("cheaper than {than} {side} {at} at list price a month of what it serves")
        }
        (true, Counted::AllThatIsUsed) => {
            format!("cheaper than {than} {side} {at} at list price a month of all that you use")
        }
    }
}

fn scenario(of: &Scenario) -> String {
    match of {
        Scenario::AsItIs => "nothing changes".to_owned(),
        Scenario::Half => "half as much is used".to_owned(),
        Scenario::Double => "twice as much is used".to_owned(),
        Scenario::Without { model, share } => {
            format!("{model}, {} % of your use, is not used any more", figure(*share))
        }
        Scenario::Announced { on, what } => format!("{what} costs what is announced from {on} on"),
    }
}

/// What would change the place of an option.
pub(super) fn sensitivity(option: &Judged, choice: &Choice, offered: &Offered) -> Vec<String> {
    let as_is = choice.what_if.iter().find(|one| one.of == Scenario::AsItIs);
    let cheapest_now = as_is.and_then(|one| one.cheapest.as_ref()).is_some_and(|(id, _)| *id == option.id);
    let say = |one: &WhatIf| {
        let (id, cost) = one.cheapest.as_ref().filter(|_| one.changes && one.of != Scenario::AsItIs)?;
        let (cost, when) = (money(*cost, choice.currency), scenario(&one.of));
        if *id == option.id {
            Some(format!("Cheapest if {when}: about {cost} a month."))
        } else if cheapest_now {
            Some(format!("If {when}, {} is cheapest: about {cost} a month.", name_of(id, choice, offered)))
        } else {
            None
        }
    };
    choice.what_if.iter().filter_map(say).collect()
}

/// What stands against an option, in words.
pub(super) fn against(why: &Against) -> String {
    match why {
        Against::Refuses => "It would refuse some of what is served now.".to_owned(),
        Against::LowConfidence(figures) => format!(
            "Figures of low confidence would decide it, so it is not advised before you confirm them: {}.",
            figures.join("; ")
        ),
        Against::DearEnd => "With its ranges at their dear end it would no longer save enough.".to_owned(),
        Against::Illustration => "Its figures only show a shape, and are no offer.".to_owned(),
        Against::Unchecked => {
            "More than a tenth of its use could not be held against its limits: usage is told too coarsely."
                .to_owned()
        }
        Against::SameAsNow => "It is what you have.".to_owned(),
    }
}

fn saving(saving: &Saving, choice: &Choice) -> String {
    format!(
        "{} a month on average ({} %), with a chance of {} % that it saves enough",
        money(saving.a_month, choice.currency),
        saving.percent.round_dp(1).normalize(),
        saving.chance.round_dp(0)
    )
}

/// Usage is known a day or two after it was. What ends earlier is told of: what was used since is not in it.
const FRESH_DAYS: i64 = 3;

/// That usage is of long ago, where it is.
pub(super) fn old(until: Date, today: Date) -> Option<String> {
    let days = today.days_since(until);
    (days > FRESH_DAYS).then(|| {
        format!(
            " Mind that your usage is known up to {} only, {days} days ago: sync or import what came since before you decide.",
            until.plus_days(-1)
        )
    })
}

/// Why, in words.
pub(super) fn why(choice: &Choice, offered: &Offered) -> String {
    match &choice.recommendation {
        Recommendation::Switch { to, saves, rival } => {
            let next = rival.as_ref().map_or_else(String::new, |rival| {
                format!(" The closest other option is {}.", name_of(rival, choice, offered))
            });
            let (name, saves) = (name_of(to, choice, offered), saving(saves, choice));
            if choice.excluded.is_empty() {
                format!(
                    "{name} would likely save {saves}, and serves all of your use that is compared here.{next}"
                )
            } else {
                format!(
                    "{name} would likely save {saves}, and serves all of your use that is compared here: what is left out is not in it.{next}"
                )
            }
        }
        Recommendation::Stay { with, rival, why } => {
            let with = name_of(with, choice, offered);
            let closest = rival.as_ref().map(|(id, saves)| (name_of(id, choice, offered), saves));
            let told = match (why, closest) {
                (WhyStay::NothingUsed, _) => {
                    "Nothing was used in these days, so there is nothing to save.".to_owned()
                }
                (WhyStay::NoRival, _) | (_, None) => {
                    format!("Nothing else serves what you use: stay with {with}.")
                }
                (WhyStay::Cheapest, Some((rival, saves))) => format!(
                    "{with} is likely the cheapest. The closest rival is {rival}: {} a month more on average.",
                    money(-saves.a_month, choice.currency)
                ),
                (WhyStay::TooLittle, Some((rival, saves))) => format!(
                    "{rival} would save {}: less than 5 % or one US dollar a month, which is not worth a change.",
                    money(saves.a_month, choice.currency) + " a month on average"
                ),
                (WhyStay::NotSure, Some((rival, saves))) => {
                    format!("{rival} may save {}; a switch is advised from 80 % on.", saving(saves, choice))
                }
                (WhyStay::Held(reasons), Some((rival, saves))) => {
                    let reasons: Vec<String> = reasons.iter().map(against).collect();
                    format!("{rival} may save {}. {}", saving(saves, choice), reasons.join(" "))
                }
            };
            match choice.left_out_share() {
                share if share < Decimal::ONE => told,
                share => {
                    let share = figure(share);
                    let without = format!("That is without {share} % of your use, which is left out.");
                    format!("{told} {without}")
                }
            }
        }
        Recommendation::NotEnoughData(TooLittle::TakenIn { left_out }) => match left_out {
            None => "Nothing of what you used can be compared: what is left out, and why, is told below.".to_owned(),
            Some(share) if choice.options.is_empty() || *share == Decimal::ONE_HUNDRED => {
                "Nothing of what you used has a price that is known, so no option can be told: what is left out, and why, is told below.".to_owned()
            }
            Some(share) => format!(
                "{} % of your use is left out, so no option can be advised: why is told below. What each would cost is for the rest alone.",
                figure(*share)
            ),
        },
        Recommendation::NotEnoughData(TooLittle::Days(days)) => {
            let so_far = match days {
                1 => "There is one complete day with usage so far".to_owned(),
                days => format!("There are {days} complete days with usage so far"),
            };
            let needed = format!("{so_far}, and {NEEDED_DAYS} are needed before a month can be told.");
            if choice.options.iter().all(|option| option.replayed.is_empty()) {
                return needed;
            }
            format!("{needed} What each option would have cost in these days is shown.")
        }
    }
}
