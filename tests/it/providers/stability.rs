//! Stability AI: credits with all their digits, of the organization that is meant.

use spendglass_core::providers::{Bucket, Details, Query};

use super::{days, request, shown, stream};

#[test]
fn no_digit_of_a_credit_is_lost_and_it_is_no_money() {
    let text = shown("stability", "balance");
    assert!(text.contains("712.4417203998216 stability.credit"), "{text}");
    assert!(shown("stability", "balance.small").contains("0.6336833840314097 stability.credit"));
}

#[test]
fn another_organization_is_asked_for_by_its_header() {
    let plain = days("2026-09-10", "2026-09-11", Bucket::Day);
    assert_eq!(request(stream("stability", "balance"), &plain).headers, []);
    let details = Details::new([("organization".to_owned(), "org-7".to_owned())].into());
    let asked = request(stream("stability", "balance"), &Query { details, ..plain });
    assert_eq!(asked.headers, [("organization", "org-7".to_owned())]);
}
