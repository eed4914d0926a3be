//! The numbers of a curve: what each step measured, and what they say together.

use bench_records::{
    metric::MetricTable,
    stats,
    sweep::{Arrival, Kept, Load, Saturation, Served, highest_kept, saturated},
};

use super::{
    chosen::Curve,
    slo::{Quantity, Slo},
    track::{Instance, Step, Track},
};
use crate::sides::median;

/// Requests a second that were completed.
pub const ACHIEVED: &str = "requests_per_s";
/// Requests a second that kept the objectives of their test.
pub const GOODPUT: &str = "goodput";
/// Tokens a second of answers.
pub const TOKENS: &str = "output_tokens_per_s";
/// Percentiles that curves are drawn of.
pub const PERCENTILES: [&str; 3] = ["p50", "p95", "p99"];

/// Sweeps of main that are drawn behind a curve.
const LAST: usize = 5;

impl Instance {
    /// Median of a metric over the records of a step.
    #[must_use]
    pub fn value(&self, track: &Track, step: usize, key: &str) -> Option<f64> {
        let row = &track.steps.get(step)?.row;
        Some(median(&row.recent, self.places.get(step)?, key)?.0)
    }

    /// Loads of a scale with a metric, ascending; without the step in which all requests come at once. Of steps that
    /// this instance did not run there is no value.
    #[must_use]
    pub fn steps(&self, track: &Track, key: &str) -> Vec<(f64, Option<f64>)> {
        let on_scale =
            |(at, step): (usize, &Step)| Some((step.load.value()?, self.value(track, at, key)));
        let ran = |(at, _): &(usize, &Step)| self.places.get(*at).is_some_and(|p| !p.is_empty());
        track.steps.iter().enumerate().filter(ran).filter_map(on_scale).collect()
    }

    /// Whether each step is saturated, and up to which rate the server keeps up; nothing of a closed loop, whose
    /// users wait for the server.
    #[must_use]
    pub fn saturation(&self, track: &Track) -> (Vec<Saturation>, Kept) {
        if track.arrival == Arrival::Closed {
            return (vec![Saturation::Unmeasured; track.steps.len()], Kept::Unknown);
        }
        let ran = |at: &usize| self.places.get(*at).is_some_and(|places| !places.is_empty());
        let on_scale: Vec<usize> = (0..track.steps.len())
            .filter(|at| track.steps[*at].load.value().is_some())
            .filter(ran)
            .collect();
        let served = on_scale.iter().map(|at| Served {
            offered: track.steps[*at].load.value().unwrap_or_default(),
            achieved: self.value(track, *at, ACHIEVED),
            requests: track.steps[*at].requests,
        });
        let (is, knee) = saturated(&served.collect::<Vec<_>>());
        // all at once is more than any server keeps up with
        let beside = |step: &Step| match step.load {
            Load::AtOnce => Saturation::Saturated,
            _ => Saturation::Unmeasured,
        };
        let mut all: Vec<Saturation> = track.steps.iter().map(beside).collect();
        for (at, is) in on_scale.into_iter().zip(is) {
            all[at] = is;
        }
        (all, knee)
    }

    /// Up to which load it keeps all of these objectives: the least of what each allows.
    #[must_use]
    pub fn kept(&self, track: &Track, slos: &[Slo]) -> Kept {
        let of = |slo: &Slo| highest_kept(&self.steps(track, &slo.metric.key), slo.limit);
        slos.iter().map(of).reduce(worse).unwrap_or(Kept::Unknown)
    }
}

/// The one that allows less; where one is not known, nothing is.
fn worse(a: Kept, b: Kept) -> Kept {
    let most = |kept: Kept| match kept {
        Kept::Unknown => -1.0,
        Kept::NotAt(_) => 0.0,
        Kept::Between { at, .. } => at,
        Kept::AtLeast(load) => load,
    };
    match most(a).total_cmp(&most(b)) {
        // at the same load, one that ends there says more than one that may go on
        std::cmp::Ordering::Equal if matches!(b, Kept::Between { .. }) => b,
        std::cmp::Ordering::Greater => b,
        _ => a,
    }
}

impl Curve {
    /// The last sweeps of main before it.
    pub fn last(&self) -> impl Iterator<Item = &Instance> {
        self.before.iter().filter(|instance| instance.loads() > 1).take(LAST)
    }
}

/// Percentiles of a quantity that any of these curves has.
#[must_use]
pub fn percentiles(curves: &[Curve], quantity: Quantity) -> Vec<&'static str> {
    let has = |percentile: &&str| {
        let key = quantity.key(percentile);
        let mut steps = curves.iter().flat_map(|curve| &curve.track.steps);
        steps.any(|step| step.row.recent.column(&key).is_some())
    };
    PERCENTILES.into_iter().filter(has).collect()
}

/// The quantities that any of these curves measured.
#[must_use]
pub fn quantities(curves: &[Curve]) -> Vec<Quantity> {
    let has = |quantity: &Quantity| !percentiles(curves, *quantity).is_empty();
    Quantity::ALL.into_iter().filter(has).collect()
}

/// Whether any step of these curves measured a metric.
#[must_use]
pub fn measures(curves: &[Curve], key: &str) -> bool {
    let mut steps = curves.iter().flat_map(|curve| &curve.track.steps);
    steps.any(|step| step.row.recent.column(key).is_some())
}

/// What is said of a percentile of fewer requests than it needs; nothing where their number is not known.
#[must_use]
pub fn too_few(requests: Option<f64>, percentile: &str) -> Option<String> {
    let percent: f64 = percentile.strip_prefix('p')?.parse().ok()?;
    let needed = stats::samples_needed(percent)?;
    (requests? < needed as f64).then(|| format!("n too small: needs {needed}"))
}

/// What is said of a step that is saturated, or may be.
#[must_use]
pub const fn saturation_in_words(saturation: Saturation) -> Option<&'static str> {
    match saturation {
        Saturation::Saturated => Some("saturated"),
        Saturation::Undecided => Some("may be saturated: number of requests unknown"),
        Saturation::KeepsUp | Saturation::Unmeasured => None,
    }
}

/// The label of a metric, as tables and axes call it.
#[must_use]
pub fn label(table: &MetricTable, key: &str) -> String {
    table.get_or_unjudged(key).label.into_owned()
}
