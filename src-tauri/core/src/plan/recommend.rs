//! Whether to switch. Staying is right until another option is clearly better, by figures that can be relied upon.

use super::choice::{
    Judged, Landings, MOST_LEFT_OUT, NEEDED_DAYS, Recommendation, Saving, TooLittle, WhyStay, share_left_out,
};
use super::drawn::Drawn;
use super::judge::{advisable, enough_on_average};
use crate::money::Decimal;

/// `options` with the best first; `base` is what is stayed with.
pub(super) fn recommend(
    drawn: &Drawn,
    options: &[Judged],
    base: Option<&str>,
    landings: &Landings,
) -> Recommendation {
    let with = base.unwrap_or("metered").to_owned();
    let stay = |rival: Option<(String, Saving)>, why: WhyStay| Recommendation::Stay {
        with: with.clone(),
        rival,
        why,
    };
    if drawn.is_unpriced() {
        let share = share_left_out(&drawn.excluded);
        let left_out = Some(share).filter(|share| !share.is_zero());
        return Recommendation::NotEnoughData(TooLittle::TakenIn { left_out });
    }
    if drawn.rows == 0 && drawn.window_days >= NEEDED_DAYS {
        return stay(None, WhyStay::NothingUsed);
    }
    if drawn.days < NEEDED_DAYS {
        return Recommendation::NotEnoughData(TooLittle::Days(drawn.days));
    }
    let left_out = share_left_out(&drawn.excluded);
    if left_out > MOST_LEFT_OUT {
        return Recommendation::NotEnoughData(TooLittle::TakenIn { left_out: Some(left_out) });
    }
    let rivals = || options.iter().filter(|one| one.serves_all && one.id != with && !one.same_as_now);
    let fits = |one: &&Judged| {
        one.against.is_empty() && one.saving.is_some_and(|saving| advisable(&saving, landings.least_saving))
    };
    if let Some((best, saves)) = rivals().find(fits).and_then(|best| Some((best, best.saving?))) {
        let rival = rivals().find(|one| one.id != best.id).map(|one| one.id.clone());
        return Recommendation::Switch { to: best.id.clone(), saves, rival };
    }
    let Some((rival, saving)) = rivals().next().and_then(|rival| Some((rival, rival.saving?))) else {
        return stay(None, WhyStay::NoRival);
    };
    let why = if saving.a_month.is_sign_negative() || saving.a_month.is_zero() {
        WhyStay::Cheapest
    } else if !enough_on_average(&saving, landings.least_saving) {
        WhyStay::TooLittle
    } else if saving.chance < Decimal::new(80, 0) {
        WhyStay::NotSure
    } else {
        WhyStay::Held(rival.against.clone())
    };
    stay(Some((rival.id.clone(), saving)), why)
}
