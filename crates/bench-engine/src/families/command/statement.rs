//! A metric as a program states it: a number, or an object that says what the number is.

use anyhow::{Context, Result, bail};
use bench_records::{
    metric::{Better, Gating, Metric},
    metric_name::{decimals_of, described_by, is_tail},
};
use serde::Deserialize;
use serde_json::Value;

/// What a program says of a metric; what is left out follows from its name.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Statement {
    /// The number; absent where it was not measured.
    pub(super) value: Option<f64>,
    /// Unit as it is printed.
    pub(super) unit: Option<String>,
    /// Which way is better.
    pub(super) better: Option<Better>,
    /// Whether a regression fails the gate.
    pub(super) gated: Option<bool>,
    /// Column heading.
    pub(super) label: Option<String>,
}

impl Statement {
    /// Reads what stands beside the name of a metric.
    ///
    /// # Errors
    /// Where that is neither a number nor an object of this form.
    pub(super) fn read(name: &str, value: Value) -> Result<Self> {
        match value {
            Value::Null => Ok(Self::default()),
            Value::Number(number) => Ok(Self { value: number.as_f64(), ..Self::default() }),
            Value::Object(_) => {
                serde_json::from_value(value).with_context(|| format!("the metric {name}"))
            }
            other => bail!(
                "the metric {name} is {other}, expected a number or an object such as \
                 {{\"value\": 55, \"unit\": \"ms\", \"better\": \"lower\"}}"
            ),
        }
    }

    /// Whether it says what the number is.
    pub(super) fn defines(&self) -> bool {
        self.unit.is_some() || self.better.is_some() || self.gated.is_some() || self.label.is_some()
    }

    /// The metric of this key.
    ///
    /// # Errors
    /// Where it is to be gated, and nothing says which way is better.
    pub(super) fn metric(&self, key: &str) -> Result<Metric> {
        let described = described_by(key);
        let better = self.better.unwrap_or(described.better);
        if self.gated == Some(true) && better == Better::Neither {
            bail!(
                "the metric {key} is to be gated; say \"better\": \"lower\" or \"higher\" with it"
            );
        }
        let is_gated = self.gated.unwrap_or(better != Better::Neither && !is_tail(key));
        let unit = self.unit.clone().map_or(described.unit, Into::into);
        Ok(Metric {
            label: self.label.clone().map_or(described.label, Into::into),
            decimals: decimals_of(&unit),
            unit,
            better,
            gating: if is_gated { Gating::Gated } else { Gating::Reported },
            key: described.key,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metric(key: &str, value: Value) -> Result<Metric> {
        Statement::read(key, value)?.metric(key)
    }

    #[test]
    fn what_is_declared_comes_before_what_the_name_says() {
        let declared = json!({"value": 1, "unit": "points", "better": "higher", "label": "Score"});
        let score = metric("score_ms", declared).expect("a metric");
        assert_eq!((&*score.unit, &*score.label), ("points", "Score"));
        assert_eq!((score.better, score.gating), (Better::Higher, Gating::Gated));
        let quiet = metric("decode_ms", json!({"value": 1, "gated": false})).expect("a metric");
        assert_eq!((quiet.better, quiet.gating), (Better::Lower, Gating::Reported));
    }

    #[test]
    fn what_is_no_declaration_names_the_metric_and_what_is_expected() {
        for (value, named) in [
            (json!("55"), "the metric score is \"55\", expected a number or an object"),
            (json!(true), "expected a number"),
            (json!({"value": 1, "beter": "lower"}), "unknown field `beter`"),
            (json!({"value": 1, "better": "up"}), "`lower`, `higher`, `neither`"),
            (json!({"value": 1, "gated": true}), "say \"better\""),
        ] {
            let error = format!("{:#}", metric("score", value).expect_err("no declaration"));
            assert!(error.contains("score") && error.contains(named), "{error}");
        }
    }
}
