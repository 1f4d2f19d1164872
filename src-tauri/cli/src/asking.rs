//! Questions to a person at a terminal. Where nobody sits there, nothing is asked.

use std::io::{self, IsTerminal, Write};

use crate::door::Failure;

/// Whether somebody can answer.
pub(crate) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// What was typed is no number of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give the number that its list shows, such as 1")]
pub(crate) struct NotANumber;

/// The number of an account or of something else that is listed.
pub(crate) fn number(text: &str) -> Result<i64, NotANumber> {
    text.parse().map_err(|_| NotANumber)
}

/// Asks a question that is answered by yes or no; anything but yes is no.
pub(crate) fn agrees(question: &str) -> Result<bool, Failure> {
    let answer = answer(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// The same for what cannot be taken back: where nobody can be asked, it is not done.
pub(crate) fn must_agree(question: &str, otherwise: &str) -> Result<(), Failure> {
    if !somebody_is_there() {
        return Err(Failure::usage(format!("Nobody is here to be asked: agree by --yes. {otherwise}")));
    }
    if agrees(question)? { Ok(()) } else { Err(Failure::usage(otherwise)) }
}

/// Asks which of several is meant; the answer is a number from 1.
pub(crate) fn choose(question: &str, choices: &[String]) -> Result<usize, Failure> {
    let mut list = String::new();
    for (at, choice) in choices.iter().enumerate() {
        put!(list, "  {}  {choice}\n", at + 1);
    }
    let answer = answer(&format!("{question}\n{list}Number: "))?;
    let place = answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    place.filter(|at| *at < choices.len()).ok_or_else(|| {
        Failure::usage(format!("That is no number from 1 to {}. Nothing was done.", choices.len()))
    })
}

/// Asks for a word.
pub(crate) fn word(question: &str) -> Result<String, Failure> {
    answer(question)
}

fn answer(question: &str) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::usage(format!("Nothing could be asked: {error}."));
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question}").and_then(|()| stderr.flush()).map_err(failed)?;
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(failed)?;
    Ok(line.trim().to_owned())
}
