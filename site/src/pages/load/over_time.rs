//! The load that a sweep keeps, over its commits: what it was before, and by which commit it changed.

use bench_records::{
    change::{Step, detect},
    naming::short_commit,
    stats,
    time::Micros,
};

use super::{chosen::Curve, slo::Slo, track::Instance};

/// What a load was before.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    /// The load.
    pub load: f64,
    /// The commit by which it changed; empty where it did not, or where its records name none.
    pub since: String,
}

/// The sweeps of a curve in which the load lies between two steps, oldest first, with that load.
fn kept<'c>(curve: &'c Curve, slos: &[Slo]) -> Vec<(&'c Instance, f64)> {
    let all = curve.before.iter().rev().chain([&curve.instance]);
    all.filter_map(|at| Some((at, at.kept(&curve.track, slos).load()?))).collect()
}

/// The loads of a curve's sweeps, oldest first.
#[must_use]
pub fn loads(curve: &Curve, slos: &[Slo]) -> Vec<Option<f64>> {
    kept(curve, slos).into_iter().map(|(_, load)| Some(load)).collect()
}

/// The level before the last change of the load that lasts; without one, the median of the sweeps before.
#[must_use]
pub fn before(curve: &Curve, slos: &[Slo]) -> Option<Before> {
    let kept = kept(curve, slos);
    let values: Vec<f64> = kept.iter().map(|(_, load)| *load).collect();
    let times: Vec<Micros> = kept.iter().map(|(at, _)| at.time).collect();
    let detection = detect(&values, Some(&times));
    let last: Option<&Step> = detection.steps.last();
    if let Some(step) = last.filter(|step| !step.faded && !step.flip) {
        let since = kept.get(step.latest).map_or("", |(at, _)| short_commit(&at.commit));
        return Some(Before { load: step.before, since: since.to_owned() });
    }
    let level = values.get(last.map_or(0, |step| step.index)..values.len().checked_sub(1)?)?;
    Some(Before { load: stats::median(level)?, since: String::new() })
}
