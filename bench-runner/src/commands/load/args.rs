//! The options of a load test. Those that `vllm bench serve` has, have its names.

use std::path::PathBuf;

use clap::ValueEnum;

/// Measure a server of an OpenAI-compatible API under load.
///
/// Requests are sent at the times of a schedule, whether or not earlier ones have been answered, and latency
/// counts from when a request should have been sent. With --request-rate inf and --max-concurrency N, N users
/// each wait for their answer before they ask again. A request that fails counts as infinitely slow.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
                        bench-runner load --endpoint videos --num-prompts 20 --request-rate 2\n  \
                        bench-runner load --endpoint chat --request-rate 4 --num-prompts 700 --result chat.json\n  \
                        bench-runner load --endpoint completions --max-concurrency 8 --goodput ttft:500 tpot:50\n  \
                        bench-runner load --endpoint chat --search 'ttft_p99_ms<=500,success>=0.99'")]
pub struct Args {
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
    pub output: OutputArgs,
}

/// Which server, and what is asked for.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// URL that the paths of the API follow
    #[arg(long, default_value = "http://127.0.0.1:8000/v1", value_name = "URL")]
    pub base_url: String,
    /// What to ask for
    #[arg(long, value_enum, default_value = "chat", value_name = "ENDPOINT")]
    pub endpoint: Endpoint,
    /// Model, as the server names it; may be left out where the server has one
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// File with the API key; its first line that is not blank or a comment is taken [variable: OPENAI_API_KEY]
    #[arg(long, value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,
    /// PEM file of certificate authorities to trust in place of the public ones
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Further header of each request
    #[arg(long = "header", value_name = "NAME=VALUE", value_parser = pair)]
    pub headers: Vec<(String, String)>,
    /// JSON object whose fields are added to each request, or replace one; null removes it
    #[arg(long, value_name = "JSON")]
    pub extra_body: Option<String>,
    /// Whether a connection is used for further requests
    #[arg(long, value_enum, default_value = "reused", value_name = "CHOICE")]
    pub connections: Connections,
    /// Longest time of a request, from its sending to the end of its answer
    #[arg(long, default_value_t = 600.0, value_name = "SECONDS", value_parser = positive_number)]
    pub request_timeout: f64,
    /// Shortest time between two looks at a video; never longer than 1 % of what it has taken so far
    #[arg(long, default_value_t = 25.0, value_name = "MS", value_parser = positive_number)]
    pub poll_interval_ms: f64,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Endpoint {
    /// chat/completions, streamed
    #[value(aliases = ["/v1/chat/completions", "openai-chat"])]
    Chat,
    /// completions, streamed
    #[value(aliases = ["/v1/completions", "openai"])]
    Completions,
    /// images/generations
    #[value(alias = "/v1/images/generations")]
    Images,
    /// videos, looked at until they are completed
    #[value(alias = "/v1/videos")]
    Videos,
}

/// Whether connections are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Connections {
    /// They are kept open and used again
    Reused,
    /// Each request has its own
    New,
}

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
    /// Most requests at a time; with --request-rate inf, so many users who wait for their answers
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

/// What is asked.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Prompts")]
pub struct DataArgs {
    /// Where prompts come from
    #[arg(long, value_enum, default_value = "random", value_name = "NAME")]
    pub dataset_name: Dataset,
    /// File of the dataset
    #[arg(long, value_name = "FILE")]
    pub dataset_path: Option<PathBuf>,
    /// Length of random prompts: words, or tokens with --tokenizer; 1024 by default, 16 for images and videos
    #[arg(long, value_name = "N")]
    pub random_input_len: Option<usize>,
    /// Most tokens of the answer to a random prompt
    #[arg(long, default_value_t = 128, value_name = "N")]
    pub random_output_len: usize,
    /// How far random lengths are off at most, as a fraction
    #[arg(long, default_value_t = 0.0, value_name = "FRACTION")]
    pub random_range_ratio: f64,
    /// Most tokens of the answer to a prompt of a file; by default what the file says
    #[arg(long, value_name = "N", value_parser = positive, aliases = ["sharegpt-output-len", "custom-output-len"])]
    pub output_len: Option<usize>,
    /// tokenizer.json of the model: makes lengths exact, and counts where the server does not
    #[arg(long, value_name = "FILE")]
    pub tokenizer: Option<PathBuf>,
    /// Let the model go on to the most tokens; servers other than vLLM's may refuse this
    #[arg(long)]
    pub ignore_eos: bool,
    /// What each prompt begins with, so that no cache has it
    #[arg(long, value_enum, default_value = "run", value_name = "CHOICE")]
    pub prompt_mark: PromptMark,
}

/// Where prompts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Dataset {
    /// Random words
    Random,
    /// First turns of a ShareGPT file
    Sharegpt,
    /// A file with a prompt per line, as text or as {"prompt": "…", "output_tokens": 128}
    Custom,
    /// Times, lengths and shared beginnings of a Mooncake trace (JSON lines)
    Mooncake,
    /// Times and lengths of an Azure trace (CSV)
    Azure,
    /// Times and lengths of a BurstGPT trace (CSV)
    Burstgpt,
}

/// What each prompt begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PromptMark {
    /// A mark that no other request of any run has
    Run,
    /// A mark of seed and request: the prompts of two runs are the same
    Seed,
    /// Nothing: repeated prompts may come from the server's cache
    None,
}

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
    /// Percentiles to report
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', default_value = "50,90,99", value_parser = percent)]
    pub metric_percentiles: Vec<f64>,
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
    /// Shortest time of a probe
    #[arg(long, default_value_t = 60.0, value_name = "SECONDS", value_parser = positive_number, requires = "search")]
    pub search_seconds: f64,
    /// Most probes
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = positive, requires = "search")]
    pub search_probes: usize,
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

/// What is written.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write the result, with the keys of `vllm bench serve` and each request
    #[arg(long, value_name = "FILE", alias = "result-filename")]
    pub result: Option<PathBuf>,
    /// Name of the run in the result
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    /// Pairs to add to the result, such as tensor_parallel_size=2
    #[arg(long, value_name = "NAME=VALUE", num_args = 1.., value_parser = pair)]
    pub metadata: Vec<(String, String)>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

fn positive(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a whole number, 1 or more".to_owned())
}

fn positive_number(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| *number > 0.0 && number.is_finite());
    number.ok_or_else(|| "expected a number above 0".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| *number > 0.0);
    number.ok_or_else(|| "expected requests per second, such as 4, or inf".to_owned())
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok().filter(|number: &f64| *number > 0.0 && *number < 100.0);
    number.ok_or_else(|| "expected a percentile between 0 and 100, such as 99".to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.trim().is_empty());
    let pair = pair.map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
    pair.ok_or_else(|| "expected NAME=VALUE".to_owned())
}

/// A goal, which is read again by what judges it.
fn goal(text: &str) -> Result<String, String> {
    #[cfg(feature = "load")]
    if let Err(error) = text.parse::<bench_load::measure::Goal>() {
        return Err(error.to_string());
    }
    Ok(text.to_owned())
}
