//! The table of providers in the README.

use std::fmt::Write as _;
use std::fs;

use expect_test::expect_file;
use spendglass_core::providers::{ALL, Sees};

use crate::fixtures::root;

const OPENS: &str = "<!-- providers -->\n";
const CLOSES: &str = "<!-- /providers -->";

#[test]
fn the_readme_lists_every_provider() {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(OPENS).expect("README.md has a line <!-- providers -->");
    let (_, after) = rest.split_once(CLOSES).expect("README.md has a line <!-- /providers -->");
    expect_file![path].assert_eq(&format!("{before}{OPENS}{}{CLOSES}{after}", table()));
}

/// The table of the README. Run the tests with `UPDATE_EXPECT=1` to have it written.
fn table() -> String {
    let mut text =
        String::from("| Provider | Key, and what it sees | How late the figures are |\n|---|---|---|\n");
    for provider in ALL {
        let keys: Vec<String> = provider
            .keys
            .iter()
            .filter(|kind| !kind.sees.is_empty())
            .map(|kind| {
                let prefix = kind.prefixes.first().filter(|prefix| !prefix.is_empty());
                let begins: String = prefix.map(|prefix| format!(" `{prefix}…`")).unwrap_or_default();
                let sees: Vec<&str> = Sees::NAMED
                    .iter()
                    .filter(|(s, _)| kind.sees.contains(s))
                    .map(|(_, name)| *name)
                    .collect();
                format!("[{}]({}){begins} ({})", kind.name, kind.made_at, sees.join(", "))
            })
            .collect();
        let (name, keys) = (provider.name, keys.join("<br>"));
        writeln!(text, "| {name} | {keys} | {} |", provider.latency).unwrap();
    }
    text
}
