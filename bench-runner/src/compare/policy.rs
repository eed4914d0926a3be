//! From flags and variables to the policy in force.

use std::{fs, path::Path};

use anyhow::{Context, anyhow, bail};
use bench_records::{
    config::RegressionThresholds,
    gate::{Policy, PolicyName, policy::DEFAULT_MAX_REGRESSION},
    metric::MetricTable,
};

use crate::{
    exit::{OrExit, Outcome},
    variables,
};

const VARIABLE: &str = "PERF_MAX_REGRESSION";

/// Flags that choose how to judge.
#[derive(Debug, clap::Args)]
pub struct PolicyArgs {
    /// How to judge: strict, seed, fastvideo, or a JSON file in the form of a configuration's
    /// `regression_thresholds`
    #[arg(long, default_value = "strict", value_name = "strict|seed|fastvideo|FILE")]
    policy: String,
    /// Largest worsening that passes, as a fraction [env: PERF_MAX_REGRESSION] [default: 0.05]
    #[arg(long, value_name = "FRACTION", value_parser = crate::values::fraction, allow_negative_numbers = true)]
    max_regression: Option<f64>,
}

impl PolicyArgs {
    /// The policy in force.
    ///
    /// # Errors
    /// Usage, where the limit is no number or the file is no policy.
    pub fn resolve(&self, table: &MetricTable) -> Outcome<Policy> {
        self.read(Some(table))
    }

    /// Says what is wrong with the flags before it is known which metrics there are.
    ///
    /// # Errors
    /// As [`Self::resolve`], but for names of metrics.
    pub fn check(&self) -> Outcome<PolicyName> {
        Ok(self.read(None)?.name())
    }

    fn read(&self, table: Option<&MetricTable>) -> Outcome<Policy> {
        let strict = |limits| {
            let max_regression = self.limit_of_strict()?;
            Ok(Policy::Strict { max_regression, limits })
        };
        match self.policy.as_str() {
            "strict" => strict(RegressionThresholds::default()),
            "seed" => Ok(Policy::Seed { max_regression: self.limit()? }),
            "fastvideo" => Ok(Policy::FastVideo),
            file => read_limits(Path::new(file), table).or_usage().and_then(strict),
        }
    }

    /// Says which limit is given and not read by the policy.
    pub fn warn_of_unread(&self) {
        let given = match self.max_regression {
            Some(_) => "--max-regression",
            None if variables::var(VARIABLE).is_some() => VARIABLE,
            None => return,
        };
        if self.policy == "fastvideo" {
            eprintln!(
                "warning: {given} is not read by the policy fastvideo, whose limits are those of each \
                 metric; write them into regression_thresholds"
            );
        }
    }

    /// Any number, as FastVideo's comparator takes it.
    fn limit(&self) -> Outcome<f64> {
        variables::number(self.max_regression, VARIABLE, DEFAULT_MAX_REGRESSION)
    }

    fn limit_of_strict(&self) -> Outcome<f64> {
        let limit = self.limit()?;
        if !(limit.is_finite() && limit >= 0.0) {
            let error = anyhow!(
                "{VARIABLE} or --max-regression is {limit}, expected a fraction of 0 or more such as 0.05"
            );
            return Err(error).or_usage();
        }
        if limit > 1.0 {
            let fraction = limit / 100.0;
            let error = anyhow!(
                "{VARIABLE} or --max-regression is {limit}, expected a fraction; for {limit} % write {fraction}"
            );
            return Err(error).or_usage();
        }
        Ok(limit)
    }
}

fn read_limits(path: &Path, table: Option<&MetricTable>) -> anyhow::Result<RegressionThresholds> {
    let shown = path.display();
    if !path.exists() {
        bail!(
            "policy {shown:?} is neither strict, seed or fastvideo nor a file; write one of them"
        );
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let limits: RegressionThresholds = serde_json::from_str(&text)
        .map_err(|error| anyhow!("{shown}: {error}; write {EXAMPLE}"))?;
    let is_unknown = |key: &&str| table.is_some_and(|table| table.get(key).is_none());
    if let Some(unknown) = limits.keys().find(is_unknown) {
        bail!("{shown}: {unknown} is no metric of this dataset; see `bench-runner schema metrics`");
    }
    for (metric, said) in limits.iter() {
        let fraction = said.threshold_percent.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&fraction) {
            bail!(
                "{shown}: {metric}.threshold_percent is {fraction}, expected a fraction of 0 to 1 such as 0.08"
            );
        }
        let floor = said.threshold_absolute.unwrap_or(0.0);
        if floor < 0.0 {
            bail!("{shown}: {metric}.threshold_absolute is {floor}, expected 0 or more");
        }
    }
    Ok(limits)
}

const EXAMPLE: &str =
    r#"{"latency": {"threshold_percent": 0.08, "threshold_absolute": 0.5, "gated": true}}"#;
