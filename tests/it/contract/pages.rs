//! The pages on providers below `docs/providers`, written from what each says of itself.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use expect_test::expect_file;
use spendglass_core::providers::{ALL, Auth, Cursor, Field, Intake, KeyKind, Provider, Sees, Source, Stream};

use crate::fixtures::root;

fn folder() -> PathBuf {
    let folder = root().join("docs/providers");
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn every_provider_has_its_page() {
    let mut index = String::from(
        "# Providers\n\nWhat Spendglass reads from each, and with which key. These pages are written by a test from the providers \
         themselves\n(`UPDATE_EXPECT=1 cargo test -p spendglass-core --test it contract::pages`).\n\n",
    );
    index.push_str(&super::readme::table(""));
    expect_file![folder().join("README.md")].assert_eq(&index);
    for provider in ALL {
        expect_file![folder().join(format!("{}.md", provider.id))].assert_eq(&page(provider));
    }
}

#[test]
fn no_page_is_left_over() {
    for file in fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let known = ALL.iter().any(|provider| name == format!("{}.md", provider.id));
        assert!(known || name == "README.md", "docs/providers/{name} is of no provider");
    }
}

fn page(provider: &Provider) -> String {
    let mut text = format!("# {}\n\n", provider.name);
    if !provider.lacks.is_empty() && provider.streams.is_empty() {
        writeln!(text, "{}\n", provider.lacks).unwrap();
    }
    writeln!(text, "In the terminal: `spendglass accounts add {}`{}.\n", provider.id, options(provider))
        .unwrap();
    text.push_str("## Keys\n\n");
    for kind in provider.keys {
        text.push_str(&of_kind(provider, kind));
    }
    if !provider.regions.is_empty() {
        text.push_str("## Regions\n\nA key is good for the region it was made in, and for no other.\n\n");
        text.push_str("| Region | `--region` | Address |\n|---|---|---|\n");
        for region in provider.regions {
            writeln!(text, "| {} | `{}` | `{}` |", region.name, region.id, region.base_url).unwrap();
        }
        text.push('\n');
    }
    if !provider.streams.is_empty() {
        text.push_str(
            "## What is read\n\n| Stream | Shows | How far back | Read again |\n|---|---|---|---|\n",
        );
        for stream in provider.streams {
            let [back, again] = reach(stream);
            let shows = word(stream.sees);
            let each = if matches!(stream.source, Source::Parts { .. }) {
                ", for each part of the account"
            } else {
                ""
            };
            writeln!(text, "| `{}` | {shows}{each} | {back} | {again} |", stream.name).unwrap();
        }
        text.push('\n');
        for stream in provider.streams {
            let why: BTreeSet<&str> = stream.absent.iter().map(|(_, why)| *why).collect();
            for why in why {
                writeln!(text, "`{}` may have nothing to tell. {why}\n", stream.name).unwrap();
            }
        }
        writeln!(text, "## How late the figures are\n\n{}\n", provider.latency).unwrap();
        if !provider.lacks.is_empty() {
            writeln!(text, "## What is missing\n\n{}\n", provider.lacks).unwrap();
        }
    }
    text.trim_end().to_owned() + "\n"
}

/// What must be typed beside the id, for the first kind of key.
fn options(provider: &Provider) -> String {
    let Some(kind) = provider.keys.first() else { return String::new() };
    let mut options = Vec::new();
    if provider.regions.len() > 1 {
        options.push("`--region …`".to_owned());
    }
    let needed = kind.details.iter().filter(|field| !field.optional);
    options.extend(needed.map(|field| match field.name {
        "description" => "`--set description=@FILE`".to_owned(),
        name => format!("`--set {name}=…`"),
    }));
    let own_place =
        provider.base_url.is_empty() && !provider.streams.is_empty() && provider.auth != Auth::Described;
    if own_place {
        options.push("`--base-url …`".to_owned());
    }
    options.extend(match kind.intake {
        _ if provider.streams.is_empty() => Some("`--no-key`".to_owned()),
        Intake::Text => None,
        Intake::Fields(_) => Some("`--fields`".to_owned()),
        Intake::File(_) => Some("`--key-file FILE`".to_owned()),
        Intake::Login(_) => Some("`--login`".to_owned()),
    });
    if options.is_empty() { String::new() } else { format!(" with {}", options.join(", ")) }
}

fn word(sees: Sees) -> &'static str {
    Sees::NAMED.iter().find(|(known, _)| *known == sees).unwrap().1
}

fn of_kind(provider: &Provider, kind: &KeyKind) -> String {
    let mut text = format!("### {}\n\n", kind.name);
    let begins: Vec<String> = kind
        .prefixes
        .iter()
        .filter(|prefix| !prefix.is_empty())
        .map(|prefix| format!("`{prefix}…`"))
        .collect();
    if !begins.is_empty() {
        write!(text, "Begins with {}. ", begins.join(" or ")).unwrap();
    }
    let told: Vec<Sees> = Sees::NAMED
        .iter()
        .map(|(sees, _)| *sees)
        .filter(|sees| provider.streams.iter().any(|stream| stream.sees == *sees) || kind.sees.contains(sees))
        .collect();
    let words = |sees: bool| {
        let some = told.iter().filter(|told| kind.sees.contains(told) == sees).map(|told| word(*told));
        some.collect::<Vec<_>>().join(", ")
    };
    match (words(true), words(false)) {
        (sees, _) if sees.is_empty() => text.push_str("Sees nothing that Spendglass reads.\n\n"),
        (sees, not) if not.is_empty() => write!(text, "Sees {sees}.\n\n").unwrap(),
        (sees, not) => write!(text, "Sees {sees}; does not see {not}.\n\n").unwrap(),
    }
    writeln!(text, "{}\n", kind.note).unwrap();
    if !kind.made_at.is_empty() {
        writeln!(text, "Made at <{}>.\n", kind.made_at).unwrap();
    }
    match kind.intake {
        Intake::Text => {}
        Intake::Fields(parts) => list(&mut text, "It has several parts:", parts),
        Intake::File(_) => text.push_str("It is a file: give its whole content.\n\n"),
        Intake::Login(login) => {
            writeln!(
                text,
                "Read from `{}/{}` in your home folder{}. {}\n",
                login.folder,
                login.file,
                match login.folder_variable {
                    "" => String::new(),
                    name => format!(", or from the folder that `{name}` names"),
                },
                login.terms
            )
            .unwrap();
        }
    }
    list(&mut text, "Asked beside it:", kind.details);
    if !kind.cost.is_empty() {
        writeln!(text, "**What reading costs:** {}\n", kind.cost).unwrap();
    }
    text
}

fn list(text: &mut String, words: &str, fields: &[Field]) {
    if fields.is_empty() {
        return;
    }
    writeln!(text, "{words}\n").unwrap();
    for Field { name, label, hint, optional } in fields {
        let optional = if *optional { " (may be left out)" } else { "" };
        writeln!(text, "- **{label}** (`{name}`){optional}: {hint}").unwrap();
    }
    text.push('\n');
}

/// How far back a stream is read, and what of it is read again each time.
fn reach(stream: &Stream) -> [String; 2] {
    let days = |days: u16| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let complete = |again: u16, today: bool| match (again, today) {
        (0, true) => "today".to_owned(),
        (0, false) => "nothing".to_owned(),
        (again, true) => format!("the last {} and today", days(again)),
        (again, false) => format!("the last {}; today is not told", days(again)),
    };
    let [back, again] = match stream.cursor {
        Cursor::Snapshot => ["as it is now".to_owned(), "each time".to_owned()],
        Cursor::Daily { history, lookback, today, .. } | Cursor::Monthly { history, lookback, today } => {
            [days(history.0), complete(lookback.0, today)]
        }
        Cursor::Hourly { history, lookback, recent, .. } => {
            [format!("{}, the last {} by the hour", days(history.0), recent.0), complete(lookback.0, true)]
        }
    };
    let floor = match stream.floor {
        0 => String::new(),
        seconds if seconds % 3_600 == 0 => format!(", at most every {} hours", seconds / 3_600),
        seconds => format!(", at most every {} minutes", seconds / 60),
    };
    [back, format!("{again}{floor}")]
}
