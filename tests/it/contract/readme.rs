//! The table of providers in the README.

use std::fmt::Write as _;
use std::fs;

use expect_test::expect_file;
use spendglass_core::providers::{ALL, Intake, KeyKind, Sees};

use crate::fixtures::root;

const OPENS: &str = "<!-- providers -->\n";
const CLOSES: &str = "<!-- /providers -->";

#[test]
fn the_readme_lists_every_provider() {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(OPENS).expect("README.md has a line <!-- providers -->");
    let (_, after) = rest.split_once(CLOSES).expect("README.md has a line <!-- /providers -->");
    let table = table("docs/providers/");
    expect_file![path].assert_eq(&format!("{before}{OPENS}{table}{CLOSES}{after}"));
}

/// A row for each provider, its page below `folder`. Run the tests with `UPDATE_EXPECT=1` to have it written.
pub(super) fn table(folder: &str) -> String {
    let mut text = String::from("| Provider | What is read | With |\n|---|---|---|\n");
    for provider in ALL {
        let able = || provider.keys.iter().filter(|kind| !kind.sees.is_empty());
        let told: Vec<&str> = Sees::NAMED
            .iter()
            .filter(|(sees, _)| able().any(|kind| kind.sees.contains(sees)))
            .map(|(_, name)| *name)
            .collect();
        let most = able().map(|kind| kind.sees.len()).max().unwrap_or(0);
        let with: Vec<String> = able().map(|kind| key(kind, kind.sees.len() < most)).collect();
        let (read, with) = if told.is_empty() {
            ("nothing is told".to_owned(), "files and entries by hand".to_owned())
        } else {
            (told.join(", "), with.join(" or "))
        };
        writeln!(text, "| [{}]({folder}{}.md) | {read} | {with} |", provider.name, provider.id).unwrap();
    }
    text
}

/// A kind of key in a row, with what it sees where another of the provider's sees more.
fn key(kind: &KeyKind, less: bool) -> String {
    let name = match kind.made_at {
        "" => kind.name.to_owned(),
        place => format!("[{}]({place})", kind.name),
    };
    let begins = kind.prefixes.iter().find(|prefix| !prefix.is_empty());
    let begins = begins.map(|prefix| format!(" `{prefix}…`")).unwrap_or_default();
    let on_request = if matches!(kind.intake, Intake::Login(_)) { ", if you choose so" } else { "" };
    let sees = Sees::NAMED.iter().filter(|(sees, _)| kind.sees.contains(sees)).map(|(_, name)| *name);
    let sees = if less { format!(" ({})", sees.collect::<Vec<_>>().join(", ")) } else { String::new() };
    format!("{name}{begins}{sees}{on_request}")
}
