//! Persons whose future is known: what would the advice have been worth? `make bench` tries many more of them.

#[expect(dead_code, reason = "some of it is for benches and for other tests")]
pub(crate) mod people;
pub(crate) mod trial;

use people::{Way, dec, person};
use trial::{Sums, try_person};

#[test]
fn advice_is_worth_what_it_says() {
    let mut sums = Sums::default();
    for way in [Way::Weekday, Way::Bursty, Way::Growing, Way::Student] {
        sums.take(&try_person(&person(way, 1).unwrap()).unwrap());
    }
    let (of_persons, of_money) = sums.excess();
    assert!(of_persons <= dec("12") && of_money <= dec("12"), "{of_persons} {of_money}");
    let (as_you_go, all) = sums.inside();
    assert!((dec("55")..=dec("98")).contains(&as_you_go), "{as_you_go} {all}");
    assert_eq!((sums.persons, sums.months), (4, 12));
    assert!(sums.regretted <= 1, "{sums:?}");
    // Months that cost, switches and stays: the trial tries what it says.
    assert!(sums.switched >= 2 && sums.all_months > 100 && sums.all_inside > 0, "{sums:?}");
}
