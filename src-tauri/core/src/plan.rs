//! The person's own usage through every plan: what each would have cost, refused and left unused. Pure.

mod terms;
mod usage;

pub use terms::{
    Element, Fixed, KindSet, Measure, OwnRate, OwnUnit, Purse, TermFee, TermLimit, TermOverage, TermPack,
    TermPool, Terms, VolumeDiscount,
};
pub use usage::{Excluded, Kind, Row, Usage, WhyExcluded};
