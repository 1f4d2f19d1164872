//! The student's free tier of Gemini, from the town to the door, over Californian midnights and changes of the clocks.

use serde_json::{Value, json};
use spendglass_core::api::{AddAccount, App, Config, Request, SyncQuery, handle};
use spendglass_core::time::{Calendar, Clock, Zone};
use spendglass_core::vault::{Secret, Vault};
use spendglass_simulator::{Person, Town};

use super::{at, words};
use crate::house::open_town;

struct Student {
    town: std::sync::Arc<Town>,
    folder: tempfile::TempDir,
    vault: Vault,
}

impl Student {
    /// Connects the project of the town's student.
    async fn new(now: &str) -> Student {
        let town = open_town(Person::Student, now).await;
        let student = Student { town, folder: tempfile::tempdir().unwrap(), vault: Vault::memory() };
        let told = student.town.providers().into_iter().find(|told| told.id == "gcp.gemini").unwrap();
        let account = AddAccount {
            provider: told.id.to_owned(),
            base_url: Some(told.base_url),
            key: Some(Secret::new(&told.key).unwrap()),
            details: told.details.into_iter().collect(),
            ..AddAccount::default()
        };
        let app = student.door(now).await;
        handle(&app, Request::AddAccount(account)).await.unwrap();
        app.close().await;
        student
    }

    /// The door at a time; the clock of the town stands there too.
    async fn door(&self, now: &str) -> App {
        self.town.set_now(now.parse().unwrap());
        let config = Config {
            data_dir: self.folder.path().join("data"),
            vault: self.vault.clone(),
            clock: Clock::Fixed(at(now)),
            zone: Some("Asia/Kolkata".parse::<Zone>().unwrap()),
            sample: None,
        };
        App::open(config).await.unwrap()
    }

    /// What is left of a model's requests of the day, with or without reading it first.
    async fn requests(&self, now: &str, sync: bool) -> Option<Value> {
        let app = self.door(now).await;
        if sync {
            let report = handle(&app, Request::Sync(SyncQuery::default())).await.unwrap();
            let report = serde_json::to_value(report).unwrap();
            assert_eq!(report["result"]["complete"], true, "{report:#}");
        }
        let limits = serde_json::to_value(handle(&app, Request::Limits).await.unwrap()).unwrap();
        app.close().await;
        assert_eq!(limits["result"]["zone"], "Asia/Kolkata");
        let rows = limits["result"]["rows"].as_array().unwrap();
        let of_it = |row: &&Value| {
            row["model"] == "gemini-3.1-flash-lite" && row["window"] == "day" && row["unit"] == "requests"
        };
        let mut rows = rows.iter().filter(of_it);
        let row = rows.next().cloned();
        assert!(rows.next().is_none(), "one row for one limit: {limits:#}");
        row
    }
}

fn number(row: &Value, name: &str) -> i64 {
    row[name].as_str().unwrap_or_else(|| panic!("{name}: {row:#}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_student_sees_what_is_left_and_when_it_resets_in_kolkata() {
    // A plain night and both changes of the clocks: times of California's midnights before and after, worked out by hand.
    for (evening, midnight, next, shown_before, shown_after) in [
        (
            "2026-11-22T07:59:00Z",
            "2026-11-22T08:00:00Z",
            "2026-11-23T08:00:00Z",
            "2026-11-22 13:30 +05:30",
            "2026-11-23 13:30 +05:30",
        ),
        (
            "2026-03-08T07:59:00Z",
            "2026-03-08T08:00:00Z",
            "2026-03-09T07:00:00Z",
            "2026-03-08 13:30 +05:30",
            "2026-03-09 12:30 +05:30",
        ),
        (
            "2026-11-01T06:59:00Z",
            "2026-11-01T07:00:00Z",
            "2026-11-02T08:00:00Z",
            "2026-11-01 12:30 +05:30",
            "2026-11-02 13:30 +05:30",
        ),
    ] {
        let student = Student::new(evening).await;
        let kolkata = Calendar::new("Asia/Kolkata".parse().unwrap());
        let shown = |row: &Value| kolkata.show(at(row["resetsAt"].as_str().unwrap()));

        let before = student.requests(evening, true).await.unwrap();
        let used = number(&before, "used");
        assert!(used > 0 && used <= 500, "{before:#}");
        assert_eq!(number(&before, "limit"), 500);
        assert_eq!(number(&before, "left"), 500 - used);
        assert_eq!((before["resetsAt"].as_str(), shown(&before).as_str()), (Some(midnight), shown_before));
        assert_eq!((&before["source"]["by"], &before["countedBy"]), (&json!("provider"), &json!("provider")));

        // At midnight in California, and not before, what was read is of yesterday.
        let stale = student.requests(midnight, false).await.unwrap();
        assert_eq!((&stale["used"], &stale["left"]), (&Value::Null, &Value::Null), "{stale:#}");
        assert_eq!((stale["resetsAt"].as_str(), shown(&stale).as_str()), (Some(next), shown_after));
        assert!(words(&stale).contains("started again since"), "{stale:#}");

        // Read again through the new day: the count begins anew and grows, until the last minute before the next reset.
        let start = at(midnight);
        let length = at(next).seconds_since(start);
        let mut known = 0;
        for share in [4, 2, 1] {
            let now = start.plus_seconds(length / share - 60).to_string();
            let row = student.requests(&now, true).await.unwrap();
            let used = number(&row, "used");
            assert!(used >= known && number(&row, "left") == 500 - used, "{now}: {row:#}");
            assert_eq!(row["resetsAt"].as_str(), Some(next), "{now}");
            known = used;
        }
        assert!(known > 0);
        // The reset told is the one that happens.
        let again = student.requests(next, false).await.unwrap();
        assert_eq!(again["left"], Value::Null, "{again:#}");
    }
}
