//! The walls of the house that the compiler does not see, as a test: who may use what, and which words are not used.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use spendglass_core::chart::PALETTE;
use spendglass_core::store::Schema;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// Every file below a folder whose name ends so, as path from the root and text.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                if !["target", "node_modules", "dist", "gen"].contains(&name) {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let shown = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((shown, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "nothing below {folder}");
    found.sort();
    found
}

fn core() -> Vec<(String, String)> {
    files("src-tauri/core/src", &[".rs"])
}

/// Lines of code with their numbers: no comments.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The room of a file of the core.
fn room(path: &str) -> &str {
    let below = path.strip_prefix("src-tauri/core/src/").unwrap();
    below.split(['/', '.']).next().unwrap()
}

#[test]
fn every_import_goes_down_the_staircase() {
    let lib = std::fs::read_to_string(root().join("src-tauri/core/src/lib.rs")).unwrap();
    let staircase: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(staircase.len() >= 12 && staircase[0] == "money", "{staircase:?}");
    assert_eq!(lib.matches("mod ").count(), staircase.len(), "every room is a `pub mod` line: {lib}");
    let step = |room: &str| staircase.iter().position(|known| *known == room);
    for (path, text) in core() {
        let Some(here) = step(room(&path)) else { continue };
        for (number, line) in lines(&text) {
            for used in line.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                assert!(!used.is_empty(), "{path}:{number}: name each room in a line of its own: {line}");
                let Some(there) = step(&used) else { panic!("{path}:{number}: no room `{used}`") };
                assert!(
                    there <= here,
                    "{path}:{number}: {} may not use {used}, which lies above it",
                    room(&path)
                );
            }
        }
    }
}

#[test]
fn some_things_are_used_in_one_room_only() {
    for (words, rooms) in [
        (&["chrono::", "chrono_tz::"][..], &["time"][..]),
        (&["iana_time_zone"], &["time"]),
        (&["Utc::now", "SystemTime::now", "Local::now"], &["time"]),
        (&["reqwest"], &["net"]),
        (&["keyring_core", "keyring_store", "secret_service::"], &["vault"]),
        (&["env::var"], &["vault"]),
        (&["sqlx"], &["store"]),
        (&["plotters", "resvg", "f64", "f32"], &["chart"]),
        (&["rust_decimal"], &["money", "chart"]),
        (&["tauri"], &[]),
        (&["println!", "eprintln!", "dbg!"], &[]),
    ] {
        for (path, text) in core() {
            for (number, line) in lines(&text).filter(|_| !rooms.contains(&room(&path))) {
                let found = words.iter().find(|word| line.contains(*word));
                assert!(found.is_none(), "{path}:{number}: {found:?} belongs to {rooms:?}: {line}");
            }
        }
    }
    let manifest = std::fs::read_to_string(root().join("src-tauri/core/Cargo.toml")).unwrap();
    assert!(!manifest.contains("tauri"), "the core does not know that a window exists");
}

/// The texts between quotes of a source.
fn quoted(text: &str) -> Vec<String> {
    let (mut found, mut open, mut escaped) = (Vec::new(), None::<String>, false);
    for (_, line) in lines(text) {
        for c in line.chars().chain(['\n']) {
            match (&mut open, c) {
                (None, '"') => open = Some(String::new()),
                (Some(inner), _) if escaped => inner.push(c),
                (None, _) | (Some(_), '\\') => {}
                (Some(_), '"') => found.extend(open.take()),
                (Some(inner), _) => inner.push(c),
            }
            escaped = c == '\\' && !escaped && open.is_some();
        }
    }
    found
}

#[test]
fn no_sql_adds_money() {
    let mut statements: Vec<(String, String)> = files("src-tauri/core/migrations", &[".sql"]);
    for (path, text) in core() {
        let sql = |text: &String| {
            ["SELECT ", "UPDATE ", "INSERT ", "DELETE ", "CREATE "].iter().any(|w| text.contains(w))
        };
        statements.extend(quoted(&text).into_iter().filter(sql).map(|text| (path.clone(), text)));
    }
    assert!(statements.len() > 20, "{} statements", statements.len());
    for (path, text) in statements {
        let code: String =
            text.lines().map(|line| line.split("--").next().unwrap()).collect::<Vec<_>>().join(" ");
        let plain: String = code.to_lowercase().split_whitespace().collect();
        for function in ["sum(", "total(", "avg(", "round(", "abs(", "asreal", "asnumeric", "asinteger)"] {
            assert!(!plain.contains(function), "{path}: `{function}` in {text}");
        }
        for column in ["billed", "listed", "amount", "acquired", "quantity", "allowed", "used"] {
            for sign in ["+", "-", "*", "/", "%"] {
                let both = [format!("{column}{sign}"), format!("{sign}{column}")];
                assert!(!both.iter().any(|sum| plain.contains(sum)), "{path}: {column} {sign} in {text}");
            }
        }
    }
}

const NOT_USED: [&str; 10] =
    ["Manager", "Service", "Helper", "Util", "Processor", "Common", "Types", "Base", "Data", "Info"];

/// What stands before the bracket that closes one which is open already.
fn inside(text: &str) -> &str {
    let mut open = 1;
    let end = text.find(|c| {
        open += i32::from(c == '<') - i32::from(c == '>');
        open == 0
    });
    &text[..end.unwrap_or(text.len())]
}

#[test]
fn some_words_name_nothing() {
    for (path, text) in files("src-tauri", &[".rs"]) {
        for (number, line) in lines(&text) {
            let mut words =
                line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
            while let Some(word) = words.next() {
                if !["struct", "enum", "trait", "type", "mod", "union"].contains(&word) {
                    continue;
                }
                let Some(name) = words.next() else { break };
                // The last word of a name says what the thing is: a `BaseUrl` is a URL.
                let last = match name.rfind(|c: char| c.is_uppercase() || c == '_') {
                    Some(at) => name[at..].trim_start_matches('_'),
                    None => name,
                };
                for unused in NOT_USED {
                    // `price_bases` are what prices are based on.
                    let plural = if unused == "Base" { unused.to_owned() } else { format!("{unused}s") };
                    let same = |word: &str| last.eq_ignore_ascii_case(word);
                    assert!(
                        !same(unused) && !same(&plural),
                        "{path}:{number}: `{name}` says nothing: {line}"
                    );
                }
            }
            let variant = line.trim().trim_end_matches(',');
            // The charts have a series of all others, which is what it says.
            let vague = ["Unknown", "Other"].contains(&variant) && !path.contains("core/src/chart");
            assert!(!vague, "{path}:{number}: a variant `{variant}`");
            let results = line.match_indices("Result<").map(|(at, start)| &line[at + start.len()..]);
            let vague = results.map(inside).any(|inside| inside.ends_with(", String"));
            assert!(!vague, "{path}:{number}: an error has a type: {line}");
        }
    }
    let modules: BTreeSet<String> = files("src-tauri", &[".rs"]).into_iter().map(|(path, _)| path).collect();
    for unused in NOT_USED {
        let name = format!("/{}.rs", unused.to_lowercase());
        assert!(!modules.iter().any(|path| path.ends_with(&name)), "{name}");
    }
}

#[test]
fn files_are_short_and_finished() {
    let sources = [".rs", ".ts", ".svelte", ".css", ".sql", ".py", ".sh"];
    // In two pieces each, so that this file does not hold them.
    let later = [("TO", "DO"), ("FIX", "ME"), ("XX", "X:")].map(|(start, end)| format!("{start}{end}"));
    for folder in ["src-tauri", "tests", "ui/src"] {
        for (path, text) in files(folder, &sources) {
            if path.ends_with("/bindings.ts") {
                continue;
            }
            let count = text.lines().count();
            assert!(count <= 600, "{path} has {count} lines: split it");
            for word in &later {
                assert!(!text.contains(word.as_str()), "{path}: {word}");
            }
        }
    }
}

#[test]
fn migrations_are_listed_and_never_edited() {
    // Append here what is added; a line that is here is never changed.
    let landed = [
        ("0001_init.sql", "68636eafe70c46ca8bfe58b23e040f3bc8a0bbcc0ddc7c39c4885d01da39b14e"),
        ("0002_every_provider.sql", "b2d5f0003e4c5308be0ab8cabd171cabf60bae32e1070e3aec85cd2834753058"),
        ("0003_credit.sql", "74d32c7d7db4ce3454cd8f20dea3347b45d25d09bfc1351a8680f045c583a3ca"),
        ("0004_alerts.sql", "bf9cbf4be9856b1d56d7bd52d794dcfea28b3326442a137c60e71909be65e66f"),
        ("0005_watch.sql", "e8f215cb392dddf61195a9bfb408bfac4274595b49dd74356b461bf9177a5a38"),
        ("0006_calendar.sql", "75a26897c655d24cc2080c53ecb5579d6b71fd995db0d220e9d2e977119144cf"),
        ("0007_receipts.sql", "39296339e751c59e12a875e710f0f91ed81049478b3b6de549064a0e663a4a55"),
        ("0008_prices.sql", "c7559b063988e2b31c25f2adab04820928bbebb7424a2646c0d0c6feb6754fef"),
        ("0009_plans.sql", "35c448a653cc6db38d2a196d009129c521964443504d08a001eaf1d36769f23b"),
        ("0010_sessions.sql", "e4dbb0d50319682fd57af6a1f848bae52f48b5e5fb417ef77d2ea9c5ec9c2d2b"),
        ("0011_correction_numbers.sql", "362efd1184eec7416b64724db2c14be170d85b2134c59af43a0243b97a5c4abf"),
        ("0012_removals.sql", "0b0573ac18c525f6215ef0bc58e29feabf7305e05763c9d1638078cac23bb18e"),
    ];
    let listed = format!("{:?}", Schema::current());
    let found = files("src-tauri/core/migrations", &[".sql"]);
    assert_eq!(found.len(), landed.len(), "a migration is missing here or in the folder");
    for ((path, text), (name, hash)) in found.iter().zip(landed) {
        assert!(path.ends_with(name), "{path}");
        let (number, rest) = name.trim_end_matches(".sql").split_once('_').unwrap();
        let (number, name) = (number.parse::<u32>().unwrap(), rest.replace('_', " "));
        let step = format!("({number}, {name:?}, {text:?})");
        assert!(listed.contains(&step), "{path} is not a step of Schema::current");
        assert_eq!(
            format!("{:x}", Sha256::digest(text.as_bytes())),
            hash,
            "{path} was changed after it had landed"
        );
    }
}

#[test]
fn the_palette_of_the_window_is_that_of_the_charts() {
    let tokens = std::fs::read_to_string(root().join("ui/src/tokens.css")).unwrap();
    for swatch in PALETTE {
        let line = format!("--chart-{}: light-dark({}, {});", swatch.name, swatch.light, swatch.dark);
        assert!(tokens.contains(&line), "ui/src/tokens.css lacks {line}");
    }
    let themed =
        tokens.lines().filter(|line| line.trim().starts_with("--chart-") && line.contains("light-dark("));
    assert_eq!(themed.count(), PALETTE.len(), "a colour of a chart that no chart has");
}

#[test]
fn the_page_keeps_its_walls() {
    for (path, text) in files("ui/src", &[".ts", ".svelte", ".css"]) {
        let is = |name: &str| path == format!("ui/src/{name}");
        if path.ends_with(".test.ts") {
            continue;
        }
        for (words, home) in [
            (&["@tauri-apps"][..], "api.ts"),
            (&["Intl.", "toLocale"], "format.ts"),
            (&["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "light-dark("], "tokens.css"),
        ] {
            for (number, line) in lines(&text).filter(|_| !is(home)) {
                let found = words.iter().find(|word| line.contains(*word));
                assert!(found.is_none(), "{path}:{number}: {found:?} belongs to {home}: {line}");
            }
        }
        for (number, line) in lines(&text).filter(|_| !is("tokens.css")) {
            for after in line.split('#').skip(1) {
                let word: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '-').collect();
                let colour =
                    [3, 4, 6, 8].contains(&word.len()) && word.chars().all(|c| c.is_ascii_hexdigit());
                assert!(!colour, "{path}:{number}: a colour outside of tokens.css: #{word}");
            }
        }
    }
}

/// What holds a key can be debugged, which shows nothing of it, and nothing else.
#[test]
fn nothing_that_holds_a_key_is_serialised() {
    for (path, text) in core() {
        for name in
            ["Secret", "SecretString", "AddAccount", "ReplaceKey", "PastedKey", "SampleAccount", "NewAccount"]
        {
            for way in ["Serialize", "fmt::Display", "Display"] {
                assert!(!text.contains(&format!("impl {way} for {name}")), "{path}: {way} for {name}");
            }
        }
        // Item by item: its attributes stand before it, its fields after.
        for item in text.split("\n#[derive(").skip(1) {
            let (derives, rest) = item.split_once(')').unwrap();
            let body = rest.split("\n}").next().unwrap();
            let holds = body.lines().any(|line| {
                let line = line.trim();
                let field = line.contains(": ") || line.starts_with("pub struct ") || line.ends_with("),");
                field && !line.starts_with("//") && (line.contains("Secret") && !line.contains("SecretError"))
            });
            let written = derives.split(',').any(|derive| derive.trim() == "Serialize");
            assert!(
                !(holds && written),
                "{path}: #[derive({derives})] {}",
                body.lines().take(6).collect::<String>()
            );
        }
    }
}

#[test]
fn what_tests_compare_has_the_same_line_ends_everywhere() {
    let attributes = std::fs::read_to_string(root().join(".gitattributes")).unwrap();
    assert!(attributes.lines().any(|line| line == "* text=auto eol=lf"), "{attributes}");
    for folder in ["tests/golden", "tests/fixtures", "src-tauri/core/migrations"] {
        for (path, text) in files(folder, &[""]) {
            assert!(!text.contains('\r'), "{path}");
        }
    }
}
