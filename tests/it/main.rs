//! The real binary, end to end, in temporary folders.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its folder has failed")]

mod base;
mod baselines;
mod builders;
mod checkpoint;
mod cli;
mod compact;
mod concurrent;
mod crash;
mod damage;
mod dataset;
mod documents;
mod events;
mod exits;
mod formats;
mod generate;
mod golden;
mod growth;
mod handover;
mod hostile_text;
mod import;
mod index;
mod limits;
mod makers;
mod model_hub;
mod persist;
mod publish;
mod pull_requests;
mod python;
mod reports;
mod reseed;
mod run;
mod run_command;
mod run_hub;
mod run_hub_makers;
mod run_images;
mod run_makers;
mod run_wan;
mod store;
mod strict;
mod support;
mod templates;
mod variables;
mod verify;
