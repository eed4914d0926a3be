//! The metric table: what each number of a record is called, its unit, and which way is better.
//!
//! In: a record key. Out: its [`Metric`], from the built-in table or from a dataset's own metrics
//! (`metrics.ndjson`).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::decimal::decimal;

/// Which direction of change is an improvement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Less is better: times, memory, cost.
    Lower,
    /// More is better: throughput, goodput, quality.
    Higher,
    /// Neither: shown, never judged.
    Neither,
}

impl Better {
    /// Its word in records and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
            Self::Neither => "neither",
        }
    }
}

/// Whether the rolling gate judges a metric when a policy says nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Gating {
    /// A regression of it fails the gate.
    Gated,
    /// It is compared and reported, and never fails the gate.
    Reported,
}

/// One measured quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metric {
    /// Key in a record, such as `latency`.
    #[serde(rename = "metric")]
    pub key: Cow<'static, str>,
    /// Column heading, such as `Latency`.
    pub label: Cow<'static, str>,
    /// Unit as it is printed, such as `s`; empty for a plain number.
    pub unit: Cow<'static, str>,
    /// Which way is better.
    pub better: Better,
    /// Whether a regression fails the gate by default.
    #[serde(default = "gated")]
    pub gating: Gating,
    /// Digits after the point in tables.
    #[serde(default = "three")]
    pub decimals: u8,
}

impl Metric {
    /// Whether the gate judges it where nothing says otherwise.
    #[must_use]
    pub fn is_gated(&self) -> bool {
        self.gating == Gating::Gated && self.better != Better::Neither
    }
}

fn gated() -> Gating {
    Gating::Gated
}

fn three() -> u8 {
    3
}

/// The six metrics of FastVideo's suite, in the order of its reports, with their raw keys.
pub const CORE: [(&str, &str); 6] = [
    ("latency", "avg_generation_time_s"),
    ("throughput", "throughput_fps"),
    ("memory", "max_peak_memory_mb"),
    ("text_encoder_time_s", "text_encoder_time_s"),
    ("dit_time_s", "dit_time_s"),
    ("vae_decode_time_s", "vae_decode_time_s"),
];

const fn metric(
    key: &'static str,
    label: &'static str,
    unit: &'static str,
    better: Better,
    gating: Gating,
    decimals: u8,
) -> Metric {
    Metric {
        key: Cow::Borrowed(key),
        label: Cow::Borrowed(label),
        unit: Cow::Borrowed(unit),
        better,
        gating,
        decimals,
    }
}

/// The highest rate at which a server keeps an objective, as a search estimates it.
pub const CAPACITY: &str = "capacity_rps";

use Better::{Higher, Lower, Neither};
use Gating::{Gated, Reported};

/// Every built-in metric; the six core ones come first.
///
/// Tails, spreads and utilisation are reported and not gated: five records say too little about a
/// 99th percentile for a 5 % limit to mean anything. Nor are the ends of the bracket around a capacity: they are
/// where a search happened to look, up to its whole width from the truth.
pub static METRICS: &[Metric] = &[
    metric("latency", "Latency", "s", Lower, Gated, 3),
    metric("throughput", "Throughput", "frames/s", Higher, Gated, 3),
    metric("memory", "Memory", "MB", Lower, Gated, 1),
    metric("text_encoder_time_s", "Text Enc", "s", Lower, Gated, 3),
    metric("dit_time_s", "DiT", "s", Lower, Gated, 3),
    metric("vae_decode_time_s", "VAE Decode", "s", Lower, Gated, 3),
    metric("latency_p50_s", "Latency P50", "s", Lower, Gated, 3),
    metric("latency_p90_s", "Latency P90", "s", Lower, Reported, 3),
    metric("latency_p95_s", "Latency P95", "s", Lower, Reported, 3),
    metric("latency_p99_s", "Latency P99", "s", Lower, Reported, 3),
    metric("latency_std_s", "Latency std dev", "s", Lower, Reported, 4),
    metric("step_p50_s", "Denoise step P50", "s", Lower, Gated, 4),
    metric("images_per_s", "Images", "images/s", Higher, Gated, 3),
    metric("real_time_factor", "Real-time factor", "", Lower, Reported, 3),
    metric("requests_per_s", "Requests", "requests/s", Higher, Gated, 3),
    metric(CAPACITY, "Capacity", "requests/s", Higher, Gated, 3),
    metric("capacity_confirmed_rps", "Capacity confirmed", "requests/s", Higher, Reported, 3),
    metric("capacity_failing_rps", "Capacity failing", "requests/s", Higher, Reported, 3),
    metric("tokens_per_s", "Tokens", "tokens/s", Higher, Gated, 1),
    metric("output_tokens_per_s", "Output tokens", "tokens/s", Higher, Gated, 1),
    metric("ttft_mean_ms", "TTFT mean", "ms", Lower, Reported, 2),
    metric("ttft_p50_ms", "TTFT P50", "ms", Lower, Gated, 2),
    metric("ttft_p90_ms", "TTFT P90", "ms", Lower, Reported, 2),
    metric("ttft_p95_ms", "TTFT P95", "ms", Lower, Reported, 2),
    metric("ttft_p99_ms", "TTFT P99", "ms", Lower, Reported, 2),
    metric("ttft_std_ms", "TTFT std dev", "ms", Lower, Reported, 2),
    metric("tpot_mean_ms", "TPOT mean", "ms", Lower, Reported, 2),
    metric("tpot_p50_ms", "TPOT P50", "ms", Lower, Gated, 2),
    metric("tpot_p90_ms", "TPOT P90", "ms", Lower, Reported, 2),
    metric("tpot_p95_ms", "TPOT P95", "ms", Lower, Reported, 2),
    metric("tpot_p99_ms", "TPOT P99", "ms", Lower, Reported, 2),
    metric("tpot_std_ms", "TPOT std dev", "ms", Lower, Reported, 2),
    metric("itl_mean_ms", "ITL mean", "ms", Lower, Reported, 2),
    metric("itl_p50_ms", "ITL P50", "ms", Lower, Gated, 2),
    metric("itl_p90_ms", "ITL P90", "ms", Lower, Reported, 2),
    metric("itl_p95_ms", "ITL P95", "ms", Lower, Reported, 2),
    metric("itl_p99_ms", "ITL P99", "ms", Lower, Reported, 2),
    metric("itl_std_ms", "ITL std dev", "ms", Lower, Reported, 2),
    metric("goodput", "Goodput", "requests/s", Higher, Gated, 3),
    metric("success_rate", "Success rate", "", Higher, Gated, 4),
    metric("failed_requests", "Failed requests", "requests", Lower, Reported, 0),
    metric("startup_s", "Start-up", "s", Lower, Reported, 3),
    metric("gpu_utilization_pct", "GPU utilisation", "%", Neither, Reported, 1),
    metric("gpu_memory_utilization_pct", "GPU memory utilisation", "%", Neither, Reported, 1),
    metric("energy_j", "Energy", "J", Lower, Reported, 1),
    metric("cost_per_output_usd", "Cost per output", "USD", Lower, Reported, 5),
    metric("ssim", "SSIM", "", Higher, Reported, 4),
    metric("psnr", "PSNR", "dB", Higher, Reported, 2),
    metric("latent_max_abs_diff", "Latent max abs diff", "", Lower, Reported, 6),
];

/// The built-in table together with the metrics that a dataset adds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetricTable {
    own: Vec<Metric>,
}

impl MetricTable {
    /// A table with `own` beside the built-in metrics; a built-in key cannot be redefined.
    #[must_use]
    pub fn with_own(own: impl IntoIterator<Item = Metric>) -> Self {
        let own = own.into_iter().filter(|metric| built_in(&metric.key).is_none()).collect();
        Self { own }
    }

    /// This table with those of `more` that it lacks.
    #[must_use]
    pub fn extended(mut self, more: impl IntoIterator<Item = Metric>) -> Self {
        for metric in more {
            if self.get(&metric.key).is_none() {
                self.own.push(metric);
            }
        }
        self
    }

    /// The metric of a record key, if either table has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Metric> {
        built_in(key).or_else(|| self.own.iter().find(|metric| metric.key == key))
    }

    /// Where the metric is in the table: built-in ones first, then the dataset's own.
    #[must_use]
    pub fn place(&self, key: &str) -> Option<usize> {
        METRICS.iter().chain(&self.own).position(|metric| metric.key == key)
    }

    /// The metric of `key`, or one that is shown as it stands and never judged.
    #[must_use]
    pub fn get_or_unjudged(&self, key: &str) -> Metric {
        self.get(key).cloned().unwrap_or_else(|| Metric {
            key: key.to_owned().into(),
            label: key.to_owned().into(),
            unit: "".into(),
            better: Neither,
            gating: Reported,
            decimals: 3,
        })
    }

    /// The dataset's own metrics.
    #[must_use]
    pub fn own(&self) -> &[Metric] {
        &self.own
    }
}

/// The built-in metric of a record key.
#[must_use]
pub fn built_in(key: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.key == key)
}

/// What a column or chart of a metric is called: its label, and the unit unless the label ends with it.
#[must_use]
pub fn title(label: &str, unit: &str) -> String {
    let cut = label.len().checked_sub(unit.len());
    let end = cut.and_then(|cut| Some((label.get(..cut)?, label.get(cut..)?)));
    let says_unit = unit.is_empty()
        || end.is_some_and(|(before, end)| {
            end.eq_ignore_ascii_case(unit) && !before.ends_with(char::is_alphanumeric)
        });
    if says_unit { label.to_owned() } else { format!("{label} ({unit})") }
}

impl Metric {
    /// A heading with its unit, which `both` puts beside the label; a unit that the label ends with is said once, as in
    /// `Requests/s`.
    #[must_use]
    pub fn with_unit(&self, both: impl FnOnce(&str, &str) -> String) -> String {
        let (label, unit) = (self.label.as_ref(), self.unit.as_ref());
        let counted = unit.split('/').next().unwrap_or_default();
        let is_last = |word: &str| word.to_lowercase() == counted.to_lowercase();
        match label.split_whitespace().next_back() {
            _ if unit.is_empty() || label == unit => label.to_owned(),
            Some(last) if is_last(last) => {
                format!("{label}{}", unit.get(counted.len()..).unwrap_or_default())
            }
            _ => both(label, unit),
        }
    }

    /// Whether one direction of change is better than the other.
    #[must_use]
    pub fn is_directed(&self) -> bool {
        self.better != Neither
    }

    /// Change of `current` against `base` as a fraction in the bad direction: 0.08 is 8 % worse,
    /// −0.08 is 8 % better. `None` where nothing can be said: a base that is not positive, or a
    /// metric that has no better direction.
    #[must_use]
    pub fn worsening(&self, current: f64, base: f64) -> Option<Worsening> {
        if base <= 0.0 || !base.is_finite() {
            return None;
        }
        let absolute = self.worse_by(current, base)?;
        Some(Worsening { absolute, fraction: absolute / base })
    }

    /// By how much `current` is worse than `base`, in the metric's unit; negative is better. `None`
    /// for a metric that has no better direction.
    #[must_use]
    pub fn worse_by(&self, current: f64, base: f64) -> Option<f64> {
        match self.better {
            Lower => Some(current - base),
            Higher => Some(base - current),
            Neither => None,
        }
    }

    /// `value` with this metric's digits as [`decimal`] writes them, or `n/a`.
    #[must_use]
    pub fn format(&self, value: Option<f64>) -> String {
        value.map_or_else(|| "n/a".to_owned(), |value| decimal(value, usize::from(self.decimals)))
    }
}

/// How much worse a value is than its baseline; negative is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Worsening {
    /// In the metric's unit.
    pub absolute: f64,
    /// As a fraction of the baseline.
    pub fraction: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_the_unit_once() {
        assert_eq!(title("Latency", "s"), "Latency (s)");
        assert_eq!(title("Allocations", "allocations"), "Allocations");
        assert_eq!(title("GPU allocations", "allocations"), "GPU allocations");
        assert_eq!(title("Steps", "s"), "Steps (s)", "a letter is no word");
        assert_eq!(title("Ratio", ""), "Ratio");
        assert_eq!(title("Größe", "bytes"), "Größe (bytes)");
        assert_eq!(title("", "s"), " (s)");
    }

    #[test]
    fn keys_are_unique_and_the_core_six_come_first() {
        for (index, metric) in METRICS.iter().enumerate() {
            assert!(METRICS[..index].iter().all(|other| other.key != metric.key), "{}", metric.key);
        }
        let first: Vec<_> = METRICS.iter().take(6).map(|metric| metric.key.as_ref()).collect();
        assert_eq!(first, CORE.map(|(key, _)| key));
    }

    #[test]
    fn worsening_is_positive_in_the_bad_direction() {
        let slower = built_in("latency").and_then(|m| m.worsening(27.0, 25.0));
        assert_eq!(slower, Some(Worsening { absolute: 2.0, fraction: 0.08 }));
        let fewer = built_in("throughput").and_then(|m| m.worsening(1.5, 2.0));
        assert_eq!(fewer, Some(Worsening { absolute: 0.5, fraction: 0.25 }));
    }

    #[test]
    fn nothing_is_said_against_a_base_that_is_not_positive() {
        assert_eq!(built_in("latency").and_then(|m| m.worsening(1.0, 0.0)), None);
        assert_eq!(built_in("gpu_utilization_pct").and_then(|m| m.worsening(1.0, 2.0)), None);
    }

    #[test]
    fn a_dataset_cannot_redefine_a_built_in_metric() {
        let mut own = METRICS[0].clone();
        own.better = Better::Higher;
        let table = MetricTable::with_own([own]);
        assert_eq!(table.get("latency").map(|m| m.better), Some(Better::Lower));
    }
}
