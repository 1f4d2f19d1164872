//! The calendar of expiries, resets and renewals: what goes into it, and the file.

use super::app::{App, House};
use super::calendar_address::random;
use super::figures::Books;
use super::files::{self, What};
use super::glance::amount;
use super::{ApiError, CalendarFile, ExportCalendar, LotRow, LotState};
use crate::export::{self, Dates, Lapse, Renewal, Reset, When};
use crate::ledger::Entered;
use crate::money::Money;

const WHAT: What = What { name: "the calendar", example: "spendglass.ics", begins: &[b"BEGIN:VCALENDAR"] };
/// The setting that tells the events of one store from those of any other.
const NAME: &str = "calendar_name";

/// A calendar, written.
pub(super) struct Written {
    pub(super) text: String,
    events: usize,
    cancelled: usize,
}

impl App {
    /// Writes the calendar into a file: the old one or the new one, never half of one.
    pub(super) async fn export_calendar(&self, request: &ExportCalendar) -> Result<CalendarFile, ApiError> {
        files::place(&request.path, WHAT)?;
        let written = self.write_calendar(&self.house().await).await?;
        let counts = (written.events, written.cancelled);
        let shown = files::keep(&request.path, written.text.into_bytes(), WHAT).await?;
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(CalendarFile { path: shown, events: count(counts.0), cancelled: count(counts.1) })
    }

    /// The calendar of a house as it is told now. What is told is kept, so that the next one can say what changed.
    pub(super) async fn write_calendar(&self, house: &House) -> Result<Written, ApiError> {
        let (now, calendar) = (self.now(), self.calendar().await?);
        let today = calendar.date_of(now);
        let notes = export::notes(&self.dates(house).await?, calendar, now);
        let told = house.store.tell_events(|told| export::tell(told, &notes, today, now)).await?;
        let mut name = house.store.setting(NAME).await?;
        if name.is_none() {
            // Another program may do the same now: what is kept counts.
            house.store.set_setting(NAME, &random()?).await?;
            name = house.store.setting(NAME).await?;
        }
        let shown = export::shown(&told, today);
        Ok(Written {
            text: export::calendar(&name.unwrap_or_default(), &shown),
            events: shown.len(),
            cancelled: shown.iter().filter(|event| event.withdrawn_at.is_some()).count(),
        })
    }

    /// What may be in the calendar.
    async fn dates(&self, house: &House) -> Result<Dates, ApiError> {
        let books = Books::open(house).await?;
        let entries = house.store.entries(None).await?;
        // What is at risk changes from day to day, and is not in the calendar.
        let (_, lots) = self.lots(house, None, self.now(), 0).await?;
        let mut dates = Dates {
            lots: lots.iter().filter_map(|lot| lapse(lot.row(&books))).collect(),
            ..Dates::default()
        };
        for row in &entries {
            let label = books.label_of(row.account_id);
            match &row.entered {
                Entered::Subscription(plan) => dates.renewals.extend(plan.renews_on.map(|date| Renewal {
                    account: row.account_id,
                    label,
                    plan: plan.plan.clone(),
                    price: plan.price.map(money),
                    period: Some(plan.period),
                    when: When::On(date),
                    ends: false,
                })),
                Entered::Purchase(_) | Entered::Balance(_) | Entered::Allowance(_) | Entered::Cost(_) => {}
            }
        }
        for (account, plan) in house.store.subscriptions().await? {
            let status = plan.status.unwrap_or_default().to_lowercase();
            dates.renewals.extend(plan.renews_at.map(|at| Renewal {
                account,
                label: books.label_of(account),
                plan: plan.plan,
                price: plan.price.map(money),
                period: plan.period,
                when: When::At(at),
                ends: status.contains("cancel"),
            }));
        }
        let rows = self.limits().await?.rows.into_iter().filter(|row| !row.configured);
        dates.resets.extend(rows.filter_map(|row| {
            Some(Reset {
                account: row.account,
                window: row.window.parse().ok()?,
                at: row.resets_at?.parse().ok()?,
                label: row.label,
                name: row.name,
                model: row.model,
            })
        }));
        Ok(dates)
    }
}

/// The end of a lot in which something is left, or of which nobody tells what is.
fn lapse(lot: LotRow) -> Option<Lapse> {
    if !matches!(lot.state, LotState::Open | LotState::Untold | LotState::Ahead) {
        return None;
    }
    let end = lot.expires_at?;
    let when = end.parse().map(When::On).or_else(|_| end.parse().map(When::At)).ok()?;
    let left = lot.left.map(|left| amount(&left, &lot.currency));
    Some(Lapse { id: lot.id, label: lot.label, left, when, possible: lot.possible })
}

fn money(money: Money) -> String {
    amount(&money.amount.to_string(), money.currency.as_str())
}
