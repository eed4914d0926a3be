//! How many requests of a load test may fail.
//!
//! In: `1%` or `0.01`. Out: a share; a record of which more failed is kept as a failed run.

use std::str::FromStr;

use bench_records::requests::MAX_FAILED_FRACTION;

/// The largest share of failed requests with which a record still counts as measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MostFailed(f64);

impl MostFailed {
    /// From 0 to 1.
    pub fn fraction(self) -> f64 {
        self.0
    }
}

impl Default for MostFailed {
    fn default() -> Self {
        Self(MAX_FAILED_FRACTION)
    }
}

impl FromStr for MostFailed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, whole) = match text.trim().strip_suffix('%') {
            Some(percent) => (percent.trim(), 100.0),
            None => (text.trim(), 1.0),
        };
        let share = number.parse::<f64>().ok().map(|number| number / whole);
        let share = share.filter(|share| (0.0..=1.0).contains(share));
        share.map(Self).ok_or_else(|| "expected a share such as 1% or 0.01".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_in_percent_and_as_fractions() {
        for (text, share) in [("1%", 0.01), ("0.05", 0.05), (" 100 %", 1.0), ("0", 0.0)] {
            assert_eq!(text.parse(), Ok(MostFailed(share)), "{text}");
        }
        for text in ["5", "-1%", "NaN", "some", ""] {
            assert!(text.parse::<MostFailed>().is_err(), "{text}");
        }
    }
}
