//! Model pipelines: a checkpoint folder or an architecture comes in, timed stages come out.
//!
//! In flow order: configuration, weights, noise, numeric operations, then one module per model.

pub mod config_file;
pub mod error;
pub mod noise;
pub mod ops;
pub mod wan;
pub mod weights;

pub use error::{PipelineError, Result};
