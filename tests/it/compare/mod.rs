//! `compare` and `gate`: what is judged against what, policies, reports, exit codes.

pub mod admission;
pub mod base;
pub mod baselines;
pub mod exits;
pub mod gate;
pub mod golden;
pub mod heads;
pub mod imported;
pub mod levels;
mod limits;
pub mod main_branch;
pub mod meeting;
pub mod pull_requests;
pub mod refusals;
pub mod reports;
pub mod strict;
pub mod variants;
