//! A gateway that nobody has a connector for: a nested answer, with cents as text and three ways to write a time.

use crate::admit::Admit;
use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{done, usual, wallet};
use crate::world::{MINUTES_A_DAY, World, cents, date, month_start, next_month};

pub(crate) const HANDLER: Handler = Handler {
    id: "own",
    base_path: "/own",
    key_prefix: "gateway-",
    admit: Admit::Header("x-gateway-key"),
    // The host stands for the gateway's own: a client is told where it really is.
    details: |_| vec![("description", DESCRIPTION.to_owned()), ("header", "x-gateway-key".to_owned())],
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| object([("error", object([("message", refusal.plainly().into())]))]),
    ..Handler::PLAIN
};

const DESCRIPTION: &str = r#"{"name":"Simulated gateway","url":"https://gateway.example/v2/state","header":"X-Gateway-Key","scheme":"none","balance":{"amount":"/result/wallet/left_cents","currencyPointer":"/result/wallet/currency","divide":100},"quota":{"used":"/result/plans/0/calls/used","limit":"/result/plans/0/calls/most","unit":"requests","window":"month","resetsAt":"/result/plans/0/again_at"},"expiresAt":"/result/wallet/ends"}"#;

const STREAMS: [Stream; 1] = [Stream {
    name: "state",
    path: "/v2/state",
    list: Some("result"),
    money: Some("result.wallet.left_cents"),
    currency: Some("result.wallet.currency"),
    ..PLAIN
}];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let wallet = wallet(world, "own", usual(world.person));
    let month = month_start(world.today());
    let lines = usual(world.person).iter();
    let used: u64 =
        lines.map(|line| done(world, "own", line, month * MINUTES_A_DAY, world.now).requests).sum();
    let calls = object([("used", used.into()), ("most", "100000".into())]);
    let plan = object([("calls", calls), ("again_at", (next_month(month) * MINUTES_A_DAY * 60_000).into())]);
    let purse = object([
        ("left_cents", cents(wallet.left()).to_string().into()),
        ("currency", "eur".into()),
        ("ends", date(world.today() + 40).to_string().into()),
        ("since", Json::Null),
    ]);
    let result = object([("wallet", purse), ("plans", Json::List(vec![plan]))]);
    Ok(Answer::Tree(object([("ok", true.into()), ("result", result)])))
}
