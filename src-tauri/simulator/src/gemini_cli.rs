//! Code Assist, as Gemini CLI asks: first the project of the login, then what is left of each model.

use crate::admit::Key;
use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{done, usual};
use crate::world::{MINUTES_A_DAY, World, made_up, time_text};

pub(crate) const HANDLER: Handler = Handler {
    id: "gemini_cli",
    base_path: "/gemini-cli",
    key: Key::Login,
    key_prefix: "login.a0",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream { name: "project", path: "/v1internal:loadCodeAssist", methods: &["POST"], ..PLAIN },
    Stream {
        name: "quota",
        path: "/v1internal:retrieveUserQuota",
        methods: &["POST"],
        list: Some("buckets"),
        money: Some("remainingFraction"),
        ..PLAIN
    },
];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let project = format!("simulated-{}", made_up(world.seed, "code assist", 10).to_lowercase());
    if ask.stream.name == "project" {
        ask.json(&["metadata"])?;
        let tier = object([("id", "standard-tier".into()), ("name", "Gemini Code Assist Standard".into())]);
        return Ok(Answer::Tree(object([
            ("currentTier", tier),
            ("cloudaicompanionProject", project.into()),
        ])));
    }
    if ask.json(&["project"])?.text("project")? != Some(project.as_str()) {
        return Err(Refusal::said(403, "Permission denied on this project."));
    }
    // Midnight of the Pacific, in winter.
    let reset = (world.today() + 1) * MINUTES_A_DAY + 480;
    let mut buckets = Vec::new();
    for (line, model) in
        usual(world.person).iter().zip(["gemini-3-pro", "gemini-2.5-flash", "gemini-2.5-pro"])
    {
        let requests = done(world, "gemini_cli", line, world.today() * MINUTES_A_DAY, world.now).requests;
        let left = 1_000 - requests.min(1_000);
        let bucket = |left: u64| {
            object([
                ("modelId", model.into()),
                ("remainingFraction", Json::Number(format!("{}.{:03}", left / 1_000, left % 1_000))),
                ("resetTime", time_text(reset).into()),
            ])
        };
        // The same model twice: the smaller of the two is what stops a person.
        buckets.push(bucket(1_000));
        buckets.push(bucket(left));
    }
    buckets.push(object([("modelId", "gemini-of-next-year".into()), ("resetTime", time_text(reset).into())]));
    Ok(Answer::Tree(object([("buckets", Json::List(buckets))])))
}
