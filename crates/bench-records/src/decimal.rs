//! A number as people read it: digits after the point, or an exponent.

/// Values from here on have more digits than anybody reads, or than a float keeps.
const MANY_DIGITS: f64 = 1e15;

/// `value` with this many digits after the point; where it has more than 15 before it, or would be
/// shown as 0 and is not, with an exponent: `1.000e308`.
#[must_use]
pub fn decimal(value: f64, decimals: usize) -> String {
    let size = value.abs();
    let plain = format!("{value:.decimals$}");
    let is_hidden = size > 0.0 && !plain.contains(|c| matches!(c, '1'..='9'));
    if size.is_finite() && (size >= MANY_DIGITS || is_hidden) {
        return format!("{value:.3e}");
    }
    plain
}
