//! The vault: what a key never does, what each failure is called, and the real keychain of Linux.

use std::collections::HashMap;
use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use keyring_core::{CredentialStore, Error};
use proptest::prelude::*;
use spendglass_core::vault::{EntryName, Secret, SecretError, Vault, VaultError, from_environment};

#[cfg(target_os = "linux")]
#[path = "vault/keychain.rs"]
mod keychain;

const KEY: &str = "sk-admin-Zx81_TEST-only.0123456789abcdef";

/// Asks whether a bound holds, at compile time: the constant of the type itself wins over the trait's where it exists.
struct Holds<T>(PhantomData<T>);
trait Not {
    const SERIALIZE: bool = false;
    const DISPLAY: bool = false;
}
impl<T> Not for Holds<T> {}
impl<T: serde::Serialize> Holds<T> {
    const SERIALIZE: bool = true;
}
impl<T: Display> Holds<T> {
    const DISPLAY: bool = true;
}
const _: () = assert!(Holds::<String>::SERIALIZE && Holds::<String>::DISPLAY, "the question itself works");
const _: () = assert!(!Holds::<Secret>::SERIALIZE, "a secret must not be serialisable");
const _: () = assert!(!Holds::<Secret>::DISPLAY, "a secret must not be displayable");

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

#[test]
fn debug_shows_nothing_of_a_key() {
    assert_eq!(format!("{:?}", secret(KEY)), "Secret(..)");
    assert_eq!(format!("{:#?}", Some(secret(KEY))), "Some(\n    Secret(..),\n)");
}

#[test]
fn a_pasted_key_is_cleaned() {
    for pasted in
        ["k-1", "  k-1\r\n", "\"k-1\"", "'k-1' ", "`k-1`", "“k-1”", "\u{feff}k-1\u{200b}", "\t\" k-1 \"\n"]
    {
        assert_eq!(secret(pasted).expose(), "k-1", "{pasted:?}");
    }
}

#[test]
fn a_text_that_is_no_key_is_refused() {
    for (text, error) in [
        ("", SecretError::Empty),
        (" \" ' \n", SecretError::Empty),
        ("sk a", SecretError::HasSpace { position: 3 }),
        ("sk-a\nsk-b", SecretError::HasSpace { position: 5 }),
        ("sk\u{a0}a", SecretError::HasSpace { position: 3 }),
        ("sk-\u{0}a", SecretError::NotPrintable { position: 4 }),
        ("sk-\u{7f}a", SecretError::NotPrintable { position: 4 }),
        ("sk–a", SecretError::NotPrintable { position: 3 }),
    ] {
        assert_eq!(Secret::new(text).unwrap_err(), error, "{text:?}");
    }
}

#[test]
fn the_hint_is_the_end_of_a_long_key_only() {
    assert_eq!(secret("123456789ab").hint(), "");
    assert_eq!(secret("123456789abc").hint(), "9abc");
}

#[test]
fn the_fingerprint_tells_keys_apart_and_is_not_their_plain_hash() {
    let print = secret(KEY).fingerprint();
    assert_eq!(print, secret(&format!(" {KEY}\n")).fingerprint());
    assert_ne!(print, secret(&format!("{KEY}0")).fingerprint());
    assert_eq!(print.len(), 64);
    // printf 'spendglass key fingerprint 1\0abc' | sha256sum
    assert_eq!(
        secret("abc").fingerprint(),
        "3b44ee3829fdd2098bca547d96894e8b176e1854158a22ca6c71bf068469125c"
    );
}

#[test]
fn a_key_comes_in_as_text_and_errors_do_not_repeat_it() {
    let read: Secret = serde_json::from_str(&format!("\"{KEY}\"")).unwrap();
    assert_eq!(read.expose(), KEY);
    for (json, told) in [
        ("8675309424242", "a key is given as text"),
        ("[\"sk-8675309\"]", "a key is given as text"),
        ("\"sk-8675309 x\"", "the key has a space or line break at character 11"),
    ] {
        let error = serde_json::from_str::<Secret>(json).unwrap_err().to_string();
        assert!(error.starts_with(told), "{error}");
        assert!(!error.contains("8675309"), "{error}");
    }
    assert_eq!(<Secret as ts_rs::TS>::name(&ts_rs::Config::default()), "string");
}

#[test]
fn entry_names_are_random_and_read_back() {
    let names: std::collections::HashSet<_> = (0..1000).map(|_| EntryName::random()).collect();
    assert_eq!(names.len(), 1000);
    for name in names {
        assert_eq!(name.to_string().parse::<EntryName>().unwrap(), name);
    }
    for bad in [
        "",
        "0123",
        "0123456789ABCDEF0123456789ABCDEF",
        "0123456789abcdef0123456789abcdeg",
        "é123456789abcdef0123456789abcde",
    ] {
        assert!(bad.parse::<EntryName>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn any_printable_text_is_kept_exactly(key in "[!#-&(-_a-~]{1,200}", before in "[ \t\n\"]{0,3}", after in "[ \r\n']{0,3}") {
        let kept = Secret::new(format!("{before}{key}{after}")).unwrap();
        prop_assert_eq!(kept.expose(), key);
    }

    #[test]
    fn no_text_whatever_makes_a_key_that_a_header_cannot_carry(text in "\\PC{0,40}|[ -~\n]{0,40}") {
        if let Ok(secret) = Secret::new(text) {
            prop_assert!(!secret.expose().is_empty() && secret.expose().bytes().all(|b| b.is_ascii_graphic()));
        }
    }
}

#[tokio::test]
async fn memory_keeps_replaces_and_forgets() {
    let vault = Vault::memory();
    let (one, two) = (EntryName::random(), EntryName::random());
    assert_eq!(vault.get(&one).await.unwrap_err(), VaultError::Missing);
    vault.put(&one, &secret("a")).await.unwrap();
    vault.clone().put(&one, &secret("b")).await.unwrap();
    vault.put(&two, &secret("c")).await.unwrap();
    assert_eq!(vault.get(&one).await.unwrap().expose(), "b");
    vault.remove(&one).await.unwrap();
    vault.remove(&one).await.unwrap();
    assert_eq!(vault.get(&one).await.unwrap_err(), VaultError::Missing);
    assert_eq!(vault.get(&two).await.unwrap().expose(), "c");
    assert_eq!(Vault::memory().get(&two).await.unwrap_err(), VaultError::Missing, "each memory is its own");
    vault.probe().await.unwrap();
    assert_eq!(vault.name(), "memory");
}

/// A vault whose keychain cannot be opened, with the given error.
fn broken(error: impl Fn() -> Error + Send + Sync + 'static) -> Vault {
    Vault::over("broken", Arc::new(move || Err(error())))
}

#[tokio::test]
async fn errors_that_carry_bytes_are_told_without_them() {
    let bytes = || KEY.as_bytes().to_vec();
    let platform = || std::io::Error::other("inner").into();
    let carriers: [(Box<dyn Fn() -> Error + Send + Sync>, VaultError); 5] = [
        (Box::new(move || Error::BadEncoding(bytes())), VaultError::NoService),
        (Box::new(move || Error::BadDataFormat(bytes(), platform())), VaultError::NoService),
        (Box::new(|| Error::NoEntry), VaultError::Missing),
        (Box::new(|| Error::TooLong("secret".to_owned(), 2560)), VaultError::TooLong { limit: 2560 }),
        (Box::new(move || Error::NoStorageAccess(platform())), VaultError::Locked),
    ];
    for (error, told) in carriers {
        assert_eq!(broken(error).get(&EntryName::random()).await.unwrap_err(), told);
    }
}

mod stub {
    //! A keychain whose entries answer as told.
    use std::any::Any;
    use std::collections::HashMap;
    use std::sync::Arc;

    use keyring_core::api::{Credential, CredentialApi, CredentialStoreApi};
    use keyring_core::{Entry, Error, Result};

    pub(super) type Answer = fn(&[u8]) -> Result<Vec<u8>>;

    pub(super) struct Stub(pub(super) Answer);

    impl CredentialStoreApi for Stub {
        fn vendor(&self) -> String {
            "stub".to_owned()
        }
        fn id(&self) -> String {
            "stub".to_owned()
        }
        fn build(&self, _: &str, _: &str, _: Option<&HashMap<&str, &str>>) -> Result<Entry> {
            Ok(Entry::new_with_credential(Arc::new(Stub(self.0))))
        }
        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    impl CredentialApi for Stub {
        fn set_secret(&self, secret: &[u8]) -> Result<()> {
            (self.0)(secret).map(drop)
        }
        fn get_secret(&self) -> Result<Vec<u8>> {
            (self.0)(b"")
        }
        fn delete_credential(&self) -> Result<()> {
            (self.0)(b"").map(drop)
        }
        fn get_credential(&self) -> Result<Option<Arc<Credential>>> {
            Err(Error::NoEntry)
        }
        fn get_specifiers(&self) -> Option<(String, String)> {
            None
        }
        fn as_any(&self) -> &dyn Any {
            self
        }
    }
}

fn answering(answer: stub::Answer) -> Vault {
    Vault::over("stub", Arc::new(move || Ok(Arc::new(stub::Stub(answer)) as Arc<CredentialStore>)))
}

#[tokio::test]
async fn a_refusal_never_repeats_the_key_or_the_entry() {
    let name = EntryName::random();
    let echo: stub::Answer = |secret| {
        let text = format!("cannot store <{}>", String::from_utf8_lossy(secret));
        Err(Error::PlatformFailure(std::io::Error::other(text).into()))
    };
    let error = answering(echo).put(&name, &secret(KEY)).await.unwrap_err();
    assert_eq!(error, VaultError::Refused("the keychain did not take the key".to_owned()));

    let not_text: stub::Answer = |_| Ok(b"sk-\xff-8675309".to_vec());
    let not_key: stub::Answer = |_| Ok(b"sk-8675309 8675309".to_vec());
    let encoding: stub::Answer = |_| Err(Error::BadEncoding(b"8675309".to_vec()));
    let format: stub::Answer = |_| Err(Error::BadDataFormat(b"8675309".to_vec(), "8675309".into()));
    for answer in [not_text, not_key, encoding, format] {
        let error = answering(answer).get(&name).await.unwrap_err();
        assert!(matches!(error, VaultError::Refused(_)), "{error}");
        assert!(!format!("{error} {error:?} {}", error.remedy()).contains("8675309"), "{error}");
    }
}

#[tokio::test]
async fn probe_notices_a_keychain_that_lies() {
    let swallows: stub::Answer = |_| Ok(b"something-else".to_vec());
    assert!(matches!(answering(swallows).probe().await.unwrap_err(), VaultError::Refused(_)));
    let empty: stub::Answer = |secret| if secret.is_empty() { Err(Error::NoEntry) } else { Ok(vec![]) };
    assert_eq!(answering(empty).probe().await.unwrap_err(), VaultError::Missing);
}

#[tokio::test]
async fn a_keychain_that_appears_later_is_found() {
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let vault = Vault::over(
        "late",
        Arc::new(move || match counted.fetch_add(1, Ordering::SeqCst) {
            0 => Err(Error::PlatformFailure("no bus".into())),
            _ => Ok(Arc::new(stub::Stub(|_| Ok(KEY.as_bytes().to_vec()))) as Arc<CredentialStore>),
        }),
    );
    let name = EntryName::random();
    assert_eq!(vault.get(&name).await.unwrap_err(), VaultError::NoService);
    assert_eq!(vault.get(&name).await.unwrap().expose(), KEY);
}

#[tokio::test]
async fn a_call_that_hangs_is_given_up_and_the_next_one_runs() {
    let (release, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(Some(held));
    let vault = Vault::over(
        "hanging",
        Arc::new(move || {
            // The first opening waits, as behind a dialog that nobody answers, until the test ends.
            let first = held.lock().unwrap().take();
            if let Some(first) = first {
                let _ = first.recv();
            }
            Ok(Arc::new(stub::Stub(|_| Ok(KEY.as_bytes().to_vec()))) as Arc<CredentialStore>)
        }),
    );
    let name = EntryName::random();
    let hurried = vault.clone().with_patience(Duration::from_millis(30));
    assert_eq!(hurried.get(&name).await.unwrap_err(), VaultError::TimedOut);
    assert_eq!(vault.get(&name).await.unwrap().expose(), KEY);
    drop(release);
}

#[tokio::test]
async fn calls_take_turns() {
    let (enter, mut entered) = tokio::sync::mpsc::unbounded_channel();
    let (release, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let vault = Vault::over(
        "busy",
        Arc::new(move || {
            let _ = enter.send(());
            let _ = held.lock().unwrap().recv();
            Ok(Arc::new(stub::Stub(|_| Ok(KEY.as_bytes().to_vec()))) as Arc<CredentialStore>)
        }),
    );
    let name = EntryName::random();
    let first = tokio::spawn({
        let (vault, name) = (vault.clone(), name.clone());
        async move { vault.get(&name).await }
    });
    entered.recv().await.unwrap();
    let second = vault.clone().with_patience(Duration::from_millis(30));
    assert_eq!(second.get(&name).await.unwrap_err(), VaultError::TimedOut);
    assert!(entered.try_recv().is_err(), "the second opened the keychain while the first was at it");
    drop(release);
    assert_eq!(first.await.unwrap().unwrap().expose(), KEY);
    assert_eq!(vault.get(&name).await.unwrap().expose(), KEY);
}

#[tokio::test]
async fn a_keychain_call_that_panics_is_an_error() {
    let vault = answering(|_| panic!("a fault in the keychain's library"));
    let error = vault.get(&EntryName::random()).await.unwrap_err();
    assert_eq!(error, VaultError::Refused("the keychain call broke off".to_owned()));
}

#[test]
fn every_failure_has_a_remedy() {
    let name = "SPENDGLASS_KEY".to_owned();
    let all = [
        VaultError::NoService,
        VaultError::NoKeyring,
        VaultError::Locked,
        VaultError::Dismissed,
        VaultError::Missing,
        VaultError::TooLong { limit: 2560 },
        VaultError::TimedOut,
        VaultError::Refused("x".to_owned()),
        VaultError::VariableUnset { name: name.clone() },
        VaultError::VariableBad { name, reason: SecretError::Empty },
    ];
    let mut seen = HashMap::new();
    for error in all {
        let remedy = error.remedy();
        assert!(remedy.len() > 30 && remedy.ends_with('.') && !remedy.contains("  "), "{remedy}");
        assert!(!error.to_string().ends_with('.'), "{error}");
        assert!(seen.insert(remedy, error).is_none(), "two failures with one remedy");
    }
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let name = "SPENDGLASS_TEST_VARIABLE_THAT_NOBODY_SETS";
    let error = from_environment(name).unwrap_err();
    assert_eq!(error, VaultError::VariableUnset { name: name.to_owned() });
    assert!(error.to_string().contains(name) && error.remedy().contains(name));
    assert!(matches!(from_environment("A=B").unwrap_err(), VaultError::VariableUnset { .. }));
}
