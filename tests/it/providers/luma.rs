//! Luma: cents, and parts of a cent.

use super::shown;

#[test]
fn cents_become_dollars_to_the_last_part() {
    let text = shown("luma", "credits");
    assert!(text.contains(": 27.195 USD"), "{text}");
}
