//! Cells of CSV (RFC 4180) that no spreadsheet runs.

/// A cell of text. What begins like a formula is disarmed; figures go in as they are.
pub fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
