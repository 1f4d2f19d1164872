//! Novita AI: what is left, in ten thousandths of a dollar.

use serde::Deserialize;

use super::{
    Check, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees, Source, Stream,
    decode, said_at, shifted,
};
use crate::ledger::{Balance, BalanceKind, QuotaReading, QuotaWindow};
use crate::money::{Currency, Decimal, Money, exact_add};

/// Novita AI.
pub const PROVIDER: Provider = Provider {
    id: "novita",
    name: "Novita AI",
    base_url: "https://api.novita.ai",
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["sk_"],
        sees: &[Sees::Balance],
        made_at: "https://novita.ai/settings/key-management",
        note: "Any key of the account sees its balance. It can also be used for inference, so keep it to yourself.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check { request: |_| asked(), kind: |body| decode::<Answer>(body).map(|_| None) }),
    streams: &[Stream {
        name: "balance",
        sees: Sees::Balance,
        source: Source::Http(|_| asked()),
        parse: balance,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/message", "/reason"]),
    latency: "The balance is told as it stands, charges that are still pending taken off.",
    lacks: "Its bills are not read: what their endpoints answer is not documented. Days' cost can be entered by hand \
            (spendglass enter).",
    ..Provider::PLAIN
};

fn asked() -> Request {
    Request::get("/openapi/v1/billing/balance/detail").or_at("/v3/user/balance")
}

/// Texts or numbers, all of them in ten thousandths of a dollar.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    cash_balance: Exact,
    credit_limit: Option<Exact>,
    pending_charges: Option<Exact>,
}

/// What may be spent contains a line of credit, which is no money of one's own: what is left is cash less pending charges.
fn balance(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer = decode(body)?;
    let dollars = |amount: Decimal, at: &'static str| shifted(amount, 4, || at.to_owned());
    let (cash, pending) =
        (answer.cash_balance.0, answer.pending_charges.map_or(Decimal::ZERO, |pending| pending.0));
    let left = exact_add(cash, -pending).ok_or_else(|| {
        ParseError::new("pendingCharges", format!("{cash} less {pending} cannot be kept exactly"))
    })?;
    let left = Money::new(dollars(left, "cashBalance")?, Currency::USD);
    let mut entries = vec![Entry::Balance(Balance::left(query.observed_at, BalanceKind::Credits, left))];
    if let Some(limit) = answer.credit_limit.filter(|limit| !limit.0.is_zero()) {
        entries.push(Entry::Quota(QuotaReading {
            limit: Some(dollars(limit.0, "creditLimit")?),
            ..QuotaReading::of(query.observed_at, "line of credit", QuotaWindow::Lifetime, Currency::USD)
        }));
    }
    Ok(Page { entries, next: Next::End })
}
