//! Credit: a lot is added by keyboard, followed as money is spent, corrected and removed; what lapses next stands on Today; a budget
//! shows how it stands.

use rust_decimal::Decimal;
use serde_json::json;

use crate::bills::{Bills, date_after};
use crate::stage::{MONTH, Stage, TODAY, drive, session};
use crate::window::{Window, keys};

#[test]
fn a_lot_is_added_by_keyboard_followed_and_shown_on_today() {
    drive(async || {
        let stage = Stage::new("credits", 41).await;
        let window = stage.open().await;
        stage.connect(&window, "openai").await;
        window.says("next-expiry", &["No credit that lapses is known"]).await;
        window.press(&[keys::CONTROL], '3').await;
        window.says("no-lots", &["No prepaid credit is known"]).await;

        tab_to(&window, "lot-add").await;
        window.press(&[], keys::ENTER).await;
        window.shown("lot-amount").await;
        tab_to(&window, "lot-amount").await;
        write(&window, "fifty").await;
        window.press(&[], keys::ENTER).await;
        window.says("lot-amount-error", &["fifty"]).await;
        window.check(window.focus().await == "lot-amount", "the focus is at what is wrong").await;
        window.press(&[keys::CONTROL], 'a').await;
        write(&window, "500").await;
        tab_to(&window, "lot-rule").await;
        // The first of its rules that begins so.
        write(&window, "so").await;
        tab_to(&window, "lot-rule-count").await;
        write(&window, "10").await;
        window.press(&[], keys::ENTER).await;
        window.gone("lot-amount").await;
        window.says("status", &["The lot is added."]).await;

        // Had at the start of the 18th in Kolkata, it covers the bill of the UTC day 17, which is placed at its end. The 18th is not over.
        let yesterday = date_after(TODAY, -1);
        let bills = Bills::read(&stage.town, &["openai"], &yesterday, &date_after(TODAY, 1)).await;
        let left = |days: &[&str]| days.iter().fold(Decimal::from(500), |left, day| left - bills.sum(day));
        let shown = window.until("what is left is told", "return at('lot-left')?.dataset.amount", &[]).await;
        let shown: Decimal = shown.as_str().unwrap().parse().unwrap();
        let able = [left(&[&yesterday]), left(&[&yesterday, TODAY])];
        window.check(able.contains(&shown), &format!("{shown} is left, not one of {able:?}")).await;
        window.says("lot-lapses", &["in 10 days", "November 28, 2026"]).await;
        window.says("lot-risk", &["$"]).await;
        window.says("lot-pace", &["a day"]).await;
        window
            .until("the time line is drawn", "return at('chart')?.querySelector('svg') !== null", &[])
            .await;

        // The calendar goes into the person's own folder, and is offered on this machine.
        window.click("calendar-write").await;
        window.says("calendar-said", &["written to", "spendglass.ics"]).await;
        let calendar = std::fs::read_to_string(session().join("home/spendglass.ics")).unwrap();
        assert!(calendar.starts_with("BEGIN:VCALENDAR") && calendar.contains("BEGIN:VALARM"), "{calendar}");
        window.click("calendar-serve").await;
        let address = window.text("calendar-url").await;
        assert!(address.starts_with("http://127.0.0.1:"), "{address}");
        let served = reqwest::get(&address).await.unwrap().text().await.unwrap();
        assert!(served.starts_with("BEGIN:VCALENDAR"), "{served}");
        window.click("calendar-serve").await;
        window.gone("calendar-url").await;

        window.press(&[keys::CONTROL], '1').await;
        window.says("next-expiry", &["OpenAI", "in 10 days", "would be lost", "a day uses it up"]).await;
        window.click("next-expiry-open").await;
        window.click("lot-change").await;
        window.empty("lot-amount").await;
        window.enter("lot-amount", "2").await;
        window.click("lot-save").await;
        // Less than what was spent since.
        window
            .until(
                "the lot is used up",
                "return all('lot').every(({ dataset }) => dataset.state === 'spent')",
                &[],
            )
            .await;
        window.js("at('lots-gone').open = true", &[]).await;
        window.click("lot-change").await;
        window.click("lot-remove").await;
        window.shown("no-lots").await;
        // For some seconds it can be taken back, as it was.
        window.click("toast-undo").await;
        let back = window.until("the lot is back", "return at('lot')?.dataset.lot", &[]).await;
        window.check(back == json!("entry-1"), &format!("{back} is back")).await;
        window.quit().await;
    });
}

#[test]
fn a_budget_is_set_and_shows_its_bar() {
    drive(async || {
        let stage = Stage::new("budget", 42).await;
        let window = stage.open().await;
        stage.connect(&window, "openai").await;
        window.press(&[keys::CONTROL], '8').await;
        window.click("budget-add").await;
        window.click("budget-save").await;
        window.shown("budget-amount-error").await;
        window.enter("budget-amount", "400").await;
        window.click("budget-save").await;
        window.gone("budget-amount").await;

        let bills =
            Bills::read(&stage.town, &["openai"], &format!("{MONTH}-01"), &date_after(TODAY, 1)).await;
        let percent = (bills.sum(MONTH) * Decimal::ONE_HUNDRED / Decimal::from(400)).floor();
        let shown = window.until("the budget is there", "return at('budget')?.dataset.percent", &[]).await;
        window
            .check(
                shown == json!(percent.to_string()),
                &format!("{shown} is shown where {percent} % is used"),
            )
            .await;
        window.says("budget", &["Everything", "of $400.00", "used", "of the time gone"]).await;

        window.press(&[keys::CONTROL], '1').await;
        window.says("month-end", &["of the budget of $400.00 used"]).await;
        window
            .until(
                "the bar is there",
                "return at('month-end').querySelector('[data-testid=span-bar] .pace') !== null",
                &[],
            )
            .await;
        window.press(&[keys::CONTROL], '8').await;
        window.click("budget-change").await;
        window.click("budget-remove").await;
        window.click("budget-remove-confirm").await;
        window.until("the budget is gone", "return at('budget') === null", &[]).await;
        window.quit().await;
    });
}

/// Presses Tab until something has the focus.
async fn tab_to(window: &Window, id: &str) {
    for _ in 0..60 {
        if window.focus().await == id {
            return;
        }
        window.press(&[], keys::TAB).await;
    }
    window.fail(&format!("the Tab key does not come by {id}")).await;
}

/// Types into whatever has the focus.
async fn write(window: &Window, text: &str) {
    for key in text.chars() {
        window.press(&[], key).await;
    }
}
