//! `DeepSeek`: what is left, in yuan and in dollars. Amounts are text, and never to be added up.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{usual, wallet};
use crate::world::{DOLLAR, Person, World, fixed};

pub(crate) const HANDLER: Handler = Handler {
    id: "deepseek",
    base_path: "/deepseek",
    key_prefix: "sk-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] = [Stream {
    name: "balance",
    path: "/user/balance",
    list: Some("balance_infos"),
    money: Some("topped_up_balance"),
    currency: Some("currency"),
    ..PLAIN
}];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let yuan = wallet(world, "deepseek", usual(world.person));
    let mut infos = vec![info("CNY", 10 * DOLLAR, yuan.left())];
    // A student was given dollars once and bought none.
    match world.person {
        Person::Student => infos.push(info("USD", 5 * DOLLAR, 0)),
        Person::Team => {
            infos.push(info("USD", 0, wallet(world, "deepseek dollars", usual(world.person)).left()));
        }
        _ => {}
    }
    Ok(Answer::Tree(object([("is_available", true.into()), ("balance_infos", Json::List(infos))])))
}

fn info(currency: &str, granted: i128, topped_up: i128) -> Json {
    // The total is that of the two as they are shown.
    let cent = DOLLAR / 100;
    let (granted, topped_up) = (granted / cent * cent, topped_up / cent * cent);
    object([
        ("currency", currency.into()),
        ("total_balance", fixed(granted + topped_up, 2).into()),
        ("granted_balance", fixed(granted, 2).into()),
        ("topped_up_balance", fixed(topped_up, 2).into()),
    ])
}
