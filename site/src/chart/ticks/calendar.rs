//! Round times of an axis, and how they are written: a larger unit begins with its name.

use bench_records::time::{Civil, Micros};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
/// Steps of a time axis below a month.
const STEPS: [i64; 17] = [
    SECOND,
    5 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    4 * DAY,
    7 * DAY,
    14 * DAY,
];
/// Steps in months.
const MONTHS: [i64; 8] = [1, 2, 3, 6, 12, 24, 60, 120];
const NAMES: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Round times between two, at most about `most`, with labels; a larger unit begins with its name.
#[must_use]
pub fn times(lo: i64, hi: i64, most: f64) -> Vec<(i64, String)> {
    let least = ((hi - lo) as f64 / most).max(1.0) as i64;
    match STEPS.into_iter().find(|step| *step >= least) {
        Some(step) => stepped(lo, hi, step),
        None => months(lo, hi, least),
    }
}

fn stepped(lo: i64, hi: i64, step: i64) -> Vec<(i64, String)> {
    // 1970 began on a Thursday: weeks are counted from the Monday after
    let anchor = if step >= 7 * DAY { 4 * DAY } else { 0 };
    let first = (lo - anchor).div_euclid(step) + i64::from((lo - anchor).rem_euclid(step) != 0);
    let label = |time: i64| match time.rem_euclid(DAY) {
        0 => day_label(time),
        _ if step < MINUTE => {
            format!("{}:{:02}", clock_label(time), time.rem_euclid(MINUTE) / SECOND)
        }
        _ => clock_label(time),
    };
    (first..)
        .map(|i| anchor + i * step)
        .take_while(|time| *time <= hi)
        .map(|time| (time, label(time)))
        .collect()
}

fn months(lo: i64, hi: i64, least: i64) -> Vec<(i64, String)> {
    let step = MONTHS.into_iter().find(|m| m * 30 * DAY >= least).unwrap_or(1200);
    let Civil { year, month, .. } = civil(lo);
    let first = (year * 12 + month - 1).div_euclid(step) * step;
    let label = |at: i64| match at.rem_euclid(12) {
        0 => at.div_euclid(12).to_string(),
        month => NAMES[month as usize].to_owned(),
    };
    (0..)
        .map(|i| first + i * step)
        .map(|at| (month_start(at.div_euclid(12), at.rem_euclid(12) + 1), label(at)))
        .take_while(|(time, _)| *time <= hi)
        .filter(|(time, _)| *time >= lo)
        .collect()
}

/// As `8 May`, in UTC.
#[must_use]
pub fn day_label(time: i64) -> String {
    let Civil { month, day, .. } = civil(time);
    format!("{day} {}", NAMES[month as usize - 1])
}

pub(super) fn clock_label(time: i64) -> String {
    let minutes = time.rem_euclid(DAY) / MINUTE;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// As `2026-05-08 22:00 UTC`.
#[must_use]
pub fn time_label(time: i64) -> String {
    format!("{} UTC", Micros(time).to_minute())
}

pub(super) fn civil(time: i64) -> Civil {
    Civil::of(Micros(time))
}

/// Midnight of the first day of a month.
fn month_start(year: i64, month: i64) -> i64 {
    Civil { year, month, day: 1, hour: 0, minute: 0, second: 0 }.to_micros().0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        Micros::parse(text).expect("a time").0
    }

    fn labels(from: &str, to: &str, most: f64) -> Vec<String> {
        times(at(from), at(to), most).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn hours_begin_each_day_with_its_date() {
        let labels = labels("2026-05-08T18:00:00Z", "2026-05-09T12:00:00Z", 4.0);
        assert_eq!(labels, ["18:00", "9 May", "06:00", "12:00"]);
    }

    #[test]
    fn weeks_begin_on_monday() {
        assert_eq!(
            labels("2026-05-01", "2026-05-31", 5.0),
            ["4 May", "11 May", "18 May", "25 May"]
        );
    }

    #[test]
    fn months_begin_each_year_with_its_number() {
        let labels = labels("2025-08-15", "2026-06-15", 5.0);
        assert_eq!(labels, ["Oct", "2026", "Apr"]);
    }

    #[test]
    fn civil_dates_are_those_of_the_records() {
        for text in ["1969-12-31", "1970-01-01", "2000-02-29", "2024-12-31", "2100-03-01"] {
            assert_eq!(time_label(at(text)), format!("{text} 00:00 UTC"));
        }
        assert_eq!(month_start(2026, 5), at("2026-05-01"));
        assert_eq!(month_start(2024, 1), at("2024-01-01"));
    }
}
