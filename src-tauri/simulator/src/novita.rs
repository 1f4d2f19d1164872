//! Novita AI: what is left, in ten thousandths of a dollar, as text. The student's account is still at the older path.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{usual, wallet};
use crate::world::{DOLLAR, Person, World};

pub(crate) const HANDLER: Handler = Handler {
    id: "novita",
    base_path: "/novita",
    key_prefix: "sk_",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let reason = if refusal.status == 401 { "INVALID_API_KEY" } else { "INVALID_REQUEST" };
        object([
            ("code", u64::from(refusal.status).into()),
            ("reason", reason.into()),
            ("message", refusal.plainly().into()),
            ("metadata", Json::Object(Vec::new())),
        ])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream {
        name: "balance",
        path: "/openapi/v1/billing/balance/detail",
        list: Some("cashBalance"),
        money: Some("cashBalance"),
        ..PLAIN
    },
    Stream { name: "older_balance", path: "/v3/user/balance", ..PLAIN },
];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    if ask.stream.name == "balance" && world.person == Person::Student {
        return Err(Refusal::status(404));
    }
    let small = DOLLAR / 10_000;
    let cash = wallet(world, "novita", usual(world.person)).left() / small;
    let line = if world.person == Person::Team { 500_000 } else { 0 };
    let pending = 435;
    let figures =
        [cash + line - pending, cash, line, pending, 0].map(|amount: i128| Json::from(amount.to_string()));
    let [available, cash, line, pending, invoices] = figures;
    Ok(Answer::Tree(object([
        ("availableBalance", available),
        ("cashBalance", cash),
        ("creditLimit", line),
        ("pendingCharges", pending),
        ("outstandingInvoices", invoices),
    ])))
}
