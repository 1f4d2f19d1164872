//! What a team at Cursor spent in the month under way. Members are added up: who they are is not read.

use serde::Deserialize;

use super::super::{Entry, Exact, Next, Page, PageToken, ParseError, Query, Request, decode, shifted};
use crate::ledger::{QuotaReading, QuotaWindow};
use crate::money::{Currency, Decimal, exact_add, exact_mul};

/// Members of a page.
const PAGE: u32 = 100;

pub(super) fn asked(query: &Query) -> Request {
    let page = number(query);
    Request::get("/teams/spend").posting(&serde_json::json!({ "page": page, "pageSize": PAGE }))
}

/// Pages are counted from one.
fn number(query: &Query) -> u32 {
    query.page_text().parse().unwrap_or(1).max(1)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    team_member_spend: Vec<Member>,
    total_pages: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    spend_cents: Exact,
    included_spend_cents: Option<Exact>,
    hard_limit_override_dollars: Option<Exact>,
    monthly_limit_dollars: Option<Exact>,
}

impl Member {
    /// In dollars. Nought means that none is set.
    fn limit(&self) -> Option<Decimal> {
        let set = |limit: &Option<Exact>| {
            limit.as_ref().map(|limit| limit.0).filter(|limit| *limit > Decimal::ZERO)
        };
        set(&self.hard_limit_override_dollars).or_else(|| set(&self.monthly_limit_dollars))
    }
}

pub(super) fn read(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer = decode(body)?;
    let page = number(query);
    let members = answer.team_member_spend;
    let sum = |of: fn(&Member) -> Option<Decimal>| {
        members.iter().try_fold(Decimal::ZERO, |sum, member| exact_add(sum, of(member)?))
    };
    let place = || "teamMemberSpend".to_owned();
    let spent = sum(|member| Some(member.spend_cents.0))
        .ok_or_else(|| ParseError::new("teamMemberSpend", "the sum of spendCents cannot be kept exactly"))?;
    let spent = shifted(spent, 2, place)?;
    // Unknown where it is not told of somebody.
    let included = sum(|member| member.included_spend_cents.as_ref().map(|cents| cents.0));
    let included = included.map(|cents| shifted(cents, 2, place)).transpose()?;
    // A page is read by itself, so the sums of a team of several pages are those of each.
    let whose = match (page, answer.total_pages) {
        (1, 0 | 1) => "the team".to_owned(),
        _ => format!("members {} to {}", (page - 1) * PAGE + 1, page * PAGE),
    };
    let mut entries = Vec::new();
    let mut see = |name: String, used, limit| {
        entries.push(Entry::Quota(QuotaReading {
            observed_at: query.observed_at,
            name,
            window: QuotaWindow::Month,
            unit: Currency::USD,
            used: Some(used),
            limit,
            resets_at: None,
            model: None,
            project: None,
        }));
    };
    see(format!("spent by {whose} beyond the plan"), spent, None);
    if let Some(included) = included {
        see(format!("used by {whose} of what the plan includes"), included, None);
    }
    if let Some((member, limit)) = nearest(&members) {
        // Spend is told in cents, limits in dollars.
        let spent = shifted(member.spend_cents.0, 2, place)?;
        see(format!("spent by the one of {whose} nearest to a limit"), spent, Some(limit));
    }
    let next =
        if page < answer.total_pages { Next::Token(PageToken((page + 1).to_string())) } else { Next::End };
    Ok(Page { entries, next })
}

/// The member who used the most of a limit of their own, and that limit.
fn nearest(members: &[Member]) -> Option<(&Member, Decimal)> {
    let limited = members.iter().filter_map(|member| Some((member, member.limit()?)));
    limited.reduce(|nearest, other| {
        let share = |(member, _): (&Member, Decimal), (_, limit): (&Member, Decimal)| {
            exact_mul(member.spend_cents.0, limit).unwrap_or(Decimal::MAX)
        };
        if share(other, nearest) > share(nearest, other) { other } else { nearest }
    })
}
