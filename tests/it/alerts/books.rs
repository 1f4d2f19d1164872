//! What the store remembers of alerts: twice is the same as once, and nothing is lost between an attempt and its receipt.

use spendglass_core::ledger::{
    AlertEnd, AlertLevel, AlertRule, AssignedPart, Assignment, AssignmentKind, Budget, BudgetScope,
    BudgetSpan, Channel,
};
use spendglass_core::money::{Currency, Money};
use spendglass_core::store::{
    Answer, BookedAlerts, DueAlert, EndedAlert, KeyPlace, NewAccount, RaisedAlert, Receipt, Store,
    StoreError, Turn,
};
use spendglass_core::time::Timestamp;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), at("2026-11-22T09:00:00Z")).await.unwrap();
    (folder, store)
}

fn alert(step: &str) -> RaisedAlert {
    RaisedAlert {
        rule: AlertRule::Expiry,
        subject: "lot:entry-1".to_owned(),
        step: step.to_owned(),
        level: AlertLevel::Warning,
        title: "Credit lapses".to_owned(),
        body: "Some of it.".to_owned(),
        account_id: Some(1),
        due_at: at("2026-11-22T09:00:00Z"),
        until: Some(at("2026-12-01T00:00:00Z")),
        noted: false,
    }
}

fn raise(alerts: &[RaisedAlert]) -> BookedAlerts {
    BookedAlerts { raised: alerts.to_vec(), ..BookedAlerts::default() }
}

async fn account(store: &Store) -> i64 {
    let account = NewAccount {
        provider: "deepseek".to_owned(),
        label: None,
        base_url: None,
        key_kind: "none".to_owned(),
        key_hint: None,
        key_fingerprint: None,
        key_place: KeyPlace::Nowhere,
        details: [].into(),
    };
    store.add_account(&account, at("2026-11-22T09:00:00Z")).await.unwrap()
}

#[tokio::test]
async fn raising_twice_is_the_same_as_once() {
    let (_folder, store) = open().await;
    let now = at("2026-11-22T09:00:00Z");
    let both = raise(&[alert("14d"), alert("7d")]);
    let first = store.book_alerts(&both, now).await.unwrap();
    assert_eq!(first.len(), 2);
    assert_eq!(store.book_alerts(&both, now.plus_seconds(60)).await.unwrap().len(), 0);
    // Not even by a clock that was moved back.
    assert_eq!(store.book_alerts(&both, now.plus_seconds(-86_400)).await.unwrap().len(), 0);
    let stands = store.alert_stands().await.unwrap();
    assert_eq!(stands.iter().map(|one| one.step.as_str()).collect::<Vec<_>>(), ["14d", "7d"]);
    assert!(stands.iter().all(|one| one.raised_at == now && !one.delivered && one.ended.is_none()));
    assert_eq!(store.unseen_alerts().await.unwrap(), 2);
}

#[tokio::test]
async fn a_new_episode_begins_only_after_the_last_has_ended() {
    let (_folder, store) = open().await;
    let now = at("2026-11-22T09:00:00Z");
    let [first] = store.book_alerts(&raise(&[alert("14d")]), now).await.unwrap()[..] else {
        panic!("one alert")
    };
    let again = BookedAlerts {
        rearmed: vec![first],
        ended: vec![EndedAlert { id: first, how: AlertEnd::Settled }],
        raised: vec![alert("14d")],
    };
    let [second] = store.book_alerts(&again, now.plus_seconds(60)).await.unwrap()[..] else {
        panic!("one more")
    };
    assert_ne!(first, second);
    // The very same evaluation, booked by another process a moment later.
    assert_eq!(store.book_alerts(&again, now.plus_seconds(61)).await.unwrap().len(), 0);
    let stands = store.alert_stands().await.unwrap();
    assert_eq!(stands.iter().map(|one| (one.id, one.rearmed)).collect::<Vec<_>>(), [(second, false)]);
    assert_eq!(store.inbox(10).await.unwrap().iter().map(|row| row.id).collect::<Vec<_>>(), [second, first]);
    assert_eq!(store.alert(first).await.unwrap().unwrap().ended, Some(AlertEnd::Settled));
}

fn first_turn(alert: i64) -> Turn {
    Turn { alert, round: 1 }
}

fn taken(number: &str) -> Receipt<'_> {
    Receipt { number, server: Some("run 1") }
}

#[tokio::test]
async fn an_attempt_without_a_receipt_is_made_again() {
    let (_folder, store) = open().await;
    let now = at("2026-11-22T09:00:00Z");
    let [id] = store.book_alerts(&raise(&[alert("14d")]), now).await.unwrap()[..] else {
        panic!("one alert")
    };
    let due = |at: Timestamp| {
        let store = store.clone();
        async move { store.due_alerts(at, Channel::Desktop, None).await.unwrap() }
    };
    assert_eq!(due(now.plus_seconds(-1)).await.len(), 0, "not before it is due");
    assert!(due(now).await[0].tried.is_none());
    store.attempt(first_turn(id), Channel::Desktop, now).await.unwrap();
    // Here the process is killed; the next one finds it as it is.
    let tried = due(now.plus_seconds(60)).await[0].tried.clone().unwrap();
    assert_eq!((tried.attempts, tried.attempted_at, tried.problem), (1, now, None));
    store.attempt(first_turn(id), Channel::Desktop, now.plus_seconds(60)).await.unwrap();
    store
        .undelivered(first_turn(id), Channel::Desktop, "Nobody answers.", now.plus_seconds(61))
        .await
        .unwrap();
    let tried = due(now.plus_seconds(120)).await[0].tried.clone().unwrap();
    assert_eq!((tried.attempts, tried.problem.as_deref()), (2, Some("Nobody answers.")));
    store.attempt(first_turn(id), Channel::Desktop, now.plus_seconds(120)).await.unwrap();
    store.delivered(first_turn(id), Channel::Desktop, taken("17"), now.plus_seconds(121)).await.unwrap();
    // What comes late changes neither the receipt nor the time.
    store.delivered(first_turn(id), Channel::Desktop, taken("18"), now.plus_seconds(122)).await.unwrap();
    store.undelivered(first_turn(id), Channel::Desktop, "Late.", now.plus_seconds(123)).await.unwrap();
    assert_eq!(due(now.plus_seconds(200)).await.len(), 0);
    let kept = store.alert(id).await.unwrap().unwrap().deliveries;
    let [kept] = &kept[..] else { panic!("one delivery") };
    assert_eq!((kept.receipt.as_deref(), kept.delivered_at), (Some("17"), Some(now.plus_seconds(121))));
    assert_eq!(kept.problem, None);
    assert_eq!(store.receipts_of("run 1").await.unwrap(), [("17".to_owned(), id)]);
    assert_eq!(store.receipts_of("run 2").await.unwrap(), []);
    // The other channel has a say of its own, and is not flooded by what went before it was switched on.
    assert_eq!(store.due_alerts(now, Channel::Webhook, None).await.unwrap().len(), 1);
    let later = Some(now.plus_seconds(1));
    assert_eq!(store.due_alerts(now.plus_seconds(9), Channel::Webhook, later).await.unwrap().len(), 0);
}

/// The person puts it off while a channel is being called: the answer of the channel is of the round before.
#[tokio::test]
async fn a_receipt_counts_for_the_round_in_which_it_was_asked_for() {
    let (_folder, store) = open().await;
    let now = at("2026-11-22T09:00:00Z");
    let [id] = store.book_alerts(&raise(&[alert("14d")]), now).await.unwrap()[..] else {
        panic!("one alert")
    };
    let turn = store.due_alerts(now, Channel::Desktop, None).await.unwrap()[0].turn();
    assert!(store.attempt(turn, Channel::Desktop, now).await.unwrap());
    let later = now.plus_seconds(3_600);
    assert!(store.answer(id, Answer::Snooze(later), now).await.unwrap());
    store.delivered(turn, Channel::Desktop, taken("17"), now).await.unwrap();
    store.undelivered(turn, Channel::Webhook, "Late.", now).await.unwrap();
    assert!(!store.attempt(turn, Channel::Desktop, now).await.unwrap(), "its round is over");
    let due = store.due_alerts(later, Channel::Desktop, None).await.unwrap();
    assert_eq!(due.iter().map(DueAlert::turn).collect::<Vec<_>>(), [Turn { alert: id, round: 2 }]);
    assert!(due[0].tried.is_none());
    assert!(
        store.alert(id).await.unwrap().unwrap().deliveries.is_empty(),
        "nothing came of the new round yet"
    );
}

#[tokio::test]
async fn what_is_put_off_comes_once_more() {
    let (_folder, store) = open().await;
    let now = at("2026-11-22T09:00:00Z");
    let [id] = store.book_alerts(&raise(&[alert("14d")]), now).await.unwrap()[..] else {
        panic!("one alert")
    };
    store.delivered(first_turn(id), Channel::Desktop, taken("17"), now).await.unwrap();
    let later = now.plus_seconds(3_600);
    assert!(store.answer(id, Answer::Snooze(later), now).await.unwrap());
    assert!(!store.answer(id + 1, Answer::Seen, now).await.unwrap(), "no such alert");
    assert_eq!(store.due_alerts(later.plus_seconds(-1), Channel::Desktop, None).await.unwrap().len(), 0);
    assert_eq!(store.due_alerts(later, Channel::Desktop, None).await.unwrap().len(), 1);
    assert!(!store.alert_stands().await.unwrap()[0].delivered, "not in its new round");
    store.delivered(Turn { alert: id, round: 2 }, Channel::Desktop, taken("18"), later).await.unwrap();
    assert_eq!(store.due_alerts(later, Channel::Desktop, None).await.unwrap().len(), 0);
    store.answer(id, Answer::Seen, later).await.unwrap();
    assert_eq!(store.unseen_alerts().await.unwrap(), 0);
}

#[tokio::test]
async fn a_used_lot_is_silent_for_good_and_what_passed_is_still_told() {
    let (_folder, store) = open().await;
    let now = at("2026-11-22T09:00:00Z");
    let other = RaisedAlert { subject: "lot:entry-2".to_owned(), ..alert("1d") };
    let ids = store.book_alerts(&raise(&[alert("14d"), alert("7d"), other]), now).await.unwrap();
    store.answer(ids[0], Answer::Used, now).await.unwrap();
    let stands = store.alert_stands().await.unwrap();
    assert_eq!(stands.iter().map(|one| one.used).collect::<Vec<_>>(), [true, true, false]);
    let passed = EndedAlert { id: ids[2], how: AlertEnd::Passed };
    store.book_alerts(&BookedAlerts { ended: vec![passed], ..BookedAlerts::default() }, now).await.unwrap();
    let due = store.due_alerts(now, Channel::Desktop, None).await.unwrap();
    assert_eq!(due.iter().map(|due| due.alert.id).collect::<Vec<_>>(), [ids[2]]);
    // What is only noted is told nowhere.
    let noted = RaisedAlert { noted: true, step: "3d".to_owned(), ..alert("3d") };
    store
        .book_alerts(&raise(&[RaisedAlert { subject: "lot:entry-3".to_owned(), ..noted }]), now)
        .await
        .unwrap();
    assert_eq!(store.due_alerts(now, Channel::Desktop, None).await.unwrap().len(), 1);
    assert_eq!(store.inbox(10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn an_account_takes_its_budgets_and_assignments_along_and_settles_its_alerts() {
    let (_folder, store) = open().await;
    let now = at("2026-11-22T09:00:00Z");
    let id = account(&store).await;
    assert_eq!(id, 1);
    let usd = |amount: &str| Money::new(amount.parse().unwrap(), Currency::USD);
    let budget = Budget { scope: BudgetScope::Account(id), span: BudgetSpan::Month, amount: usd("100.0") };
    let number = store.add_budget(&budget, now).await.unwrap();
    assert!(matches!(store.add_budget(&budget, now).await, Err(StoreError::Taken)));
    let whole = Budget { scope: BudgetScope::All, ..budget.clone() };
    store.add_budget(&whole, now).await.unwrap();
    let raised = Budget { amount: usd("120.50"), ..budget };
    assert!(store.change_budget(number, &raised, now).await.unwrap());
    assert!(!store.change_budget(99, &raised, now).await.unwrap());
    assert_eq!(store.budget(number).await.unwrap().unwrap().budget, raised);
    let parts = [AssignedPart::Account, AssignedPart::Key("key-1".to_owned())];
    for part in parts {
        let one = Assignment { kind: AssignmentKind::Client, name: "Lark".to_owned(), account_id: id, part };
        store.assign(&one, true).await.unwrap();
        store.assign(&one, true).await.unwrap();
    }
    assert_eq!(store.assignments().await.unwrap().len(), 2);
    store.book_alerts(&raise(&[alert("14d")]), now).await.unwrap();
    store.remove_account(id).await.unwrap();
    assert_eq!(store.assignments().await.unwrap().len(), 0);
    let left: Vec<_> = store.budgets().await.unwrap().into_iter().map(|row| row.budget).collect();
    assert_eq!(left, [whole]);
    assert_eq!(store.due_alerts(now, Channel::Desktop, None).await.unwrap().len(), 0);
    assert_eq!(store.inbox(10).await.unwrap()[0].ended, Some(AlertEnd::Settled));
    assert_eq!(store.unseen_alerts().await.unwrap(), 0);
    store.check_integrity().await.unwrap();
}
