//! Numbers and times as the pages print them.
//!
//! In: values with what is known of their noise, times with the clock. Out: text with as many
//! digits as mean something, and always the unit.

use bench_records::{
    decimal::{decimal, signed},
    index::{columns::rounded, head::DIGITS},
    metric::Metric,
    scale::Scale,
    time::Micros,
};

const MISSING: &str = "n/a";
/// U+202F, which keeps a number and its unit together.
const NARROW_SPACE: char = '\u{202f}';

/// `value` with the digits that `noise` supports, the last one worth about a tenth of it; with four
/// significant digits where nothing is known of the noise. At least three and at most six digits
/// count, whatever the noise: no more than the index has, so that a number reads the same on a page
/// that has it in full.
#[must_use]
pub fn number(value: f64, noise: Option<f64>) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let value = rounded(value, DIGITS);
    let magnitude = value.abs().log10().floor() as i32 + 1;
    let wanted = match noise.filter(|noise| *noise > 0.0 && noise.is_finite()) {
        Some(noise) => 1 - noise.log10().floor() as i32,
        None => 4 - magnitude,
    };
    let decimals = wanted.clamp(3 - magnitude, 6 - magnitude).clamp(0, 12);
    let shown = decimal(value, usize::try_from(decimals).unwrap_or(0));
    if shown.contains('e') { shown } else { group(&shown) }
}

/// The value of a metric with its unit, or `n/a`.
#[must_use]
pub fn quantity(metric: &Metric, value: Option<f64>, noise: Option<f64>) -> String {
    match value {
        None => MISSING.to_owned(),
        Some(value) => {
            let scale = Scale::of(metric, Some(value));
            with_unit(scale.in_unit(value), scale.unit(), noise.map(|noise| scale.in_unit(noise)))
        }
    }
}

/// A value with a unit, which may be empty.
#[must_use]
pub fn with_unit(value: f64, unit: &str, noise: Option<f64>) -> String {
    let number = number(value, noise);
    if unit.is_empty() { number } else { format!("{number}{NARROW_SPACE}{unit}") }
}

/// A fraction as a signed percentage: 0.0523 is `+5.2 %`.
#[must_use]
pub fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    let decimals = if percent.abs() < 0.095 { 2 } else { usize::from(percent.abs() < 99.95) };
    let text = signed(percent, decimals).replace('-', "\u{2212}");
    format!("{text}{NARROW_SPACE}%")
}

/// A count with its thousands apart: `12 345`.
#[must_use]
pub fn count(count: usize) -> String {
    group(&count.to_string())
}

/// `1 series`, `2 series`; `1 record`, `2 records`.
#[must_use]
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Thousands apart by narrow spaces, from five digits on.
fn group(digits: &str) -> String {
    let (sign, rest) = digits.strip_prefix('-').map_or(("", digits), |rest| ("\u{2212}", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(a, b)| (a, Some(b)));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len() > 4 && (whole.len() - index) % 3 == 0 {
            out.push(NARROW_SPACE);
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// `2026-05-02 10:11`, in UTC.
#[must_use]
pub fn minute(time: Micros) -> String {
    time.to_minute()
}

/// `2026-05-02`, in UTC.
#[must_use]
pub fn day(time: Micros) -> String {
    time.to_minute().chars().take(10).collect()
}

/// How long before `now`: `3 days ago`.
#[must_use]
pub fn ago(time: Micros, now: Micros) -> String {
    let seconds = now.0.saturating_sub(time.0) / 1_000_000;
    let (number, unit) = match seconds {
        ..0 => return "in the future".to_owned(),
        0..90 => return "just now".to_owned(),
        90..5_400 => ((seconds + 30) / 60, "minute"),
        5_400..129_600 => ((seconds + 1_800) / 3_600, "hour"),
        129_600..5_184_000 => ((seconds + 43_200) / 86_400, "day"),
        5_184_000..63_072_000 => (seconds / 2_629_746, "month"),
        _ => (seconds / 31_556_952, "year"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bench_records::metric::built_in;

    #[test]
    fn digits_follow_the_noise() {
        assert_eq!(number(12.345_678, Some(0.5)), "12.35");
        assert_eq!(number(12.345_678, Some(0.02)), "12.346");
        assert_eq!(number(12.345_678, Some(30.0)), "12.3");
        assert_eq!(number(12.345_678, Some(1e-9)), "12.3457");
        assert_eq!(number(12.345_678, None), "12.35");
    }

    #[test]
    fn large_small_and_odd_numbers_stay_readable() {
        assert_eq!(number(123_456.7, None), "123\u{202f}457");
        assert_eq!(number(0.000_123_4, None), "0.0001234");
        assert_eq!(number(-2.5, None), "\u{2212}2.500");
        assert_eq!(number(0.0, None), "0");
        assert_eq!(number(f64::NAN, None), "n/a");
    }

    #[test]
    fn a_number_reads_the_same_in_full_and_as_the_index_has_it() {
        let values = [96_001_153.0, 1_234_499.6, 1.234_499_6, 0.074_231_49, 5.049_999_6e-7];
        for value in values {
            for noise in [None, Some(value * 1e-9), Some(value * 0.004), Some(value * 0.3)] {
                let in_index = rounded(value, DIGITS);
                assert_eq!(number(value, noise), number(in_index, noise), "{value} {noise:?}");
            }
        }
        assert_eq!(number(96_001_153.0, None), "96\u{202f}001\u{202f}200");
    }

    #[test]
    fn quantities_carry_their_unit() {
        let latency = built_in("latency").expect("built in");
        assert_eq!(quantity(latency, Some(2.0), None), "2.000\u{202f}s");
        assert_eq!(quantity(latency, None, None), "n/a");
    }

    #[test]
    fn percentages_have_a_sign_and_one_digit() {
        assert_eq!(percent(0.0523), "+5.2\u{202f}%");
        assert_eq!(percent(-0.5), "\u{2212}50.0\u{202f}%");
        assert_eq!(percent(12.0), "+1200\u{202f}%");
        assert_eq!(percent(0.0003), "+0.03\u{202f}%");
    }

    #[test]
    fn ages_are_told_in_the_unit_that_fits() {
        let day = 86_400_000_000;
        let cases = [(10, "just now"), (600, "10 minutes ago"), (7_200, "2 hours ago")];
        for (seconds, words) in cases {
            assert_eq!(ago(Micros(0), Micros(seconds * 1_000_000)), words);
        }
        assert_eq!(ago(Micros(0), Micros(3 * day)), "3 days ago");
        assert_eq!(ago(Micros(0), Micros(400 * day)), "13 months ago");
        assert_eq!(ago(Micros(0), Micros(800 * day)), "2 years ago");
        assert_eq!(ago(Micros(day), Micros(0)), "in the future");
    }

    #[test]
    fn times_are_printed_in_utc() {
        let time = Micros::parse("2026-05-02T10:11:59+02:00").expect("a time");
        assert_eq!(minute(time), "2026-05-02 08:11");
    }
}
