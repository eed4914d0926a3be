//! The first run of the CUDA builds on a machine with a GPU.
//!
//! In: a bundle of `cargo xtask gpu-bundle`. Out: a folder with a table of what passed, failed and was
//! skipped, the log of every step, and every record.

pub mod bundle;
pub mod duration;
pub mod judge;
pub mod libraries;
pub mod machine;
pub mod plan;
pub mod process;
pub mod ratios;
pub mod records;
pub mod session;
pub mod table;
