//! Limits of single metrics, as `regression_thresholds` writes them.
//!
//! In: the block of a configuration, a result or a policy file. Out: the limit of each metric that
//! it names; what an entry leaves out comes from [`FASTVIDEO_LIMITS`].

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{gate::Limit, lenient, metric::Gating};

/// Fraction and floor of each core metric in FastVideo's suite; floors in the metric's unit.
pub const FASTVIDEO_LIMITS: [(&str, f64, f64); 6] = [
    ("latency", 0.08, 0.5),
    ("throughput", 0.08, 0.05),
    ("memory", 0.05, 256.0),
    ("text_encoder_time_s", 0.05, 0.25),
    ("dit_time_s", 0.05, 0.25),
    ("vae_decode_time_s", 0.05, 0.25),
];

/// Entry of one metric; what it does not say is left to the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct LimitEntry {
    /// Fraction of the baseline: 0.08 is 8 %.
    pub threshold_percent: Option<f64>,
    /// Floor in the metric's unit.
    pub threshold_absolute: Option<f64>,
    /// Whether exceeding both fails the gate.
    pub gated: Option<bool>,
}

/// Limits by metric, in the order of their file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LimitBlock {
    entries: Vec<(String, LimitEntry)>,
}

impl LimitBlock {
    /// Reads a block as FastVideo's suite does: what is no object, number or truth value counts as
    /// not said.
    #[must_use]
    pub fn from_value(block: &Value) -> Self {
        let metrics = block.as_object().into_iter().flatten();
        let entries = metrics.filter(|(_, entry)| entry.is_object());
        Self { entries: entries.map(|(key, entry)| (key.clone(), read_entry(entry))).collect() }
    }

    /// What the block says of a metric.
    #[must_use]
    pub fn get(&self, metric: &str) -> Option<LimitEntry> {
        self.entries.iter().find(|(key, _)| key == metric).map(|(_, entry)| *entry)
    }

    /// Metrics that the block names.
    pub fn metrics(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(key, _)| key.as_str())
    }

    /// This block, and what `other` says of the metrics that this one does not name.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        let further = other.entries.iter().filter(|(key, _)| self.get(key).is_none());
        Self { entries: self.entries.iter().chain(further).cloned().collect() }
    }
}

impl LimitEntry {
    /// The limit of a core metric, with FastVideo's values for what the entry leaves out.
    #[must_use]
    pub fn completed(self, (_, fraction, floor): (&str, f64, f64)) -> Limit {
        Limit {
            fraction: self.threshold_percent.unwrap_or(fraction),
            absolute: Some(self.threshold_absolute.unwrap_or(floor)),
            gating: gating(self.gated),
        }
    }

    /// The limit of any other metric: `fraction` where the entry has none, and no floor.
    #[must_use]
    pub fn completed_with_fraction(self, fraction: f64) -> Limit {
        Limit {
            fraction: self.threshold_percent.unwrap_or(fraction),
            absolute: self.threshold_absolute,
            gating: gating(self.gated),
        }
    }
}

fn gating(gated: Option<bool>) -> Gating {
    if gated == Some(false) { Gating::Reported } else { Gating::Gated }
}

fn read_entry(entry: &Value) -> LimitEntry {
    let number =
        |key: &str| entry.get(key).filter(|value| !value.is_boolean()).and_then(lenient::number);
    LimitEntry {
        threshold_percent: number("threshold_percent"),
        threshold_absolute: number("threshold_absolute"),
        gated: entry.get("gated").and_then(read_switch),
    }
}

fn read_switch(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.trim().to_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Some(true),
            "0" | "false" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entries_given_in_part_merge_with_the_defaults() {
        let block = LimitBlock::from_value(&json!({
            "latency": {"threshold_percent": "0.1"},
            "memory": {"threshold_absolute": true, "gated": "off"},
            "throughput": 5
        }));
        let limit = |index: usize| {
            let default = FASTVIDEO_LIMITS[index];
            block.get(default.0).unwrap_or_default().completed(default)
        };
        let gated = Gating::Gated;
        assert_eq!(limit(0), Limit { fraction: 0.1, absolute: Some(0.5), gating: gated });
        assert_eq!(limit(1), Limit { fraction: 0.08, absolute: Some(0.05), gating: gated });
        let reported = Gating::Reported;
        assert_eq!(limit(2), Limit { fraction: 0.05, absolute: Some(256.0), gating: reported });
    }
}
