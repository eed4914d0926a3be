//! From requests to numbers.
//!
//! In: requests as they went. Out: a [`Report`]: how many ended how, latencies with failures as infinite,
//! rates, and whether the client kept up.

mod count;
mod gaps;
mod goodput;
mod lag;
mod metric;
mod observe;
mod peaks;
mod percentile;
mod problems;
mod rates;
mod report;
mod stats;
mod tokens;

#[cfg(test)]
mod tests;

pub use count::Count;
pub use goodput::{Goal, GoalError, Goals};
pub use lag::{CLIENT_LIMIT_S, Lag};
pub use metric::{Metric, Origin, time_s};
pub use observe::observation;
pub use percentile::{percentile, samples_needed};
pub use problems::Group;
pub use rates::Rates;
pub use report::{Measured, Report, Settings, measure};
pub use stats::{Percentile, Stats};
pub use tokens::{ChunkTokens, TokenEnds, Tokens, TokensBy};
