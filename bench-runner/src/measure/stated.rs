//! From what trials say of their stages and metrics to the metrics of the run.
//!
//! In: all samples. Out: a value by record key for what every trial of a kind says, and in words what
//! is no metric for lack of that. Stages count in instrumented trials, other metrics in clean ones.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use bench_records::{
    raw::{Phase, Trial},
    record::Metrics,
    stage::stage_key,
    stats,
};

use crate::measure::sampling::Samples;

/// Metrics, and what could not become one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stated {
    /// Means by record key.
    pub metrics: Metrics,
    /// What was said and is no metric, with the reason.
    pub doubts: Vec<String>,
}

type Numbers = fn(&Trial) -> &BTreeMap<String, f64>;

/// The stages that every instrumented trial has: mean seconds.
#[must_use]
pub fn stages(samples: &Samples) -> Stated {
    let mut stated = Stated::default();
    let trials: Vec<&Trial> = samples.of(Phase::Instrumented).collect();
    let of: Numbers = |trial| &trial.stages;
    for stage in names(&trials, of) {
        let shown = format!("the stage {stage:?}");
        match mean(&trials, of, &stage) {
            Ok(seconds) => stated.put(&shown, stage_key(&stage), seconds),
            Err(count) => stated.doubt_part(&shown, count, trials.len(), Phase::Instrumented),
        }
    }
    stated
}

/// The metrics that every clean trial has, else every instrumented one: means.
#[must_use]
pub fn metrics(samples: &Samples) -> Stated {
    let mut stated = Stated::default();
    let of: Numbers = |trial| &trial.metrics;
    let mut clean_names = BTreeSet::new();
    for phase in [Phase::Clean, Phase::Instrumented] {
        let trials: Vec<&Trial> = samples.of(phase).collect();
        for name in names(&trials, of) {
            if phase == Phase::Clean {
                clean_names.insert(name.clone());
            } else if clean_names.contains(&name) {
                continue;
            }
            match mean(&trials, of, &name) {
                Ok(value) => stated.put(&name, name.clone(), value),
                Err(count) => stated.doubt_part(&name, count, trials.len(), phase),
            }
        }
    }
    stated
}

/// Everything that was said and is no metric of the run, in words.
#[must_use]
pub fn doubts(samples: &Samples, measured: &Metrics) -> Vec<String> {
    let (stages, metrics) = (stages(samples), metrics(samples));
    let hidden = metrics.metrics.iter().filter(|(key, value)| measured.get(*key) != Some(*value));
    let hidden = hidden.map(|(key, _)| {
        format!("{key} is not kept: this program measures it itself; give it another name")
    });
    [stages.doubts, metrics.doubts, hidden.collect()].concat()
}

impl Stated {
    fn put(&mut self, shown: &str, key: String, value: f64) {
        match self.metrics.entry(key) {
            Entry::Vacant(free) => {
                free.insert(value);
            }
            Entry::Occupied(taken) => {
                let key = taken.key();
                let doubt = format!("{shown} is not kept: another one is {key} too; rename it");
                self.doubts.push(doubt);
            }
        }
    }

    fn doubt_part(&mut self, shown: &str, count: usize, of: usize, phase: Phase) {
        let phase = phase.as_str();
        self.doubts.push(format!(
            "{shown} is not kept: {count} of {of} {phase} trials have it; say it in each"
        ));
    }
}

fn names(trials: &[&Trial], of: Numbers) -> BTreeSet<String> {
    trials.iter().flat_map(|trial| of(trial).keys().cloned()).collect()
}

/// The mean over all trials; where only some have it, how many: such a mean is not comparable.
fn mean(trials: &[&Trial], of: Numbers, name: &str) -> Result<f64, usize> {
    let values: Vec<f64> = trials.iter().filter_map(|trial| of(trial).get(name).copied()).collect();
    if values.len() < trials.len() {
        return Err(values.len());
    }
    stats::mean(&values).ok_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bench_engine::OutputKind;
    use bench_records::stage::DENOISE;

    use crate::measure::stopping::StoppingRule;

    fn trial(phase: Phase, stages: &[(&str, f64)], metrics: &[(&str, f64)]) -> Trial {
        let map = |pairs: &[(&str, f64)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
        };
        Trial {
            phase,
            latency_s: 1.0,
            cpu_s: None,
            stages: map(stages),
            stages_cpu_s: BTreeMap::new(),
            step_times_s: Vec::new(),
            peak_memory_mb: None,
            metrics: map(metrics),
            prompt_index: 0,
            gpu: None,
            discard_reason: None,
        }
    }

    fn samples(trials: Vec<Trial>) -> Samples {
        Samples {
            trials,
            stopping_rule: StoppingRule::Count,
            made: Some((OutputKind::Uncounted, 1)),
            overhead_s: 0.0,
            memory_reason: None,
            last_output: None,
        }
    }

    #[test]
    fn a_stage_of_any_name_is_a_metric_and_the_three_known_ones_keep_their_names() {
        let trials = [0.5, 1.5].map(|seconds| {
            let stages = [(DENOISE, seconds), ("prefill", 2.0 * seconds), ("KV load", 0.1)];
            trial(Phase::Instrumented, &stages, &[])
        });
        let stated = stages(&samples(trials.to_vec()));
        let expected = [("dit_time_s", 1.0), ("kv_load_time_s", 0.1), ("prefill_time_s", 2.0)];
        assert_eq!(stated.metrics, expected.map(|(key, value)| (key.to_owned(), value)).into());
        assert_eq!(stated.doubts, [""; 0]);
    }

    #[test]
    fn a_stage_that_one_trial_lacks_is_no_metric_and_is_named() {
        let trials = vec![
            trial(Phase::Instrumented, &[("decode", 1.0)], &[]),
            trial(Phase::Instrumented, &[], &[]),
        ];
        let stated = stages(&samples(trials));
        assert_eq!(stated.metrics, Metrics::new());
        let expected = "the stage \"decode\" is not kept: 1 of 2 instrumented trials have it; say it \
                        in each";
        assert_eq!(stated.doubts, [expected]);
    }

    #[test]
    fn two_stages_of_one_metric_are_not_mixed() {
        let both = trial(Phase::Instrumented, &[(DENOISE, 1.0), ("dit", 9.0)], &[]);
        let stated = stages(&samples(vec![both]));
        assert_eq!(stated.metrics["dit_time_s"], 1.0);
        assert!(stated.doubts[0].contains("\"dit\" is not kept"), "{:?}", stated.doubts);
    }

    #[test]
    fn metrics_are_means_of_clean_trials_and_of_instrumented_ones_where_only_these_have_them() {
        let trials = vec![
            trial(Phase::Clean, &[], &[("tokens_per_s", 10.0)]),
            trial(Phase::Instrumented, &[], &[("tokens_per_s", 1.0), ("flops", 4.0)]),
            trial(Phase::Clean, &[], &[("tokens_per_s", 20.0), ("ttft_ms", 5.0)]),
        ];
        let samples = samples(trials);
        let stated = metrics(&samples);
        let expected = [("flops", 4.0), ("tokens_per_s", 15.0)];
        assert_eq!(stated.metrics, expected.map(|(key, value)| (key.to_owned(), value)).into());
        assert!(stated.doubts[0].starts_with("ttft_ms is not kept: 1 of 2 clean trials"));
        let measured = Metrics::from([("flops".to_owned(), 4.0), ("tokens_per_s".to_owned(), 9.0)]);
        let doubts = doubts(&samples, &measured);
        assert_eq!(doubts.len(), 2, "{doubts:?}");
        assert!(doubts[1].starts_with("tokens_per_s is not kept: this program measures it"));
    }
}
