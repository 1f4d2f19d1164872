//! Exact money: a decimal amount and its currency, and totals that never mix two currencies.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

pub use rust_decimal::Decimal;

/// Why a text is not a number that can be kept exactly.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not a number at all.
    #[error("\"{0}\" is not a number")]
    NotANumber(String),
    /// A number with more digits, or a larger exponent, than a 96-bit decimal holds.
    #[error("{0} cannot be kept exactly: it needs more than 28 digits")]
    TooPrecise(String),
}

/// Why two amounts could not be combined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Amounts of two currencies are never added.
    #[error("{0} and {1} cannot be added")]
    CurrencyMismatch(Currency, Currency),
    /// The result needs more than 96 bits.
    #[error("the sum of amounts in {0} is too large to be kept exactly")]
    Overflow(Currency),
    /// The text names no currency.
    #[error("\"{0}\" is not a currency")]
    UnknownCurrency(String),
}

/// Reads a decimal exactly: digits, sign, fraction and exponent as JSON allows them; never rounds.
pub fn exact(text: &str) -> Result<Decimal, NumberError> {
    let not = || NumberError::NotANumber(shown(text));
    let precise = || NumberError::TooPrecise(shown(text));
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], exponent(&text[at + 1..]).ok_or_else(not)?),
        None => (text, 0),
    };
    let digits = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let well_formed = digits.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && digits.bytes().next_back().is_some_and(|b| b.is_ascii_digit())
        && digits.bytes().filter(|b| *b == b'.').count() <= 1
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if !well_formed {
        return Err(not());
    }
    // Trailing zeros of a fraction carry no value but would use up digits.
    let plain =
        if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    if exponent == 0 {
        return Decimal::from_str_exact(plain).map_err(|_| precise());
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let places = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let zeros = i64::try_from(digits.len() - significant.len()).unwrap_or(i64::MAX);
    let unscaled = significant.parse::<i128>().map_err(|_| precise())?;
    let unscaled = if mantissa.starts_with('-') { -unscaled } else { unscaled };
    scaled(unscaled, places.saturating_sub(zeros).saturating_sub(exponent)).ok_or_else(precise)
}

/// An exponent as JSON writes it; one past counting stands for any that is out of range.
fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let well_formed = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let out_of_range = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    well_formed.then(|| text.parse().unwrap_or(out_of_range))
}

/// `unscaled` with so many of its digits behind the point, or that many noughts more where there are fewer than none.
fn scaled(unscaled: i128, places: i64) -> Option<Decimal> {
    let noughts = u32::try_from(places.checked_neg()?.max(0)).ok()?;
    let unscaled = unscaled.checked_mul(10_i128.checked_pow(noughts)?)?;
    Decimal::try_from_i128_with_scale(unscaled, u32::try_from(places.max(0)).ok()?).ok()
}

/// The start of a text, short enough for a message.
fn shown(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    text.chars().take(40).chain(['…']).collect()
}

/// What an amount counts: a national currency by its ISO 4217 code, or a provider's own unit such as `credits`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    // Inline and zero-padded: a million charges carry a currency each, and none should allocate.
    text: [u8; 16],
}

impl Currency {
    /// The United States dollar.
    pub const USD: Currency = Currency::padded(b"USD");

    const fn padded(code: &[u8]) -> Currency {
        let mut text = [0; 16];
        let mut i = 0;
        while i < code.len() {
            text[i] = code[i];
            i += 1;
        }
        Currency { text }
    }

    /// A national currency by its ISO 4217 code, in either case.
    pub fn national(code: &str) -> Result<Currency, MoneyError> {
        let upper = code.to_ascii_uppercase();
        if ISO_4217.split(' ').any(|known| known == upper) {
            Ok(Currency::padded(upper.as_bytes()))
        } else {
            Err(MoneyError::UnknownCurrency(shown(code)))
        }
    }

    /// A provider's own unit: lower-case letters, digits, `_`, `-` and `.`, at most 16 long.
    pub fn virtual_unit(name: &str) -> Result<Currency, MoneyError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
        let starts = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        if starts && name.len() <= 16 && name.bytes().all(plain) {
            Ok(Currency::padded(name.as_bytes()))
        } else {
            Err(MoneyError::UnknownCurrency(shown(name)))
        }
    }

    /// A unit that is named in the program itself; a name that is none does not compile.
    ///
    /// # Panics
    /// Where the name breaks the rule of [`Currency::virtual_unit`]. In a `const` that is an error of the build.
    pub const fn unit(name: &'static str) -> Currency {
        let bytes = name.as_bytes();
        assert!(!bytes.is_empty() && bytes.len() <= 16 && bytes[0].is_ascii_lowercase(), "no name of a unit");
        let mut i = 0;
        while i < bytes.len() {
            let plain = bytes[i].is_ascii_lowercase() || bytes[i].is_ascii_digit();
            assert!(plain || matches!(bytes[i], b'_' | b'-' | b'.'), "no name of a unit");
            i += 1;
        }
        Currency::padded(bytes)
    }

    /// Whether it is a provider's own unit, which is no money.
    pub const fn is_own_unit(&self) -> bool {
        self.text[0].is_ascii_lowercase()
    }

    /// The code or the unit's name.
    pub fn as_str(&self) -> &str {
        let len = self.text.iter().position(|b| *b == 0).unwrap_or(self.text.len());
        std::str::from_utf8(&self.text[..len]).unwrap_or_default()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    /// Reads what `Display` wrote: upper case is national, lower case is a provider's unit.
    fn from_str(text: &str) -> Result<Currency, MoneyError> {
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            Currency::national(text)
        } else {
            Currency::virtual_unit(text)
        }
    }
}

/// An amount of one currency. There is no zero money without a currency, and no `+`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much.
    pub amount: Decimal,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// An amount of a currency.
    pub const fn new(amount: Decimal, currency: Currency) -> Money {
        Money { amount, currency }
    }

    /// The sum, if both are of one currency and the sum can be kept exactly.
    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let amount = exact_add(self.amount, other.amount).ok_or(MoneyError::Overflow(self.currency))?;
        Ok(Money { amount, ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount.normalize(), self.currency)
    }
}

/// The share of a whole in whole per cent, as limits, budgets and reminders tell it: the nearest, all of it only where all is
/// there, and over the whole rounded down. Below nought it is nought; nothing where the whole is not positive, or the share
/// beyond all counting.
pub fn whole_percent(part: Decimal, whole: Decimal) -> Option<u32> {
    if whole <= Decimal::ZERO {
        return None;
    }
    let exact = part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?.max(Decimal::ZERO);
    let told = if exact < Decimal::ONE_HUNDRED {
        (exact + Decimal::new(5, 1)).floor().min(Decimal::from(99))
    } else {
        exact.floor()
    };
    u32::try_from(told).ok()
}

/// The exact sum, or nothing: `Decimal`'s own addition rounds silently where 96 bits do not suffice.
pub fn exact_add(a: Decimal, b: Decimal) -> Option<Decimal> {
    if a.is_zero() {
        return Some(b);
    }
    if b.is_zero() {
        return Some(a);
    }
    // Where 96 bits do not hold all digits, `checked_add` drops the last ones and says so only by a smaller scale.
    let plain = a.checked_add(b).filter(|sum| sum.scale() == a.scale().max(b.scale()));
    plain.or_else(|| {
        let Total { unscaled, scale } = Total::from(a).checked_add(b.into())?.trimmed();
        Decimal::try_from_i128_with_scale(unscaled, scale).ok()
    })
}

/// The exact product, or nothing where it would have to be rounded.
pub fn exact_mul(a: Decimal, b: Decimal) -> Option<Decimal> {
    // Noughts at the end of both factors would use up digits of the product.
    let bare = |factor: Decimal| {
        let (mut unscaled, mut places) = (factor.mantissa(), i64::from(factor.scale()));
        while unscaled != 0 && unscaled % 10 == 0 {
            unscaled /= 10;
            places -= 1;
        }
        (unscaled, places)
    };
    let ((a, a_places), (b, b_places)) = (bare(a), bare(b));
    let (mut unscaled, mut places) = (a.checked_mul(b)?, a_places + b_places);
    if unscaled == 0 {
        return Some(Decimal::ZERO);
    }
    while places > 0 && unscaled % 10 == 0 {
        unscaled /= 10;
        places -= 1;
    }
    scaled(unscaled, places)
}

/// An exact sum of decimals. Wider than one decimal: amounts of 28 digits still add up to the last of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Total {
    unscaled: i128,
    scale: u32,
}

impl Total {
    /// The sum with one more amount, or nothing where even 38 digits do not hold it.
    pub fn checked_add(self, other: Total) -> Option<Total> {
        let sum = |a: Total, b: Total| {
            let scale = a.scale.max(b.scale);
            let widen = |total: Total| total.unscaled.checked_mul(10_i128.checked_pow(scale - total.scale)?);
            Some(Total { unscaled: widen(a)?.checked_add(widen(b)?)?, scale })
        };
        sum(self, other).or_else(|| sum(self.trimmed(), other.trimmed()))
    }

    /// The exact middle between two sums.
    pub fn mean(self, other: Total) -> Option<Total> {
        let Total { unscaled, scale } = self.checked_add(other)?.trimmed();
        // Half of n is 5n tenths.
        if unscaled % 2 == 0 {
            Some(Total { unscaled: unscaled / 2, scale })
        } else {
            Some(Total { unscaled: unscaled.checked_mul(5)?, scale: scale + 1 })
        }
    }

    /// `unscaled` with so many of its digits behind the point, or that many noughts more where there are fewer than none.
    pub fn of(unscaled: i128, places: i64) -> Option<Total> {
        if unscaled == 0 {
            return Some(Total::default());
        }
        let noughts = u32::try_from(places.checked_neg()?.max(0)).ok()?;
        let unscaled = unscaled.checked_mul(10_i128.checked_pow(noughts)?)?;
        // What is smaller cannot be added to what is usual.
        let scale = u32::try_from(places.max(0)).ok().filter(|scale| *scale <= 38)?;
        Some(Total { unscaled, scale })
    }

    /// The digits without their point, and how many of them stand behind it.
    pub const fn parts(self) -> (i128, u32) {
        (self.unscaled, self.scale)
    }

    /// Whether it lies below nought.
    pub const fn is_negative(self) -> bool {
        self.unscaled < 0
    }

    /// The same without its sign.
    #[must_use]
    pub const fn abs(self) -> Total {
        Total { unscaled: self.unscaled.saturating_abs(), ..self }
    }

    /// The same with the other sign.
    #[must_use]
    pub const fn negated(self) -> Total {
        Total { unscaled: self.unscaled.saturating_neg(), ..self }
    }

    /// The number, where it has no fraction.
    pub fn whole(self) -> Option<i128> {
        let Total { unscaled, scale } = self.trimmed();
        (scale == 0).then_some(unscaled)
    }

    /// The same as one decimal, where 96 bits hold it.
    pub fn exact(self) -> Option<Decimal> {
        let Total { unscaled, scale } = if self.scale > 28 { self.trimmed() } else { self };
        Decimal::try_from_i128_with_scale(unscaled, scale).ok()
    }

    /// Whether it is nought.
    pub const fn is_zero(self) -> bool {
        self.unscaled == 0
    }

    /// The nearest decimal, for pictures and comparisons only.
    pub fn nearest(self) -> Decimal {
        let mut total = self;
        loop {
            if let Ok(decimal) = Decimal::try_from_i128_with_scale(total.unscaled, total.scale) {
                return decimal.normalize();
            }
            if total.scale == 0 {
                return if total.unscaled < 0 { Decimal::MIN } else { Decimal::MAX };
            }
            total = Total { unscaled: total.unscaled / 10, scale: total.scale - 1 };
        }
    }

    fn trimmed(self) -> Total {
        let mut total = self;
        while total.scale > 0 && total.unscaled % 10 == 0 {
            total = Total { unscaled: total.unscaled / 10, scale: total.scale - 1 };
        }
        total
    }
}

impl From<Decimal> for Total {
    fn from(amount: Decimal) -> Total {
        Total { unscaled: amount.mantissa(), scale: amount.scale() }
    }
}

impl PartialEq for Total {
    fn eq(&self, other: &Total) -> bool {
        let (a, b) = (self.trimmed(), other.trimmed());
        (a.unscaled, a.scale) == (b.unscaled, b.scale)
    }
}

impl Eq for Total {}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Total { unscaled, scale } = self.trimmed();
        let scale = scale as usize;
        // A million lines of a file are written by this: digits from the last to the first, without allocating.
        let (mut text, mut at, mut left, mut digits) = ([b'0'; 44], 44, unscaled.unsigned_abs(), 0);
        while left > 0 || digits <= scale {
            if digits == scale && scale > 0 {
                at -= 1;
                text[at] = b'.';
            }
            at -= 1;
            text[at] = if let Ok(small) = u64::try_from(left) {
                left = u128::from(small / 10);
                b'0' + u8::try_from(small % 10).unwrap_or_default()
            } else {
                let digit = u8::try_from(left % 10).unwrap_or_default();
                left /= 10;
                b'0' + digit
            };
            digits += 1;
        }
        if unscaled < 0 {
            at -= 1;
            text[at] = b'-';
        }
        f.write_str(std::str::from_utf8(&text[at..]).unwrap_or_default())
    }
}

impl FromStr for Total {
    type Err = NumberError;

    /// Reads what `Display` wrote.
    fn from_str(text: &str) -> Result<Total, NumberError> {
        let not = || NumberError::NotANumber(shown(text));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let plain = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        if digits.is_empty() || !plain(digits) || !plain(fraction) || text.ends_with('.') {
            return Err(not());
        }
        let unscaled = format!("{whole}{fraction}").parse().map_err(|_| not())?;
        let scale = u32::try_from(fraction.len()).map_err(|_| not())?;
        Ok(Total { unscaled, scale })
    }
}

/// A total over several currencies: one sum each, never converted in silence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MixedMoney {
    totals: BTreeMap<Currency, Total>,
}

impl MixedMoney {
    /// Adds an amount to its own currency's sum.
    pub fn add(&mut self, amount: impl Into<Total>, currency: Currency) -> Result<(), MoneyError> {
        let held = self.totals.entry(currency).or_default();
        *held = held.checked_add(amount.into()).ok_or(MoneyError::Overflow(currency))?;
        Ok(())
    }

    /// Adds another total, currency by currency.
    pub fn add_all(&mut self, other: &MixedMoney) -> Result<(), MoneyError> {
        other.iter().try_for_each(|(currency, total)| self.add(total, currency))
    }

    /// Each currency's sum, by code.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, Total)> + '_ {
        self.totals.iter().map(|(currency, total)| (*currency, *total))
    }

    /// The sum in one currency, if anything was added in it.
    pub fn of(&self, currency: Currency) -> Option<Total> {
        self.totals.get(&currency).copied()
    }

    /// Whether nothing was ever added. A sum of nought is not empty.
    pub fn is_empty(&self) -> bool {
        self.totals.is_empty()
    }
}

/// Every active code of ISO 4217 that money is quoted in.
const ISO_4217: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
CAD CDF CHF CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD \
HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL \
MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB \
RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS \
VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";
