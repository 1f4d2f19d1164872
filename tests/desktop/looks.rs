//! What every screen owes to everybody: no violation that axe-core finds, in both themes and in a narrow window, and a content
//! security policy that holds. And the pictures of the README.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::stage::{Stage, drive, out_dir, run};
use crate::window::Window;

pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
pub(crate) const SCREENS: [(&str, &str); 9] = [
    ("today", "chart"),
    ("spend", "spend-table"),
    ("credits", "calendar"),
    ("limits", "limits"),
    ("plans", "plans-advice"),
    ("estimate", "estimate-text"),
    ("settings", "alert-rules"),
    ("inbox", "inbox-settings"),
    ("accounts", "account-remove"),
];
pub(crate) const WIDE: (u32, u32) = (1100, 760);
const NARROW: (u32, u32) = (400, 760);

#[test]
fn every_screen_is_accessible_in_both_themes() {
    drive(async || {
        let stage = Stage::new("accessible", 15).await;
        let window = stage.open().await;
        listen(&window).await;
        window.shown("key-input").await;
        for theme in ["light", "dark"] {
            wear(&window, theme).await;
            window.enter("key-input", &stage.provider("openai").ordinary_key).await;
            window.shown("key-recognised").await;
            window.click("key-add").await;
            window.shown("key-error").await;
            accessible(&window, &format!("first run, {theme}")).await;
            window.empty("key-input").await;
        }
        for id in ["openai", "anthropic", "openrouter"] {
            window.click("nav-accounts").await;
            stage.connect(&window, id).await;
        }
        stage.faults(&["openai/costs=401", "anthropic/cost_report=wrong-shape"]);
        window.click("sync-now").await;
        window.says("status", &["Not everything could be read"]).await;
        prepay(&window).await;
        // Everything that can be unfolded is.
        for theme in ["light", "dark"] {
            wear(&window, theme).await;
            for (screen, ready) in SCREENS {
                go(&window, screen).await;
                window.shown(ready).await;
                window.js("document.querySelectorAll('details').forEach((node) => { node.open = true; }); \
                           document.querySelectorAll('[data-testid=chart-table-toggle][aria-expanded=false]').forEach((node) => node.click())", &[]).await;
                accessible(&window, &format!("{screen}, {theme}")).await;
            }
            for (screen, opener, inside) in [
                ("accounts", "account-replace", "key-replace"),
                ("credits", "lot-add", "lot-save"),
                ("credits", "lot-change", "lot-save"),
                ("settings", "budget-add", "budget-save"),
                ("accounts", "import-open", "import-look"),
                ("accounts", "entry-open", "entry-save"),
            ] {
                go(&window, screen).await;
                window.click(opener).await;
                window.shown(inside).await;
                accessible(&window, &format!("{opener}, {theme}")).await;
                window.press(&[], crate::window::keys::ESCAPE).await;
                window.gone(inside).await;
            }
        }
        palette_is_accessible(&window).await;
        every_control_has_a_role_and_a_name(&window).await;
        no_sideways_scrolling(&window).await;
        motion_and_colours_can_be_forced(&window).await;
        // axe-core measures by styles of its own, which the policy refuses: what the page did itself is asked for first.
        window.quit().await;
    });
}

#[test]
fn the_policy_holds_and_normal_use_keeps_it() {
    drive(async || {
        let stage = Stage::new("policy", 16).await;
        let window = stage.open().await;
        listen(&window).await;
        window.shown("key-input").await;
        stage.connect(&window, "openai").await;
        for (screen, ready) in SCREENS {
            go(&window, screen).await;
            window.shown(ready).await;
        }
        window.click("nav-today").await;
        window.js("at('chart').querySelector('[role=application]').focus()", &[]).await;
        window.press(&[], crate::window::keys::END).await;
        wear(&window, "dark").await;
        assert_eq!(violations(&window).await, json!([]), "normal use keeps to the policy");

        // What a page that was led astray would try.
        for (what, attempt, directive) in [
            (
                "a script in the page",
                "const node = document.createElement('script'); node.textContent = 'window.ran = 1'; document.body.append(node)",
                "script-src",
            ),
            (
                "a handler in the markup",
                "const node = document.createElement('b'); node.setAttribute('onclick', 'window.ran = 1'); document.body.append(node); node.click()",
                "script-src",
            ),
            (
                "a text as a program",
                "try { new Function('window.ran = 1')(); } catch { /* refused */ }",
                "script-src",
            ),
            ("a request", "fetch('http://127.0.0.1:9/').catch(() => {})", "connect-src"),
            ("a picture from elsewhere", "new Image().src = 'http://127.0.0.1:9/pixel'", "img-src"),
            (
                "a style",
                "const node = document.createElement('style'); node.textContent = 'b { color: red }'; document.head.append(node)",
                "style-src",
            ),
        ] {
            window.js(attempt, &[]).await;
            let script = "return window.refusals.some((directive) => directive.startsWith(arguments[0]))";
            window.until(&format!("{what} is refused"), script, &[json!(directive)]).await;
            window.js("window.refusals.length = 0", &[]).await;
        }
        window
            .check(window.js("return window.ran === undefined", &[]).await == true, "a foreign script ran")
            .await;

        // The page may ask and hear by its own two commands alone, and is never led away.
        let script = "const done = arguments[arguments.length - 1]; \
                      Promise.allSettled(['plugin:window|close', 'plugin:opener|open_url', 'plugin:event|emit', 'plugin:event|listen', 'nothing'] \
                        .map((command) => window.__TAURI_INTERNALS__.invoke(command, { url: 'https://example.com/', event: 'event', label: 'main' }))) \
                        .then((answers) => done(answers.map(({ status }) => status)))";
        assert_eq!(
            window.js_later(script, &[]).await,
            json!(["rejected", "rejected", "rejected", "rejected", "rejected"])
        );
        window.js("const node = document.createElement('a'); node.href = 'http://127.0.0.1:9/'; document.body.append(node); node.click()", &[]).await;
        window.until("the page stays", "return location.href.startsWith('tauri://localhost')", &[]).await;
        window.shown("nav-today").await;
        window.quit().await;
    });
}

/// The pictures of the README: `make screenshots`.
#[test]
#[ignore = "writes docs/; make screenshots calls it"]
fn screenshots() {
    drive(async || {
        // The town of the sample data.
        let stage = Stage::new("screenshots", 7).await;
        // A notification would lie over the window.
        assert!(run("dunstctl", &["set-paused", "true"]).status.success());
        let window = stage.open().await;
        let docs = Path::new(ROOT).join("docs");
        fs::create_dir_all(&docs).unwrap();
        window.shown("key-input").await;
        window.photograph(&out_dir().join("first-run.png"));
        for there in stage.town.accounts() {
            window.click("nav-accounts").await;
            stage.connect(&window, there.id).await;
        }
        prepay(&window).await;
        for theme in ["light", "dark"] {
            // A narrow window has no room for the button of the theme.
            window.resize(WIDE.0, WIDE.1).await;
            wear(&window, theme).await;
            for (width, height) in [WIDE, NARROW] {
                window.resize(width, height).await;
                for (screen, ready) in SCREENS {
                    go(&window, screen).await;
                    window.shown(ready).await;
                    if screen == "spend" {
                        // A narrow window has a list in the place of the buttons.
                        window.shown(if width == WIDE.0 { "group-model" } else { "group" }).await;
                        let choose = "const list = at('group'); \
                            if (!list) return at('group-model').querySelector('input').click(); \
                            list.value = 'model'; list.dispatchEvent(new Event('change', { bubbles: true }))";
                        window.js(choose, &[]).await;
                        window
                            .until("models are shown", "return at('spend-table').querySelector('thead th').innerText.trim() === 'Model'", &[])
                            .await;
                    }
                    if screen == "estimate" {
                        // They stay when the text is cleared.
                        if theme == "light" && width == WIDE.0 {
                            window.enter("estimate-models", "gpt-4o, gpt-4o-mini, claude-haiku-4-5").await;
                        }
                        window.enter("estimate-text", "Write a letter to a client who pays late: kind, short, and clear about the date.").await;
                        window.shown("estimate-model").await;
                    }
                    settled(&window).await;
                    let name = format!("{screen}-{theme}.png");
                    let kept = width == WIDE.0
                        && matches!(
                            name.as_str(),
                            "today-light.png"
                                | "today-dark.png"
                                | "spend-light.png"
                                | "credits-light.png"
                                | "inbox-light.png"
                                | "limits-light.png"
                                | "accounts-light.png"
                                | "plans-light.png"
                                | "estimate-light.png"
                        );
                    let path = if kept { docs.join(name) } else { out_dir().join(format!("{width}-{name}")) };
                    window.photograph(&path);
                    if screen == "estimate" {
                        window.click("estimate-clear").await;
                    }
                }
            }
        }
        window.quit().await;
        assert!(run("dunstctl", &["set-paused", "false"]).status.success());
    });
}

/// Lots of several rules and budgets, as a person of that account may have them.
pub(crate) async fn prepay(window: &Window) {
    let script = "const done = arguments[arguments.length - 1]; \
        const ask = (request) => window.__TAURI_INTERNALS__.invoke('call', { request }); \
        const lot = (account, amount, acquired, rule, more) => \
          ask({ method: 'addLot', params: { account, amount, currency: 'USD', acquired, rule, ...more } }); \
        ask({ method: 'accounts' }).then(async ({ result }) => { \
          const id = (provider) => result.find((account) => account.provider === provider).id; \
          await lot(id('openai'), '160', '2026-11-05', 'on:2026-11-30', { note: 'Spring promotion', kind: 'granted' }); \
          await lot(id('anthropic'), '100', '2026-11-10', 'after-purchase:12mo'); \
          await lot(id('openrouter'), '40', '2025-11-20', 'never'); \
          await lot(id('openai'), '25', '2025-09-01', 'on:2025-10-01'); \
          await ask({ method: 'setBudget', params: { id: null, of: { kind: 'all' }, span: 'month', amount: '400', currency: 'USD' } }); \
          await ask({ method: 'setBudget', params: { id: null, of: { kind: 'provider', provider: 'anthropic' }, span: 'week', amount: '20', currency: 'USD' } }); \
        }).then(() => done('done'), (error) => done(error))";
    let done = window.js_later(script, &[]).await;
    window.check(done == "done", &format!("nothing could be prepaid: {done}")).await;
    window.click("sync-now").await;
    window.until("the sync is over", "return at('sync-cancel') === null", &[]).await;
}

/// Opens a screen by its keys; the inbox is behind the bell.
pub(crate) async fn go(window: &Window, screen: &str) {
    let place = ["today", "spend", "credits", "limits", "plans", "estimate", "accounts", "settings"];
    let script = "return document.querySelector('h1').innerText.trim().toLowerCase() === arguments[0]";
    match place.iter().position(|name| *name == screen) {
        Some(at) => {
            let digit = char::from_digit(u32::try_from(at).unwrap() + 1, 10).unwrap();
            window.press(&[crate::window::keys::CONTROL], digit).await;
        }
        // The bell leads back again.
        None if window.js(script, &[json!(screen)]).await == true => {}
        None => window.press(&[crate::window::keys::CONTROL], 'i').await,
    }
}

/// Waits until figures and pictures are there, drawn to the width there is, and nothing moves.
pub(crate) async fn settled(window: &Window) {
    let script = "const charts = [...document.querySelectorAll('[data-testid=chart] svg')]; \
                  return document.querySelector('.skeleton, [aria-busy=true]') === null \
                  && charts.every((svg) => Math.abs(svg.getBoundingClientRect().width - svg.width.baseVal.value) < 1.5) \
                  && document.getAnimations().every(({ playState }) => playState !== 'running')";
    window.until("nothing moves", script, &[]).await;
}

/// Presses the theme's button until the theme is on.
pub(crate) async fn wear(window: &Window, theme: &str) {
    for _ in 0..3 {
        let worn = window.js("return document.documentElement.dataset.theme ?? 'system'", &[]).await;
        if worn == theme {
            break;
        }
        window.click("theme").await;
        window
            .until(
                "the theme changes",
                "return (document.documentElement.dataset.theme ?? 'system') !== arguments[0]",
                &[worn],
            )
            .await;
    }
    let lightness = window.js("return getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)", &[]).await;
    let dark = lightness.as_i64().unwrap() < 384;
    window
        .check(dark == (theme == "dark"), &format!("the theme {theme} has a background of {lightness}"))
        .await;
}

pub(crate) async fn accessible(window: &Window, what: &str) {
    settled(window).await;
    if window.js("return typeof axe", &[]).await == "undefined" {
        let source = fs::read_to_string(Path::new(ROOT).join("ui/node_modules/axe-core/axe.min.js")).unwrap();
        window.js(&source, &[]).await;
        window
            .check(window.js("return typeof axe", &[]).await == "object", "axe-core is not in the page")
            .await;
    }
    let script = "const done = arguments[arguments.length - 1]; \
                  axe.run(document, { resultTypes: ['violations'] }).then( \
                    ({ violations, passes }) => done({ passes: passes.length, violations: violations.map(({ id, nodes }) => [id, nodes.map(({ target, failureSummary }) => [target.join(' '), failureSummary])]) }), \
                    (error) => done(String(error)))";
    let found = window.js_later(script, &[]).await;
    assert!(found["passes"].as_u64().is_some_and(|passes| passes > 15), "{what}: {found}");
    let violations = &found["violations"];
    window
        .check(
            *violations == json!([]),
            &format!("{what}: {}", serde_json::to_string_pretty(violations).unwrap()),
        )
        .await;
}

/// The page reflows down to 360 pixels, the least width of the window, and to 320, as of a page that is enlarged to four times.
async fn no_sideways_scrolling(window: &Window) {
    window.resize(360, 640).await;
    for (screen, ready) in SCREENS {
        go(window, screen).await;
        window.shown(ready).await;
        settled(window).await;
        let script = "const root = document.scrollingElement; if (root.scrollWidth <= root.clientWidth) return ''; \
                      return [...document.querySelectorAll('main *')].filter((node) => node.getBoundingClientRect().right > root.clientWidth + 1).slice(0, 5).map((node) => node.outerHTML.slice(0, 120)).join(' / ') || 'something'";
        let wide = window.js(script, &[]).await;
        window.check(wide == "", &format!("{screen} is wider than the window: {wide}")).await;
        window.js("document.documentElement.style.inlineSize = '320px'", &[]).await;
        let script = "const cut = (node) => node.localName !== 'main' && (getComputedStyle(node.parentElement).overflowX !== 'visible' || cut(node.parentElement)); \
                      const late = [...document.querySelectorAll('main *')].filter((node) => node.checkVisibility() && !node.closest('svg, .hidden') && !cut(node) \
                        && getComputedStyle(node).position !== 'absolute' && node.getBoundingClientRect().right > 321); \
                      return late.slice(0, 5).map((node) => node.outerHTML.slice(0, 120)).join(' / ')";
        let wide = window.js(script, &[]).await;
        window.js("document.documentElement.style.inlineSize = ''", &[]).await;
        window.check(wide == "", &format!("{screen} does not reflow at 320 pixels: {wide}")).await;
        settled(window).await;
        accessible(window, &format!("{screen}, narrow")).await;
    }
}

async fn palette_is_accessible(window: &Window) {
    for theme in ["light", "dark"] {
        wear(window, theme).await;
        window.press(&[crate::window::keys::CONTROL], 'k').await;
        window.shown("palette-input").await;
        accessible(window, &format!("palette, {theme}")).await;
        if theme == "dark" {
            let (role, name) = window.computed("[data-testid=palette-input]").await;
            assert!(
                role == "combobox" && !name.is_empty(),
                "the palette's field is a {role} called {name:?}"
            );
        }
        window.press(&[], crate::window::keys::ESCAPE).await;
        window.gone("palette-input").await;
    }
    // In the other language the same holds.
    crate::gallery::speak(window, "hi").await;
    for (screen, ready) in SCREENS {
        go(window, screen).await;
        window.shown(ready).await;
        accessible(window, &format!("{screen}, Hindi")).await;
    }
    crate::gallery::speak(window, "en").await;
}

/// What a screen reader is told, as the driver computes it, of what people use most.
async fn every_control_has_a_role_and_a_name(window: &Window) {
    for (screen, selector, roles, words) in [
        ("today", "nav", &["navigation"][..], ""),
        ("today", "main", &["main"], "Today"),
        ("today", "[data-testid=nav-spend]", &["button", "link"], "Spend"),
        ("today", "[data-testid=sync-now]", &["button"], "Sync"),
        ("today", "[data-testid=bell]", &["button"], "nbox"),
        ("today", "[data-testid=theme]", &["button"], "heme"),
        ("today", "[data-testid=chart] [role=application]", &["application"], ""),
        ("spend", "[data-testid=range-month] input", &["radio"], ""),
        ("spend", "[data-testid=group-model] input", &["radio"], "Model"),
        ("credits", "[data-testid=lot-add]", &["button"], ""),
        ("accounts", "[data-testid=key-input]", &["textbox", "text field"], ""),
        ("accounts", "[data-testid=account-sync]", &["button"], "Sync"),
        ("accounts", "[data-testid=account-remove]", &["button"], "Remove"),
        ("settings", "[data-testid=budget-add]", &["button"], ""),
        ("estimate", "[data-testid=estimate-text]", &["textbox", "text field"], ""),
    ] {
        go(window, screen).await;
        settled(window).await;
        let (role, name) = window.computed(selector).await;
        let told = format!("{screen}, {selector} is a {role:?} called {name:?}");
        assert!(roles.contains(&role.to_lowercase().as_str()), "{told}");
        assert!(name.contains(words) && (!name.trim().is_empty() || role == "navigation"), "{told}");
    }
}

/// With less motion nothing moves, and with forced colours none of the program's own is left, by the style sheets' own rules.
async fn motion_and_colours_can_be_forced(window: &Window) {
    let script = "const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]); \
                  const media = (of) => rules.filter((rule) => rule instanceof CSSMediaRule && rule.conditionText.includes(of)).map(({ cssText }) => cssText).join(' '); \
                  const forced = media('forced-colors'); \
                  const tokens = ['--text', '--accent', '--ground', '--chart-s1'].filter((token) => !forced.includes(`${token}: Canvas`) && !forced.includes(`${token}: LinkText`)); \
                  const still = rules.filter((rule) => rule instanceof CSSMediaRule && rule.conditionText.includes('prefers-reduced-motion')) \
                    .some((rule) => [...rule.cssRules].some(({ style }) => style?.animationName === 'none')); \
                  return [still, tokens]";
    assert_eq!(window.js(script, &[]).await, json!([true, []]));
}

/// Hears what the policy refuses, from the page's beginning where the engine tells it.
async fn listen(window: &Window) {
    let script = "window.refusals = []; \
                  addEventListener('securitypolicyviolation', ({ effectiveDirective }) => window.refusals.push(effectiveDirective)); \
                  window.early = []; \
                  try { new ReportingObserver((reports) => reports.forEach(({ body }) => window.early.push(body.effectiveDirective)), { types: ['csp-violation'], buffered: true }).observe(); } \
                  catch { /* an older engine */ }";
    window.js(script, &[]).await;
}

async fn violations(window: &Window) -> Value {
    window.js("return [...window.refusals, ...window.early]", &[]).await
}
