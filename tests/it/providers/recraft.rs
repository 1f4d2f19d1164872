//! Recraft: units that are no money, and a person of whom nothing is kept.

use super::shown;

#[test]
fn units_are_no_money_and_the_person_is_left_out() {
    let text = shown("recraft", "units");
    assert_eq!(text, "balance credits at 2026-09-10T17:41:09Z: 8460 recraft.units\nend\n");
}
