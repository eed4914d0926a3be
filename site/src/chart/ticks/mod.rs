//! Where an axis has its lines, and what stands beside them.

mod calendar;
mod values;

use super::across::{Across, Spacing};
use calendar::{DAY, civil, clock_label, day_label, times};
use values::nice_step;

pub use calendar::time_label;
pub use values::{along, upwards};

/// A line of the grid with its label; an empty label is a line alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Pixel along the axis.
    pub pixel: f64,
    /// What stands beside it.
    pub label: String,
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

#[cfg(test)]
mod tests {
    use super::*;
    use bench_records::time::Micros;

    fn at(text: &str) -> i64 {
        Micros::parse(text).expect("a time").0
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
