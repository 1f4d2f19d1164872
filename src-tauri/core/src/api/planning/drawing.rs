//! Pictures of a choice between plans: cost by use, and how much months differ.

use super::super::ApiError;
use super::super::pictures::{spoken, undrawable};
use super::answer::Told;
use super::words::{self, Counted};
use crate::chart::{
    self, Chart, CostCurve, CostLine, CostPoint, CostSpread, Slot, SpreadMonth, SpreadRow, Unit,
};
use crate::plan::{Choice, Judged, Recommendation, VolumeUnit};

const HEIGHT: u32 = 320;
/// More options than this are a list to be read in the table.
const MOST_LINES: usize = 5;
const MOST_ROWS: usize = 12;
const SLOTS: [Slot; 5] = [Slot::S1, Slot::S2, Slot::S3, Slot::S4, Slot::S5];

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Which {
    /// Cost by use.
    Curve,
    /// How much months differ.
    Spread,
}

/// Draws one of the pictures.
pub(super) fn draw(told: &Told<'_>, which: Which, width: u32, ending: &str) -> Result<Chart, ApiError> {
    let picture = match which {
        Which::Curve => chart::Picture::CostCurve(curve(told, width, ending)),
        Which::Spread => chart::Picture::CostSpread(spread(told, width, ending)),
    };
    chart::draw(&picture).map_err(|error| undrawable(&error))
}

/// The options by weight: what is advised, what is had, paying as you go, then as they are ranked.
fn by_weight(choice: &Choice) -> Vec<&Judged> {
    let advised = match &choice.recommendation {
        Recommendation::Switch { to, .. } => Some(to.as_str()),
        Recommendation::Stay { rival: Some((rival, _)), .. } => Some(rival.as_str()),
        Recommendation::Stay { .. } | Recommendation::NotEnoughData(_) => None,
    };
    let rank = |option: &&Judged| match option.id.as_str() {
        "current" => 1,
        "metered" => 2,
        id if Some(id) == advised => 0,
        _ => 3,
    };
    let mut options: Vec<&Judged> = choice.options.iter().collect();
    options.sort_by_key(rank);
    options
}

fn slot(place: usize) -> Slot {
    SLOTS.get(place).copied().unwrap_or(Slot::Other)
}

fn unit(choice: &Choice) -> Unit {
    Unit::Money { currency: choice.currency.to_string() }
}

fn curve(told: &Told<'_>, width: u32, ending: &str) -> CostCurve {
    let choice = told.choice;
    let options: Vec<&Judged> =
        by_weight(choice).into_iter().filter(|option| !option.curve.is_empty()).take(MOST_LINES).collect();
    let lines = options.iter().enumerate().map(|(place, option)| CostLine {
        name: words::name(&option.parts, told.offered),
        slot: slot(place),
        points: option
            .curve
            .iter()
            .map(|point| CostPoint { share: point.share, cost: point.cost, refuses: point.refuses })
            .collect(),
    });
    let points = options.iter().enumerate().flat_map(|(line, option)| {
        let name = words::name(&option.parts, told.offered);
        let drawn = |than: &str| options.iter().any(|other| other.id == than);
        let of = option.break_even.iter().filter(move |point| drawn(&point.than));
        of.map(move |point| {
            let than = words::name_of(&point.than, choice, told.offered);
            // As the axis below it counts: everything, also what the plan does not serve.
            let whole = choice.usual_month.map(|usual| usual.part(point.share));
            let (at, of) = match whole {
                Some(whole) if whole != point.at => (whole, Counted::AllThatIsUsed),
                _ => (point.at, Counted::Everything),
            };
            chart::BreakEven {
                line,
                share: point.share,
                name: words::spoken(at),
                words: format!("{name} is {}", words::break_even(point, &than, at, of)),
            }
        })
    });
    let usual = choice.usual_month.map(|volume| {
        let (unit, each) = match volume.unit {
            VolumeUnit::Requests => (Unit::Count { noun: "requests".to_owned() }, "a month"),
            VolumeUnit::Tokens => (Unit::Count { noun: "tokens".to_owned() }, "a month"),
            VolumeUnit::List(currency) => {
                (Unit::Money { currency: currency.to_string() }, "a month at list price")
            }
        };
        chart::UsualMonth { amount: volume.amount, unit, each: each.to_owned() }
    });
    CostCurve {
        title: format!("What a month costs by how much is used{ending}"),
        unit: unit(choice),
        usual,
        own: choice.own_range,
        lines: lines.collect(),
        break_even: points.collect(),
        width,
        height: HEIGHT,
    }
}

fn spread(told: &Told<'_>, width: u32, ending: &str) -> CostSpread {
    let choice = told.choice;
    let drawn = by_weight(choice);
    let row = |option: &Judged| SpreadRow {
        name: words::name(&option.parts, told.offered),
        // The same colour as its line.
        slot: slot(drawn.iter().position(|other| other.id == option.id).unwrap_or(usize::MAX)),
        range: option.monthly.as_ref().map(|range| (range.p10, range.p50, range.p90)),
        months: option
            .replayed
            .iter()
            .map(|month| {
                let first = month.period.start.utc_date();
                SpreadMonth {
                    name: format!("the month from {}", spoken(first)),
                    cost: month.cost,
                    whole: month.period.end.utc_date().days_since(first) >= 28,
                }
            })
            .collect(),
        refuses: !option.serves_all,
    };
    CostSpread {
        title: format!("What a month is likely to cost{ending}"),
        unit: unit(choice),
        rows: choice.options.iter().take(MOST_ROWS).map(row).collect(),
        width,
    }
}
