//! Limits that nobody publishes, out of the readings of subscriptions' windows.

use super::super::ApiError;
use super::super::app::House;
use super::super::figures::Books;
use super::current::{Subscribed, plan_of};
use super::taking::used_by;
use super::usage::Used;
use crate::catalogue::{Models, Plans};
use crate::plan::{KindSet, Learned, WindowReading, learn};

/// What the readings of the window tell of the plans that the person has.
pub(super) async fn learned(
    house: &House,
    books: &Books,
    used: &Used,
    subscribed: &[Subscribed],
    plans: &Plans,
) -> Result<Learned, ApiError> {
    let Some((from, _)) = used.usage.window else { return Ok(Learned::default()) };
    let mut readings = Vec::new();
    for (account, reading) in house.store.quota_history(from.utc_start()).await? {
        let Some(used_percent) = reading.used.filter(|_| reading.unit.as_str() == "percent") else {
            continue;
        };
        let mut had = subscribed.iter().filter(|one| one.account == account);
        let Some(plan) = had.find_map(|one| plan_of(one, books, plans)) else { continue };
        let Some(provider) = books.provider_of(account).map(|provider| provider.id) else { continue };
        let (list, surface) = used_by(provider);
        let model = reading.model.as_deref().map(Models::one);
        let kinds = KindSet::those(&used.usage.kinds, |kind| {
            let mine = kind.account == account || (kind.provider == list && kind.surface == surface);
            mine && model.as_ref().is_none_or(|model| model.hold(&kind.model))
        });
        readings.push(WindowReading {
            account,
            plan: plan.id.clone(),
            window: reading.window,
            model: reading.model,
            kinds,
            used_percent,
            observed_at: reading.observed_at,
            resets_at: reading.resets_at,
        });
    }
    Ok(learn(&readings, &used.usage))
}
