//! From all samples of a run to the metrics of its raw record.

use std::collections::BTreeMap;

use bench_engine::OutputKind;
use bench_records::{
    gpu_use::GpuUse,
    raw::{Phase, Statistics, Trial},
    record::Metrics,
    stats::{self, Summary},
};

use crate::measure::{sampling::Samples, stated};

type GpuField = fn(&GpuUse) -> Option<f64>;
const GPU_METRICS: [(&str, GpuField); 3] = [
    ("gpu_utilization_pct", |used| used.utilization_pct),
    ("gpu_memory_utilization_pct", |used| used.memory_utilization_pct),
    ("energy_j", |used| used.energy_j),
];

/// What the trials do not say by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Context {
    /// Seconds until the first request could be taken.
    pub startup_s: Option<f64>,
    /// What a device costs an hour.
    pub price_per_device_hour_usd: Option<f64>,
    /// Devices in use, at least 1.
    pub num_devices: u64,
}

/// Metrics by record key; what was not measured is not there.
#[must_use]
pub fn metrics(samples: &Samples, context: &Context) -> Metrics {
    let mut metrics = latency_metrics(&samples.latencies_s(Phase::Clean));
    let mut put = |key: &str, value: Option<f64>| {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            metrics.insert(key.to_owned(), value);
        }
    };
    let instrumented: Vec<&Trial> = samples.of(Phase::Instrumented).collect();
    for (key, seconds) in stated::stages(samples).metrics {
        put(&key, Some(seconds));
    }
    let peaks: Vec<f64> = samples.of(Phase::Clean).filter_map(|t| t.peak_memory_mb).collect();
    put("memory", stats::max(&peaks));
    for (key, field) in GPU_METRICS {
        put(key, mean_of_gpu(samples, field));
    }
    put("step_p50_s", stats::percentile(&later_steps(&instrumented), 50.0));
    put("startup_s", context.startup_s);
    let latency = stats::mean(&samples.latencies_s(Phase::Clean)).filter(|mean| *mean > 0.0);
    if let (Some((kind, count)), Some(latency)) = (samples.made, latency) {
        let (rate, outputs) = match kind {
            OutputKind::Video { .. } => (Some("throughput"), 1.0),
            OutputKind::Images => (Some("images_per_s"), count as f64),
            OutputKind::Texts => (None, count as f64),
            OutputKind::Uncounted => (None, 1.0),
        };
        if let Some(rate) = rate {
            put(rate, Some(count as f64 / latency));
        }
        put("real_time_factor", real_time_factor(kind, count, latency));
        let hours = latency / 3600.0 * context.num_devices.max(1) as f64;
        let cost = |price: f64| price * hours / outputs;
        put("cost_per_output_usd", context.price_per_device_hour_usd.map(cost));
    }
    for (key, value) in stated::metrics(samples).metrics {
        metrics.entry(key).or_insert(value);
    }
    metrics
}

/// Seconds that a second of video takes; below 1 it could be watched as it is made. `None` for
/// pictures.
fn real_time_factor(kind: OutputKind, frames: usize, latency_s: f64) -> Option<f64> {
    match kind {
        OutputKind::Video { fps } => Some(latency_s * f64::from(fps) / frames as f64),
        OutputKind::Images | OutputKind::Texts | OutputKind::Uncounted => None,
    }
}

/// Metrics of latencies in seconds; empty for none.
#[must_use]
pub fn latency_metrics(clean_s: &[f64]) -> Metrics {
    let Some(summary) = Summary::of(clean_s) else { return Metrics::new() };
    // of few trials a tail is the slowest one, which is no percentile
    let tail = |percent, value| stats::has_samples_beyond(clean_s.len(), percent).then_some(value);
    let pairs = [
        ("latency", Some(summary.mean)),
        ("latency_p50_s", Some(summary.p50.value)),
        ("latency_p90_s", tail(90.0, summary.p90.value)),
        ("latency_p95_s", tail(95.0, summary.p95.value)),
        ("latency_p99_s", tail(99.0, summary.p99.value)),
        ("latency_std_s", summary.std_dev),
    ];
    pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

/// Mean over the clean trials, where each of them has the figure.
fn mean_of_gpu(samples: &Samples, field: GpuField) -> Option<f64> {
    let figures = samples.of(Phase::Clean).map(|trial| field(trial.gpu.as_ref()?));
    stats::mean(&figures.collect::<Option<Vec<f64>>>()?)
}

/// Steps after the first of their trial, which still pays for what is prepared once.
fn later_steps(instrumented: &[&Trial]) -> Vec<f64> {
    instrumented.iter().flat_map(|trial| trial.step_times_s.iter().skip(1)).copied().collect()
}

/// What the raw record says of the samples beside their metrics.
#[must_use]
pub fn statistics(samples: &Samples) -> Statistics {
    let instrumented: Vec<&Trial> = samples.of(Phase::Instrumented).collect();
    let first: Vec<f64> =
        instrumented.iter().filter_map(|trial| trial.step_times_s.first().copied()).collect();
    let unaccounted: Vec<f64> = instrumented
        .iter()
        .filter(|trial| !trial.stages.is_empty())
        .map(|trial| trial.latency_s - trial.stages.values().sum::<f64>())
        .collect();
    Statistics {
        latency: Summary::of(&samples.latencies_s(Phase::Clean)),
        stages: stage_summaries(&instrumented),
        first_step: Summary::of(&first),
        later_steps: Summary::of(&later_steps(&instrumented)),
        instrumented_slowdown: slowdown(samples),
        unaccounted_s: stats::median(&unaccounted),
    }
}

fn stage_summaries(instrumented: &[&Trial]) -> BTreeMap<String, Summary> {
    let mut by_stage: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (name, seconds) in instrumented.iter().flat_map(|trial| &trial.stages) {
        by_stage.entry(name).or_default().push(*seconds);
    }
    let summaries = by_stage.into_iter();
    summaries.filter_map(|(name, s)| Some((name.to_owned(), Summary::of(&s)?))).collect()
}

fn slowdown(samples: &Samples) -> Option<f64> {
    let clean = stats::median(&samples.latencies_s(Phase::Clean))?;
    let instrumented = stats::median(&samples.latencies_s(Phase::Instrumented))?;
    Some(instrumented / clean - 1.0).filter(|slowdown| slowdown.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::stopping::StoppingRule;
    use bench_records::stage::DENOISE;

    fn trial(phase: Phase, latency_s: f64) -> Trial {
        Trial {
            phase,
            latency_s,
            cpu_s: None,
            stages: BTreeMap::new(),
            stages_cpu_s: BTreeMap::new(),
            step_times_s: Vec::new(),
            peak_memory_mb: Some(100.0 * latency_s),
            metrics: BTreeMap::new(),
            prompt_index: 0,
            gpu: None,
            discard_reason: None,
        }
    }

    fn instrumented(latency_s: f64, denoise_s: f64, steps: &[f64]) -> Trial {
        let stages = BTreeMap::from([(DENOISE.to_owned(), denoise_s)]);
        Trial { stages, step_times_s: steps.to_vec(), ..trial(Phase::Instrumented, latency_s) }
    }

    fn samples(made: (OutputKind, usize)) -> Samples {
        Samples {
            trials: vec![
                trial(Phase::Warmup, 50.0),
                trial(Phase::Clean, 1.0),
                instrumented(2.0, 1.5, &[0.9, 0.3, 0.3]),
                trial(Phase::Clean, 3.0),
                instrumented(4.0, 2.5, &[1.1, 0.5, 0.9]),
            ],
            stopping_rule: StoppingRule::Count,
            made: Some(made),
            overhead_s: 0.0,
            memory_reason: None,
            last_output: None,
        }
    }

    #[test]
    fn latency_is_of_clean_trials_and_stages_of_instrumented_ones() {
        let context = Context { startup_s: Some(9.0), num_devices: 1, ..Context::default() };
        let metrics = metrics(&samples((OutputKind::Video { fps: 24 }, 10)), &context);
        let of = |key: &str| metrics.get(key).copied();
        assert_eq!((of("latency"), of("dit_time_s")), (Some(2.0), Some(2.0)));
        assert_eq!((of("throughput"), of("images_per_s")), (Some(5.0), None));
        // 10 frames at 24 a second are watched in 5/12 s
        assert_eq!(of("real_time_factor"), Some(4.8));
        assert_eq!((of("memory"), of("startup_s")), (Some(300.0), Some(9.0)));
        assert_eq!((of("latency_p50_s"), of("latency_p90_s")), (Some(1.0), None));
        assert_eq!((of("vae_decode_time_s"), of("cost_per_output_usd")), (None, None));
    }

    #[test]
    fn a_tail_percentile_is_measured_where_trials_lie_beyond_it() {
        let times_s: Vec<f64> = (1..=20).map(f64::from).collect();
        let metrics = latency_metrics(&times_s);
        assert_eq!((metrics["latency_p90_s"], metrics["latency_p95_s"]), (18.0, 19.0));
        assert_eq!(metrics.get("latency_p99_s"), None);
    }

    #[test]
    fn the_first_denoise_step_counts_apart() {
        let samples = samples((OutputKind::Images, 2));
        let metrics = metrics(&samples, &Context::default());
        assert_eq!(metrics["step_p50_s"], 0.3);
        let statistics = statistics(&samples);
        assert_eq!(statistics.first_step.expect("two first steps").mean, 1.0);
        assert_eq!(statistics.later_steps.expect("four more").count, 4);
    }

    #[test]
    fn a_price_is_shared_by_the_outputs_of_a_trial() {
        let context =
            Context { price_per_device_hour_usd: Some(3600.0), num_devices: 2, startup_s: None };
        let images = metrics(&samples((OutputKind::Images, 4)), &context);
        assert_eq!((images["cost_per_output_usd"], images["images_per_s"]), (1.0, 2.0));
        assert_eq!(images.get("real_time_factor"), None);
        let video = metrics(&samples((OutputKind::Video { fps: 24 }, 4)), &context);
        assert_eq!(video["cost_per_output_usd"], 4.0);
    }

    #[test]
    fn what_stages_leave_open_and_what_instruments_cost_is_told() {
        let statistics = statistics(&samples((OutputKind::Images, 1)));
        assert_eq!(statistics.unaccounted_s, Some(1.0));
        assert_eq!(statistics.instrumented_slowdown, Some(0.5));
    }

    #[test]
    fn a_stage_that_one_trial_lacks_is_no_metric() {
        let mut samples = samples((OutputKind::Images, 1));
        samples.trials[2].stages.clear();
        assert_eq!(metrics(&samples, &Context::default()).get("dit_time_s"), None);
    }

    #[test]
    fn figures_of_a_gpu_are_means_of_the_clean_trials_that_all_have_them() {
        let mut samples = samples((OutputKind::Images, 1));
        for (index, trial) in samples.trials.iter_mut().enumerate() {
            let energy_j = Some(100.0 * index as f64);
            let utilization_pct = (index > 1).then_some(90.0);
            trial.gpu = Some(GpuUse { energy_j, utilization_pct, ..GpuUse::default() });
        }
        let metrics = metrics(&samples, &Context::default());
        assert_eq!(metrics["energy_j"], 200.0);
        assert_eq!(metrics.get("gpu_utilization_pct"), None);
        assert_eq!(metrics.get("gpu_memory_utilization_pct"), None);
    }

    #[test]
    fn a_run_without_clean_trials_has_no_latency() {
        let mut samples = samples((OutputKind::Images, 1));
        samples.trials.retain(|trial| trial.phase == Phase::Warmup);
        assert!(metrics(&samples, &Context::default()).is_empty());
    }
}
