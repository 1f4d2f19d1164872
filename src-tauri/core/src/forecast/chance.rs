//! Numbers that look drawn by chance and are the same for the same seed, on every machine and in every version.

use super::model::ONE;

/// A generator: splitmix64.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A whole number from nought up to, but without, `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(end);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A factor about one, as often its half as its double: `spread` of `ONE` is one standard deviation of its logarithm.
    pub(super) fn factor(&mut self, spread: i64) -> i64 {
        // The sum of twelve draws is as good as normal: twelve uniform ones have a variance of one.
        let bits = [self.next(), self.next(), self.next()];
        let sixteenths = bits.iter().flat_map(|bits| (0..4).map(move |part| bits >> (16 * part) & 0xffff));
        let normal = i64::try_from(sixteenths.sum::<u64>()).unwrap_or_default() - 6 * 0xffff;
        let exponent = normal * spread / ONE;
        // e^x = (e^(x/8))^8, and three terms are enough for an eighth of it.
        let part = exponent / 8;
        let eighth = ONE + part + part * part / ONE / 2 + part * part / ONE * part / ONE / 6;
        let squared = |x: i64| x * x / ONE;
        squared(squared(squared(eighth)))
    }
}

/// All bits of a number, mixed.
pub(super) const fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
