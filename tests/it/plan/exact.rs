//! Decimals of up to 38 digits that are never rounded: what the oracle counts in. Past their end a test fails.

use spendglass_core::money::Decimal;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Exact {
    digits: i128,
    places: u32,
}

impl Exact {
    pub(super) const ZERO: Exact = Exact { digits: 0, places: 0 };

    pub(super) fn new(digits: i128, places: u32) -> Exact {
        let mut number = Exact { digits, places };
        while number.places > 0 && number.digits % 10 == 0 {
            number = Exact { digits: number.digits / 10, places: number.places - 1 };
        }
        number
    }

    pub(super) fn places(self) -> u32 {
        self.places
    }

    /// The digits when so many stand behind the point, those that do not fit left off.
    pub(super) fn grains(self, places: u32) -> i128 {
        if places >= self.places {
            self.digits.checked_mul(10_i128.pow(places - self.places)).expect("38 digits")
        } else {
            self.digits.div_euclid(10_i128.pow(self.places - places))
        }
    }

    pub(super) fn plus(self, other: Exact) -> Exact {
        let places = self.places.max(other.places);
        Exact::new(self.grains(places).checked_add(other.grains(places)).expect("38 digits"), places)
    }

    pub(super) fn minus(self, other: Exact) -> Exact {
        self.plus(Exact { digits: -other.digits, ..other })
    }

    pub(super) fn times(self, other: Exact) -> Exact {
        Exact::new(self.digits.checked_mul(other.digits).expect("38 digits"), self.places + other.places)
    }

    /// So many hundredths.
    pub(super) fn percent(self, percent: Exact) -> Exact {
        let all = self.times(percent);
        Exact::new(all.digits, all.places + 2)
    }

    /// Divided by a power of ten.
    pub(super) fn by_ten_to(self, power: u32) -> Exact {
        Exact::new(self.digits, self.places + power)
    }

    pub(super) fn less_than(self, other: Exact) -> bool {
        self.minus(other).digits < 0
    }

    /// Whether a decimal of 96 bits holds it.
    pub(super) fn fits(self) -> bool {
        Decimal::try_from_i128_with_scale(self.digits, self.places).is_ok()
    }

    pub(super) fn is_zero(self) -> bool {
        self.digits == 0
    }

    pub(super) fn larger(self, other: Exact) -> Exact {
        if self.less_than(other) { other } else { self }
    }
}

impl From<Decimal> for Exact {
    fn from(number: Decimal) -> Exact {
        Exact::new(number.mantissa(), number.scale())
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Exact) -> bool {
        self.minus(*other).is_zero()
    }
}

impl Eq for Exact {}
