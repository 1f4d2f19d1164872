//! Recraft: API units in whole numbers, a thousand to the dollar, beside what it tells of the person.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{usual, wallet};
use crate::world::{World, fixed, made_up_uuid};

pub(crate) const HANDLER: Handler = Handler {
    id: "recraft",
    base_path: "/recraft/v1",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let code = if refusal.status == 401 { "unauthorized" } else { "invalid_request" };
        object([("code", code.into()), ("message", refusal.plainly().into())])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] =
    [Stream { name: "units", path: "/users/me", list: Some("credits"), money: Some("credits"), ..PLAIN }];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let units = 1000 * wallet(world, "recraft", usual(world.person)).left();
    Ok(Answer::Tree(object([
        ("id", made_up_uuid(world.seed, "recraft/user").into()),
        ("email", "somebody@town.example".into()),
        ("name", "Somebody".into()),
        ("credits", Json::Number(fixed(units, 0))),
    ])))
}
