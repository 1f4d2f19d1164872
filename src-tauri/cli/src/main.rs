//! Spendglass in a terminal.
fn main() {}
