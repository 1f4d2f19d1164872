//! Stability AI: the credits that are left, with as many digits as a float has.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{usual, wallet};
use crate::world::{World, fixed, made_up};

pub(crate) const HANDLER: Handler = Handler {
    id: "stability",
    base_path: "/stability",
    key_prefix: "sk-",
    guard,
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let name = if refusal.status == 401 { "unauthorized" } else { "bad_request" };
        object([("id", "c2f04a18d5".into()), ("name", name.into()), ("message", refusal.plainly().into())])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] = [Stream {
    name: "balance",
    path: "/v1/user/balance",
    list: Some("credits"),
    money: Some("credits"),
    ..PLAIN
}];

/// Without a name the door stays shut, and another organization than the account's own is unknown.
fn guard(ask: &Ask) -> Result<(), Refusal> {
    if ask.header("user-agent").is_none_or(str::is_empty) {
        return Err(Refusal::said(403, "blocked: say who you are"));
    }
    let own = format!("org-{}", made_up(ask.seed, "stability/organization", 16));
    match ask.header("organization") {
        Some(named) if named != own => Err(Refusal::said(404, "organization not found")),
        _ => Ok(()),
    }
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    // A credit is a cent.
    let left = 100 * wallet(world, "stability", usual(world.person)).left();
    Ok(Answer::Tree(object([("credits", Json::Number(fixed(left, 13)))])))
}
