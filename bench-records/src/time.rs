//! Points in time, as records write them.
//!
//! In: the text of a `timestamp` field. Out: microseconds since 1970 in UTC, the precision of
//! Python's `isoformat`, so that order survives a round trip.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Serialize};

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

impl Micros {
    /// Reads ISO 8601: with an offset, with `Z`, or without either (taken as UTC, as FastVideo
    /// does); a date alone is its midnight.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let instant: Timestamp = text.parse().ok().or_else(|| parse_civil(text))?;
        Some(Self(instant.as_microsecond()))
    }

    /// From seconds since 1970, whole or fractional.
    #[must_use]
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        let micros = (seconds * 1e6).round();
        let representable = Timestamp::MIN.as_microsecond() as f64 <= micros
            && micros <= Timestamp::MAX.as_microsecond() as f64;
        representable.then_some(Self(micros as i64))
    }

    /// As `2026-05-08T22:00:00+00:00`, with a fraction only where there is one.
    #[must_use]
    pub fn to_iso(self) -> String {
        let civil = self.civil();
        let (date, hour, minute, second) =
            (iso_date(civil), civil.hour(), civil.minute(), civil.second());
        let fraction = match self.0.rem_euclid(1_000_000) {
            0 => String::new(),
            micros => format!(".{micros:06}"),
        };
        format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}+00:00")
    }

    /// As `20260508T220000Z`, for file names.
    #[must_use]
    pub fn to_compact(self) -> String {
        let civil = self.civil();
        let (hour, minute, second) = (civil.hour(), civil.minute(), civil.second());
        format!("{}T{hour:02}{minute:02}{second:02}Z", iso_date(civil).replace('-', ""))
    }

    /// Its date as `2026-05/08`: the folders of a store.
    #[must_use]
    pub fn to_folders(self) -> String {
        let date = iso_date(self.civil());
        let (month, day) = date.rsplit_once('-').unwrap_or((&date, ""));
        format!("{month}/{day}")
    }

    /// Its `strftime` in UTC.
    #[must_use]
    pub fn strftime(self, format: &str) -> String {
        self.civil().strftime(format).to_string()
    }

    /// More than an hour ahead of `now`.
    #[must_use]
    pub fn is_future(self, now: Self) -> bool {
        self.0.saturating_sub(now.0) > FUTURE_TOLERANCE.0
    }

    fn civil(self) -> DateTime {
        let instant = Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        TimeZone::UTC.to_datetime(instant)
    }
}

/// By hand: a formatter of patterns is a tenth of what a browser would download.
fn iso_date(civil: DateTime) -> String {
    format!("{:04}-{:02}-{:02}", civil.year(), civil.month(), civil.day())
}

fn parse_civil(text: &str) -> Option<Timestamp> {
    let civil: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
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
