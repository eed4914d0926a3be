//! The two gates: fixed limits, and the rolling baseline.
//!
//! In: a record, the limits of its benchmark, and the series that it belongs to. Out: a
//! [`Judgement`]. The gate that fails CI and the cell that is red on the site are this code.

mod broken;
pub mod finding;
mod limit;
pub mod policy;
mod rolling;
pub mod static_limits;

pub use broken::{broken_limits, findings_of};
pub use finding::{Finding, Gate, Judgement, Outcome, Skip};
pub use limit::Limit;
pub use policy::{Batch, Candidate, HistoryWindow, Policy, PolicyName};
pub use rolling::judge_metric;
