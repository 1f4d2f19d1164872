//! Leonardo.Ai: tokens of the API and of the web app, in a list of one, with dates that have no zone.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{usual, wallet};
use crate::world::{DOLLAR, MINUTES_A_DAY, Person, World, made_up_uuid, next_month, time_text};

pub(crate) const HANDLER: Handler = Handler {
    id: "leonardo",
    base_path: "/leonardo/api/rest/v1",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let code = if refusal.status == 401 { "access-denied" } else { "validation-failed" };
        object([("error", refusal.plainly().into()), ("path", "$".into()), ("code", code.into())])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 1] = [Stream {
    name: "me",
    path: "/me",
    list: Some("user_details"),
    money: Some("apiSubscriptionTokens"),
    ..PLAIN
}];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    let tokens = |place: &str| {
        let left = wallet(world, place, usual(world.person)).left() / (DOLLAR / 250);
        Json::Number(left.to_string())
    };
    let renewal = time_text(next_month(world.today()) * MINUTES_A_DAY);
    let renewal = renewal.trim_end_matches('Z');
    // A student has the web app's free tokens and no plan for the API.
    let api = world.person != Person::Student;
    let told = |value: Json| if api { value } else { Json::Null };
    let user =
        object([("id", made_up_uuid(world.seed, "leonardo/user").into()), ("username", "somebody".into())]);
    let details = object([
        ("user", user),
        ("tokenRenewalDate", renewal.into()),
        ("paidTokens", 0_u64.into()),
        ("subscriptionTokens", tokens("leonardo app")),
        ("subscriptionGptTokens", 1000_u64.into()),
        ("subscriptionModelTokens", 10_u64.into()),
        ("apiConcurrencySlots", 10_u64.into()),
        ("apiPaidTokens", told(tokens("leonardo packs"))),
        ("apiSubscriptionTokens", told(tokens("leonardo plan"))),
        ("apiPlanTokenRenewalDate", told(renewal.into())),
    ]);
    Ok(Answer::Tree(object([("user_details", Json::List(vec![details]))])))
}
