//! Exact scaling between units.
//!
//! In: how many of the larger unit make how many of the smaller one. Out: values, rounded once.

/// A ratio of whole numbers: `up / down` canonical units are one of this unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    up: u128,
    down: u128,
}

impl Scale {
    /// The canonical unit itself.
    pub const ONE: Self = Self { up: 1, down: 1 };

    /// `up / down`, in lowest terms; neither is 0.
    pub const fn new(up: u128, down: u128) -> Self {
        let divisor = gcd(up, down);
        Self { up: up / divisor, down: down / divisor }
    }

    /// The scale of this unit for each of `other`, such as megabytes for each millisecond.
    pub fn per(self, other: Self) -> Self {
        Self::new(self.up * other.down, self.down * other.up)
    }

    /// `value` in the canonical unit. A division by 10⁹ is exact where 10⁻⁹ has no exact double.
    pub fn apply(self, value: f64) -> f64 {
        let (up, down) = (self.up as f64, self.down as f64);
        match (self.up, self.down) {
            (_, 1) => value * up,
            (1, _) => value / down,
            _ => {
                let product = value * up;
                if !product.is_finite() {
                    return value / down * up;
                }
                // the product's rounding error is carried into the quotient
                let lost = value.mul_add(up, -product);
                let quotient = product / down;
                let rest = quotient.mul_add(-down, product) + lost;
                quotient + rest / down
            }
        }
    }
}

const fn gcd(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_rounded_once() {
        assert_eq!(Scale::new(1, 1_000_000_000).apply(3.0), 3e-9);
        assert_eq!(Scale::new(1, 1_000).apply(1.1), 1.1 / 1000.0);
        assert_eq!(Scale::new(60, 1).apply(2.5), 150.0);
        assert_eq!(Scale::new(1_000_000, 60).apply(0.3), 5000.0, "0.3 MB a minute");
        assert!(Scale::new(2, 3).apply(f64::MAX).is_finite(), "however large they are");
    }

    #[test]
    fn scales_combine_in_lowest_terms() {
        let (megabyte, millisecond) = (Scale::new(1_000_000, 1), Scale::new(1, 1000));
        assert_eq!(megabyte.per(millisecond), Scale::new(1_000_000_000, 1));
        assert_eq!(megabyte.per(megabyte), Scale::ONE);
    }
}
