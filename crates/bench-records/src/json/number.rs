//! Numbers of JSON.

use super::{Broken, Reader};

/// Digits that a `u64` holds whatever they are.
const DIGITS: u32 = 19;

/// Whole numbers below are exact as a float …
const EXACT: u64 = 1 << 53;
/// … and so are powers of ten up to this one: to multiply or to divide them rounds once.
const EXACT_POWER: i32 = 22;

/// A number as it is written.
struct Written {
    is_negative: bool,
    /// The first 19 of its digits.
    digits: u64,
    /// Power of ten of the last of these.
    power: i32,
    /// Whether it has neither a point nor an exponent.
    is_whole: bool,
    /// Where it begins.
    from: usize,
}

impl Reader<'_> {
    /// A number.
    ///
    /// # Errors
    /// Anything else comes next, or it is too large.
    pub fn number(&mut self) -> Result<f64, Broken> {
        let Written { is_negative, digits, power, from, .. } = self.written()?;
        let size = match power {
            0.. if digits < EXACT && power <= EXACT_POWER => digits as f64 * 10f64.powi(power),
            ..0 if digits < EXACT && power >= -EXACT_POWER => digits as f64 / 10f64.powi(-power),
            _ => nearest(self.text.get(from..self.at).unwrap_or_default(), digits, power).abs(),
        };
        match size.is_finite() {
            true => Ok(if is_negative { -size } else { size }),
            false => Err(self.broken("number out of range")),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// Anything else comes next, or it is too large.
    pub fn whole(&mut self) -> Result<i64, Broken> {
        let Written { is_negative, digits, power, is_whole, .. } = self.written()?;
        let number = i64::try_from(digits).ok().filter(|_| is_whole && power == 0);
        let number = number.ok_or_else(|| self.broken("expected a whole number in range"))?;
        Ok(if is_negative { -number } else { number })
    }

    fn written(&mut self) -> Result<Written, Broken> {
        let is_negative = self.takes(b'-');
        let from = self.at;
        let mut written = Written { is_negative, digits: 0, power: 0, is_whole: true, from };
        let mut kept = 0;
        let whole = self.digits(&mut written, &mut kept, 0);
        let has_zeros_ahead = whole > 1 && self.text.as_bytes().get(from) == Some(&b'0');
        let mut is_broken = whole == 0 || has_zeros_ahead;
        if self.text.as_bytes().get(self.at) == Some(&b'.') {
            self.at += 1;
            written.is_whole = false;
            is_broken |= self.digits(&mut written, &mut kept, 1) == 0;
        }
        if let Some(b'e' | b'E') = self.text.as_bytes().get(self.at) {
            self.at += 1;
            written.is_whole = false;
            is_broken |= !self.exponent(&mut written);
        }
        if is_broken { Err(self.broken("expected a value")) } else { Ok(written) }
    }

    /// Takes digits, each of which is worth a tenth of the one before if it stands after the point; how many.
    fn digits(&mut self, written: &mut Written, kept: &mut u32, after_point: i32) -> usize {
        let from = self.at;
        while let Some(digit @ b'0'..=b'9') = self.text.as_bytes().get(self.at) {
            self.at += 1;
            if *kept < DIGITS {
                written.digits = written.digits * 10 + u64::from(digit - b'0');
                *kept += u32::from(written.digits > 0);
                written.power -= after_point;
            } else {
                written.power += 1 - after_point;
            }
        }
        self.at - from
    }

    /// Takes an exponent; whether it has digits.
    fn exponent(&mut self, written: &mut Written) -> bool {
        let sign = self.text.as_bytes().get(self.at).copied();
        self.at += usize::from(matches!(sign, Some(b'+' | b'-')));
        let (from, mut exponent) = (self.at, 0_i32);
        while let Some(digit @ b'0'..=b'9') = self.text.as_bytes().get(self.at) {
            self.at += 1;
            exponent = exponent.saturating_mul(10).saturating_add(i32::from(digit - b'0'));
        }
        let exponent = if sign == Some(b'-') { -exponent } else { exponent };
        written.power = written.power.saturating_add(exponent);
        self.at > from
    }
}

/// The float that is nearest to a text.
#[cfg(any(not(target_family = "wasm"), feature = "all-digits"))]
fn nearest(text: &str, _: u64, _: i32) -> f64 {
    text.parse().unwrap_or(f64::INFINITY)
}

/// A float that is near a number of many digits: the nearest takes a parser that is a twentieth of what a
/// browser downloads before the overview, which shows six of them.
#[cfg(all(target_family = "wasm", not(feature = "all-digits")))]
fn nearest(_: &str, digits: u64, power: i32) -> f64 {
    let (digits, half) = (digits as f64, power / 2);
    if digits == 0.0 { 0.0 } else { digits * 10f64.powi(half) * 10f64.powi(power - half) }
}
