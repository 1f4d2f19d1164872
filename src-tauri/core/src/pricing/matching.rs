//! Which model of the price list a name means.

use serde::Deserialize;

/// A rule of the list. All but `Regex` ignore case; names come in lower case.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rule {
    And(Vec<Rule>),
    Or(Vec<Rule>),
    Contains(String),
    EndsWith(String),
    Equals(String),
    Regex(Pattern),
    StartsWith(String),
}

impl Rule {
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Rule::And(rules) => rules.iter().all(|rule| rule.matches(name)),
            Rule::Or(rules) => rules.iter().any(|rule| rule.matches(name)),
            Rule::Contains(part) => name.contains(part.as_str()),
            Rule::EndsWith(end) => name.ends_with(end.as_str()),
            Rule::Equals(whole) => name == whole,
            Rule::Regex(pattern) => pattern.matches(name),
            Rule::StartsWith(start) => name.starts_with(start.as_str()),
        }
    }

    /// Makes every text lower case once, so that matching need not.
    pub(super) fn fold(&mut self) {
        match self {
            Rule::And(rules) | Rule::Or(rules) => rules.iter_mut().for_each(Rule::fold),
            Rule::Contains(text) | Rule::EndsWith(text) | Rule::Equals(text) | Rule::StartsWith(text) => {
                *text = text.to_lowercase();
            }
            Rule::Regex(_) => {}
        }
    }
}

/// The regular expressions that the list uses for dated names: `^`, literals, `\d`, `\d{n}`, sets such as `[-@]`, `$`; and
/// names that lack a part.
///
/// One that uses more matches nothing, so its models stay unpriced rather than mispriced.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub(super) struct Pattern(Option<Anchored>);

#[derive(Debug)]
enum Anchored {
    /// The name begins so, perhaps to its end.
    Begins { steps: Vec<Step>, to_the_end: bool },
    /// The name has no such part that a hyphen or its end follows.
    Lacks(String),
}

#[derive(Debug)]
enum Step {
    Digit,
    OneOf(Vec<char>),
}

impl From<String> for Pattern {
    fn from(text: String) -> Pattern {
        Pattern(read(&text))
    }
}

impl Pattern {
    fn matches(&self, name: &str) -> bool {
        let (steps, to_the_end) = match &self.0 {
            None => return false,
            Some(Anchored::Lacks(part)) => {
                let ends =
                    |(at, _): (usize, &str)| name[at + part.len()..].chars().next().is_none_or(|c| c == '-');
                return !name.match_indices(part.as_str()).any(ends);
            }
            Some(Anchored::Begins { steps, to_the_end }) => (steps, to_the_end),
        };
        let mut rest = name.chars();
        let all = steps.iter().all(|step| {
            rest.next().is_some_and(|c| match step {
                Step::Digit => c.is_ascii_digit(),
                Step::OneOf(set) => set.contains(&c),
            })
        });
        all && !(*to_the_end && rest.next().is_some())
    }
}

/// The part that `^(?!.*…(?:$|-))` forbids: letters in both cases, such as `[tT]`, and plain characters.
fn forbidden(text: &str) -> Option<String> {
    let mut rest = text.strip_prefix("^(?!.*")?.strip_suffix("(?:$|-))")?;
    let mut part = String::new();
    while let Some(c) = rest.chars().next() {
        if c == '[' {
            let (set, after) = rest[1..].split_once(']')?;
            let mut cases = set.chars();
            let (small, large) = (cases.next()?, cases.next()?);
            if cases.next().is_some() || !small.is_ascii_lowercase() || small.to_ascii_uppercase() != large {
                return None;
            }
            part.push(small);
            rest = after;
        } else if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' {
            part.push(c);
            rest = &rest[1..];
        } else {
            return None;
        }
    }
    if part.is_empty() { None } else { Some(part) }
}

fn read(text: &str) -> Option<Anchored> {
    if let Some(part) = forbidden(text) {
        return Some(Anchored::Lacks(part));
    }
    let body = text.strip_prefix('^')?;
    let to_the_end = body.ends_with('$') && !body.ends_with("\\$");
    let mut rest = if to_the_end { &body[..body.len() - 1] } else { body };
    let mut steps = Vec::new();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let escaped = rest.chars().next()?;
                rest = &rest[escaped.len_utf8()..];
                if escaped != 'd' {
                    if escaped.is_alphanumeric() {
                        return None;
                    }
                    steps.push(Step::OneOf(vec![escaped]));
                    continue;
                }
                let mut times = 1;
                if let Some(count) = rest.strip_prefix('{') {
                    let (digits, after) = count.split_once('}')?;
                    times = digits.parse::<u8>().ok()?;
                    rest = after;
                }
                steps.extend((0..times).map(|_| Step::Digit));
            }
            '[' => {
                let (set, after) = rest.split_once(']')?;
                // A dash between two characters would be a range.
                if set.is_empty() || set.contains(['\\', '^', '[']) || set.trim_matches('-').contains('-') {
                    return None;
                }
                steps.push(Step::OneOf(set.chars().collect()));
                rest = after;
            }
            '.' | '*' | '+' | '?' | '(' | ')' | '|' | '{' | '}' | '^' | '$' | ']' => return None,
            plain => steps.push(Step::OneOf(vec![plain])),
        }
        if rest.starts_with(['*', '+', '?', '{']) {
            return None;
        }
    }
    Some(Anchored::Begins { steps, to_the_end })
}

/// The name with dates such as `-20251211` written `-2025-12-11`, if it has any: gateways write them so.
pub(super) fn with_dashed_dates(name: &str) -> Option<String> {
    let mut dashed = String::with_capacity(name.len() + 4);
    let mut rest = name;
    let mut changed = false;
    while let Some(at) = rest.find("-20") {
        let (before, from) = rest.split_at(at);
        dashed.push_str(before);
        let digits = from.get(1..9).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        let ends = from.get(9..).is_some_and(|after| after.is_empty() || after.starts_with(['-', ':']));
        if let Some(digits) = digits.filter(|_| ends) {
            let date = format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]);
            if date.parse::<crate::time::Date>().is_ok() {
                dashed.push('-');
                dashed.push_str(&date);
                rest = &from[9..];
                changed = true;
                continue;
            }
        }
        dashed.push('-');
        rest = &from[1..];
    }
    dashed.push_str(rest);
    changed.then_some(dashed)
}
