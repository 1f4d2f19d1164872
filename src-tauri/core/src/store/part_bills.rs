//! What charges of an account bill, one by one: for parts that the roll-up cannot tell apart.

use sqlx::Row as _;

use super::{GroupSums, Origin, RollupRow, Store, StoreError, timestamp};
use crate::ledger::{ChargeCategory, Lane, named};
use crate::time::Period;

impl Store {
    /// What every charge of an account bills that starts inside a period. `is_of` is asked of its project and key, which are
    /// empty where the provider does not say; the rows it holds of have a member, the others have none.
    pub async fn part_bills(
        &self,
        account_id: i64,
        period: Period,
        is_of: impl Fn(&str, &str) -> bool,
    ) -> Result<Vec<RollupRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.period_start, c.billed, f.lane, f.category, f.billed_currency, f.project, f.api_key, \
             s.name \
             FROM streams AS s CROSS JOIN charges AS c JOIN facets AS f ON f.id = c.facet_id \
             WHERE s.account_id = ? AND c.stream_id = s.id AND c.billed IS NOT NULL \
             AND c.period_start >= ? AND c.period_start < ? ORDER BY c.period_start, c.stream_id, c.ordinal",
        )
        .bind(account_id)
        .bind(period.start.unix())
        .bind(period.end.unix())
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let strange = |what: &str| StoreError::Row(format!("a charge with the {what}"));
                let text = |column: &str| row.try_get::<String, _>(column);
                let (billed, currency) = (text("billed")?, text("billed_currency")?);
                let (project, key) = (text("project")?, text("api_key")?);
                let inside = (!project.is_empty() || !key.is_empty()) && is_of(&project, &key);
                Ok(RollupRow {
                    account_id,
                    start: timestamp(row.try_get("period_start")?)?,
                    member: inside.then(String::new),
                    lane: named(&text("lane")?, Lane::NAMED).ok_or_else(|| strange("lane"))?,
                    origin: Origin::of(&text("name")?),
                    read_at: None,
                    category: named(&text("category")?, ChargeCategory::NAMED)
                        .ok_or_else(|| strange("category"))?,
                    currency: Some(currency.parse()?),
                    sums: GroupSums { billed: Some(billed.parse()?), charges: 1, ..GroupSums::default() },
                    beside: false,
                })
            })
            .collect()
    }
}
