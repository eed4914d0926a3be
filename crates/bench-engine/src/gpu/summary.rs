//! From the readings of a trial to what it took of the GPU.

use std::collections::BTreeSet;

use bench_records::{
    gpu_use::{EnergySource, GpuUse},
    stats,
};

use super::{Figure, PoolPeaks, Reading};

/// What NVML calls having no work: the first reading of a trial precedes its work, so that this says
/// nothing about lowered clocks.
const IDLE: &str = "GPU_IDLE";

/// A reading, and when it was taken: seconds from the beginning of the trial.
pub(super) type Sample = (f64, Reading);

/// Sums a trial up. A figure that some readings lack is that of the others; one that all lack is
/// null, for the reason of the first.
pub(super) fn summarize(samples: &[Sample], pool: &PoolPeaks) -> GpuUse {
    let mut used =
        GpuUse { samples: samples.len().try_into().unwrap_or(u32::MAX), ..GpuUse::default() };
    let reasons = &mut used.unmeasured;
    let mut over = |name: &str, field: fn(&Reading) -> &Figure, sum: fn(&[f64]) -> Option<f64>| {
        let figures: Vec<&Figure> = samples.iter().map(|(_, reading)| field(reading)).collect();
        let known: Vec<f64> = figures.iter().filter_map(|f| f.as_ref().ok()).copied().collect();
        let value = sum(&known);
        if value.is_none() {
            let reason = figures.into_iter().find_map(|figure| figure.as_ref().err());
            let reason = reason.map_or("no reading was taken", String::as_str);
            reasons.insert(name.to_owned(), reason.to_owned());
        }
        value
    };
    let mean = stats::mean;
    used.utilization_pct = over("utilization_pct", |r| &r.utilization_pct, mean);
    used.memory_utilization_pct =
        over("memory_utilization_pct", |r| &r.memory_utilization_pct, mean);
    used.power_w = over("power_w", |r| &r.power_w, mean);
    used.sm_clock_mhz = over("sm_clock_mhz", |r| &r.sm_clock_mhz, mean);
    used.min_sm_clock_mhz = over("min_sm_clock_mhz", |r| &r.sm_clock_mhz, stats::min);
    used.max_temperature_c = over("max_temperature_c", |r| &r.temperature_c, stats::max);
    used.process_memory_mb = over("process_memory_mb", |r| &r.process_memory_mb, stats::max);
    add_energy(&mut used, samples);
    add_throttling(&mut used, samples);
    add_pool(&mut used, pool);
    used
}

fn add_energy(used: &mut GpuUse, samples: &[Sample]) {
    let found = by_counter(samples)
        .map(|joules| (joules, EnergySource::Counter))
        .or_else(|| by_power(samples).map(|joules| (joules, EnergySource::Power)));
    match found {
        Some((joules, source)) => {
            (used.energy_j, used.energy_source) = (Some(joules), Some(source));
        }
        None => {
            let reason =
                samples.iter().find_map(|(_, reading)| reading.energy_counter_j.clone().err());
            let reason = reason.unwrap_or_else(|| "fewer than two readings were taken".to_owned());
            used.unmeasured.insert("energy_j".to_owned(), reason);
        }
    }
}

/// Last less first; none where the counter began anew in between.
fn by_counter(samples: &[Sample]) -> Option<f64> {
    let (Some((_, first)), Some((_, last))) = (samples.first(), samples.last()) else {
        return None;
    };
    let joules = last.energy_counter_j.as_ref().ok()? - first.energy_counter_j.as_ref().ok()?;
    (samples.len() > 1 && joules >= 0.0).then_some(joules)
}

/// Σ (tᵢ₊₁ − tᵢ)·(Pᵢ + Pᵢ₊₁)/2, the trapezoidal rule, over the readings that state a power.
fn by_power(samples: &[Sample]) -> Option<f64> {
    let known: Vec<(f64, f64)> = samples
        .iter()
        .filter_map(|(at, reading)| Some((*at, *reading.power_w.as_ref().ok()?)))
        .collect();
    let area = |pair: &[(f64, f64)]| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0;
    (known.len() > 1).then(|| known.windows(2).map(area).sum())
}

fn add_throttling(used: &mut GpuUse, samples: &[Sample]) {
    let known: Vec<&Vec<String>> =
        samples.iter().filter_map(|(_, reading)| reading.throttle_reasons.as_ref().ok()).collect();
    if known.is_empty() {
        let reason = samples.iter().find_map(|(_, r)| r.throttle_reasons.clone().err());
        let reason = reason.unwrap_or_else(|| "no reading was taken".to_owned());
        used.unmeasured.insert("throttle_reasons".to_owned(), reason);
        return;
    }
    let reasons: BTreeSet<&String> =
        known.into_iter().flatten().filter(|reason| *reason != IDLE).collect();
    used.throttle_reasons = Some(reasons.into_iter().cloned().collect());
}

fn add_pool(used: &mut GpuUse, pool: &PoolPeaks) {
    used.pool_used_mb = or_reason(used, "pool_used_mb", &pool.used_mb);
    used.pool_reserved_mb = or_reason(used, "pool_reserved_mb", &pool.reserved_mb);
    used.pool_release_threshold_bytes =
        or_reason(used, "pool_release_threshold_bytes", &pool.release_threshold_bytes);
}

fn or_reason<T: Copy>(used: &mut GpuUse, name: &str, figure: &Figure<T>) -> Option<T> {
    match figure {
        Ok(value) => Some(*value),
        Err(reason) => {
            used.unmeasured.insert(name.to_owned(), reason.clone());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_pool() -> PoolPeaks {
        let no = || Err("no pool".to_owned());
        PoolPeaks {
            used_mb: no(),
            reserved_mb: no(),
            release_threshold_bytes: Err("no pool".to_owned()),
        }
    }

    fn power(at: f64, watts: f64) -> Sample {
        (at, Reading { power_w: Ok(watts), ..Reading::unknown("not asked") })
    }

    #[test]
    fn energy_is_power_over_time_where_there_is_no_counter() {
        // 0.5 s · (100 + 200)/2 W + 0.1 s · (200 + 300)/2 W = 75 J + 25 J
        let samples = [power(0.0, 100.0), power(0.5, 200.0), power(0.6, 300.0)];
        let used = summarize(&samples, &no_pool());
        assert!((used.energy_j.expect("power was told") - 100.0).abs() < 1e-9);
        assert_eq!((used.energy_source, used.power_w), (Some(EnergySource::Power), Some(200.0)));
    }

    #[test]
    fn a_counter_is_preferred_unless_it_began_anew() {
        let with = |at, joules| {
            let (at, reading) = power(at, 100.0);
            (at, Reading { energy_counter_j: Ok(joules), ..reading })
        };
        let used = summarize(&[with(0.0, 5000.0), with(1.0, 5130.0)], &no_pool());
        assert_eq!((used.energy_j, used.energy_source), (Some(130.0), Some(EnergySource::Counter)));
        let used = summarize(&[with(0.0, 5000.0), with(1.0, 2.0)], &no_pool());
        assert_eq!((used.energy_j, used.energy_source), (Some(100.0), Some(EnergySource::Power)));
    }

    #[test]
    fn means_peaks_and_lowest_values_are_of_the_readings_that_tell() {
        let reading = |clock: f64, memory: f64, reasons: &[&str]| Reading {
            utilization_pct: Ok(clock / 10.0),
            sm_clock_mhz: Ok(clock),
            process_memory_mb: Ok(memory),
            throttle_reasons: Ok(reasons.iter().map(|reason| (*reason).to_owned()).collect()),
            ..Reading::unknown("not asked")
        };
        let samples = [
            (0.0, reading(900.0, 500.0, &["SW_POWER_CAP", "GPU_IDLE"])),
            (0.1, Reading::unknown("busy")),
            (0.2, reading(500.0, 700.0, &["SW_POWER_CAP", "HW_SLOWDOWN"])),
        ];
        let used = summarize(&samples, &no_pool());
        assert_eq!((used.samples, used.utilization_pct), (3, Some(70.0)));
        assert_eq!((used.sm_clock_mhz, used.min_sm_clock_mhz), (Some(700.0), Some(500.0)));
        assert_eq!(used.process_memory_mb, Some(700.0));
        assert_eq!(used.throttle_reasons.expect("told"), ["HW_SLOWDOWN", "SW_POWER_CAP"]);
        assert_eq!(used.unmeasured["power_w"], "not asked");
    }

    #[test]
    fn having_no_work_before_a_trial_is_no_reason_of_throttling() {
        let idle = Reading {
            throttle_reasons: Ok(vec!["GPU_IDLE".to_owned()]),
            ..Reading::unknown("not asked")
        };
        let used = summarize(&[(0.0, idle)], &no_pool());
        assert_eq!(used.throttle_reasons, Some(Vec::new()));
    }

    #[test]
    fn what_nothing_told_is_null_with_a_reason_and_never_zero() {
        for samples in [vec![], vec![(0.0, Reading::unknown("no NVML"))]] {
            let used = summarize(&samples, &no_pool());
            let empty = GpuUse {
                samples: used.samples,
                unmeasured: used.unmeasured.clone(),
                ..GpuUse::default()
            };
            assert_eq!(used, empty);
            // every null but where the energy comes from
            assert_eq!(used.unmeasured.len(), 12, "{:?}", used.unmeasured);
        }
    }
}
