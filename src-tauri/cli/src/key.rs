//! Keys in a terminal: from standard input or a hidden prompt, never from an argument, never on a screen.

use std::io::{self, IsTerminal, Read};

use spendglass_core::vault::Secret;

use crate::door::Failure;

/// Said where an argument looks like a key.
pub(crate) const IN_ARGUMENTS: &str = "\
an argument looks like a key, so nothing was done.
A key does not belong on a command line: every program on this machine can read it there, and the shell keeps it in its history.
Give it on standard input (spendglass accounts add openai < FILE) or at the prompt, or name an environment variable with
--key-env NAME. Take the line out of your shell's history; if others use this machine, make a new key.";

/// Said where a command that takes a key got an argument it does not know: it may be one.
pub(crate) const STRAY: &str = "\
there is an argument too many, or one that is misspelt. It is not repeated here, for it may be a key.
A key is read from standard input or at a hidden prompt, never from an argument.
  spendglass accounts add [PROVIDER] [--label L] [--base-url URL] [--kind K] [--region R] [--set NAME=VALUE]
                          [--key-env NAME | --fields | --key-file FILE | --login | --no-key]
  spendglass accounts replace-key ID
See `spendglass accounts add --help`.";

/// How keys of providers begin.
const BEGINNINGS: &[&str] = &["sk-", "sk_", "xai-", "gsk_", "pplx-", "AIza", "r8_", "fw_", "key-"];
/// Longer keys than this do not exist; a whole file given by mistake is not read.
const LONGEST: usize = 16 * 1024;

/// Whether an argument may be a key.
pub(crate) fn key_shaped(argument: &str) -> bool {
    let value = match argument.split_once('=') {
        Some((flag, value)) if flag.starts_with('-') => value,
        _ => argument,
    };
    // The names of files and folders may be as long and random as keys.
    let path = value.contains(['/', '\\']) && !value.contains("://");
    !path && tokens(value).any(token_is_key)
}

/// The text, with whatever looks like a key taken out.
pub(crate) fn redact(words: &str) -> String {
    let mut redacted = words.to_owned();
    for token in tokens(words).filter(|token| begins_like_key(token)) {
        redacted = redacted.replace(token, "[hidden]");
    }
    redacted
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
}

fn token_is_key(token: &str) -> bool {
    let long_run = token.split(['-', '_']).any(|run| {
        run.len() >= 24
            && run.bytes().any(|b| b.is_ascii_digit())
            && run.bytes().any(|b| b.is_ascii_alphabetic())
    });
    long_run || begins_like_key(token)
}

fn begins_like_key(token: &str) -> bool {
    token.len() >= 16 && BEGINNINGS.iter().any(|beginning| token.starts_with(beginning))
}

/// Reads a key: from standard input where something is piped into it, else at a prompt that shows nothing.
pub(crate) fn read(whose: &str) -> Result<Secret, Failure> {
    let stdin = io::stdin();
    let text = if stdin.is_terminal() {
        hidden(&format!("Key of {whose} (not shown): "))?
    } else {
        piped(&mut stdin.lock())?
    };
    secret(text, whose)
}

/// Everything that is piped in.
pub(crate) fn piped_text() -> Result<String, Failure> {
    piped(&mut io::stdin().lock())
}

/// A part of a key from a prompt that shows nothing; none where it may be left out and is.
pub(crate) fn prompted(prompt: &str, optional: bool, label: &str) -> Result<Option<Secret>, Failure> {
    let text = hidden(prompt)?;
    if optional && text.trim().is_empty() {
        return Ok(None);
    }
    Secret::new(text).map(Some).map_err(|error| Failure::usage(format!("{label}: this {error}.")))
}

fn hidden(prompt: &str) -> Result<String, Failure> {
    rpassword::prompt_password(prompt).map_err(|error| {
        Failure::usage(format!(
            "No key could be read from the terminal: {}. Give it on standard input instead.",
            error.kind()
        ))
    })
}

fn secret(text: String, whose: &str) -> Result<Secret, Failure> {
    Secret::new(text).map_err(|error| {
        Failure::usage(format!(
            "The key {error}. Give the key of {whose} on standard input or at the prompt, or name an environment variable \
             with --key-env NAME."
        ))
    })
}

fn piped(input: &mut impl Read) -> Result<String, Failure> {
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let mut text = String::with_capacity(LONGEST + 2);
    let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
    let read = input
        .take(limit)
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage(format!("Standard input holds no key: {}.", error.kind())))?;
    if read > LONGEST {
        return Err(Failure::usage("Standard input holds more than a key. Give it the key alone."));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_their_look_and_other_arguments_are_let_through() {
        for key in [
            "sk-admin-simulated0123456789",
            "sk-ant-admin01-abcdefghijkl",
            "--key=sk-or-v1-0123456789abcdef",
            "0123456789abcdef0123456789abcdef",
            "--label=sk-proj-aaaaaaaaaaaaaaaaaaaa",
            "https://example.com/v1?key=sk-admin-0123456789",
        ] {
            assert!(key_shaped(key), "{key}");
        }
        for plain in [
            "accounts",
            "--json",
            "openai",
            "OPENAI_ADMIN_KEY",
            "2026-11-22T09:30:00Z",
            "2026-11-22",
            "--timezone=Asia/Kolkata",
            "/tmp/0123456789abcdef0123456789abcdef/store",
            "https://127.0.0.1:8080/openai/v1",
            "freelance-2026-client-acme-and-sons",
            "openai/costs=429-retry-after-long",
            "daily.svg",
            "sk-chart",
        ] {
            assert!(!key_shaped(plain), "{plain}");
        }
    }

    #[test]
    fn what_looks_like_a_key_is_taken_out_of_an_error() {
        let told = redact("provider sk-admin-0123456789abcdef, \"sk-admin-0123456789abcdef\" is not known");
        assert_eq!(told, "provider [hidden], \"[hidden]\" is not known");
        assert_eq!(redact("make an admin key (sk-admin-…)"), "make an admin key (sk-admin-…)");
    }

    #[test]
    fn a_piped_key_is_read_whole_and_a_file_by_mistake_is_not() {
        assert_eq!(piped(&mut "sk-admin-1\n".as_bytes()).unwrap(), "sk-admin-1\n");
        assert!(
            piped(&mut vec![b'a'; LONGEST + 1].as_slice()).unwrap_err().words.contains("more than a key")
        );
        assert!(piped(&mut [0xff_u8, 0xfe].as_slice()).is_err());
        let empty = secret(" \n".to_owned(), "OpenAI").unwrap_err();
        assert!(empty.words.starts_with("The key is empty."), "{}", empty.words);
        assert_eq!(secret(" sk-admin-1\n".to_owned(), "OpenAI").unwrap().expose(), "sk-admin-1");
    }
}
