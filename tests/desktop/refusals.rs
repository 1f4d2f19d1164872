//! Keys and addresses that cannot be used: what is said, where it is said, and where the focus is then.

use crate::needle::Needle;
use crate::stage::{Stage, drive, kept_keys, offer, out_dir, session};
use crate::window::{Window, keys};

#[test]
fn what_cannot_be_used_is_told_beside_the_field() {
    drive(async || {
        let stage = Stage::new("refusals", 12).await;
        let window = stage.open().await;
        let openai = stage.provider("openai");

        // Nothing at all, by the Enter key.
        window.click("key-input").await;
        window.press(&[], keys::ENTER).await;
        refused(&window, &["Paste a key first"]).await;

        // No provider is known by such a beginning: the person may choose.
        window.enter("key-input", "no-such-beginning-0123456789-0123456789-0123456789").await;
        window.says("key-unrecognised", &["No provider is known"]).await;
        window.shown("key-provider").await;
        window
            .check(
                window.js("return at('key-error') === null", &[]).await == true,
                "typing takes the error away",
            )
            .await;
        window.empty("key-input").await;

        // The right kind, but not a key that the provider knows.
        let wrong = format!("sk-admin-{}", "wrong0key1".repeat(6));
        offer(&window, &wrong, &openai.base_url).await;
        window.says("key-recognised", &["OpenAI", "Admin key"]).await;
        window.click("key-add").await;
        refused(&window, &["OpenAI"]).await;
        assert!(stage.requests() > 0, "the provider was asked");
        window.empty("key-input").await;

        // An ordinary key is told apart before anybody is asked, with the way to the right one.
        let before = stage.requests();
        window.enter("key-input", &openai.ordinary_key).await;
        window.says("key-recognised", &["sees neither cost nor usage", "Admin key"]).await;
        let script = "return [...at('key-recognised').querySelectorAll('a')].map(({ href }) => href)";
        let links = window.js(script, &[]).await;
        assert_eq!(
            links,
            serde_json::json!(["https://platform.openai.com/settings/organization/admin-keys"])
        );
        window.click("key-add").await;
        let told =
            refused(&window, &["Admin key", "https://platform.openai.com/settings/organization/admin-keys"])
                .await;
        assert_eq!(stage.requests(), before, "a key of the wrong kind is not sent anywhere: {told}");
        window.empty("key-input").await;

        // Addresses that no key is sent to.
        for (address, words) in [
            ("http://example.com/v1", "https"),
            ("ftp://127.0.0.1/v1", "https"),
            ("not an address", "address"),
            ("https://person:word@127.0.0.1/v1", "name and password"),
            (&format!("{}?page=1", openai.base_url), "question mark"),
        ] {
            offer(&window, &openai.key, address).await;
            window.click("key-add").await;
            refused(&window, &[words]).await;
            window.empty("key-input").await;
        }
        assert_eq!(stage.requests(), before, "none of these addresses was tried");

        // One that leads elsewhere, and one where nobody is.
        stage.faults(&["openai/*=redirect"]);
        offer(&window, &openai.key, &openai.base_url).await;
        window.click("key-add").await;
        refused(&window, &["redirects to"]).await;
        assert_eq!(stage.town.redirected_requests(), Vec::<String>::new(), "nobody follows");
        stage.faults(&[]);
        window.empty("key-input").await;
        offer(&window, &openai.key, "http://127.0.0.1:9/v1").await;
        window.click("key-add").await;
        refused(&window, &["could not be reached"]).await;

        // With all of that mended, the same form takes the key.
        window.empty("key-base-url").await;
        window.enter("key-base-url", &openai.base_url).await;
        window.click("key-add").await;
        stage.fresh(&window, "openai").await;
        assert!(
            !kept_keys().contains(&wrong) && !kept_keys().contains(&openai.ordinary_key),
            "no refused key is kept"
        );
        for key in [&wrong, &openai.ordinary_key, &openai.key] {
            let places =
                Needle::new(key).hunt(Some(&window), &[stage.folder.path(), &session(), &out_dir()]).await;
            assert!(places.is_empty(), "{places:#?}");
        }
        window.quit().await;
    });
}

/// Waits for an error beside the field that is tied to it, with the focus where the person goes on.
async fn refused(window: &Window, words: &[&str]) -> String {
    let told = window.says("key-error", words).await;
    let script = "const [field, error] = [at('key-input'), at('key-error')]; \
                  return field.getAttribute('aria-invalid') === 'true' \
                  && field.getAttribute('aria-describedby').split(' ').includes(error.id) \
                  && error.closest('[aria-live]') !== null && at('key-add').innerText.includes('Check and add')";
    window.until("the error is tied to its field", script, &[]).await;
    let focus = window.focus().await;
    window.check(focus == "key-input", &format!("the focus is on {focus}")).await;
    assert!(!told.contains("sk-"), "an error repeats nothing of a key: {told}");
    told
}
