//! Files of a checkpoint: configurations, what is corrected of them, weights.

pub mod config_file;
pub mod corrections;
pub mod model_index;
pub mod weights;
