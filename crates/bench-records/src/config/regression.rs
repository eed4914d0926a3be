//! Rolling limits: what a configuration says about some metrics, merged with the defaults of all.

use serde::{Deserialize, Serialize};

use super::load::LoadBlock;
use super::model::Pipeline;
use super::nearest::{did_you_mean, is_misspelt};
use super::ordered::Ordered;
use super::problems::Fault;
use crate::metric::{METRICS, built_in};

/// What a configuration says about its metrics, in the file's order.
pub type RegressionThresholds = Ordered<MetricLimits>;

/// What a configuration says about one metric; what is left out takes the metric's default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MetricLimits {
    /// Largest change in the bad direction, as a fraction of the baseline: 0.08 for 8 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    pub threshold_percent: Option<f64>,
    /// Smallest change that counts, in the metric's own unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0)))]
    pub threshold_absolute: Option<f64>,
    /// `false` reports a regression without failing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gated: Option<bool>,
}

/// The limits by which one metric is judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LimitsInForce {
    /// Largest change in the bad direction, as a fraction of the baseline.
    pub threshold_percent: f64,
    /// Smallest change that counts, in the metric's own unit.
    pub threshold_absolute: f64,
    /// Whether a regression fails the gate.
    pub gated: bool,
}

impl LimitsInForce {
    const fn gated(threshold_percent: f64, threshold_absolute: f64) -> Self {
        Self { threshold_percent, threshold_absolute, gated: true }
    }
}

/// The metrics that can be limited, with the limits of those that a configuration leaves out:
/// fractions, and seconds, frames/s or MB.
pub const DEFAULTS: [(&str, LimitsInForce); 6] = [
    ("latency", LimitsInForce::gated(0.08, 0.5)),
    ("throughput", LimitsInForce::gated(0.08, 0.05)),
    ("memory", LimitsInForce::gated(0.05, 256.0)),
    ("text_encoder_time_s", LimitsInForce::gated(0.05, 0.25)),
    ("dit_time_s", LimitsInForce::gated(0.05, 0.25)),
    ("vae_decode_time_s", LimitsInForce::gated(0.05, 0.25)),
];

impl RegressionThresholds {
    /// The same without limits that a configuration could not have, such as 60 for 60 %: a history of
    /// other tools' records has them, and the defaults hold instead.
    #[must_use]
    pub fn in_range(&self) -> Self {
        let sound = self.iter().filter(|(_, limits)| limits.are_in_range());
        sound.map(|(metric, limits)| (metric.to_owned(), *limits)).collect()
    }

    /// The limits of every metric of [`DEFAULTS`], in its order. Other metrics are left out.
    pub fn in_force(&self) -> [(&'static str, LimitsInForce); DEFAULTS.len()] {
        DEFAULTS.map(|(metric, default)| {
            let said = self.get(metric).copied().unwrap_or_default();
            (metric, said.over(default))
        })
    }
}

impl MetricLimits {
    /// Whether a configuration could have them.
    fn are_in_range(&self) -> bool {
        self.threshold_percent.is_none_or(is_fraction)
            && self.threshold_absolute.is_none_or(is_floor)
    }

    /// What is said here, and `default` where nothing is said.
    pub fn over(self, default: LimitsInForce) -> LimitsInForce {
        LimitsInForce {
            threshold_percent: self.threshold_percent.unwrap_or(default.threshold_percent),
            threshold_absolute: self.threshold_absolute.unwrap_or(default.threshold_absolute),
            gated: self.gated.unwrap_or(default.gated),
        }
    }
}

/// Which metrics a benchmark may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Those of the built-in table.
    BuiltIn,
    /// Whatever its program states, too.
    Any,
}

impl Names {
    /// Those of a benchmark that this pipeline runs, or that loads a server.
    pub(super) fn of(pipeline: Option<Pipeline>, load: Option<&LoadBlock>) -> Self {
        match pipeline {
            _ if load.is_some() => Self::Any,
            Some(Pipeline::Command | Pipeline::Llama) => Self::Any,
            _ => Self::BuiltIn,
        }
    }
}

/// The metrics are known, fractions lie in 0 to 1 and floors are not negative.
pub(super) fn check(thresholds: &RegressionThresholds, names: Names) -> Result<(), Fault> {
    for (metric, limits) in thresholds.iter() {
        check_metric(metric, limits, names)?;
        check_numbers(metric, limits)?;
    }
    Ok(())
}

/// The fraction of a metric's limits lies in 0 to 1 and its floor is not negative.
pub(super) fn check_numbers(metric: &str, limits: &MetricLimits) -> Result<(), Fault> {
    let field = format!("regression_thresholds.{metric}");
    check_fraction(&format!("{field}.threshold_percent"), limits.threshold_percent)?;
    check_floor(&format!("{field}.threshold_absolute"), limits.threshold_absolute)
}

fn check_metric(metric: &str, limits: &MetricLimits, names: Names) -> Result<(), Fault> {
    let known: Vec<&str> = METRICS.iter().map(|metric| metric.key.as_ref()).collect();
    let is_own = names == Names::Any && !metric.is_empty() && !is_misspelt(metric, &known);
    if built_in(metric).is_some() || is_own {
        return Ok(());
    }
    let field = format!("regression_thresholds.{metric}");
    let problem = format!("{field} is not a known metric (known: {})", known.join(", "));
    let remedy = did_you_mean(metric, &known, "remove it, or name a known metric");
    let value = serde_json::to_value(limits).unwrap_or_default();
    Err(Fault::of(&field, value, problem, remedy))
}

fn is_fraction(fraction: f64) -> bool {
    (0.0..=1.0).contains(&fraction)
}

fn is_floor(floor: f64) -> bool {
    floor >= 0.0 && floor.is_finite()
}

fn check_fraction(field: &str, fraction: Option<f64>) -> Result<(), Fault> {
    let Some(fraction) = fraction.filter(|fraction| !is_fraction(*fraction)) else {
        return Ok(());
    };
    let problem = format!("{field} is {fraction}, but must be a fraction between 0 and 1");
    let remedy = match fraction {
        // Rounded, because 5.7 / 100 has more digits than anybody wrote.
        1.0..=100.0 => format!("write {} for {fraction} %", (fraction * 1e4).round() / 1e6),
        _ => "write for example 0.08 for 8 %".to_owned(),
    };
    Err(Fault::of(field, fraction, problem, remedy))
}

fn check_floor(field: &str, floor: Option<f64>) -> Result<(), Fault> {
    let Some(floor) = floor.filter(|floor| !is_floor(*floor)) else {
        return Ok(());
    };
    let problem = format!("{field} is {floor}, but must not be negative");
    let remedy = "write 0 for no floor, or a change that is too small to matter";
    Err(Fault::of(field, floor, problem, remedy))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_program_may_have_limits_of_its_own_metrics_and_misspelt_ones_are_faults() {
        let is_sound = |metric: &str, names: Names| {
            let limits = MetricLimits::default();
            check(&[(metric.to_owned(), limits)].into_iter().collect(), names).is_ok()
        };
        for own in ["prefill_time_s", "decode_time_s", "ttft_ms", "acceptance"] {
            assert!(is_sound(own, Names::Any) && !is_sound(own, Names::BuiltIn), "{own}");
        }
        for misspelt in ["latncy", "Latency", "dit_time", "tokens_per_sec", ""] {
            assert!(!is_sound(misspelt, Names::Any), "{misspelt}");
        }
    }

    #[test]
    fn limits_out_of_range_leave_the_defaults_in_force() {
        let block =
            json!({"latency": {"threshold_percent": 60}, "memory": {"threshold_percent": 0.1}});
        let thresholds =
            RegressionThresholds::resolve_lenient(&block).expect("an object").in_range();
        let mut expected = DEFAULTS;
        expected[2].1.threshold_percent = 0.1;
        assert_eq!(thresholds.in_force(), expected);
    }

    #[test]
    fn entries_given_in_part_merge_with_the_defaults() {
        let block = json!({"dit_time_s": {"gated": false}, "memory": {"threshold_percent": 0.1}});
        let thresholds: RegressionThresholds = serde_json::from_value(block).expect("known fields");
        let mut expected = DEFAULTS;
        expected[2].1.threshold_percent = 0.1;
        expected[4].1.gated = false;
        assert_eq!(thresholds.in_force(), expected);
    }
}
