//! What is made of the answers, and the search for the highest rate.

use clap::ValueEnum;

use super::values::{goal, percent};
use crate::values::{positive, positive_number};

/// Percentiles of a result, unless an option says.
const PERCENTILES: [f64; 3] = [50.0, 90.0, 99.0];

/// What is made of the answers.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Measuring")]
pub struct MeasuringArgs {
    /// Limits in ms that a good request keeps: ttft:MS, tpot:MS, e2el:MS
    #[arg(long, value_name = "METRIC:MS", num_args = 1.., value_parser = goal)]
    pub goodput: Vec<String>,
    /// Latencies to report; all that were measured by default
    #[arg(long, value_name = "METRIC", value_delimiter = ',', value_enum)]
    pub percentile_metrics: Vec<Latency>,
    /// Percentiles to report; 50,90,99 by default
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', value_parser = percent)]
    pub metric_percentiles: Vec<f64>,
}

impl MeasuringArgs {
    /// Percentiles to report.
    pub fn percents(&self) -> Vec<f64> {
        match self.metric_percentiles.as_slice() {
            [] => PERCENTILES.to_vec(),
            chosen => chosen.to_vec(),
        }
    }
}

/// A latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Latency {
    /// Time to first token
    Ttft,
    /// Time to the first token of the answer, after any reasoning
    Ttfat,
    /// Time per output token after the first
    Tpot,
    /// Between two chunks
    Itl,
    /// Between two tokens
    ItlPerToken,
    /// To the end of the answer
    E2el,
}

/// The search for the highest rate.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Search")]
pub struct SearchArgs {
    /// Find the highest rate that keeps these limits, such as 'ttft_p99_ms<=500,success>=0.99'
    #[arg(long, value_name = "LIMITS", conflicts_with_all = ["request_rate", "ramp_up_strategy", "duration", "num_prompts", "trace_speed"])]
    pub search: Option<String>,
    /// First rate that is tried: better too low than too high
    #[arg(long, default_value_t = 1.0, value_name = "RATE", value_parser = positive_number, requires = "search")]
    pub search_start_rate: f64,
    /// Requests of a probe; up to four times as many where probes leave rates unclear
    #[arg(long, default_value_t = 2000, value_name = "N", value_parser = positive, requires = "search")]
    pub search_requests: usize,
    /// Minimum time of a probe
    #[arg(long, default_value_t = 60.0, value_name = "SECONDS", value_parser = positive_number, requires = "search")]
    pub search_seconds: f64,
    /// Maximum number of probes
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = positive, requires = "search")]
    pub search_probes: usize,
}
