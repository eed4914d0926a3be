//! A number as people read it: digits after the point, or an exponent.
//!
//! What the standard library has for floats, with all of their digits, is a fortieth of what a browser downloads
//! before the overview. Numbers of up to fifteen digits need none of it.

/// Values from here on have more digits than anybody reads, or than a float keeps.
const MANY_DIGITS: f64 = 1e15;

/// Powers of ten up to this one are exact as a float.
const EXACT_POWER: usize = 22;

/// `value` with this many digits after the point; where it has more than 15 before it, or would be
/// shown as 0 and is not, with an exponent: `1.000e308`.
#[must_use]
pub fn decimal(value: f64, decimals: usize) -> String {
    let size = value.abs();
    if !size.is_finite() {
        return fixed(value, decimals);
    }
    if size >= MANY_DIGITS {
        return with_exponent(value);
    }
    let plain = fixed(value, decimals);
    let is_hidden = size > 0.0 && !plain.contains(|c| matches!(c, '1'..='9'));
    if is_hidden { with_exponent(value) } else { plain }
}

/// `value` with this many digits after the point, as the standard library writes it: rounded from all of its
/// digits, and to the even one where it lies in the middle.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let Some(digits) = rounded_digits(value.abs(), decimals) else {
        return with_many_digits(value, decimals);
    };
    let mut text = digits.to_string();
    if text.len() <= decimals {
        text.insert_str(0, &"0".repeat(decimals + 1 - text.len()));
    }
    if decimals > 0 {
        text.insert(text.len() - decimals, '.');
    }
    if value.is_sign_negative() {
        text.insert(0, '-');
    }
    text
}

/// The same with a sign in front, whichever it is.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if text.starts_with('-') || value.is_nan() { text } else { format!("+{text}") }
}

/// `value` with as many digits after the point as it takes to tell it from any other number.
#[must_use]
pub fn shortest(value: f64) -> String {
    let is_told = |decimals: &usize| {
        let digits = rounded_digits(value.abs(), *decimals);
        // both are exact, so that dividing rounds once, as reading its text would
        digits.is_some_and(|digits| digits as f64 / 10f64.powi(*decimals as i32) == value.abs())
    };
    match (0..=EXACT_POWER).find(is_told) {
        Some(decimals) => fixed(value, decimals),
        None => with_all_digits(value),
    }
}

/// `size` in units of the last of its decimals, where it and its power of ten are small enough to tell exactly.
fn rounded_digits(size: f64, decimals: usize) -> Option<u64> {
    if decimals > EXACT_POWER {
        return None;
    }
    let power = 10f64.powi(decimals as i32);
    let product = size * power;
    // false for what is not a number
    let is_small = product < MANY_DIGITS;
    if !is_small {
        return None;
    }
    let whole = product.floor();
    // the product is rounded: what it lacks decides where it lies in the middle, or next to it
    let beyond_half = (product - whole - 0.5) + lacking(size, power, product);
    let is_odd = whole % 2.0 != 0.0;
    let is_up = beyond_half > 0.0 || (beyond_half == 0.0 && is_odd);
    Some(whole as u64 + u64::from(is_up))
}

/// What a product lacks that was rounded (Dekker, 1971, with Veltkamp's halves of 26 bits).
fn lacking(a: f64, b: f64, product: f64) -> f64 {
    let halves = |value: f64| {
        let large = 134_217_729.0 * value;
        let high = large - (large - value);
        (high, value - high)
    };
    let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
    ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
}

/// As `1.234e56`.
fn with_exponent(value: f64) -> String {
    let size = value.abs();
    let mut exponent = size.log10().floor() as i32;
    let half = exponent / 2;
    let scaled = size / 10f64.powi(half) / 10f64.powi(exponent - half);
    let mut digits = (scaled * 1000.0).round() as u64;
    // what is next to a power of ten can come out on its other side
    if digits >= 10_000 {
        (digits, exponent) = (digits / 10, exponent + 1);
    } else if digits < 1000 {
        (digits, exponent) = ((scaled * 10_000.0).round() as u64, exponent - 1);
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    format!("{sign}{}.{:03}e{exponent}", digits / 1000, digits % 1000)
}

#[cfg(not(target_family = "wasm"))]
fn with_many_digits(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}")
}

#[cfg(not(target_family = "wasm"))]
fn with_all_digits(value: f64) -> String {
    value.to_string()
}

#[cfg(target_family = "wasm")]
fn with_all_digits(value: f64) -> String {
    with_many_digits(value, 0)
}

#[cfg(target_family = "wasm")]
fn with_many_digits(value: f64, _: usize) -> String {
    match (value.is_nan(), value.is_infinite(), value.is_sign_negative()) {
        (true, ..) => "NaN".to_owned(),
        (_, true, true) => "-inf".to_owned(),
        (_, true, _) => "inf".to_owned(),
        _ => with_exponent(value),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_is_written_as_the_standard_library_does(
            size in 0.0_f64..12.0, part in 0_u32..100_000, decimals in 0_usize..13, is_negative: bool,
        ) {
            let size = 10f64.powf(size - 6.0);
            let short = f64::from(part) / 10f64.powi(decimals as i32 % 6);
            for value in [size, short, short + 0.5, f64::from(part) / 1024.0] {
                let value = if is_negative { -value } else { value };
                prop_assert_eq!(fixed(value, decimals), format!("{value:.decimals$}"));
                prop_assert_eq!(signed(value, decimals), format!("{value:+.decimals$}"));
            }
        }

        #[test]
        fn the_shortest_text_is_that_of_the_standard_library(
            value in -1e9_f64..1e9, part in 0_u32..1_000_000, power in 0_i32..9,
        ) {
            for value in [value, f64::from(part) / 10f64.powi(power)] {
                prop_assert_eq!(shortest(value), value.to_string());
            }
        }

        #[test]
        fn an_exponent_has_four_digits_of_its_number(value in prop::num::f64::NORMAL) {
            let text = with_exponent(value);
            let expected = format!("{value:.3e}");
            prop_assert_eq!(text.len(), expected.len(), "{} and {}", text, expected);
            let read: f64 = text.parse().expect("a number");
            // where its digits nearly lie in the middle, it can come out on either side
            prop_assert!(!read.is_finite() || (read - value).abs() <= value.abs() * 0.000_500_1);
        }
    }

    #[test]
    fn numbers_in_the_middle_become_even_and_all_their_digits_count() {
        let all =
            [(0.5, 0, "0"), (1.5, 0, "2"), (2.5, 0, "2"), (0.125, 2, "0.12"), (1.115, 2, "1.11")];
        for (value, decimals, expected) in all {
            assert_eq!(fixed(value, decimals), expected, "{value}");
        }
        assert_eq!(
            [fixed(-0.0, 1), fixed(f64::NAN, 1), fixed(-f64::INFINITY, 1)],
            ["-0.0", "NaN", "-inf"]
        );
        assert_eq!(fixed(1e20, 1), "100000000000000000000.0");
        assert_eq!([signed(0.0, 1), signed(-0.04, 1)], ["+0.0", "-0.0"]);
    }

    #[test]
    fn a_number_of_many_digits_or_none_has_an_exponent() {
        assert_eq!([decimal(1e308, 3), decimal(0.000_01, 3)], ["1.000e308", "1.000e-5"]);
        assert_eq!([decimal(9.9999e15, 2), decimal(0.0, 2)], ["1.000e16", "0.00"]);
        assert_eq!(decimal(f64::INFINITY, 2), "inf");
    }
}
