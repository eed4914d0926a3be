//! Where an axis has its lines, and what stands beside them.

use bench_records::time::{Civil, Micros};

use super::{
    across::{Across, Spacing},
    upwards::{Scale, Upwards},
};

/// A line of the grid with its label; an empty label is a line alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Pixel along the axis.
    pub pixel: f64,
    /// What stands beside it.
    pub label: String,
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
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

/// Smallest of 1, 2, 5 times a power of ten that is at least `least`.
#[must_use]
pub fn nice_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let part = least / power;
    let factor = [1.0, 2.0, 5.0].into_iter().find(|f| part <= f * (1.0 + 1e-9)).unwrap_or(10.0);
    factor * power
}

/// Ticks of a value axis, a line each 44 pixels or more.
#[must_use]
pub fn upwards(axis: &Upwards) -> Vec<Tick> {
    let most = (axis.height / 44.0).max(2.0);
    let values = match axis.scale {
        Scale::Log if axis.hi / axis.lo >= 8.0 => decades(axis, most),
        _ => linear(axis.lo, axis.hi, most),
    };
    let size = values.iter().fold(0.0f64, |size, value| size.max(value.abs()));
    let step = values.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::MAX, f64::min);
    let label = |value: f64| match axis.scale {
        Scale::Log if axis.hi / axis.lo >= 8.0 => number(value, value, value),
        _ => number(value, size, step),
    };
    values.iter().map(|value| Tick { pixel: axis.pixel(*value), label: label(*value) }).collect()
}

fn linear(lo: f64, hi: f64, most: f64) -> Vec<f64> {
    let step = nice_step((hi - lo) / most);
    let (from, to) = ((lo / step - 1e-9).ceil() as i64, (hi / step + 1e-9).floor() as i64);
    (from..=to).map(|i| i as f64 * step).collect()
}

/// 1, 2, 5 of each decade where there is room, else decades, else each nth of them.
fn decades(axis: &Upwards, most: f64) -> Vec<f64> {
    let (from, to) = (axis.lo.log10().floor() as i32, axis.hi.log10().ceil() as i32);
    let span = (axis.hi / axis.lo).log10();
    let factors: &[f64] = if span * 3.0 <= most { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let stride = (span / most).ceil().max(1.0) as usize;
    let decades = (from..=to).step_by(stride);
    let values = decades.flat_map(|power| factors.iter().map(move |f| f * 10f64.powi(power)));
    values.filter(|value| (axis.lo..=axis.hi).contains(value)).collect()
}

/// A number short enough for a margin of fixed width, in the unit suffix of `size` and with the
/// digits that steps of `step` need.
#[must_use]
pub fn number(value: f64, size: f64, step: f64) -> String {
    let (unit, suffix) = match size.abs() {
        size if size >= 1e15 => return format!("{value:.1e}"),
        size if size >= 1e12 => (1e12, "T"),
        size if size >= 1e9 => (1e9, "G"),
        size if size >= 1e6 => (1e6, "M"),
        size if size >= 2e4 => (1e3, "k"),
        size if size > 0.0 && size < 1e-4 => return format!("{value:.0e}"),
        _ => (1.0, ""),
    };
    let digits = (-(step / unit).abs().log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize;
    format!("{:.digits$}{suffix}", value / unit)
}

/// Ticks of the time axis, a line each `room` pixels or more.
#[must_use]
pub fn across(axis: &Across, room: f64) -> Vec<Tick> {
    let (left, right) = axis.pixels();
    let most = ((right - left) / room).max(1.0);
    let (lo, hi) = axis.edges();
    let ticks: Vec<(f64, String)> = match axis.spacing() {
        Spacing::Even => even(axis, lo, hi, most),
        Spacing::Date => times(lo as i64, hi as i64, most)
            .into_iter()
            .map(|(time, label)| (time as f64, label))
            .collect(),
    };
    ticks.into_iter().map(|(x, label)| Tick { pixel: axis.pixel(x), label }).collect()
}

/// A date at every nth slot.
fn even(axis: &Across, lo: f64, hi: f64, most: f64) -> Vec<(f64, String)> {
    let slots = axis.slots();
    let last = hi.floor().min(slots.len() as f64 - 1.0);
    if last < 0.0 {
        return Vec::new();
    }
    let first = lo.ceil().max(0.0) as usize;
    let step = nice_step(((hi - lo) / most).max(1.0)) as usize;
    let shown = first.div_ceil(step) * step..=last as usize;
    let span = slots[last as usize] - slots[first.min(last as usize)];
    let label = |time: i64| match span {
        span if span < 2 * DAY => format!("{} {}", day_label(time), clock_label(time)),
        span if span < 300 * DAY => day_label(time),
        _ => format!("{} {}", day_label(time), civil(time).year),
    };
    shown.step_by(step).map(|slot| (slot as f64, label(slots[slot]))).collect()
}

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

fn clock_label(time: i64) -> String {
    let minutes = time.rem_euclid(DAY) / MINUTE;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// As `2026-05-08 22:00 UTC`.
#[must_use]
pub fn time_label(time: i64) -> String {
    format!("{} UTC", Micros(time).to_minute())
}

fn civil(time: i64) -> Civil {
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
    fn steps_are_1_2_5() {
        let steps = [0.3, 1.0, 1.1, 4.0, 7.0, 80.0].map(nice_step);
        assert_eq!(steps, [0.5, 1.0, 2.0, 5.0, 10.0, 100.0]);
    }

    #[test]
    fn value_labels_have_the_digits_that_tell_them_apart() {
        let axis = Upwards { scale: Scale::Linear, lo: 4.98, hi: 5.03, top: 0.0, height: 200.0 };
        let labels: Vec<_> = upwards(&axis).into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["4.98", "5.00", "5.02"]);
        assert_eq!(number(24_000.0, 24_000.0, 2_000.0), "24k");
        assert_eq!(number(1.5e9, 2e9, 5e8), "1.5G");
        assert_eq!(number(0.0, 2e9, 5e8), "0.0G");
        assert_eq!(number(0.00002, 0.00004, 0.00002), "2e-5");
    }

    #[test]
    fn a_log_axis_has_decades_and_their_2_and_5_where_there_is_room() {
        let axis = |hi| Upwards { scale: Scale::Log, lo: 1.0, hi, top: 0.0, height: 300.0 };
        let labels = |hi| upwards(&axis(hi)).into_iter().map(|t| t.label).collect::<Vec<_>>();
        assert_eq!(labels(60.0), ["1", "2", "5", "10", "20", "50"]);
        assert_eq!(labels(1e4), ["1", "10", "100", "1000", "10000"]);
        assert_eq!(labels(1e12).len(), 7);
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

    #[test]
    fn an_even_axis_names_the_dates_of_its_slots() {
        let slots = (0..100).map(|day| at("2026-01-01") + day * DAY).collect::<Vec<_>>();
        let all = (slots[0], slots[99]);
        let axis = Across::new(Spacing::Even, slots.into(), all, 0.0, 500.0);
        let ticks = across(&axis, 80.0);
        assert_eq!(ticks[1].label, "21 Jan");
        assert!(ticks.windows(2).all(|pair| pair[1].pixel - pair[0].pixel >= 80.0));
    }
}
