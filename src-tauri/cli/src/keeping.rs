//! A copy of everything, the way back from one, and the end of everything.

use clap::Args;
use spendglass_core::api::{
    BackUp, BackedUp, DeleteEverything, Deleted, DesktopWays, LeftBehind, Request, Response, Restore,
    Restored, delete_unopened, restore_unopened,
};

use crate::door::{Door, Ending, Failure, Out};
use crate::text::several;
use crate::{Global, asking};

/// The word that is typed.
const WORD: &str = "delete";

#[derive(Args)]
#[command(after_help = "\
The copy is opened again and checked before it gets its name. Keys are in the keychain and not in it.

Example:
  spendglass back-up ~/spendglass-2026-11-22.db")]
pub(crate) struct BackUpOptions {
    /// The file to write; an older one is replaced as a whole
    #[arg(value_name = "FILE")]
    file: String,
}

#[derive(Args)]
#[command(after_help = "\
What is here now is kept first, as a dated copy in the data folder, whose name is told. Everything then is as it was in the
backup, or nothing is changed. A backup of a newer version, a damaged one and a file of another program are refused. Keys are in
no backup: accounts whose key is not in the keychain any more are told, and need it anew.

Examples:
  spendglass restore ~/spendglass-2026-11-22.db
  spendglass restore ~/spendglass-2026-11-22.db --yes")]
pub(crate) struct RestoreOptions {
    /// A file that `spendglass back-up` or the window wrote
    #[arg(value_name = "FILE")]
    file: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Args)]
#[command(after_help = "\
Removed are the keys and the webhook's secret from the keychain, the store with its copies, the address of the calendar and the
start at login. It is then looked whether they are gone, and told what is not. Files that you exported or backed up elsewhere are
yours and stay. Nothing brings it back, except a backup that you made.

Exit codes: 4 where the keychain does not let its keys be removed (nothing is deleted then), 1 where something is left.

Examples:
  spendglass delete-everything
  spendglass delete-everything --confirm delete")]
pub(crate) struct DeleteOptions {
    /// The word that is asked for otherwise: delete
    #[arg(long, value_name = "WORD")]
    confirm: Option<String>,
    /// Go on where the keychain is locked or absent; keys stay in it
    #[arg(long)]
    leave_keys: bool,
}

pub(crate) async fn back_up(global: &Global, out: &Out, options: BackUpOptions) -> Result<Ending, Failure> {
    let (response, _) = Door::ask_once(global, Request::BackUp(BackUp { path: options.file })).await?;
    let Response::BackUp(made) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || of_backup(made))?;
    Ok(Ending::Done)
}

pub(crate) async fn restore(global: &Global, out: &Out, options: RestoreOptions) -> Result<Ending, Failure> {
    let question = format!(
        "Put what is in {} in the place of everything that Spendglass knows now? A copy of that is kept.",
        options.file
    );
    if !options.yes {
        asking::must_agree(&question, "Nothing was restored.")?;
    }
    let request = Restore { path: options.file };
    let response = match Door::open(global).await {
        Ok(door) => {
            let answer = door.ask(Request::Restore(request)).await;
            door.app.close().await;
            answer?
        }
        // A store that does not open is what a backup is for.
        Err(failure) if failure.ending == Ending::Store => {
            Response::Restore(restore_unopened(Door::config(global)?, &request).await?)
        }
        Err(failure) => return Err(failure),
    };
    let Response::Restore(restored) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || of_restored(restored))?;
    Ok(Ending::Done)
}

pub(crate) async fn delete_everything(
    global: &Global,
    out: &Out,
    options: DeleteOptions,
) -> Result<Ending, Failure> {
    let confirm = match options.confirm {
        Some(word) => word,
        None if asking::somebody_is_there() => asking::word(&format!(
            "Everything that Spendglass knows goes, with its keys in the keychain, and nothing brings it back.\nType {WORD} to go on: "
        ))?,
        None => {
            let words = format!(
                "Nobody is here to be asked: give the word by --confirm {WORD}. Nothing was deleted."
            );
            return Err(Failure::usage(words));
        }
    };
    let request = DeleteEverything { confirm, leave_keys: Some(options.leave_keys) };
    let answer = match Door::open(global).await {
        Ok(door) => {
            door.app.use_desktop(desktop());
            let answer = door.ask(Request::DeleteEverything(request)).await;
            door.app.close().await;
            answer
        }
        // One that is damaged is the person's to delete as well.
        Err(failure) if failure.ending == Ending::Store => {
            let deleted = delete_unopened(Door::config(global)?, &request, &desktop()).await;
            deleted.map(Response::DeleteEverything).map_err(Failure::from)
        }
        Err(failure) => return Err(failure),
    };
    let response = answer.map_err(|failure| failure.of_option("confirm", "--confirm"))?;
    let Response::DeleteEverything(deleted) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || of_deleted(deleted))?;
    Ok(if deleted.left.iter().any(|left| left.failed) { Ending::Partly } else { Ending::Done })
}

/// What a terminal can do about what the desktop keeps.
fn desktop() -> DesktopWays {
    DesktopWays {
        forget_login: Box::new(forget_login),
        show_folder: Box::new(|_| Err(std::io::Error::other("a terminal has no file manager"))),
    }
}

/// The window writes the entry; where it lies is the desktop's convention.
#[cfg(target_os = "linux")]
fn forget_login() -> Option<LeftBehind> {
    let entry = spendglass_core::api::login_entry()?;
    let removed = std::fs::remove_file(&entry);
    std::fs::symlink_metadata(&entry).is_ok().then(|| LeftBehind {
        what: entry.display().to_string(),
        why: format!(
            "It starts Spendglass at login and could not be removed{}.",
            removed.err().map(|error| format!(": {error}")).unwrap_or_default()
        ),
        failed: true,
    })
}

#[cfg(not(target_os = "linux"))]
fn forget_login() -> Option<LeftBehind> {
    Some(LeftBehind {
        what: "The entry that starts Spendglass at login".to_owned(),
        why: "A terminal cannot take it away: remove Spendglass from your system's list of programs that start at login.".to_owned(),
        failed: true,
    })
}

fn of_backup(made: &BackedUp) -> String {
    format!(
        "{} and {}, without keys, kept in {} ({} bytes, checked)\n",
        several(made.accounts, "account"),
        several(made.charges, "charge"),
        made.path,
        made.bytes
    )
}

fn of_restored(restored: &Restored) -> String {
    let mut words = format!(
        "{} and {} are here as they were in {}\nWhat was here before is kept in {}\n",
        several(restored.accounts, "account"),
        several(restored.charges, "charge"),
        restored.path,
        restored.kept
    );
    for label in &restored.keys_missing {
        put!(words, "{label}: its key is not here any more. Give it anew: spendglass accounts replace-key\n");
    }
    if let Some(problem) = &restored.keys_problem {
        put!(words, "Whether keys are there is not known: {problem}\n");
    }
    words
}

fn of_deleted(deleted: &Deleted) -> String {
    let mut words = format!(
        "{} and {} are deleted, and no longer there when looked for again\n",
        several(deleted.keys, "key"),
        several(deleted.files, "file")
    );
    if !deleted.folder_gone {
        put!(words, "The folder {} is still there\n", deleted.folder);
    }
    for left in &deleted.left {
        put!(words, "Left: {}. {}\n", left.what, left.why);
    }
    put!(words, "Files that you exported or backed up elsewhere are yours and stay\n");
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_with_why() {
        let left =
            LeftBehind { what: "/d/notes.txt".to_owned(), why: "It is yours.".to_owned(), failed: false };
        let deleted =
            Deleted { keys: 2, files: 1, folder: "/d".to_owned(), folder_gone: false, left: vec![left] };
        let words = of_deleted(&deleted);
        assert!(words.starts_with("2 keys and 1 file are deleted"), "{words}");
        assert!(
            words.contains("/d is still there") && words.contains("/d/notes.txt. It is yours."),
            "{words}"
        );
    }

    #[test]
    fn accounts_without_their_key_are_told_after_a_restore() {
        let restored = Restored {
            path: "b.db".to_owned(),
            kept: "/d/backup.db".to_owned(),
            accounts: 2,
            charges: 1,
            keys_missing: vec!["Studio".to_owned()],
            keys_problem: None,
        };
        let words = of_restored(&restored);
        assert!(words.contains("2 accounts and 1 charge") && words.contains("/d/backup.db"), "{words}");
        assert!(words.contains("Studio: its key is not here any more"), "{words}");
    }
}
