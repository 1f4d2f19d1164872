//! The real Secret Service: gnome-keyring on a bus of its own, in an empty home.
//!
//! Each test runs itself once more inside such a session and does its work there. A missing program is a failure.

use std::future::Future;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use spendglass_core::vault::{EntryName, Secret, SecretError, Vault, VaultError, from_environment};

/// Names the test that runs inside a session.
const INSIDE: &str = "SPENDGLASS_TEST_INSIDE";

/// Waits until a keyring answers on the bus.
const READY: &str = r"
for _ in $(seq 200); do
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
    string:org.freedesktop.secrets 2>/dev/null | grep -q true && break
  sleep 0.02
done
";
const UNLOCKED: &str =
    "printf test-pass | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null\n";
const UNTOUCHED: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null\n";

#[expect(clippy::disallowed_methods, reason = "tells a test whether it already runs in its session")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

/// Runs `work` in a session that `setup` prepares (`None`: no bus at all), with more environment as given.
fn within<F: Future<Output = ()>>(
    test: &str,
    setup: Option<&str>,
    more: &[(&str, &[u8])],
    work: impl FnOnce() -> F,
) {
    if variable(INSIDE).is_some_and(|inside| inside == test) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work());
        return;
    }
    let home = tempfile::tempdir().unwrap();
    std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let myself = std::env::current_exe().unwrap();
    let again = ["--exact", test, "--nocapture", "--test-threads=1"];
    let mut command = if let Some(setup) = setup {
        let mut command = Command::new("dbus-run-session");
        let script = format!("{setup}\n{READY}\n\"$@\"\n");
        command.args(["--", "bash", "-c", &script, "bash"]).arg(myself).args(again);
        command
    } else {
        let mut command = Command::new(myself);
        command.args(again);
        command
    };
    command
        .env_clear()
        .env("PATH", variable("PATH").unwrap())
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env(INSIDE, test)
        .current_dir(home.path());
    for (name, value) in more {
        command.env(name, std::ffi::OsStr::from_bytes(value));
    }
    let Output { status, stdout, stderr } =
        command.output().expect("dbus-run-session (package dbus) is missing");
    let told = format!("{}\n{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(
        status.success() && told.contains("test result: ok. 1 passed"),
        "{test} inside its session:\n{told}"
    );
}

/// Runs a program inside the session and gives what it printed.
fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program} is missing: {error}"))
}

fn looked_up(name: &EntryName) -> Output {
    run("secret-tool", &["lookup", "service", "Spendglass", "username", &name.to_string()])
}

fn key(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

#[test]
fn unlocked() {
    within("vault::keychain::unlocked", Some(UNLOCKED), &[], || async {
        let vault = Vault::system();
        assert_eq!(vault.name(), "Secret Service");
        let (name, other) = (EntryName::random(), EntryName::random());
        vault.put(&name, &key("sk-first-0123456789")).await.unwrap();
        vault.put(&other, &key("sk-other-0123456789")).await.unwrap();
        assert_eq!(looked_up(&name).stdout, b"sk-first-0123456789");
        vault.put(&name, &key("sk-second-0123456789")).await.unwrap();
        assert_eq!(looked_up(&name).stdout, b"sk-second-0123456789");
        assert_eq!(vault.get(&name).await.unwrap().expose(), "sk-second-0123456789");

        let found = run("secret-tool", &["search", "--all", "service", "Spendglass"]);
        let found = String::from_utf8([found.stdout, found.stderr].concat()).unwrap();
        assert_eq!(found.matches("label = Spendglass key\n").count(), 2, "{found}");

        vault.remove(&name).await.unwrap();
        assert!(!looked_up(&name).status.success());
        assert_eq!(vault.get(&name).await.unwrap_err(), VaultError::Missing);
        vault.remove(&name).await.unwrap();
        assert_eq!(vault.get(&other).await.unwrap().expose(), "sk-other-0123456789");

        vault.probe().await.unwrap();
        let left = run("secret-tool", &["search", "--all", "service", "Spendglass"]);
        assert_eq!(
            String::from_utf8_lossy(&left.stdout).matches("label = ").count(),
            1,
            "the probe leaves nothing"
        );

        // As another program might leave an entry: it is refused and its text is not told.
        let name = other.to_string();
        let script =
            "printf 'two words 8675309' | secret-tool store --label=x service Spendglass username \"$1\"";
        assert!(run("bash", &["-c", script, "bash", &name]).status.success());
        let error = vault.get(&other).await.unwrap_err();
        assert!(matches!(error, VaultError::Refused(_)) && !error.to_string().contains("8675309"), "{error}");
    });
}

#[test]
fn never_created() {
    within("vault::keychain::never_created", Some(UNTOUCHED), &[], || async {
        let (vault, name) = (Vault::system(), EntryName::random());
        assert_eq!(vault.put(&name, &key("sk-0123456789")).await.unwrap_err(), VaultError::NoKeyring);
        assert_eq!(vault.get(&name).await.unwrap_err(), VaultError::Missing);
        assert_eq!(vault.probe().await.unwrap_err(), VaultError::NoKeyring);
        vault.remove(&name).await.unwrap();
    });
}

/// What a keychain that was locked after a key was saved in it answers.
async fn when_locked() -> [VaultError; 3] {
    let (vault, name) = (Vault::system(), EntryName::random());
    vault.put(&name, &key("sk-0123456789")).await.unwrap();
    let login = "array:objpath:/org/freedesktop/secrets/collection/login";
    let call = [
        "--dest=org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service.Lock",
        login,
    ];
    let locked = run("dbus-send", &[&["--session", "--print-reply"], &call[..]].concat());
    assert!(locked.status.success(), "{}", String::from_utf8_lossy(&locked.stderr));
    let read = vault.get(&name).await.unwrap_err();
    let written = vault.put(&EntryName::random(), &key("sk-9876543210")).await.unwrap_err();
    let removed = vault.remove(&name).await.unwrap_err();
    [read, written, removed]
}

#[test]
fn locked_without_a_display() {
    within("vault::keychain::locked_without_a_display", Some(UNLOCKED), &[], || async {
        assert_eq!(when_locked().await, [const { VaultError::Locked }; 3]);
    });
}

#[test]
fn locked_and_the_dialog_gives_nothing() {
    let display: &[(&str, &[u8])] = &[("DISPLAY", b":987")];
    within("vault::keychain::locked_and_the_dialog_gives_nothing", Some(UNLOCKED), display, || async {
        assert_eq!(when_locked().await, [const { VaultError::Dismissed }; 3]);
    });
}

#[test]
fn no_bus_and_then_one_appears() {
    within("vault::keychain::no_bus_and_then_one_appears", None, &[], || async {
        let (vault, name) = (Vault::system(), EntryName::random());
        assert_eq!(vault.get(&name).await.unwrap_err(), VaultError::NoService);
        assert_eq!(vault.put(&name, &key("sk-0123456789")).await.unwrap_err(), VaultError::NoService);
        assert_eq!(vault.remove(&name).await.unwrap_err(), VaultError::NoService);
        assert_eq!(vault.probe().await.unwrap_err(), VaultError::NoService);

        // Without DBUS_SESSION_BUS_ADDRESS the bus of a person is the socket of this name.
        let runtime = variable("XDG_RUNTIME_DIR").unwrap();
        let address = format!("unix:path={}", Path::new(&runtime).join("bus").display());
        let bus = Command::new("dbus-daemon")
            .args(["--session", "--fork", "--print-pid", &format!("--address={address}")])
            .output()
            .expect("dbus-daemon (package dbus) is missing");
        let bus = String::from_utf8(bus.stdout).unwrap();
        let started = Command::new("bash")
            .args(["-c", &format!("{UNLOCKED}{READY}")])
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .status();
        let kept = vault.put(&name, &key("sk-0123456789")).await;
        let read = vault.get(&name).await;
        assert!(run("kill", &[bus.trim()]).status.success(), "the bus runs");
        assert!(started.unwrap().success());
        kept.unwrap();
        assert_eq!(read.unwrap().expose(), "sk-0123456789");
    });
}

#[test]
fn variables() {
    let set: &[(&str, &[u8])] = &[
        ("GOOD", b" sk-0123456789\n"),
        ("EMPTY", b""),
        ("SPACE", b"sk-8675309 b"),
        ("BYTES", b"sk-8675309\xff"),
    ];
    within("vault::keychain::variables", None, set, || async {
        assert_eq!(from_environment("GOOD").unwrap().expose(), "sk-0123456789");
        for (name, reason) in [
            ("EMPTY", SecretError::Empty),
            ("SPACE", SecretError::HasSpace { position: 11 }),
            ("BYTES", SecretError::NotPrintable { position: 11 }),
        ] {
            let error = from_environment(name).unwrap_err();
            assert!(!format!("{error} {error:?} {}", error.remedy()).contains("8675309"));
            assert_eq!(error, VaultError::VariableBad { name: name.to_owned(), reason });
        }
    });
}
