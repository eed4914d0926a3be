//! vLLM's suites of serving, latency, throughput and startup tests.
//!
//! In: suite files, settings and the machine. Out: a plan of tests, the results of an engine that ran
//! them, tables of those results. Folders follow the flow: `file` reads, `plan` decides what runs and
//! names it, `engine` starts programs, `session` measures, `results` writes.

pub mod engine;
pub mod file;
mod kind;
pub mod machine;
mod parameters;
pub mod plan;
mod rate;
pub mod results;
pub mod session;
pub mod settings;
pub mod shell;

pub use kind::SuiteKind;
pub use parameters::Parameters;
pub use rate::Rate;
