//! Reading ISO 8601 and RFC 3339, as records of all origins write their times.
//!
//! In: text. Out: microseconds since 1970, digits beyond
//! them cut off.

use super::{Civil, MAX, MIN, Micros};

/// A date, or a date and a time of day with or without a difference from UTC; both with or without
/// the separators of the extended format.
pub(super) fn parse(text: &str) -> Option<Micros> {
    let mut rest = Rest(text.as_bytes());
    let date = rest.date()?;
    if rest.0.is_empty() {
        return Some(date.to_micros());
    }
    if !rest.skip(b"Tt ") {
        return None;
    }
    let (civil, fraction) = rest.time(date)?;
    let offset = rest.offset()?;
    let at = civil.to_micros().0 + fraction - offset * 1_000_000;
    (rest.0.is_empty() && (MIN.0..=MAX.0).contains(&at)).then_some(Micros(at))
}

/// What is left to read.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn date(&mut self) -> Option<Civil> {
        let year = self.digits(4)?;
        let is_extended = self.skip(b"-");
        let month = self.digits(2)?;
        if self.skip(b"-") != is_extended {
            return None;
        }
        let day = self.digits(2)?;
        let date = Civil { year, month, day, hour: 0, minute: 0, second: 0 };
        date.is_real().then_some(date)
    }

    /// Time of day on `date` and microseconds; a leap second is the one before it.
    fn time(&mut self, date: Civil) -> Option<(Civil, i64)> {
        let hour = self.digits(2)?;
        let is_extended = self.skip(b":");
        let Some(minute) = self.digits(2) else {
            return (!is_extended && hour < 24).then_some((Civil { hour, ..date }, 0));
        };
        let has_seconds = if is_extended {
            self.skip(b":")
        } else {
            self.0.first().is_some_and(u8::is_ascii_digit)
        };
        let second = if has_seconds { self.digits(2)? } else { 0 };
        let fraction = if has_seconds && self.skip(b".,") { self.fraction()? } else { 0 };
        let is_real = hour < 24 && minute < 60 && second <= 60;
        is_real.then_some((Civil { hour, minute, second: second.min(59), ..date }, fraction))
    }

    /// Seconds ahead of UTC; 0 where nothing is said.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.0.first() {
            None => return Some(0),
            Some(b'Z' | b'z') => {
                self.0 = &self.0[1..];
                return Some(0);
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        self.0 = &self.0[1..];
        let hours = self.digits(2)?;
        let is_extended = self.0.first() == Some(&b':');
        let (mut part, mut parts) = (1, [hours, 0, 0]);
        while part < 3 && !self.0.is_empty() {
            if self.skip(b":") != is_extended {
                return None;
            }
            parts[part] = self.digits(2)?;
            part += 1;
        }
        let [hours, minutes, seconds] = parts;
        let is_real = hours < 26 && minutes < 60 && seconds < 60;
        is_real.then_some(sign * (hours * 3600 + minutes * 60 + seconds))
    }

    /// One to nine digits after the point, as microseconds.
    fn fraction(&mut self) -> Option<i64> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&count) {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        let place = |at: usize| digits.get(at).map_or(0, |digit| i64::from(digit - b'0'));
        Some((0..6).fold(0, |micros, at| micros * 10 + place(at)))
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = rest;
        Some(digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
    }

    /// Whether one of `bytes` stood there; it is skipped.
    fn skip(&mut self, bytes: &[u8]) -> bool {
        let is_there = self.0.first().is_some_and(|byte| bytes.contains(byte));
        if is_there {
            self.0 = &self.0[1..];
        }
        is_there
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
    use proptest::prelude::*;

    use super::*;

    fn by_jiff(text: &str) -> Option<Micros> {
        let civil = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
        let instant: Timestamp = text.parse().ok().or_else(civil)?;
        Some(Micros(instant.as_microsecond()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn what_is_read_is_what_jiff_reads(
            text in "(19[89]|20[0-9])[0-9](-[0-2][0-9]-|[01][0-9])[0-3][0-9]([Tt ][0-2][0-9](:?[0-6][0-9](:?[0-6][0-9]([.,][0-9]{1,9})?)?)?(Z|z|[+-][0-2][0-9](:?[0-5][0-9](:?[0-5][0-9])?)?)?)?"
        ) {
            // what mixes separators may be refused by either
            if let Some(read) = parse(&text) {
                prop_assert_eq!(Some(read), by_jiff(&text), "{}", text);
            }
        }

        #[test]
        fn what_jiff_reads_of_the_extended_format_is_read(
            text in "20[0-9]{2}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9](:[0-6][0-9](\\.[0-9]{1,9})?)?(Z|[+-][01][0-9]:[0-5][0-9])?)?"
        ) {
            prop_assert_eq!(parse(&text), by_jiff(&text), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
