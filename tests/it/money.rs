//! Money against a slow oracle that is written here: numbers as rows of decimal digits, added and multiplied as on paper.

use std::cmp::Ordering;

use proptest::prelude::*;
use spendglass_core::money::{
    Currency, Decimal, MixedMoney, Money, MoneyError, NumberError, Total, exact, exact_add, exact_mul,
    whole_percent,
};

/// A number of any length: digits, the least first, and how many of them are a fraction.
#[derive(Debug, Clone)]
struct Paper {
    negative: bool,
    digits: Vec<u8>,
    fraction: i64,
}

impl Paper {
    /// Reads a number as JSON writes it; `None` where it is none.
    fn read(text: &str) -> Option<Paper> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = rest.split_once(['e', 'E']).map_or((rest, 0), |(mantissa, exponent)| {
            (mantissa, exponent.parse::<i64>().unwrap_or(i64::from(i32::MAX)))
        });
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> =
            whole.bytes().chain(fraction.bytes()).rev().map(|b| b.wrapping_sub(b'0')).collect();
        let good = !whole.is_empty() && digits.iter().all(|digit| *digit < 10);
        let fraction = i64::try_from(fraction.len()).unwrap() - exponent;
        good.then(|| Paper { negative, digits, fraction }.trimmed())
    }

    fn of(text: &impl ToString) -> Paper {
        Paper::read(&text.to_string()).unwrap()
    }

    /// Without noughts at either end that say nothing.
    fn trimmed(mut self) -> Paper {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        let noughts = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..noughts);
        self.fraction -= i64::try_from(noughts).unwrap();
        if self.digits.is_empty() {
            return Paper { negative: false, digits: Vec::new(), fraction: 0 };
        }
        self
    }

    /// The same with more noughts behind, so that two numbers line up.
    fn lined_up(&self, fraction: i64) -> Vec<u8> {
        let more = usize::try_from(fraction - self.fraction).unwrap();
        std::iter::repeat_n(0, more).chain(self.digits.iter().copied()).collect()
    }

    fn plus(&self, other: &Paper) -> Paper {
        let fraction = self.fraction.max(other.fraction);
        let (a, b) = (self.lined_up(fraction), other.lined_up(fraction));
        if self.negative == other.negative {
            return Paper { negative: self.negative, digits: sum(&a, &b), fraction }.trimmed();
        }
        let (negative, digits) = match larger(&a, &b) {
            Ordering::Less => (other.negative, difference(&b, &a)),
            _ => (self.negative, difference(&a, &b)),
        };
        Paper { negative, digits, fraction }.trimmed()
    }

    fn times(&self, other: &Paper) -> Paper {
        let mut digits = vec![0_u32; self.digits.len() + other.digits.len() + 1];
        for (i, a) in self.digits.iter().enumerate() {
            for (j, b) in other.digits.iter().enumerate() {
                digits[i + j] += u32::from(*a) * u32::from(*b);
            }
        }
        let mut carry = 0;
        let digits = digits.into_iter().map(|digit| {
            carry += digit;
            let kept = u8::try_from(carry % 10).unwrap();
            carry /= 10;
            kept
        });
        let digits = digits.collect();
        Paper { negative: self.negative != other.negative, digits, fraction: self.fraction + other.fraction }
            .trimmed()
    }

    /// Whether 96 bits and at most 28 places after the point hold it.
    fn fits_decimal(&self) -> bool {
        let paper = self.clone().trimmed();
        let places = paper.fraction.max(0);
        if places > 28 || paper.digits.len() > 40 || paper.fraction < -40 {
            return paper.digits.is_empty();
        }
        let most: Vec<u8> = "79228162514264337593543950335".bytes().rev().map(|b| b - b'0').collect();
        larger(&paper.lined_up(places), &most) != Ordering::Greater
    }

    /// Whether its digits alone need no more than this many.
    fn digits_at_most(&self, count: usize) -> bool {
        let paper = self.clone().trimmed();
        paper.lined_up(paper.fraction.max(0)).len() <= count
    }

    fn text(&self) -> String {
        let paper = self.clone().trimmed();
        let places = usize::try_from(paper.fraction.max(0)).unwrap();
        let mut digits = paper.lined_up(paper.fraction.max(0));
        digits.resize(digits.len().max(places + 1), 0);
        let mut text: String = digits.iter().rev().map(|digit| char::from(digit + b'0')).collect();
        if places > 0 {
            text.insert(text.len() - places, '.');
        }
        if paper.negative { format!("-{text}") } else { text }
    }
}

fn larger(a: &[u8], b: &[u8]) -> Ordering {
    let digit = |digits: &[u8], place: usize| digits.get(place).copied().unwrap_or(0);
    let longest = a.len().max(b.len());
    (0..longest)
        .rev()
        .map(|place| digit(a, place).cmp(&digit(b, place)))
        .find(|o| o.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let digit = |digits: &[u8], place: usize| digits.get(place).copied().unwrap_or(0);
    (0..=a.len().max(b.len()))
        .map(|place| {
            carry += digit(a, place) + digit(b, place);
            let kept = carry % 10;
            carry /= 10;
            kept
        })
        .collect()
}

fn difference(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrowed = 0;
    (0..a.len())
        .map(|place| {
            let less = b.get(place).copied().unwrap_or(0) + borrowed;
            borrowed = u8::from(a[place] < less);
            a[place] + 10 * borrowed - less
        })
        .collect()
}

/// Decimals of every size and scale, the awkward ones often.
fn decimals() -> impl Strategy<Value = Decimal> {
    let mantissa = prop_oneof![
        -1_000_000_i128..1_000_000,
        -79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335,
        (0_u32..28).prop_map(|zeros| 10_i128.pow(zeros)),
        (0_u32..40).prop_map(|twos| 5_i128.pow(twos)),
        (0_u32..96).prop_map(|twos| 1_i128 << twos),
        Just(79_228_162_514_264_337_593_543_950_335),
    ];
    (mantissa, 0_u32..=28).prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale))
}

fn paper(decimal: Decimal) -> Paper {
    Paper::of(&decimal)
}

/// Each place that tells a share tells the same: nearly all is not all, and what goes beyond is not rounded up.
#[test]
fn a_share_is_told_in_whole_per_cent() {
    let share = |part: &str, whole: &str| whole_percent(part.parse().unwrap(), whole.parse().unwrap());
    for (part, whole, told) in [
        ("0", "20", 0),
        ("0.09", "20", 0),
        ("0.1", "20", 1),
        ("0.899", "1", 90),
        ("99.5", "100", 99),
        ("99.9999", "100", 99),
        ("100", "100", 100),
        ("106.99", "100", 106),
        ("-3", "20", 0),
    ] {
        assert_eq!(share(part, whole), Some(told), "{part} of {whole}");
    }
    for (part, whole) in [("1", "0"), ("1", "-5"), ("1000000", "0.01")] {
        assert_eq!(share(part, whole), None, "{part} of {whole}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn a_json_number_is_kept_whole_or_refused(text in "-?(0|[1-9][0-9]{0,34})(\\.[0-9]{1,34})?([eE][+-]?[0-9]{1,2})?") {
        let true_value = Paper::read(&text).unwrap();
        match exact(&text) {
            Ok(number) => prop_assert_eq!(paper(number).text(), true_value.text()),
            Err(error) => {
                prop_assert!(!true_value.fits_decimal(), "{} fits and was refused: {}", text, error);
                prop_assert!(matches!(error, NumberError::TooPrecise(_)), "{:?}", error);
            }
        }
    }

    #[test]
    fn what_is_no_number_is_no_number(text in "[-+.eE0-9 _xNnaif]{0,12}") {
        let json = text.trim() == text && serde_json::from_str::<serde_json::Number>(&text).is_ok();
        match exact(&text) {
            Ok(number) => prop_assert_eq!(paper(number).text(), Paper::read(&text).unwrap().text()),
            // Whether it is one is told by another reader; this one is only ever stricter where digits do not fit.
            Err(NumberError::NotANumber(_)) => prop_assert!(!json, "{} is a number", text),
            Err(NumberError::TooPrecise(_)) => prop_assert!(!Paper::read(&text).unwrap().fits_decimal()),
        }
    }

    #[test]
    fn any_text_at_all_is_answered(text in any::<String>()) {
        if let Err(error) = exact(&text) {
            prop_assert!(error.to_string().chars().count() < 120);
        }
        let _ = (text.parse::<Total>(), text.parse::<Currency>(), Currency::national(&text));
    }

    #[test]
    fn two_decimals_add_up_exactly_or_not_at_all(a in decimals(), b in decimals()) {
        let true_sum = paper(a).plus(&paper(b));
        match exact_add(a, b) {
            Some(sum) => prop_assert_eq!(paper(sum).text(), true_sum.text()),
            None => prop_assert!(!true_sum.fits_decimal(), "{} + {}", a, b),
        }
    }

    #[test]
    fn a_product_is_exact_or_refused(a in decimals(), b in decimals()) {
        let true_product = paper(a).times(&paper(b));
        match exact_mul(a, b) {
            Some(product) => prop_assert_eq!(paper(product).text(), true_product.text()),
            // Two factors whose digits alone multiply past 38 may be refused although noughts would cancel.
            None => prop_assert!(
                !true_product.fits_decimal() || paper(a).digits.len() + paper(b).digits.len() > 38, "{} * {}", a, b
            ),
        }
    }

    #[test]
    fn totals_add_up_to_the_last_digit(amounts in prop::collection::vec(decimals(), 0..40)) {
        let mut total = Some(Total::default());
        let mut true_total = Paper::of(&0);
        for amount in &amounts {
            total = total.and_then(|total| total.checked_add((*amount).into()));
            true_total = true_total.plus(&paper(*amount));
        }
        if let Some(total) = total {
            let text = total.to_string();
            prop_assert_eq!(&text, &true_total.text());
            prop_assert_eq!(text.parse::<Total>().unwrap(), total);
            prop_assert_eq!(total.is_zero(), text == "0");
            if true_total.fits_decimal() {
                prop_assert_eq!(paper(total.nearest()).text(), text);
            }
        } else {
            // Somewhere on the way more digits were needed than 38.
            let places = amounts.iter().map(|amount| paper(*amount).fraction.max(0)).max().unwrap_or(0);
            let whole = amounts.iter().map(|amount| amount.trunc().mantissa().to_string().len()).max().unwrap_or(0);
            prop_assert!(whole + usize::try_from(places).unwrap() > 36, "{:?}", amounts);
        }
    }

    #[test]
    fn money_of_any_real_size_is_never_refused(
        amounts in prop::collection::vec((0_i64..1_000_000_000_000, 0_u32..=26), 1..200),
    ) {
        // Bills below a million dollars with as many as 18 places after the point, written with noughts up to 26.
        let mut total = Total::default();
        let mut true_total = Paper::of(&0);
        for (mantissa, noughts) in amounts {
            let mut amount = Decimal::new(mantissa, 6);
            amount.rescale(noughts.clamp(6, 22));
            total = total.checked_add(amount.into()).unwrap();
            true_total = true_total.plus(&paper(amount));
        }
        prop_assert_eq!(total.to_string(), true_total.text());
    }

    #[test]
    fn the_middle_of_two_is_the_middle(a in decimals(), b in decimals()) {
        let (a, b) = (Total::from(a), Total::from(b));
        let half = Paper::of(&"0.5");
        let Some(true_sum) = a.checked_add(b) else { return Ok(()) };
        let true_middle = Paper::of(&true_sum).times(&half);
        match a.mean(b) {
            Some(mean) => prop_assert_eq!(mean.to_string(), true_middle.text()),
            None => prop_assert!(!true_middle.digits_at_most(37), "{} {}", a, b),
        }
    }

    #[test]
    fn money_of_two_currencies_is_never_added(a in decimals(), b in decimals()) {
        let (dollars, euros) = (Currency::USD, Currency::national("eur").unwrap());
        let refused = Money::new(a, dollars).checked_add(Money::new(b, euros));
        prop_assert_eq!(refused, Err(MoneyError::CurrencyMismatch(dollars, euros)));
        let mut mixed = MixedMoney::default();
        mixed.add(a, dollars).unwrap();
        mixed.add(b, euros).unwrap();
        prop_assert_eq!(mixed.of(dollars), Some(a.into()));
        prop_assert_eq!(mixed.of(euros), Some(b.into()));
        if let Ok(sum) = Money::new(a, dollars).checked_add(Money::new(b, dollars)) {
            prop_assert_eq!(paper(sum.amount).text(), paper(a).plus(&paper(b)).text());
            prop_assert_eq!(sum.currency, dollars);
        }
    }
}

#[test]
fn numbers_at_the_edges() {
    for (text, value) in [
        ("0", "0"),
        ("-0", "0"),
        ("-0.0e5", "0"),
        ("0e999", "0"),
        ("0E-99", "0"),
        ("1e-28", "0.0000000000000000000000000001"),
        ("5e-06", "0.000005"),
        ("1E+3", "1000"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
        ("7.9228162514264337593543950335e28", "79228162514264337593543950335"),
        ("0.10000000000000000000000000000000000000", "0.1"),
        ("10000000000000000000000000000000000000e-38", "0.1"),
        ("0.00000000000000000000000000000000000001e38", "1"),
    ] {
        assert_eq!(exact(text).unwrap().normalize().to_string(), value, "{text}");
        assert_eq!(Total::from(exact(text).unwrap()).to_string(), value, "{text}");
    }
    for text in
        ["79228162514264337593543950336", "1e29", "1e-29", "0.12345678901234567890123456789", "1e99999999999"]
    {
        assert!(matches!(exact(text), Err(NumberError::TooPrecise(_))), "{text}: {:?}", exact(text));
    }
    for text in [
        "", "-", ".", "+1", "1.", ".5", "1..2", "1e", "e5", "1e+", "1e+-5", "0x1", "NaN", "Infinity", "1 ",
        " 1", "1,5", "١",
    ] {
        assert!(matches!(exact(text), Err(NumberError::NotANumber(_))), "{text}: {:?}", exact(text));
    }
    for text in ["", "-", "+5", "5.", ".5", "--5", "1e5", "-.5", "1.-5", "1.5.5"] {
        assert!(text.parse::<Total>().is_err(), "{text}");
    }
}

#[test]
fn currencies_are_codes_or_units() {
    for code in ["USD", "usd", "Eur", "INR"] {
        let currency = Currency::national(code).unwrap();
        assert_eq!(currency.to_string(), code.to_uppercase());
        assert_eq!(currency.to_string().parse::<Currency>().unwrap(), currency);
    }
    assert_eq!(Currency::national("usd").unwrap(), Currency::USD);
    for code in ["", "ZZZ", "US", "USDT", "U$D", "USD EUR", " USD", "credits", "XAU", "XXX"] {
        assert!(Currency::national(code).is_err(), "{code}");
    }
    for unit in ["credits", "requests", "gpt-4.1", "a", "x234567890123456"] {
        let currency = Currency::virtual_unit(unit).unwrap();
        assert_eq!(currency.as_str(), unit);
        assert_eq!(currency.to_string().parse::<Currency>().unwrap(), currency);
    }
    for unit in ["", "Credits", "1st", "_a", "x2345678901234567", "cré", "two words"] {
        assert!(Currency::virtual_unit(unit).is_err(), "{unit}");
    }
    let shown = Money::new(exact("1.50").unwrap(), Currency::USD).to_string();
    assert_eq!(shown, "1.5 USD");
}
