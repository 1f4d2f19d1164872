//! `SiliconFlow`: what is left, in dollars, for this is the international host. A wrong key is answered by a bare text.

use crate::admit::{Admit, Holder};
use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{usual, wallet};
use crate::world::{DOLLAR, World, fixed, made_up};

pub(crate) const HANDLER: Handler = Handler {
    id: "siliconflow",
    base_path: "/siliconflow/v1",
    key_prefix: "sk-",
    admit: Admit::Own(admit),
    streams: &STREAMS,
    names: &names(&STREAMS),
    details: |_| vec![("region", "global".to_owned())],
    answer,
    refuse: |refusal| {
        let code: u64 = if refusal.status == 403 { 30001 } else { 20012 };
        object([("code", code.into()), ("message", refusal.plainly().into()), ("data", Json::Null)])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] = [Stream {
    name: "balance",
    path: "/user/info",
    list: Some("data"),
    money: Some("chargeBalance"),
    ..PLAIN
}];

fn admit(ask: &Ask) -> Result<(), Refusal> {
    match ask.bearer().and_then(|key| ask.keys.holder(key)) {
        Some(Holder::Admin) => Ok(()),
        _ => Err(Refusal::status(401).with_body("Invalid token".into())),
    }
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let cent = DOLLAR / 100;
    let paid = wallet(world, "siliconflow", usual(world.person)).left() / cent * cent;
    let given = 88 * cent;
    let data = object([
        ("id", made_up(world.seed, "siliconflow/user", 12).into()),
        ("name", "somebody".into()),
        ("image", "".into()),
        ("email", "somebody@town.example".into()),
        ("isAdmin", false.into()),
        ("balance", fixed(given, 2).into()),
        ("status", "normal".into()),
        ("introduction", "".into()),
        ("role", "".into()),
        ("chargeBalance", fixed(paid, 2).into()),
        ("totalBalance", fixed(given + paid, 2).into()),
    ]);
    Ok(Answer::Tree(object([
        ("code", 20000_u64.into()),
        ("message", "OK".into()),
        ("status", true.into()),
        ("data", data),
    ])))
}
