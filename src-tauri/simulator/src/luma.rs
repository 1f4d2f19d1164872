//! Luma AI: what is left, in cents and parts of a cent.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{usual, wallet};
use crate::world::{World, fixed};

pub(crate) const HANDLER: Handler = Handler {
    id: "luma",
    base_path: "/luma/dream-machine/v1",
    key_prefix: "luma-",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let usual = if refusal.status == 401 { "Not authenticated" } else { refusal.plainly() };
        object([("detail", refusal.words(usual).into())])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] = [Stream {
    name: "credits",
    path: "/credits",
    list: Some("credit_balance"),
    money: Some("credit_balance"),
    ..PLAIN
}];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let cents = 100 * wallet(world, "luma", usual(world.person)).left();
    Ok(Answer::Tree(object([("credit_balance", Json::Number(fixed(cents, 1)))])))
}
