//! Estimate: a prompt is counted on this machine, priced by model, and neither stored nor sent.

use std::fs;

use serde_json::json;

use crate::needle::Needle;
use crate::stage::{Stage, drive};
use crate::window::{Window, keys};

/// Long enough to be looked for in every dress; nobody else writes so.
const PROMPT: &str = "Quillfeather-94127-marzipan-obelisk-twelve-lanterns-under-the-viaduct";

#[test]
fn a_prompt_is_counted_here_and_leaves_no_trace() {
    drive(async || {
        let stage = Stage::new("estimate", 62).await;
        let window = stage.open().await;
        stage.connect(&window, "openai").await;
        window.press(&[keys::CONTROL], '6').await;
        window.says("estimate-privacy", &["on this machine", "stored or sent"]).await;
        window.shown("estimate-empty").await;
        let before = stage.requests();

        window.enter("estimate-models", "gpt-4o, nonesuch-9").await;
        window.enter("estimate-text", "hello world").await;
        window.says("estimate-unknown", &["nonesuch-9"]).await;
        // Two tokens of o200k_base.
        window.until("the tokens are exact", "return at('estimate-input')?.dataset.tokens === '2' && at('estimate-counted')?.dataset.how === 'exact'", &[]).await;
        let now = window.until("it has a price", "return at('estimate-now')?.dataset.amount", &[]).await;
        window.click("estimate-output-4000").await;
        let script = "const now = at('estimate-now')?.dataset.amount; return now !== undefined && now !== arguments[0]";
        window.until("a longer answer costs something else", script, &[now]).await;

        window.click("estimate-clear").await;
        window.gone("estimate-model").await;
        window.enter("estimate-text", PROMPT).await;
        window.shown("estimate-model").await;
        assert_eq!(stage.requests(), before, "no provider hears of it");
        window.stays_on_this_machine();

        by_path(&stage, &window).await;
        drops(&window).await;
        window.quit().await;
        let found = Needle::new(PROMPT).hunt(None, &[&stage.data_dir()]).await;
        assert!(found.is_empty(), "the prompt is kept: {found:?}");
    });
}

/// A file that is no text is refused in words; the last good figures are not taken for its.
async fn by_path(stage: &Stage, window: &Window) {
    let file = stage.folder.path().join("prompt.bin");
    fs::write(&file, b"\x00\xff\x00\xfe").unwrap();
    let script = "const done = arguments[arguments.length - 1]; \
                  window.__TAURI_INTERNALS__.invoke('call', { request: { method: 'estimate', params: { path: arguments[0], models: [], outputTokens: null } } }) \
                    .then(() => done('counted'), ({ message }) => done(message))";
    let said = window.js_later(script, &[json!(file)]).await;
    window.check(said != "counted", "a file that is no text is refused").await;
}

/// A file that is let go over the field is read by the page; beside it nothing is opened in its place.
async fn drops(window: &Window) {
    let script = "const drop = (node, text) => { const carried = new DataTransfer(); carried.items.add(new File([text], 'note.txt', { type: 'text/plain' })); \
                    const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: carried }); node.dispatchEvent(event); return event.defaultPrevented; }; \
                  return [drop(document.querySelector('h1'), 'beside'), drop(at('estimate-text'), 'hello world')]";
    window.check(window.js(script, &[]).await == json!([true, true]), "a drop is left to nobody else").await;
    window
        .until("the file is in the field", "return at('estimate-text')?.value === 'hello world'", &[])
        .await;
    window.says("estimate-size", &["11 characters of note.txt"]).await;
    window.until("it is counted", "return at('estimate-input')?.dataset.tokens === '2'", &[]).await;
}
