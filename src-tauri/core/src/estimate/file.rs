//! Whether bytes are a text.

use super::LONGEST;

/// Bytes that are no text, or too long a one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoText {
    /// It is longer than [`LONGEST`].
    #[error(
        "it is longer than 32 MiB, which no model takes in: cut it into parts, or give the first part alone"
    )]
    TooLong,
    /// It has signs that no text has.
    #[error(
        "it is no text: byte {0} is a null, as in pictures, archives and programs; give the text that is in it"
    )]
    Binary(usize),
    /// Two bytes a character.
    #[error("it is written in UTF-16: save it as UTF-8 and give that")]
    Utf16,
    /// Something else than UTF-8.
    #[error("it is not written in UTF-8: byte {0} cannot be read; save it as UTF-8 and give that")]
    NotUtf8(usize),
}

/// The text that bytes are, without a mark at its start.
pub fn text_of(bytes: Vec<u8>) -> Result<String, NoText> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LONGEST {
        return Err(NoText::TooLong);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(NoText::Utf16);
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(NoText::Binary(at + 1));
    }
    let text =
        String::from_utf8(bytes).map_err(|error| NoText::NotUtf8(error.utf8_error().valid_up_to() + 1))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
