//! What a sweep says in a sentence: up to which load it keeps an objective, and where it saturates.

use bench_records::sweep::{Arrival, Kept, Saturation};

use super::{chosen::Curve, over_time, slo::Slo, track::Step};
use crate::format;

/// The unit of the loads of an arrival.
#[must_use]
pub fn unit(arrival: Arrival) -> &'static str {
    match arrival {
        Arrival::Open => "requests/s",
        Arrival::Closed => "requests at a time",
    }
}

/// A load with its unit.
#[must_use]
pub fn load(value: f64, arrival: Arrival) -> String {
    format!("{}\u{202f}{}", short(value), unit(arrival))
}

/// A number without zeros at its end: loads and limits are set, not measured.
#[must_use]
pub fn short(value: f64) -> String {
    let text = format::number(value, None);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Such as `Keeps TTFT P99 ≤ 200 ms up to 11.2 requests/s, between the measured 8 and 12; 12.0 before, −6.7 %.`
#[must_use]
pub fn objective_in_words(curve: &Curve, slos: &[Slo]) -> Option<String> {
    if slos.is_empty() {
        return None;
    }
    let arrival = curve.track.arrival;
    let names: Vec<String> = slos.iter().map(Slo::words).collect();
    let names = names.join(" and ");
    Some(match curve.instance.kept(&curve.track, slos) {
        Kept::Unknown => format!("Nothing is known of {names}: no step measured it."),
        Kept::NotAt(lowest) => {
            format!(
                "Does not keep {names}: not even at {}, the lowest measured.",
                load(lowest, arrival)
            )
        }
        Kept::AtLeast(highest) => {
            format!(
                "Keeps {names} up to {} at least, the highest measured.",
                load(highest, arrival)
            )
        }
        Kept::Between { at, low, high } => {
            let before = over_time::before(curve, slos).map(|before| {
                let change = format::percent((at - before.load) / before.load);
                let when = match before.since.as_str() {
                    "" => "in the sweeps before".to_owned(),
                    since => format!("before {since}"),
                };
                format!("; {} {when}, {change}", load(before.load, arrival))
            });
            let [low, high] = [low, high].map(short);
            format!(
                "Keeps {names} up to {}, between the measured {low} and {high}{}.",
                load(at, arrival),
                before.unwrap_or_default()
            )
        }
    })
}

/// Such as `Saturates between 12 and 16 requests/s.`; nothing of a closed loop.
#[must_use]
pub fn knee_in_words(curve: &Curve) -> Option<String> {
    let arrival = curve.track.arrival;
    match curve.instance.saturation(&curve.track).1 {
        Kept::Unknown => None,
        Kept::NotAt(lowest) => {
            let below = if is_decided(curve, |load| load < lowest) {
                ", the lowest measured."
            } else {
                "; whether from less on is not known."
            };
            Some(format!("Saturated from {} on{below}", load(lowest, arrival)))
        }
        Kept::AtLeast(highest) => {
            let above = if is_decided(curve, |load| load > highest) {
                ", the highest measured."
            } else {
                "; whether with more is not known."
            };
            Some(format!("Keeps up with {}{above}", load(highest, arrival)))
        }
        Kept::Between { low, high, .. } => {
            Some(format!("Saturates between {} and {}.", short(low), load(high, arrival)))
        }
    }
}

/// Whether no step of such loads may be saturated without that being known.
fn is_decided(curve: &Curve, of: impl Fn(f64) -> bool) -> bool {
    let (saturation, _) = curve.instance.saturation(&curve.track);
    let steps = curve.track.steps.iter().zip(saturation);
    let of = |step: &Step| step.load.value().is_some_and(&of);
    !steps.into_iter().any(|(step, is)| of(step) && is == Saturation::Undecided)
}

/// `3 of 5 loads`, where a sweep did not run all.
#[must_use]
pub fn part_in_words(curve: &Curve) -> Option<String> {
    let (ran, all) = (curve.instance.loads(), curve.track.steps.len());
    (ran < all).then(|| format!("measured {ran} of {all} loads"))
}
