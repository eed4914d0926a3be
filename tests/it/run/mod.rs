//! `run`: trials, families, records, what cannot run.

pub mod command;
pub mod corrections;
pub mod cuda_handover;
pub mod endings;
pub mod environment;
pub mod faults;
pub mod hub;
pub mod hub_makers;
pub mod hub_variants;
pub mod images;
pub mod lines;
pub mod load;
pub mod makers;
pub mod options;
pub mod own_metrics;
pub mod raw_record;
pub mod texts;
pub mod trials;
pub mod unmeasured;
pub mod variants;
pub mod verify;
pub mod wan;
