//! What tests share: workspaces, configurations, checkpoints, models on a hub.

pub mod builders;
pub mod checkpoint;
pub mod generate;
pub mod makers;
pub mod model_hub;
pub mod python;
pub mod waiting;
pub mod workspace;
