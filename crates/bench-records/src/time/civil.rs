//! Dates and times of day in UTC, after Howard Hinnant's `days_from_civil` and `civil_from_days`
//! (<https://howardhinnant.github.io/date_algorithms.html>).
//!
//! By hand, and held against jiff in tests: jiff, with its time zones, is a sixth of what a browser
//! would download.

use super::{DAY, Micros};

/// A date and a time of day in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// Year of the Gregorian calendar, which is taken to hold always.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
}

impl Civil {
    /// Date and time of day at `time`; its fraction of a second is left out.
    #[must_use]
    pub fn of(time: Micros) -> Self {
        let days = time.0.div_euclid(DAY.0) + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let month = (shifted + 2) % 12 + 1;
        let seconds = time.0.rem_euclid(DAY.0) / 1_000_000;
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted + 2) / 5 + 1,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
        }
    }

    /// The time that this stands for; fields beyond their ranges count on.
    #[must_use]
    pub fn to_micros(self) -> Micros {
        let year = self.year - i64::from(self.month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        let seconds = (self.hour * 60 + self.minute) * 60 + self.second;
        Micros((days * 86_400 + seconds) * 1_000_000)
    }

    /// Whether there is such a date and such a time of day.
    #[must_use]
    pub fn is_real(self) -> bool {
        let at = self.to_micros();
        (1..=12).contains(&self.month) && Self::of(at) == self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn dates_are_those_of_jiff(micros in -62_000_000_000_000_000_i64..250_000_000_000_000_000) {
            let civil = Civil::of(Micros(micros));
            let theirs = jiff::Timestamp::from_microsecond(micros).expect("in range");
            let theirs = theirs.to_zoned(jiff::tz::TimeZone::UTC).datetime();
            prop_assert_eq!(civil.year, i64::from(theirs.year()));
            prop_assert_eq!(civil.month, i64::from(theirs.month()));
            prop_assert_eq!(civil.day, i64::from(theirs.day()));
            prop_assert_eq!(civil.hour, i64::from(theirs.hour()));
            prop_assert_eq!(civil.minute, i64::from(theirs.minute()));
            prop_assert_eq!(civil.second, i64::from(theirs.second()));
            prop_assert_eq!(civil.to_micros().0, micros - micros.rem_euclid(1_000_000));
            prop_assert!(civil.is_real());
        }
    }

    #[test]
    fn the_29th_of_february_is_real_in_leap_years_only() {
        let civil = |year, day| Civil { year, month: 2, day, hour: 0, minute: 0, second: 0 };
        assert!([2000, 2024].iter().all(|year| civil(*year, 29).is_real()));
        assert!([1900, 2023].iter().all(|year| !civil(*year, 29).is_real()));
        assert!(!civil(2024, 0).is_real());
    }
}
