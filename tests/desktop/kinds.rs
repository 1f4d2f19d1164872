//! A key of each kind: given in the window it is recognised, checked and explained, and its first figures appear.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spendglass_core::providers::{ALL, Intake, KeyKind, Provider, recognise};
use spendglass_simulator::TownProvider;

use crate::stage::{Stage, drive};
use crate::window::Window;

/// What the window shows of an account, as the door tells it.
const FIGURES: &str = "const done = arguments[arguments.length - 1]; \
    const ask = (request) => window.__TAURI_INTERNALS__.invoke('call', { request }); \
    ask({ method: 'accounts' }).then(async ({ result }) => { \
      const account = result.find(({ provider }) => provider === arguments[0]); \
      const usage = await ask({ method: 'usage', params: { by: 'account', from: null, to: null } }); \
      const rows = usage.result.rows.filter((row) => row.account === account.id); \
      done({ state: account.state, message: account.message, streams: account.streams, charges: rows.length, \
             computed: usage.result.beside.filter(({ lane }) => lane === 'estimated').length, \
             figures: account.balances.length + account.quotas.length + account.grants.length + account.subscriptions.length }); \
    }, (error) => done({ error }))";

#[test]
fn a_key_of_each_kind_is_recognised_checked_and_explained_and_shows_figures() {
    drive(async || {
        let stage = Stage::new("kinds", 31).await;
        let window = stage.open().await;
        window.click("nav-accounts").await;
        let mut shown = 0;
        for provider in ALL {
            let Some(there) = stage.town.providers().into_iter().find(|there| there.id == provider.id) else {
                continue;
            };
            let able = provider.keys.iter().find(|kind| !kind.sees.is_empty());
            let Some(kind) = able.filter(|kind| !matches!(kind.intake, Intake::Login(_))) else { continue };
            add(&window, provider, kind, &there).await;
            stage.fresh(&window, provider.id).await;
            let told = window.js_later(FIGURES, &[json!(provider.id)]).await;
            // What a gateway computed stands beside the bills, for it may be the same requests.
            let seen =
                ["charges", "figures", "computed"].iter().filter_map(|of| told[of].as_u64()).sum::<u64>();
            assert!(seen > 0, "{}: no figure appeared: {told}", provider.id);
            shown += 1;
        }
        assert!(shown >= 30, "only {shown} providers were shown");
        window.quit().await;
    });
}

#[test]
fn a_key_that_sees_nothing_is_told_what_to_make_instead() {
    drive(async || {
        let stage = Stage::new("sees-nothing", 32).await;
        let window = stage.open().await;
        window.click("nav-accounts").await;
        for (key, words) in [
            ("sk-ant-api03-made-up-0123456789abcdef", ["Anthropic", "Admin key"]),
            ("AIzaMadeUpMadeUpMadeUpMadeUpMadeUp12345", ["Gemini", "service account"]),
        ] {
            window.enter("key-input", key).await;
            window.says("key-recognised", &words).await;
            window.empty("key-input").await;
        }
        assert_eq!(stage.requests(), 0, "nothing is asked before the person says so");
        window.quit().await;
    });
}

/// Gives a key in the way that its kind is given.
pub(crate) async fn add(
    window: &Window,
    provider: &'static Provider,
    kind: &'static KeyKind,
    there: &TownProvider,
) {
    let parts: BTreeMap<String, String> = serde_json::from_str(&there.key).unwrap_or_default();
    if let Intake::Fields(fields) = kind.intake {
        window.click("key-by-name").await;
        choose(window, "key-provider", provider.id).await;
        window.click(&format!("key-kind-{}", kind.id)).await;
        for field in fields {
            if let Some(part) = parts.get(field.name) {
                window.enter(&format!("key-part-{}", field.name), part).await;
            }
        }
    } else {
        // The town tells a secret by the name of its part; a person has the secret alone.
        let text = match (kind.intake, parts.values().next()) {
            (Intake::File(_), _) => file(&parts, there),
            (_, Some(part)) if parts.len() == 1 => part.clone(),
            _ => there.key.clone(),
        };
        window.enter("key-input", &text).await;
        let found = recognise(&text);
        if found.iter().any(|(known, _)| known.id == provider.id) {
            window.shown("key-recognised").await;
            if found.iter().any(|(known, _)| known.id != provider.id) {
                let radio = format!("form input[type=radio][value=\"{}\"]", provider.id);
                window.element(&radio).await.click().await.unwrap();
            }
            window.says("key-recognised", &[provider.name]).await;
        } else if found.is_empty() {
            window.shown("key-unrecognised").await;
            choose(window, "key-provider", provider.id).await;
        } else {
            // It looks like a key of somebody else's: the person says whose it is.
            window.shown("key-recognised").await;
            window.click("key-by-name").await;
            choose(window, "key-provider", provider.id).await;
            window.click(&format!("key-kind-{}", kind.id)).await;
        }
    }
    for (name, value) in &there.details {
        let id = format!("key-detail-{name}");
        match window.js("return at(arguments[0])?.tagName ?? null", &[json!(id)]).await {
            Value::String(tag) if tag == "SELECT" => choose(window, &id, value).await,
            Value::String(_) => {
                window.empty(&id).await;
                window.enter(&id, value).await;
            }
            _ => {}
        }
    }
    if !kind.cost.is_empty() {
        window.click("key-agree").await;
    }
    // What is recognised makes the form grow meanwhile: a click could land beside it.
    window.js("at('key-advanced').open = true", &[]).await;
    window.empty("key-base-url").await;
    window.enter("key-base-url", &there.base_url).await;
    window.click("key-add").await;
}

async fn choose(window: &Window, id: &str, value: &str) {
    let script = "const node = at(arguments[0]); node.value = arguments[1]; \
                  node.dispatchEvent(new Event('change', { bubbles: true })); return node.value === arguments[1]";
    let chosen = window.js(script, &[json!(id), json!(value)]).await;
    window.check(chosen == true, &format!("{id} has no {value}")).await;
}

/// The file that Google makes for a service account.
fn file(parts: &BTreeMap<String, String>, there: &TownProvider) -> String {
    let project = there.details.iter().find(|(name, _)| name == "project_id").map_or("", |(_, value)| value);
    json!({
        "type": "service_account",
        "project_id": project,
        "private_key_id": parts["private_key_id"],
        "private_key": format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", parts["private_key"]),
        "client_email": parts["client_email"],
        "token_uri": "https://oauth2.googleapis.com/token",
    })
    .to_string()
}
