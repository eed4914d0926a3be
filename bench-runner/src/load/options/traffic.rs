//! When requests are sent.

use clap::ValueEnum;

use super::values::rate;
use crate::values::{positive, positive_number};

/// When requests are sent.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Traffic")]
pub struct TrafficArgs {
    /// Requests to send; 100 by default, or those of --duration or of the trace
    #[arg(long, value_name = "N", value_parser = positive)]
    pub num_prompts: Option<usize>,
    /// Requests per second, or inf to send all at once; by default inf, or the times of the trace
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub request_rate: Option<f64>,
    /// How gaps scatter: 1 is Poisson, less is in bursts, more is more even, inf is constant
    #[arg(long, default_value_t = 1.0, value_name = "SHAPE")]
    pub burstiness: f64,
    /// Maximum requests in flight; with --request-rate inf, the number of users, each of whom waits for an
    /// answer before asking again
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_concurrency: Option<usize>,
    /// Stop sending after so long
    #[arg(long, value_name = "SECONDS", value_parser = positive_number)]
    pub duration: Option<f64>,
    /// How the rate changes from --ramp-up-start-rps to --ramp-up-end-rps
    #[arg(
        long,
        value_enum,
        value_name = "SHAPE",
        requires = "ramp_up_start_rps",
        requires = "ramp_up_end_rps",
        conflicts_with = "request_rate"
    )]
    pub ramp_up_strategy: Option<Ramp>,
    /// Rate at the start of the ramp
    #[arg(long, value_name = "RATE", requires = "ramp_up_strategy")]
    pub ramp_up_start_rps: Option<f64>,
    /// Rate at the end of the ramp
    #[arg(long, value_name = "RATE", requires = "ramp_up_strategy")]
    pub ramp_up_end_rps: Option<f64>,
    /// How many times as fast as recorded a trace is sent
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR", value_parser = positive_number)]
    pub trace_speed: f64,
    /// Seed of schedules and prompts
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub seed: u64,
    /// Requests that are sent first, and not measured
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub num_warmups: usize,
}

/// How a rate changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ramp {
    /// By the same amount each second
    Linear,
    /// By the same factor each second
    Exponential,
}
