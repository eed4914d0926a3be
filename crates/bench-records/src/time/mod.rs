//! Points in time, as records write them.
//!
//! In: the text of a `timestamp` field. Out: microseconds since 1970 in UTC, the precision of
//! Python's `isoformat`, so that order survives a round trip.

mod civil;
mod iso;

use serde::{Deserialize, Serialize};

pub use civil::Civil;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Micros(pub i64);

/// One hour; a record further ahead of the clock than this is flagged.
pub const FUTURE_TOLERANCE: Micros = Micros(3_600_000_000);

/// One day.
pub const DAY: Micros = Micros(86_400_000_000);

/// The earliest time that is read or written, in the year -9999; that of jiff, as the latest is.
const MIN: Micros = Micros(-377_705_023_201_000_000);

/// The latest, in the year 9999.
const MAX: Micros = Micros(253_402_207_200_999_999);

impl Micros {
    /// Reads ISO 8601: with an offset, with `Z`, or without either (taken as UTC, as FastVideo
    /// does); a date alone is its midnight.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        iso::parse(text.trim())
    }

    /// From seconds since 1970, whole or fractional.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        let micros = (seconds * 1e6).round();
        let representable = MIN.0 as f64 <= micros && micros <= MAX.0 as f64;
        representable.then_some(Self(micros as i64))
    }

    /// So many days earlier: where a look-back that ends here begins.
    #[must_use]
    pub fn days_before(self, days: i64) -> Self {
        Self(self.0.saturating_sub(days.saturating_mul(DAY.0)))
    }

    /// As `2026-05-08T22:00:00+00:00`, with a fraction only where there is one.
    #[must_use]
    pub fn to_iso(self) -> String {
        let Civil { hour, minute, second, .. } = self.civil();
        let fraction = match self.0.rem_euclid(1_000_000) {
            0 => String::new(),
            micros => format!(".{micros:06}"),
        };
        format!("{}T{hour:02}:{minute:02}:{second:02}{fraction}+00:00", self.to_date())
    }

    /// As `20260508T220000Z`, for file names.
    #[must_use]
    pub fn to_compact(self) -> String {
        let Civil { hour, minute, second, .. } = self.civil();
        format!("{}T{hour:02}{minute:02}{second:02}Z", self.to_date().replace('-', ""))
    }

    /// Its date as `2026-05/08`: the folders of a store.
    #[must_use]
    pub fn to_folders(self) -> String {
        format!("{}/{:02}", self.to_month(), self.civil().day)
    }

    /// Its month as `2026-05`.
    #[must_use]
    pub fn to_month(self) -> String {
        let Civil { year, month, .. } = self.civil();
        format!("{year:04}-{month:02}")
    }

    /// Its date as `2026-05-08`.
    #[must_use]
    pub fn to_date(self) -> String {
        format!("{}-{:02}", self.to_month(), self.civil().day)
    }

    /// As `2026-05-08 22:00`.
    #[must_use]
    pub fn to_minute(self) -> String {
        let Civil { hour, minute, .. } = self.civil();
        format!("{} {hour:02}:{minute:02}", self.to_date())
    }

    /// As `2026-05-08 22:00:59`.
    #[must_use]
    pub fn to_second(self) -> String {
        format!("{}:{:02}", self.to_minute(), self.civil().second)
    }

    /// More than an hour ahead of `now`.
    #[must_use]
    pub fn is_future(self, now: Self) -> bool {
        self.0.saturating_sub(now.0) > FUTURE_TOLERANCE.0
    }

    /// Date and time of day in UTC; 1970 where the time is beyond all dates.
    #[must_use]
    pub fn civil(self) -> Civil {
        let is_date = (MIN.0..=MAX.0).contains(&self.0);
        Civil::of(if is_date { self } else { Self(0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_python_writes_is_read() {
        let expected = Some(Micros(1_778_277_600_000_000));
        for text in [
            "2026-05-08T22:00:00+00:00",
            "2026-05-08T22:00:00Z",
            "2026-05-08T22:00:00",
            "2026-05-08 22:00:00",
            "2026-05-09T00:00:00+02:00",
            " 2026-05-08T22:00:00.000000+00:00 ",
        ] {
            assert_eq!(Micros::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn a_time_written_is_the_time_read() {
        for text in ["2026-05-08T22:00:00+00:00", "2026-05-08T22:00:00.123456+00:00"] {
            assert_eq!(Micros::parse(text).map(Micros::to_iso).as_deref(), Some(text));
        }
    }

    #[test]
    fn words_and_impossible_dates_are_no_time() {
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "1778277600"] {
            assert_eq!(Micros::parse(text), None, "{text}");
        }
        assert_eq!(Micros::from_seconds(1e300), None);
        assert_eq!(Micros::from_seconds(f64::NAN), None);
    }

    #[test]
    fn an_hour_ahead_is_tolerated_and_more_is_the_future() {
        let now = Micros(0);
        assert!(!Micros(FUTURE_TOLERANCE.0).is_future(now));
        assert!(Micros(FUTURE_TOLERANCE.0 + 1).is_future(now));
    }
}
