//! What the trials of one run say together: a distribution, parts by stage and by step.
//!
//! In: [`Trials`]. Out: what the page shows of them. Times in seconds.

use std::collections::BTreeMap;

use bench_records::{
    raw::{Phase, Trial},
    stats::{self, PercentileInterval, Summary},
};

use crate::trials::Trials;

/// The word for a phase.
#[must_use]
pub fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Warmup => "warm-up",
        Phase::Clean => "clean",
        Phase::Instrumented => "instrumented",
    }
}

/// A percentile with what is known of its place in the population.
#[derive(Debug, Clone, PartialEq)]
pub struct PercentileLine {
    /// `P90`.
    pub name: &'static str,
    /// One of the samples.
    pub value: f64,
    /// Its interval.
    pub interval: PercentileInterval,
}

/// The percentiles of a summary.
#[must_use]
pub fn percentiles(summary: &Summary) -> Vec<PercentileLine> {
    let named =
        [("P50", summary.p50), ("P90", summary.p90), ("P95", summary.p95), ("P99", summary.p99)];
    let line = |(name, percentile): (_, stats::Percentile)| PercentileLine {
        name,
        value: percentile.value,
        interval: percentile.interval,
    };
    named.into_iter().map(line).collect()
}

/// Part of the time of an instrumented trial.
#[derive(Debug, Clone, PartialEq)]
pub struct StagePart {
    /// Stage; `None` for the time outside every stage.
    pub name: Option<String>,
    /// Median over the trials that have it.
    pub median_s: f64,
    /// Mean over all of them; the means add up to the mean of the whole.
    pub mean_s: f64,
    /// The mean as a fraction of the whole.
    pub share: f64,
}

/// The stages of the instrumented trials that count, and the rest of their time where there is any.
#[must_use]
pub fn stage_parts(trials: &Trials) -> Vec<StagePart> {
    let counting: Vec<&Trial> = trials.counting(Phase::Instrumented).collect();
    let whole: Vec<f64> = counting.iter().map(|trial| trial.latency_s).collect();
    let mut by_stage: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (name, seconds) in counting.iter().flat_map(|trial| &trial.stages) {
        by_stage.entry(name).or_default().push(*seconds);
    }
    let rest: Vec<f64> =
        counting.iter().map(|trial| trial.latency_s - trial.stages.values().sum::<f64>()).collect();
    let total = whole.iter().sum::<f64>();
    let part = |name: Option<String>, seconds: &[f64]| {
        let sum = seconds.iter().sum::<f64>();
        Some(StagePart {
            name,
            median_s: stats::median(seconds)?,
            mean_s: sum / counting.len() as f64,
            share: if total > 0.0 { sum / total } else { return None },
        })
    };
    let names = trials.stage_names();
    let named =
        names.iter().filter_map(|name| part(Some(name.clone()), by_stage.get(name.as_str())?));
    let mut parts: Vec<StagePart> = named.collect();
    let outside = part(None, &rest).filter(|rest| !parts.is_empty() && rest.share > 0.0005);
    parts.extend(outside);
    parts
}

/// One denoise step over the trials that count, from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its number, from 1.
    pub number: usize,
    /// Number of trials that have it.
    pub count: usize,
    /// Median of its seconds.
    pub median_s: f64,
    /// The shortest.
    pub min_s: f64,
    /// The longest.
    pub max_s: f64,
}

/// The steps, each over the measured trials that have it.
#[must_use]
pub fn steps(trials: &Trials) -> Vec<Step> {
    let counting: Vec<&Trial> =
        trials.counting(Phase::Clean).chain(trials.counting(Phase::Instrumented)).collect();
    let longest = counting.iter().map(|trial| trial.step_times_s.len()).max().unwrap_or(0);
    let step = |index: usize| {
        let times = counting.iter().filter_map(|trial| trial.step_times_s.get(index).copied());
        let times: Vec<f64> = times.collect();
        Some(Step {
            number: index + 1,
            count: times.len(),
            median_s: stats::median(&times)?,
            min_s: stats::min(&times)?,
            max_s: stats::max(&times)?,
        })
    };
    (0..longest).filter_map(step).collect()
}

/// Median of the first step, then of all later ones together.
#[must_use]
pub fn first_and_later(steps: &[Step]) -> Option<(f64, f64)> {
    let later: Vec<f64> = steps.iter().skip(1).map(|step| step.median_s).collect();
    Some((steps.first()?.median_s, stats::median(&later)?))
}

/// Places of samples on a strip from the smallest to the largest; all in the middle where they are
/// the same.
#[must_use]
pub fn place(value: f64, summary: &Summary) -> f64 {
    let range = summary.max - summary.min;
    if range > 0.0 { (value - summary.min) / range } else { 0.5 }
}

/// The values that a strip names, each with its place: the smallest and the largest, or the one that
/// all are.
#[must_use]
pub fn ends(summary: &Summary) -> Vec<(f64, f64)> {
    let mut ends = vec![summary.min, summary.max];
    ends.dedup();
    ends.into_iter().map(|value| (value, place(value, summary))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{testing::TRIALS, trials::read};

    #[test]
    fn stages_and_the_rest_add_up_to_the_whole() {
        let parts = stage_parts(&read(TRIALS));
        let names: Vec<_> = parts.iter().map(|part| part.name.as_deref()).collect();
        assert_eq!(names, [Some("text_encoder"), Some("denoise"), None]);
        assert_eq!((parts[1].mean_s, parts[1].median_s), (3.0, 3.0));
        assert!((parts.iter().map(|part| part.share).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(stage_parts(&Trials::default()).is_empty());
    }

    #[test]
    fn the_first_step_stands_apart() {
        let steps = steps(&read(TRIALS));
        assert_eq!((steps[0].median_s, steps[0].min_s, steps[0].max_s), (2.5, 1.5, 3.5));
        assert_eq!(first_and_later(&steps), Some((2.5, 0.5)));
        assert_eq!(first_and_later(&steps[..1]), None);
    }

    #[test]
    fn equal_samples_stand_in_the_middle() {
        let same = Summary::of(&[2.0, 2.0]).expect("samples");
        assert_eq!(place(2.0, &same), 0.5);
        let two = Summary::of(&[2.0, 4.0]).expect("samples");
        assert_eq!((place(2.0, &two), place(4.0, &two)), (0.0, 1.0));
    }

    #[test]
    fn a_strip_names_its_ends_where_their_dots_are() {
        let ends_of = |values: &[f64]| ends(&Summary::of(values).expect("samples"));
        assert_eq!(ends_of(&[4.0, 2.0, 3.0]), [(2.0, 0.0), (4.0, 1.0)]);
        assert_eq!(ends_of(&[2.0, 2.0]), [(2.0, 0.5)]);
    }
}
