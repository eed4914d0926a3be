//! The options of a load test: a command line, or the `load` block of a benchmark, in; what was asked for,
//! out. Those that `vllm bench serve` has, have its names.

#[cfg(feature = "load")]
mod checks;
mod data;
mod labels;
mod measuring;
mod server;
mod traffic;
mod values;

pub use data::{DataArgs, Dataset, PromptMark};
pub use labels::LabelArgs;
pub use measuring::{Latency, MeasuringArgs, SearchArgs};
pub use server::{Connections, Endpoint, ServerArgs};
pub use traffic::{Ramp, TrafficArgs};

/// What a load test is asked for.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    pub server: ServerArgs,
    #[command(flatten)]
    pub traffic: TrafficArgs,
    #[command(flatten)]
    pub data: DataArgs,
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    #[command(flatten)]
    pub search: SearchArgs,
    #[command(flatten)]
    pub labels: LabelArgs,
}
