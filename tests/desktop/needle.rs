//! Looks for a key where it must not be, in every dress it may wear.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem::Finder;

use crate::processes;
use crate::window::Window;

/// The middle of a key, as text, base64, percent, hexadecimal and UTF-16.
pub(crate) struct Needle(Vec<(&'static str, Finder<'static>)>);

impl Needle {
    /// Looks for the middle of the key: whoever keeps the whole keeps that, and so does whoever keeps most of it. The beginning is
    /// in every provider's handbook, and the last four characters are shown.
    pub(crate) fn new(key: &str) -> Needle {
        assert!(key.is_ascii() && key.len() >= 40, "a key of this length is found by its middle");
        let from = key.len() / 2 - 8;
        let middle = &key[from..from + 16];
        let mut dresses = vec![
            ("plain", middle.as_bytes().to_vec()),
            ("backwards", middle.bytes().rev().collect()),
            ("percent", each(middle, |byte| format!("%{byte:02X}"))),
            ("percent in lower case", each(middle, |byte| format!("%{byte:02x}"))),
            ("hexadecimal", each(middle, |byte| format!("{byte:02x}"))),
            ("hexadecimal in upper case", each(middle, |byte| format!("{byte:02X}"))),
            ("UTF-16LE", middle.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("UTF-16BE", middle.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ];
        for ahead in 0..3 {
            // Digits that also depend on a neighbour of the middle are left out.
            let text = STANDARD.encode([&b"\0\0\0"[..ahead], middle.as_bytes()].concat());
            let digits = (ahead * 8).div_ceil(6)..(ahead + middle.len()) * 8 / 6;
            let digits = &text[digits];
            dresses.push(("base64", digits.as_bytes().to_vec()));
            dresses.push(("base64 for addresses", digits.replace('+', "-").replace('/', "_").into_bytes()));
        }
        Needle(dresses.into_iter().map(|(name, bytes)| (name, Finder::new(&bytes).into_owned())).collect())
    }

    /// The dress in which the key is in these bytes.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> Option<&'static str> {
        self.0.iter().find(|(_, finder)| finder.find(bytes).is_some()).map(|(name, _)| *name)
    }

    /// Every place on this machine where the key is and must not be. The keychain's own files are the one exception.
    pub(crate) async fn hunt(&self, window: Option<&Window>, folders: &[&Path]) -> Vec<String> {
        let mut places = Vec::new();
        let mut look = |place: &str, bytes: &[u8]| {
            if let Some(dress) = self.found_in(bytes) {
                places.push(format!("{place}: {dress}"));
            }
        };
        let mut files = Vec::new();
        for folder in folders {
            gather(folder, &mut files);
        }
        assert!(files.len() > 3, "there is little to search: {files:?}");
        for file in files {
            look(&file.display().to_string(), file.as_os_str().as_encoded_bytes());
            // A file may be gone meanwhile, and what cannot be read by its owner holds nothing.
            look(&file.display().to_string(), &fs::read(&file).unwrap_or_default());
        }
        let beginnings = processes::beginnings();
        assert!(beginnings.len() > 6, "there are few processes");
        for (path, bytes) in &beginnings {
            look(path, bytes);
        }
        if let Some(window) = window {
            for part in window.js(PAGE, &[]).await.as_array().unwrap() {
                look("the page", part.as_str().unwrap().as_bytes());
            }
        }
        places
    }
}

/// Everything that can be read from the page: its markup, fields, storage, address, timings and global variables.
const PAGE: &str = r"
const found = new Map();
const words = (value, depth, path) => {
  if (typeof value === 'string') found.set(path, value);
  if (typeof value === 'function') found.set(path, String(value));
  if (value === null || depth === 0 || (typeof value !== 'object' && typeof value !== 'function')) return;
  if (value instanceof Node && depth < 3) return;
  for (const name of Reflect.ownKeys(value)) {
    let next;
    try { next = value[name]; } catch { continue; }
    found.set(`${path} has ${String(name)}`, String(name));
    words(next, depth - 1, `${path}.${String(name)}`);
  }
};
words(window, 3, 'window');
words(history.state, 4, 'state');
words([...performance.getEntries()].map((entry) => entry.toJSON()), 3, 'performance');
words({ ...localStorage }, 2, 'localStorage');
words({ ...sessionStorage }, 2, 'sessionStorage');
words([...document.querySelectorAll('input, textarea, select, output')].map((field) => field.value), 2, 'fields');
words([...document.querySelectorAll('*')].map((node) => JSON.stringify(Object.entries(node))), 2, 'nodes');
return [...found.values(), document.documentElement.outerHTML, document.cookie, document.title, location.href, name];
";

fn each(text: &str, dress: impl Fn(u8) -> String) -> Vec<u8> {
    text.bytes().map(dress).collect::<String>().into_bytes()
}

/// All files below a folder but those of the keychain.
fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
        if kind.is_dir() && !path.ends_with(".local/share/keyrings") {
            gather(&path, files);
        } else if kind.is_file() {
            files.push(path);
        }
    }
}

#[test]
fn a_planted_key_is_found_in_every_dress() {
    let key = "sk-admin-simulated0123456789/+abcdefghijKLMNOPQRSTUVWXYZ~?x";
    let needle = Needle::new(key);
    let utf16 = |bytes: fn(u16) -> [u8; 2]| key.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let mut dressed = vec![
        key.as_bytes().to_vec(),
        key.bytes().rev().collect(),
        each(key, |byte| format!("%{byte:02X}")),
        each(key, |byte| format!("%{byte:02x}")),
        each(key, |byte| format!("{byte:02x}")),
        each(key, |byte| format!("{byte:02X}")),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
    ];
    for ahead in ["", "a", "ab", "abc"] {
        for behind in ["", "y", "yz"] {
            let text = STANDARD.encode(format!("{ahead}{key}{behind}"));
            dressed.push(text.replace('+', "-").replace('/', "_").into_bytes());
            dressed.push(text.into_bytes());
        }
    }
    for dress in dressed {
        let hay = [&b"before \xff\0"[..], &dress, b"\0 behind"].concat();
        assert!(needle.found_in(&hay).is_some(), "{}", String::from_utf8_lossy(&hay));
    }
    assert_eq!(needle.found_in(&key.as_bytes()[..20]), None);
    assert_eq!(needle.found_in(&key.as_bytes()[key.len() - 4..]), None);
}

#[test]
fn a_planted_file_is_found() {
    let key = "sk-admin-simulated0123456789abcdefghijklmnopqrstuvwxyz";
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b");
    let keyring = folder.path().join(".local/share/keyrings");
    for (place, content) in [(&deep, key), (&keyring, key), (&folder.path().join("c"), "harmless")] {
        fs::create_dir_all(place).unwrap();
        for name in ["1", "2"] {
            fs::write(place.join(name), content).unwrap();
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let places = runtime.block_on(Needle::new(key).hunt(None, &[folder.path()]));
    assert_eq!(places.len(), 2, "{places:?}");
    assert!(places.iter().all(|place| place.contains("/a/b/") && place.ends_with("plain")), "{places:?}");
}
