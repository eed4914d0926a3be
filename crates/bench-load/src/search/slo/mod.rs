//! What a service promises: `ttft_p99_ms<=500,success>=0.99`, as clauses that all must hold.

mod error;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;

pub use error::SloError;

/// A service level objective: at least one clause, all of which must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Slo {
    clauses: Vec<Clause>,
}

/// One promise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clause {
    /// A latency stays at or below a limit.
    Latency {
        /// Which.
        latency: Latency,
        /// Of all requests.
        statistic: Statistic,
        /// Milliseconds.
        limit_ms: f64,
    },
    /// So many requests are answered in full.
    Success {
        /// As a fraction.
        least: f64,
    },
}

/// A latency of a request, from its intended time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latency {
    /// To the first token.
    Ttft,
    /// Per token after the first.
    Tpot,
    /// Between tokens.
    Itl,
    /// To the end of the answer.
    E2el,
}

/// One number for all requests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    /// The mean of those that were answered. Failures have no latency to add, so an objective with a mean
    /// and without `success` is held to a success of 99 % too.
    Mean,
    /// A percentile, in which a failure is infinitely slow.
    Percentile(f64),
}

impl Slo {
    /// Reads clauses that commas separate. A clause is a metric, `<=` or `>=`, and a number.
    ///
    /// # Errors
    /// Names the clause, what is wrong with it, and what to write.
    pub fn parse(text: &str) -> Result<Self, SloError> {
        let written: Vec<Clause> = parse::clauses(text)?;
        Ok(Self { clauses: parse::with_success_of_means(written) })
    }

    /// The clauses, in the order in which they were written.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }
}

impl Latency {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ttft, Self::Tpot, Self::Itl, Self::E2el];

    /// Its name, as `vllm bench serve` has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ttft => "ttft",
            Self::Tpot => "tpot",
            Self::Itl => "itl",
            Self::E2el => "e2el",
        }
    }
}

impl fmt::Display for Slo {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let clauses: Vec<String> = self.clauses.iter().map(Clause::to_string).collect();
        f.write_str(&clauses.join(","))
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Latency { limit_ms, .. } => write!(f, "{}<={limit_ms}", self.metric()),
            Self::Success { least } => write!(f, "success>={least}"),
        }
    }
}

impl Clause {
    /// The name of its metric, such as `ttft_p99_ms`.
    #[must_use]
    pub fn metric(&self) -> String {
        match self {
            Self::Latency { latency, statistic: Statistic::Mean, .. } => {
                format!("{}_mean_ms", latency.as_str())
            }
            Self::Latency { latency, statistic: Statistic::Percentile(percent), .. } => {
                format!("{}_p{percent}_ms", latency.as_str())
            }
            Self::Success { .. } => "success".to_owned(),
        }
    }
}
