//! The person's own usage through every plan: what each would have cost, refused and left unused. Pure.

mod candidates;
mod cells;
mod choice;
mod contest;
mod curves;
mod drawn;
mod draws;
mod judge;
mod landed;
mod learn;
mod options;
mod recommend;
mod refit;
mod replay;
mod resolve;
pub mod savings;
mod staying;
mod terms;
mod usage;

pub use choice::{
    Against, BreakEven, Choice, FEW_DAYS, Judged, Landings, MonthLanded, NEEDED_DAYS, Point, Recommendation,
    RefusedUse, Saving, Scenario, TooLittle, Volume, VolumeUnit, WhatIf, WhyStay,
};
pub use drawn::{Drawn, draw};
pub use judge::choose;
pub use learn::{Capacity, Learned, NotLearned, WindowReading, learn};
pub use options::{Announced, Billed, Current, Offer, Part, WhyLeftOut, id_of, parts_of};
pub use replay::{ElementUse, MonthCost, Prepared, Refused, ReplayError, Replayed, replay, row_by_row};
pub use resolve::{Abstains, Buyer, Case, Resolved, UsedFact, resolve, resolve_tier};
pub use terms::{
    Element, Fixed, KindSet, Measure, OwnRate, OwnUnit, Purse, TermFee, TermLimit, TermOverage, TermPack,
    TermPool, Terms, VolumeDiscount,
};
pub use usage::{Excluded, Kind, Row, Usage, WhyExcluded};
