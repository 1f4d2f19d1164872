//! This test binary as another process: one that can be killed, starved of disk, or run as somebody else.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use spendglass_core::api::{App, Config, handle};
use spendglass_core::net::{Net, Timeouts};
use spendglass_core::providers::{self, Details, Intake};
use spendglass_core::store::{Schema, Store};
use spendglass_core::sync::{Engine, Progress};
use spendglass_core::time::Clock;
use spendglass_core::vault::{Secret, Vault, read_login};
use tokio_util::sync::CancellationToken;

use crate::house::{Connected, QUICK, job};

/// What the child is to do, as JSON.
const TASK: &str = "SPENDGLASS_TEST_TASK";
/// How its lines begin, among those of the test harness.
pub(crate) const SAYS: &str = "child: ";
/// A step of the schema that takes a while.
pub(crate) const NEXT_STEP: &str = "CREATE TABLE more (n INTEGER NOT NULL) STRICT; \
     INSERT INTO more WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20000) SELECT n FROM c; \
     CREATE INDEX more_by_n ON more (n); ALTER TABLE settings ADD COLUMN note TEXT;";

/// The arguments of this binary under which it is the child.
pub(crate) const ARGUMENTS: [&str; 4] =
    ["children::does_its_task", "--exact", "--nocapture", "--test-threads=1"];

pub(crate) fn child(task: &Value) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(ARGUMENTS).env(TASK, task.to_string());
    command
}

/// The same under a limit on the size of files, in blocks of 512 bytes: a disk that takes no more.
pub(crate) fn starved_child(task: &Value, blocks: u32) -> Command {
    let mut command = Command::new("sh");
    // The signal that comes with the limit would end the process before the store could say what is wrong.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    command
        .arg("-c")
        .arg(script)
        .arg(std::env::current_exe().unwrap())
        .args(ARGUMENTS)
        .env(TASK, task.to_string());
    command
}

/// What a child said, line by line.
pub(crate) fn said(output: &std::process::Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<String> =
        text.lines().filter_map(|line| line.split_once(SAYS)).map(|(_, said)| said.to_owned()).collect();
    assert!(!lines.is_empty(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    lines
}

pub(crate) fn sync_task(data: &Path, now: &str, accounts: &[Connected]) -> Value {
    let accounts: Vec<Value> = accounts
        .iter()
        .map(|account| {
            json!({"id": account.id, "provider": account.provider.id, "base": account.base, "key": account.secret.expose(),
                "details": account.details.iter().collect::<BTreeMap<_, _>>()})
        })
        .collect();
    json!({"do": "sync", "data": data, "now": now, "accounts": accounts})
}

pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{SAYS}{line}").unwrap();
    out.flush().unwrap();
}

#[test]
fn does_its_task() {
    #[expect(clippy::disallowed_methods, reason = "how the parent tells its child what to do")]
    let Ok(task) = std::env::var(TASK) else { return };
    let task: Value = serde_json::from_str(&task).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        match task["do"].as_str().unwrap() {
            "open" => open(&task, &Schema::current()).await,
            "migrate" => open(&task, &Schema::current().then("more", NEXT_STEP)).await,
            "hold" => hold(&task).await,
            "login" => login(&task).await,
            "requests" => requests(&task).await,
            #[cfg(target_os = "linux")]
            "turn" => crate::year::turn(&task).await,
            _ => sync(&task).await,
        }
    });
}

async fn open(task: &Value, schema: &Schema) {
    say("opening");
    let now = task["now"].as_str().unwrap().parse().unwrap();
    match Store::open_with(Path::new(task["data"].as_str().unwrap()), schema, now).await {
        Ok(store) => {
            store.check_integrity().await.unwrap();
            store.close().await;
            say("opened");
        }
        Err(error) => say(&format!("refused: {error}")),
    }
}

/// Reads the login of a vendor's tool, and says what is told of it besides the login itself.
async fn login(task: &Value) {
    let provider = providers::find(task["provider"].as_str().unwrap()).unwrap();
    let Intake::Login(login) = provider.keys[0].intake else { panic!("{} has no login", provider.id) };
    match read_login(&login, task["now"].as_str().unwrap().parse().unwrap()).await {
        Ok((secret, details)) => {
            let told: Vec<String> = details.iter().map(|(name, value)| format!("{name}={value}")).collect();
            say(&format!("{} {secret:?}", told.join(" ")));
            assert!(secret.field("token").is_some());
        }
        Err(error) => say(&format!("{error}. {}", error.remedy())),
    }
}

/// Asks the door for one thing after another, and says each answer.
async fn requests(task: &Value) {
    let config = Config {
        data_dir: task["data"].as_str().unwrap().into(),
        vault: Vault::memory(),
        clock: Clock::Fixed(task["now"].as_str().unwrap().parse().unwrap()),
        zone: None,
        sample: None,
    };
    let app = App::open(config).await.unwrap();
    for request in task["requests"].as_array().unwrap() {
        match handle(&app, serde_json::from_value(request.clone()).unwrap()).await {
            Ok(answer) => say(&serde_json::to_value(answer).unwrap()["result"].to_string()),
            Err(error) => say(&json!({"error": error.message}).to_string()),
        }
    }
    app.close().await;
}

/// Takes the turn of account 1 and keeps it until it is killed.
async fn hold(task: &Value) {
    let now = task["now"].as_str().unwrap().parse().unwrap();
    let store = Store::open(Path::new(task["data"].as_str().unwrap()), now).await.unwrap();
    let turn = store.try_lock_account(1).unwrap();
    say(if turn.is_some() { "holding" } else { "busy" });
    std::future::pending::<()>().await;
}

async fn sync(task: &Value) {
    say("opening");
    let now = task["now"].as_str().unwrap().parse().unwrap();
    let store = match Store::open(Path::new(task["data"].as_str().unwrap()), now).await {
        Ok(store) => store,
        Err(error) => return say(&format!("refused: {error}")),
    };
    let engine = Engine::new(store.clone(), Net::new(Timeouts::default()), QUICK);
    for told in task["accounts"].as_array().unwrap() {
        let provider = providers::find(told["provider"].as_str().unwrap()).unwrap();
        let secret = Secret::new(told["key"].as_str().unwrap()).unwrap();
        let kind = provider.kinds_of(secret.expose())[0];
        let base = told["base"].as_str().unwrap().to_owned();
        let details = Details::new(serde_json::from_value(told["details"].clone()).unwrap());
        let account = Connected { id: told["id"].as_i64().unwrap(), provider, kind, base, secret, details };
        let progress = |p: Progress| say(&format!("booked {} {}/{}", p.stream, p.done, p.total));
        match engine.sync(&job(&account, None, now), &CancellationToken::new(), &progress).await {
            Ok(outcomes) => {
                for outcome in outcomes {
                    let error =
                        outcome.error.map_or_else(|| "ok".to_owned(), |e| format!("{:?} {e}", e.state()));
                    say(&format!("{} {error}", outcome.stream.name));
                }
            }
            Err(error) => say(&format!("stopped: {error}")),
        }
    }
    say("synced");
}
