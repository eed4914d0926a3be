//! A detection in, a few lines for a reader out.

use std::fmt::Write;

use bench_records::change::{Detection, Drift, Noise, NoiseKind, Power, Provisional, Step};

use super::input::TimeUnit;

/// Steps with their places and intervals, then noise, power and drift.
pub(super) fn render(detection: &Detection, unit: TimeUnit, floor: f64) -> String {
    let mut out = String::new();
    let mut line = |text: String| writeln!(out, "{text}").expect("a String takes all text");
    let steps = count(detection.steps.len(), "step");
    line(format!("{}, {steps}", count(detection.n, "value")));
    detection.steps.iter().for_each(|found| line(step(found)));
    detection.provisional.iter().for_each(|found| line(provisional(found)));
    line(format!("noise: {}", detection.noise.as_ref().map_or("none".to_owned(), noise)));
    line(format!("noticed: {}", power(&detection.power)));
    line(format!(
        "drift: {}",
        detection.drift.map_or(NO_DRIFT.to_owned(), |d| drift(&d, detection.logs, unit))
    ));
    if floor != bench_records::change::Options::default().floor {
        line(format!("changes below {} are ignored", percent(floor)));
    }
    out
}

/// Why there is no word on drift.
const NO_DRIFT: &str = "unknown (needs 20 values since the last step that are not all equal)";

fn step(step: &Step) -> String {
    let (index, at) = (step.index, step.confirmed_at);
    let possible = possible(step.earliest, step.latest);
    let (before, after) = (number(step.before), number(step.after));
    let change = match (step.change, step.low, step.high) {
        (Some(change), Some(low), Some(high)) => {
            format!("{} ({} to {})", signed(change), signed(low), signed(high))
        }
        _ => "n/a".to_owned(),
    };
    let period = match step.period {
        0 => String::new(),
        period => format!("; swings every {period} values taken off"),
    };
    let faded = if step.faded { "; has faded since" } else { "" };
    let flip = if step.flip { "; flips between two levels" } else { "" };
    format!(
        "confirmed: index {index}{possible}, {before} → {after}, {change}, certain since index \
         {at}, p {:.1e}{period}{faded}{flip}",
        step.p
    )
}

fn provisional(step: &Provisional) -> String {
    let possible = possible(step.earliest, step.latest);
    let change = step.change.map_or("n/a".to_owned(), signed);
    let (index, since) = (step.index, count(step.points, "value"));
    format!("provisional: index {index}{possible}, {change}, {since} since; may vanish")
}

fn possible(earliest: usize, latest: usize) -> String {
    if earliest == latest { String::new() } else { format!(" ({earliest} to {latest})") }
}

fn noise(noise: &Noise) -> String {
    let kind = match noise.kind {
        NoiseKind::Unknown => {
            return format!("unknown ({}, needs 8)", count(noise.points, "value"));
        }
        NoiseKind::Exact => return "exact (nearly all values equal their level)".to_owned(),
        NoiseKind::Bimodal => "bimodal",
        NoiseKind::Quiet => "quiet",
        NoiseKind::Normal => "normal",
        NoiseKind::Noisy => "noisy",
    };
    let (scale, phi) = (percent(noise.scale), noise.autocorrelation);
    format!("{kind}, ±{scale}, autocorrelation {phi:.2}, last {}", count(noise.points, "value"))
}

fn power(power: &[Power]) -> String {
    let one = |power: &Power| {
        let change = percent(power.change);
        match power.runs {
            Some(runs) => format!("{change} after {runs}"),
            None => format!("{change} not within 256"),
        }
    };
    if power.is_empty() {
        return "unknown (needs 8 values)".to_owned();
    }
    format!("{} runs", power.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn drift(drift: &Drift, in_logs: bool, unit: TimeUnit) -> String {
    let total = if in_logs { drift.total.exp_m1() } else { drift.total };
    let (total, since) = (signed(total), drift.start);
    if !drift.drifting {
        return format!("none ({total} since index {since}, z {:.1})", drift.z);
    }
    let unit = match unit {
        TimeUnit::Record => "record",
        TimeUnit::Day => "day",
        TimeUnit::Given => "unit of time",
    };
    let slope = drift.slope * 100.0;
    format!("{total} since index {since}, {slope:+.3} % per {unit}, z {:.1}", drift.z)
}

fn count(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    format!("{} %", (percent * 100.0).round() / 100.0)
}

fn signed(fraction: f64) -> String {
    format!("{:+.2} %", fraction * 100.0)
}

/// A value with as many digits as a reader compares.
fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{value:.4e}");
    }
    let magnitude = size.max(1e-4).log10().floor() as i32;
    let decimals = usize::try_from(5 - magnitude).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
