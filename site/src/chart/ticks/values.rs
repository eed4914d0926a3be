//! Lines of a value axis: round numbers, and as many digits as tell them apart.

use super::Tick;
use crate::chart::upwards::{Scale, Upwards};

/// Smallest of 1, 2, 5 times a power of ten that is at least `least`.
#[must_use]
pub fn nice_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let part = least / power;
    let factor = [1.0, 2.0, 5.0].into_iter().find(|f| part <= f * (1.0 + 1e-9)).unwrap_or(10.0);
    factor * power
}

/// Ticks of a value axis, a line each 44 pixels or more; at least two, for one says nothing of the scale.
#[must_use]
pub fn upwards(axis: &Upwards) -> Vec<Tick> {
    along(axis, 44.0)
}

/// The same with a line each `room` pixels or more.
#[must_use]
pub fn along(axis: &Upwards, room: f64) -> Vec<Tick> {
    let most = (axis.height / room).max(2.0);
    let values: Vec<(f64, String)> = match axis.scale {
        Scale::Log if axis.hi / axis.lo >= 8.0 => {
            let values = decades(axis, most).into_iter();
            values.map(|value| (value, number(value, value, value))).collect()
        }
        _ => {
            let (values, step) = linear(axis.lo, axis.hi, most);
            let size = values.iter().fold(0.0f64, |size, value| size.max(value.abs()));
            values.into_iter().map(|value| (value, number(value, size, step))).collect()
        }
    };
    let tick = |(value, label)| Tick { pixel: axis.pixel(value), label };
    values.into_iter().map(tick).collect()
}

/// Multiples of a round step, and the step: a finer one where fewer than two would be in view.
fn linear(lo: f64, hi: f64, most: f64) -> (Vec<f64>, f64) {
    let multiples = |step: f64| {
        let (from, to) = ((lo / step - 1e-9).ceil() as i64, (hi / step + 1e-9).floor() as i64);
        (from..=to).map(|i| i as f64 * step).collect::<Vec<f64>>()
    };
    let step = nice_step((hi - lo) / most);
    let finer = [1.0, 2.0, 4.0].map(|finer| nice_step((hi - lo) / most / finer));
    let step = finer.into_iter().find(|step| multiples(*step).len() > 1).unwrap_or(step);
    (multiples(step), step)
}

/// 1, 2, 5 of each decade where there is room, or where there would be fewer than two others; else
/// decades, else each nth of them.
fn decades(axis: &Upwards, most: f64) -> Vec<f64> {
    let (from, to) = (axis.lo.log10().floor() as i32, axis.hi.log10().ceil() as i32);
    let span = (axis.hi / axis.lo).log10();
    let stride = (span / most).ceil().max(1.0) as usize;
    let values = |factors: &'static [f64]| {
        let decades = (from..=to).step_by(stride);
        let values = decades.flat_map(|power| factors.iter().map(move |f| f * 10f64.powi(power)));
        values.filter(|value| (axis.lo..=axis.hi).contains(value)).collect::<Vec<f64>>()
    };
    let powers = values(&[1.0]);
    if span * 3.0 <= most || powers.len() < 2 { values(&[1.0, 2.0, 5.0]) } else { powers }
}

/// A number short enough for a margin of fixed width, in the unit suffix of `size` and with the
/// digits that steps of `step` need.
#[must_use]
pub fn number(value: f64, size: f64, step: f64) -> String {
    let (unit, suffix) = match size.abs() {
        size if size >= 1e15 => return powers(value, step),
        size if size >= 1e12 => (1e12, "T"),
        size if size >= 1e9 => (1e9, "G"),
        size if size >= 1e6 => (1e6, "M"),
        size if size >= 2e4 => (1e3, "k"),
        size if size > 0.0 && size < 1e-4 => return powers(value, step),
        _ => (1.0, ""),
    };
    let digits = (-(step / unit).abs().log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize;
    format!("{:.digits$}{suffix}", value / unit)
}

/// With a power of ten, and the digits that steps of `step` need.
fn powers(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let places = (value.abs() / step.abs()).log10() + 1e-9;
    let digits = places.ceil().clamp(0.0, 6.0) as usize;
    let text = format!("{value:.digits$e}");
    match text.split_once('e') {
        Some((number, power)) if number.contains('.') => {
            format!("{}e{power}", number.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, lo: f64, hi: f64, height: f64) -> Vec<(f64, String)> {
        let axis = Upwards { scale, lo, hi, top: 0.0, height };
        let part = |pixel: f64| 1.0 - pixel / height;
        let value = |pixel: f64| match scale {
            Scale::Linear => lo + part(pixel) * (hi - lo),
            Scale::Log => lo * (hi / lo).powf(part(pixel)),
        };
        upwards(&axis).into_iter().map(|tick| (value(tick.pixel), tick.label)).collect()
    }

    #[test]
    fn a_label_is_the_value_at_its_line_however_few_lines_there_are() {
        let axes = [
            (0.066, 0.0745),
            (0.0, 0.08),
            (0.9, 1.1),
            (6.1e-5, 6.7e-5),
            (1.02e15, 1.4e15),
            (-3.0, -2.9),
            (20_000.4, 20_001.2),
        ];
        for (lo, hi) in axes {
            for height in [60.0, 90.0, 200.0, 400.0] {
                let ticks = labels(Scale::Linear, lo, hi, height);
                assert!(ticks.len() > 1, "{lo} to {hi} on {height}: {ticks:?}");
                for (value, label) in &ticks {
                    let (number, factor) = match label.strip_suffix('k') {
                        Some(number) => (number, 1e3),
                        None => (label.as_str(), 1.0),
                    };
                    let said = number.parse::<f64>().expect("a number") * factor;
                    let room = (hi - lo) * 1e-3;
                    assert!(
                        (said - value).abs() < room,
                        "{label} at {value}, {lo} to {hi} on {height}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_short_log_axis_has_two_lines_at_least() {
        for (lo, hi) in [(1.1, 9.0), (2.0, 19.0), (0.3, 4.0)] {
            assert!(labels(Scale::Log, lo, hi, 80.0).len() > 1, "{lo} to {hi}");
        }
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
}
