//! What packages are made of says one thing: one version, one name, and words in each language that the window speaks.

use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn configuration() -> Value {
    serde_json::from_str(&read("src-tauri/tauri.conf.json")).unwrap()
}

#[test]
fn the_version_is_written_in_one_place() {
    let version = env!("CARGO_PKG_VERSION");
    let line = format!("version = \"{version}\"");
    assert_eq!(read("Cargo.toml").lines().filter(|known| **known == line).count(), 1);
    for manifest in ["src-tauri", "src-tauri/core", "src-tauri/cli", "src-tauri/simulator"] {
        let text = read(&format!("{manifest}/Cargo.toml"));
        assert!(text.lines().any(|line| line == "version.workspace = true"), "{manifest}");
    }
    assert_eq!(configuration().get("version"), None, "it is taken from Cargo.toml");
    for file in ["ui/package.json", "ui/package-lock.json"] {
        let package: Value = serde_json::from_str(&read(file)).unwrap();
        assert_eq!(package.get("version"), None, "{file}: nothing reads it");
    }
    for file in ["com.spendglass.desktop.metainfo.xml", "spendglass-app.1", "spendglass.desktop"] {
        let text = read(&format!("src-tauri/linux/{file}"));
        assert!(!text.contains(version), "{file} repeats the version");
    }
}

#[test]
fn the_changelog_can_be_read_by_what_makes_packages() {
    let text = read("CHANGELOG.md");
    let heads: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert!(!heads.is_empty());
    for (place, head) in heads.iter().enumerate() {
        let dated = head.split_once(" - ").is_some_and(|(version, date)| {
            version.split('.').count() == 3 && date.parse::<spendglass_core::time::Date>().is_ok()
        });
        let unreleased = place == 0 && *head == "Unreleased";
        assert!(
            dated || unreleased,
            "CHANGELOG.md: \"## {head}\" is neither VERSION - YYYY-MM-DD nor Unreleased"
        );
    }
}

/// The values of a key of the desktop file, with the group that each is in.
fn values<'a>(desktop: &'a str, key: &str) -> Vec<(&'a str, &'a str)> {
    let mut group = "";
    let mut found = Vec::new();
    for line in desktop.lines() {
        if line.starts_with('[') {
            group = line;
        } else if let Some((name, value)) = line.split_once('=')
            && name == key
        {
            found.push((group, value));
        }
    }
    found
}

#[test]
fn the_desktop_file_and_the_page_of_software_centres_fit_the_program() {
    let configuration = configuration();
    let identifier = configuration["identifier"].as_str().unwrap();
    let product = configuration["productName"].as_str().unwrap();
    let page = read(&format!("src-tauri/linux/{identifier}.metainfo.xml"));
    for line in [
        format!("<id>{identifier}</id>"),
        format!("<launchable type=\"desktop-id\">{product}.desktop</launchable>"),
        "<icon type=\"stock\">spendglass-app</icon>".to_owned(),
        "  <!-- releases -->".to_owned(),
    ] {
        assert!(page.contains(&line), "the page lacks {line}");
    }
    let count = |words: &str| page.matches(words).count();
    for tag in ["summary", "developer_name", "p", "li"] {
        assert!(count(&format!("<{tag}>")) > 0, "{tag}");
        assert_eq!(count(&format!("<{tag}>")), count(&format!("<{tag} xml:lang=\"hi\">")), "{tag} in Hindi");
    }

    let desktop = read("src-tauri/linux/spendglass.desktop");
    for key in ["GenericName", "Comment", "Keywords"] {
        assert_eq!(values(&desktop, key).len(), 1, "{key}");
        assert_eq!(values(&desktop, &format!("{key}[hi]")).len(), 1, "{key} in Hindi");
    }
    let (_, actions) = values(&desktop, "Actions")[0];
    let (names, starts) = (values(&desktop, "Name"), values(&desktop, "Exec"));
    for action in actions.split_terminator(';') {
        let group = format!("[Desktop Action {action}]");
        assert!(names.contains(&(&group, action)), "{action} has no name");
        assert!(values(&desktop, "Name[hi]").iter().any(|(of, _)| *of == group), "{action} in Hindi");
        let start = format!("{{{{exec}}}} --screen {}", action.to_lowercase());
        assert!(starts.contains(&(&group, &start)), "{action} does not open its screen");
    }
}

#[test]
fn every_file_of_the_packages_is_there_or_made() {
    let configuration = configuration();
    for kind in ["deb", "rpm", "appimage"] {
        let files = configuration["bundle"]["linux"][kind]["files"].as_object().unwrap();
        assert!(files.len() >= 2, "{kind}");
        for (target, source) in files {
            let source = source.as_str().unwrap();
            let made = source.starts_with("../target/package/");
            let there = root().join("src-tauri").join(source).exists();
            assert!(made || there, "{kind}: {target} comes from {source}, which is not there");
        }
    }
}
