//! What is wrong with an objective.

use thiserror::Error;

/// Why text is no objective.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SloError {
    /// There is nothing.
    #[error("the objective is empty; write such as `ttft_p99_ms<=500,success>=0.99`")]
    Empty,
    /// Nothing between two commas, or after the last.
    #[error("clause {place} of `{text}` is empty; remove the comma or write a clause")]
    EmptyClause {
        /// From 1.
        place: usize,
        /// The whole objective.
        text: String,
    },
    /// No comparison.
    #[error("`{clause}` compares nothing; write a metric, `<=` or `>=`, and a number")]
    NoComparison {
        /// The clause.
        clause: String,
    },
    /// A comparison that is none of the two.
    #[error("`{clause}` compares with `{written}`; write `{instead}`")]
    Comparison {
        /// The clause.
        clause: String,
        /// What is there.
        written: String,
        /// What belongs there.
        instead: &'static str,
    },
    /// A metric that nobody knows.
    #[error(
        "`{metric}` is no metric of an objective; write ttft, tpot, itl or e2el with mean, median or a \
         percentile, such as ttft_p99_ms, or success"
    )]
    Metric {
        /// What is there.
        metric: String,
    },
    /// A number that is none, or none of its metric.
    #[error("`{value}` is no value of {metric}; write {instead}")]
    Value {
        /// What is there.
        value: String,
        /// The metric.
        metric: String,
        /// What could be there.
        instead: &'static str,
    },
    /// Two clauses on one metric.
    #[error("{metric} has two limits; keep the stricter one")]
    Twice {
        /// The metric.
        metric: String,
    },
}
