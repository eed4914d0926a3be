//! Measuring: a loaded pipeline and a plan in, every trial of a run out.
//!
//! The modules in the order in which a run uses them. Between two trials there is no file written,
//! no process started and nothing slept.

pub mod cuda;
#[cfg_attr(
    not(any(feature = "candle", test)),
    expect(dead_code, reason = "only pipelines on Candle run on a GPU in this process")
)]
pub mod gpu;
pub mod interrupt;
pub mod machine;
pub mod memory;
pub mod processor;
pub mod sampling;
pub mod slowdown;
pub mod stage_clock;
pub mod stated;
pub mod stopping;
pub mod summary;
pub mod trial;
pub mod watch;
