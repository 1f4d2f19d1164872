//! Moonshot AI: what is left, in dollars, for this is the international host. A failure may be told inside of HTTP 200.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, error, names};
use crate::json::{Json, object};
use crate::trade::{usual, wallet};
use crate::world::{DOLLAR, Person, World, fixed};

pub(crate) const HANDLER: Handler = Handler {
    id: "moonshot_ai",
    base_path: "/moonshot/v1",
    key_prefix: "sk-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    details: |_| vec![("region", "global".to_owned())],
    answer,
    refuse,
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] = [Stream {
    name: "balance",
    path: "/users/me/balance",
    list: Some("data"),
    money: Some("cash_balance"),
    ..PLAIN
}];

fn refuse(refusal: &Refusal) -> Json {
    let (kind, usual) = match refusal.status {
        401 => ("invalid_authentication_error", "Invalid Authentication"),
        429 => ("rate_limit_reached_error", "Your account has reached its request limit"),
        500.. => ("server_error", "Internal server error"),
        _ => ("invalid_request_error", "Invalid request"),
    };
    error([("message", refusal.words(usual).into()), ("type", kind.into())])
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    // Five decimals are told. A student used more than was paid for, and lives on vouchers.
    let cut = DOLLAR / 100_000;
    let (cash, voucher) = match world.person {
        Person::Student => (-(2 * DOLLAR + 13 * DOLLAR / 100), 4 * DOLLAR + DOLLAR / 2),
        _ => (wallet(world, "moonshot", usual(world.person)).left() / cut * cut, 15 * DOLLAR),
    };
    let money = |amount| Json::Number(fixed(amount, 5));
    let data = object([
        ("available_balance", money(cash.max(0) + voucher)),
        ("voucher_balance", money(voucher)),
        ("cash_balance", money(cash)),
    ]);
    Ok(Answer::Tree(object([
        ("code", 0_u64.into()),
        ("data", data),
        ("scode", "0x0".into()),
        ("status", true.into()),
    ])))
}
