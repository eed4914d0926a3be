//! Units for people: 0.000001002 s is shown as 1.002 µs, and 48,948,000,000 ns as 48.948 s.
//!
//! In: a metric, and a value of the size that is to be shown. Out: the unit that suits it, and values
//! in it. Stored values and JSON keep the metric's own unit.

use std::borrow::Cow;

use crate::{decimal::decimal, metric::Metric};

/// A unit of a family with its size in the family's base unit.
type Step = (&'static str, f64);

/// Units of time, largest first; nobody measures in minutes here.
const TIMES: [Step; 4] = [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)];
/// Units of size, decimal as SI has them.
const SIZES: [Step; 5] = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1.0)];
/// Sizes a second.
const SIZE_RATES: [Step; 5] =
    [("TB/s", 1e12), ("GB/s", 1e9), ("MB/s", 1e6), ("kB/s", 1e3), ("B/s", 1.0)];

/// Values from here to below [`TOO_LARGE`] stay in their metric's own unit.
const TOO_SMALL: f64 = 0.01;
const TOO_LARGE: f64 = 1e5;

/// A metric in the unit that suits values of some size.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale<'m> {
    metric: &'m Metric,
    unit: Cow<'m, str>,
    factor: f64,
}

impl<'m> Scale<'m> {
    /// The scale for values of about the size of `reference`; without one, and where the metric's own
    /// unit suits it or has no family, that unit.
    #[must_use]
    pub fn of(metric: &'m Metric, reference: Option<f64>) -> Self {
        let own = Self { metric, unit: Cow::Borrowed(&metric.unit), factor: 1.0 };
        let size = reference.map_or(0.0, f64::abs);
        let suits = size == 0.0 || !size.is_finite() || (TOO_SMALL..TOO_LARGE).contains(&size);
        let (Some((steps, step)), false) = (family(&metric.unit), suits) else { return own };
        let in_base = size * step;
        let chosen = steps.iter().find(|(_, step)| in_base >= *step).or(steps.last());
        let Some((unit, chosen)) = chosen else { return own };
        Self { unit: Cow::Borrowed(unit), factor: step / chosen, ..own }
    }

    /// The unit; empty where the metric has none.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// What values in the metric's own unit are multiplied by.
    #[must_use]
    pub fn factor(&self) -> f64 {
        self.factor
    }

    /// `value`, which is in the metric's own unit, with as many decimals as the metric has, or `n/a`.
    #[must_use]
    pub fn format(&self, value: Option<f64>) -> String {
        self.format_with(value, 0)
    }

    /// The same with further decimals.
    #[must_use]
    pub fn format_with(&self, value: Option<f64>, further: u8) -> String {
        let decimals = usize::from(self.metric.decimals + further);
        value.map_or_else(|| "n/a".to_owned(), |value| decimal(self.in_unit(value), decimals))
    }

    /// A value in this unit.
    #[must_use]
    pub fn in_unit(&self, value: f64) -> f64 {
        if self.factor < 1.0 { value / (1.0 / self.factor) } else { value * self.factor }
    }

    /// The value with its unit, such as `1.002 ms`.
    #[must_use]
    pub fn quantity(&self, value: Option<f64>) -> String {
        let unit = if value.is_some() { self.unit() } else { "" };
        format!("{} {unit}", self.format(value)).trim_end().to_owned()
    }
}

/// The family of a unit, and the unit's size in it.
fn family(unit: &str) -> Option<(&'static [Step], f64)> {
    let named = match unit {
        "us" => "µs",
        "bytes" => "B",
        "bytes/s" => "B/s",
        other => other,
    };
    let families: [&'static [Step]; 3] = [&TIMES, &SIZES, &SIZE_RATES];
    families.into_iter().find_map(|steps| {
        let (_, step) = steps.iter().find(|(name, _)| *name == named)?;
        Some((steps, *step))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{Better, Gating};

    fn metric(unit: &'static str) -> Metric {
        Metric {
            key: "time".into(),
            label: "Time".into(),
            unit: unit.into(),
            better: Better::Lower,
            gating: Gating::Gated,
            decimals: 3,
        }
    }

    #[test]
    fn a_value_is_shown_in_the_unit_that_suits_it() {
        for (unit, value, shown) in [
            ("s", 0.001_002, "1.002 ms"),
            ("s", 0.000_000_6, "600.000 ns"),
            ("s", 1.5e-10, "0.150 ns"),
            ("s", 0.07, "0.070 s"),
            ("s", 4000.0, "4000.000 s"),
            ("ns", 48_948_000_000.0, "48.948 s"),
            ("ns", 996.0, "996.000 ns"),
            ("us", 1_500_000.0, "1.500 s"),
            ("ms", 25.0, "25.000 ms"),
            ("bytes", 2_500_000.0, "2.500 MB"),
            ("MB", 10_800.0, "10800.000 MB"),
            ("B/s", 3e9, "3.000 GB/s"),
            ("ops/s", 12_345_678.0, "12345678.000 ops/s"),
            ("s", -0.002, "-2.000 ms"),
            ("s", 0.0, "0.000 s"),
            ("", 1e9, "1000000000.000"),
        ] {
            let metric = metric(unit);
            let scale = Scale::of(&metric, Some(value));
            assert_eq!(scale.quantity(Some(value)), shown, "{value} {unit}");
        }
    }

    #[test]
    fn a_value_of_too_many_digits_or_none_has_an_exponent() {
        for (value, decimals, shown) in [
            (1e308, 3, "1.000e308"),
            (-2.5e15, 0, "-2.500e15"),
            (999_999_999_999_999.0, 0, "999999999999999"),
            (0.000_04, 3, "4.000e-5"),
            (-1e-300, 6, "-1.000e-300"),
            (0.000_6, 3, "0.001"),
            (0.0, 3, "0.000"),
            (-0.0, 1, "-0.0"),
        ] {
            assert_eq!(decimal(value, decimals), shown);
        }
    }

    #[test]
    fn values_of_one_scale_share_its_unit() {
        let metric = metric("s");
        let scale = Scale::of(&metric, Some(0.000_998));
        assert_eq!(scale.quantity(Some(0.001_002)), "1002.000 µs");
        assert_eq!((scale.quantity(None).as_str(), scale.unit()), ("n/a", "µs"));
    }
}
