//! Which values a metric can have.
//!
//! In: a metric. Out: the range that its values lie in. A time, a rate, a size or a count is never
//! negative, unless its name says that it is a difference, or it is defined as neither better way.

use serde_json::{Map, Value};

use crate::{
    lenient,
    metric::{Better, CORE, METRICS, Metric, built_in},
    metric_name::described_by,
    record::Metrics,
};

/// Built-in metrics that may be negative: decibels, and a similarity.
const SIGNED_BUILT_IN: [&str; 2] = ["psnr", "ssim"];

/// Words of quantities that have a sign, whatever their unit.
const SIGNED: [&str; 12] = [
    "delta",
    "diff",
    "difference",
    "change",
    "drift",
    "skew",
    "offset",
    "error",
    "gain",
    "loss",
    "slack",
    "margin",
];

/// Words of counts, whose names have no unit.
const COUNTS: [&str; 4] = ["count", "counts", "num", "size"];

/// Units of amounts; rates are known by their `/`.
const AMOUNTS: [&str; 25] = [
    "ns",
    "us",
    "µs",
    "ms",
    "s",
    "min",
    "h",
    "bytes",
    "B",
    "kB",
    "KB",
    "MB",
    "GB",
    "TB",
    "KiB",
    "MiB",
    "GiB",
    "J",
    "USD",
    "instructions",
    "allocations",
    "requests",
    "tokens",
    "frames",
    "images",
];

/// The range of a metric's values, its ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounds {
    /// Any finite number.
    Any,
    /// 0 or more.
    NotNegative,
    /// From 0 to 1.
    Fraction,
    /// From 0 to 100.
    Percentage,
}

impl Bounds {
    /// The range of this metric's values.
    #[must_use]
    pub fn of(metric: &Metric) -> Self {
        match metric.key.as_ref() {
            "success_rate" => Self::Fraction,
            "gpu_utilization_pct" | "gpu_memory_utilization_pct" => Self::Percentage,
            key if SIGNED_BUILT_IN.contains(&key) => Self::Any,
            key if built_in(key).is_some() => Self::NotNegative,
            key if words(key).any(|word| SIGNED.contains(&word.as_str())) => Self::Any,
            _ if is_amount(&metric.unit) => Self::NotNegative,
            key if is_count(metric, key) => Self::NotNegative,
            _ => Self::Any,
        }
    }

    /// Whether a value lies in the range.
    #[must_use]
    pub fn admits(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Self::Any => true,
                Self::NotNegative => value >= 0.0,
                Self::Fraction => (0.0..=1.0).contains(&value),
                Self::Percentage => (0.0..=100.0).contains(&value),
            }
    }

    /// The range in words.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Any => "a finite number",
            Self::NotNegative => "a finite number, 0 or more",
            Self::Fraction => "a fraction from 0 to 1",
            Self::Percentage => "a percentage from 0 to 100",
        }
    }
}

/// What is wrong with each value that its metric cannot have, such as `latency is -1, expected a finite
/// number, 0 or more`; `own` defines metrics that are not built in. Where the name of what was measured
/// says that it has a sign, such as `clock drift`, its own metrics do.
#[must_use]
pub fn faults(subject: &str, metrics: &Metrics, own: &[Metric]) -> Vec<(String, String)> {
    let is_signed = words(subject).any(|word| SIGNED.contains(&word.as_str()));
    let bounds = |key: &str| match (built_in(key), own.iter().find(|metric| metric.key == *key)) {
        (Some(metric), _) => Bounds::of(metric),
        (None, _) if is_signed => Bounds::Any,
        (None, Some(metric)) => Bounds::of(metric),
        (None, None) => Bounds::of(&described_by(key)),
    };
    let fault = |(key, value): (&String, &f64)| {
        let bounds = bounds(key);
        let words = || format!("{key} is {value}, expected {}", bounds.in_words());
        (!bounds.admits(*value)).then(|| (key.clone(), words()))
    };
    metrics.iter().filter_map(fault).collect()
}

/// The fields of a result that stand for metrics and hold no number, such as `avg_generation_time_s is true,
/// expected a number`. Null says that a metric was not measured, and so does text such as `n/a`.
#[must_use]
pub fn fields_without_number(fields: &Map<String, Value>) -> Vec<String> {
    let further = METRICS.iter().skip(CORE.len()).map(|metric| &*metric.key);
    let names = CORE.iter().map(|(_, name)| *name).chain(further);
    let own = fields.get("metrics").and_then(Value::as_object).into_iter().flatten();
    let stated = names.filter_map(|name| Some((name, fields.get(name)?)));
    let all = stated.chain(own.map(|(name, value)| (name.as_str(), value)));
    let is_fault = |(_, value): &(&str, &Value)| match value {
        Value::Null | Value::Number(_) | Value::String(_) => false,
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => true,
    };
    let words = |(name, value): (&str, &Value)| {
        format!("{name} is {}, expected a number", lenient::shorten(&value.to_string()))
    };
    all.filter(is_fault).map(words).collect()
}

fn is_amount(unit: &str) -> bool {
    unit.contains('/') || AMOUNTS.contains(&unit)
}

/// A plain number whose name says that it counts something.
fn is_count(metric: &Metric, key: &str) -> bool {
    metric.better == Better::Neither
        && metric.unit.is_empty()
        && words(key).any(|word| COUNTS.contains(&word.as_str()))
}

fn words(key: &str) -> impl Iterator<Item = String> {
    key.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(key: &str) -> Bounds {
        Bounds::of(&built_in(key).cloned().unwrap_or_else(|| described_by(key)))
    }

    #[test]
    fn times_rates_sizes_and_counts_are_never_negative() {
        for key in [
            "latency",
            "ttft_p50_ms",
            "prefill_time_s",
            "accepted_tokens_per_s",
            "kv_cache_mb",
            "energy_j",
            "tokens_per_step",
            "token_count",
            "batch_size",
            "num_requests",
        ] {
            assert_eq!(of(key), Bounds::NotNegative, "{key}");
        }
        assert!(Bounds::NotNegative.admits(0.0) && !Bounds::NotNegative.admits(-1e-9));
    }

    #[test]
    fn a_value_that_its_metric_cannot_have_is_named_and_a_difference_may_be_negative() {
        let metrics = |pairs: &[(&str, f64)]| -> Metrics {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
        };
        let measured =
            metrics(&[("latency", -1.0), ("success_rate", 2.0), ("psnr", -1.0), ("lat_ms", -5.0)]);
        let found = faults("wan", &measured, &[]);
        let keys: Vec<&str> = found.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["lat_ms", "latency", "success_rate"]);
        assert_eq!(found[1].1, "latency is -1, expected a finite number, 0 or more");
        let keys: Vec<String> =
            faults("clock drift", &measured, &[]).into_iter().map(|it| it.0).collect();
        assert_eq!(keys, ["latency", "success_rate"]);
    }

    #[test]
    fn a_field_of_a_metric_holds_a_number_text_or_null() {
        let fields = json!({
            "avg_generation_time_s": true, "throughput_fps": null, "max_peak_memory_mb": "1_000",
            "dit_time_s": [1.0], "success_rate": "most", "model": true,
            "metrics": {"score": false, "ttft_ms": 4},
        });
        let found = fields_without_number(fields.as_object().expect("an object"));
        let expected = [
            "avg_generation_time_s is true, expected a number",
            "dit_time_s is [1.0], expected a number",
            "score is false, expected a number",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn differences_scores_and_decibels_may_be_negative() {
        for key in ["psnr", "ssim", "clock_drift_ms", "latency_delta_s", "log_likelihood", "score"]
        {
            assert_eq!(of(key), Bounds::Any, "{key}");
            assert!(of(key).admits(-3.0) && !of(key).admits(f64::INFINITY), "{key}");
        }
    }

    #[test]
    fn a_success_rate_is_a_fraction_and_a_utilisation_a_percentage() {
        for (key, good, bad) in [
            ("success_rate", [0.0, 1.0], [-0.1, 1.01]),
            ("gpu_utilization_pct", [0.0, 100.0], [-1.0, 101.0]),
        ] {
            assert!(good.iter().all(|value| of(key).admits(*value)), "{key}");
            assert!(!bad.iter().any(|value| of(key).admits(*value)), "{key}");
        }
    }
}
