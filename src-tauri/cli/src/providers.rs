//! Providers: all of them in a line a kind of key, one of them in whole, and the one that was meant.

use clap::Args;
use spendglass_core::api::{KeyIntake, KeyKindRow, ProviderRow, Request, Response};

use crate::Global;
use crate::door::{Door, Ending, Failure, Out};
use crate::text::{clean, several};

#[derive(Args)]
#[command(after_help = "\
Examples:
  spendglass providers
  spendglass providers openai
  spendglass providers --json")]
pub(crate) struct Options {
    /// One provider, in whole
    #[arg(value_name = "PROVIDER")]
    provider: Option<String>,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let (response, _) = Door::ask_once(global, Request::Providers).await?;
    let Response::Providers(rows) = &response else { return Err(Failure::mismatch()) };
    match options.provider {
        Some(typed) => {
            let row = named(rows, &typed)?.clone();
            let words = whole(&row);
            out.answer(&Response::Providers(vec![row]), || words)?;
        }
        None => out.answer(&response, || all(rows))?,
    }
    Ok(Ending::Done)
}

/// Every provider that there is.
pub(crate) async fn rows(door: &Door) -> Result<Vec<ProviderRow>, Failure> {
    match door.ask(Request::Providers).await? {
        Response::Providers(rows) => Ok(rows),
        _ => Err(Failure::mismatch()),
    }
}

/// The provider that was typed, by its id or its name.
pub(crate) fn named<'a>(rows: &'a [ProviderRow], typed: &str) -> Result<&'a ProviderRow, Failure> {
    let lower = typed.to_lowercase();
    let exact = rows
        .iter()
        .find(|row| row.id == lower)
        .or_else(|| rows.iter().find(|row| row.name.to_lowercase() == lower));
    exact.ok_or_else(|| {
        // An id is short and plain; anything else may be a key in the wrong place and must not be repeated.
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
        let there = if typed.len() <= 24 && typed.bytes().all(plain) {
            format!("There is no provider \"{typed}\".")
        } else {
            "That is not a provider.".to_owned()
        };
        let meant = match closest(rows, &lower) {
            Some(row) => format!(" Did you mean {} ({})?", row.id, row.name),
            None => String::new(),
        };
        Failure::usage(format!(
            "{there}{meant} `spendglass providers` lists them all. A key is never an argument: it comes by standard input."
        ))
    })
}

/// The provider that was probably meant: one whose id or name holds the text, else the one that is fewest slips away.
fn closest<'a>(rows: &'a [ProviderRow], typed: &str) -> Option<&'a ProviderRow> {
    const FEWEST_LETTERS: usize = 3;
    if typed.chars().count() < FEWEST_LETTERS || typed.len() > 40 {
        return None;
    }
    let looks = |row: &ProviderRow| {
        let name = row.name.to_lowercase();
        let mut looks: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
        looks.extend([row.id.clone(), name]);
        looks
    };
    let holds = |row: &&ProviderRow| looks(row).iter().any(|look| look.contains(typed));
    rows.iter().find(holds).or_else(|| {
        let near = |row: &ProviderRow| looks(row).iter().map(|look| slips(look, typed)).min();
        let nearest = rows.iter().filter_map(|row| Some((near(row)?, row))).min_by_key(|(slips, _)| *slips);
        nearest.filter(|(slips, _)| *slips <= 1 + typed.len() / 5).map(|(_, row)| row)
    })
}

/// How many letters must be added, dropped, changed or swapped with their neighbour to make one text of the other.
fn slips(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut least = changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(rows[i - 2][j - 2] + 1);
                }
                least
            };
        }
    }
    rows[a.len()][b.len()]
}

fn all(rows: &[ProviderRow]) -> String {
    let mut text = String::new();
    for row in rows {
        put!(text, "{} ({})\n", row.name, row.id);
        for kind in &row.keys {
            put!(text, "  {}: sees {}{}\n", kind.name, sees(kind), looks(kind));
        }
        if row.keys.iter().all(|kind| kind.sees.is_empty()) {
            let way = "spendglass import and spendglass enter";
            put!(text, "  Nothing can be read from it; figures come by {way}.\n");
        }
    }
    put!(
        text,
        "\n{}. More of one: spendglass providers openai. Add one: spendglass accounts add ID\n",
        several(rows.len() as u64, "provider")
    );
    text
}

/// What a kind sees.
fn sees(kind: &KeyKindRow) -> String {
    if kind.sees.is_empty() { "nothing here".to_owned() } else { kind.sees.join(", ") }
}

/// How a kind looks and is given.
fn looks(kind: &KeyKindRow) -> String {
    let how = match kind.intake {
        KeyIntake::Fields => "; several parts",
        KeyIntake::File => "; a file",
        KeyIntake::Login => "; by the tool's login",
        KeyIntake::Text => "",
    };
    let asks = if kind.cost.is_empty() { "" } else { "; reading costs money" };
    format!("{}{how}{asks}", begins(kind))
}

fn begins(kind: &KeyKindRow) -> String {
    if kind.prefixes.is_empty() {
        return String::new();
    }
    let begins = kind.prefixes.iter().map(|prefix| format!("{prefix}…")).collect::<Vec<_>>().join(", ");
    format!("; begins {begins}")
}

/// Everything that is known of one provider.
fn whole(row: &ProviderRow) -> String {
    let mut text = format!("{} ({})\n", row.name, row.id);
    if !row.base_url.is_empty() {
        put!(text, "  Read from {}\n", row.base_url);
    }
    for words in [&row.latency, &row.lacks].into_iter().filter(|words| !words.is_empty()) {
        put!(text, "  {words}\n");
    }
    if !row.streams.is_empty() {
        let streams: Vec<String> =
            row.streams.iter().map(|stream| format!("{} ({})", stream.name, stream.sees)).collect();
        put!(text, "  Streams: {}\n", streams.join(", "));
    }
    for kind in &row.keys {
        put!(text, "\n{} ({})\n  Sees {}{}\n", kind.name, kind.id, sees(kind), looks(kind));
        if !kind.made_at.is_empty() {
            put!(text, "  made at {}\n", kind.made_at);
        }
        for words in [&kind.note, &kind.cost, &kind.terms].into_iter().filter(|words| !words.is_empty()) {
            put!(text, "  {words}\n");
        }
        for field in &kind.fields {
            put!(
                text,
                "  Part {}: {}. {}{}\n",
                field.name,
                field.label,
                field.hint,
                optional(field.optional)
            );
        }
        for field in &kind.details {
            let choices: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
            let of =
                if choices.is_empty() { String::new() } else { format!(" One of {}.", choices.join(", ")) };
            let (name, hint, left) = (&field.name, &field.hint, optional(field.optional));
            put!(text, "  --set {name}=…: {}. {hint}{of}{left}\n", field.label);
        }
        if !kind.sees.is_empty() {
            put!(text, "  Add it: {}\n", command(row, kind));
        }
    }
    clean_lines(&text)
}

fn optional(optional: bool) -> &'static str {
    if optional { " May be left out." } else { "" }
}

/// What to type to add an account with such a key.
fn command(row: &ProviderRow, kind: &KeyKindRow) -> String {
    let mut command = format!("spendglass accounts add {}", row.id);
    let alike = row.keys.iter().filter(|other| other.intake == kind.intake && !other.sees.is_empty()).count();
    if alike > 1 && kind.prefixes.is_empty() {
        put!(command, " --kind {}", kind.id);
    }
    match kind.intake {
        KeyIntake::Text => {}
        KeyIntake::Fields => command.push_str(" --fields"),
        KeyIntake::File => command.push_str(" --key-file FILE"),
        KeyIntake::Login => command.push_str(" --login"),
    }
    for field in kind.details.iter().filter(|field| !field.optional) {
        put!(command, " --set {}=…", field.name);
    }
    if !kind.cost.is_empty() {
        command.push_str(" --accept-cost");
    }
    command
}

fn clean_lines(text: &str) -> String {
    text.lines().flat_map(|line| [clean(line).trim_end().to_owned(), "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, name: &str) -> ProviderRow {
        ProviderRow {
            id: id.to_owned(),
            name: name.to_owned(),
            base_url: String::new(),
            keys: vec![],
            latency: String::new(),
            lacks: String::new(),
            streams: vec![],
        }
    }

    #[test]
    fn a_slip_of_the_fingers_is_understood_and_a_key_is_not_repeated() {
        let rows = [
            row("openai", "OpenAI"),
            row("anthropic", "Anthropic"),
            row("gcp.gemini", "Google Gemini"),
            row("x_ai", "xAI"),
            row("openrouter", "OpenRouter"),
        ];
        for (typed, meant) in [
            ("opnai", Some("openai")),
            ("opanai", Some("openai")),
            ("oepnai", Some("openai")),
            ("antropic", Some("anthropic")),
            ("gemini", Some("gcp.gemini")),
            ("Gogle", Some("gcp.gemini")),
            ("openruoter", Some("openrouter")),
            ("perplexity", None),
            ("zz", None),
        ] {
            let said = named(&rows, typed).unwrap_err().words;
            match meant {
                Some(id) => assert!(said.contains(&format!("Did you mean {id} (")), "{typed}: {said}"),
                None => assert!(!said.contains("Did you mean"), "{typed}: {said}"),
            }
        }
        assert_eq!(named(&rows, "OpenAI").unwrap().id, "openai");
        assert_eq!(named(&rows, "google gemini").unwrap().id, "gcp.gemini");
        let said = named(&rows, "Correct-Horse-Battery").unwrap_err().words;
        assert!(said.starts_with("That is not a provider.") && !said.contains("Horse"), "{said}");
    }

    #[test]
    fn slips_are_counted() {
        for (a, b, count) in
            [("", "", 0), ("a", "", 1), ("abc", "acb", 1), ("kitten", "sitting", 3), ("openai", "opnai", 1)]
        {
            assert_eq!(slips(a, b), count, "{a} {b}");
            assert_eq!(slips(b, a), count, "{b} {a}");
        }
    }
}
