//! `bench-runner serve`: the models of benchmarks behind the OpenAI API.

#[cfg(feature = "serve")]
pub(super) mod announce;
#[cfg(feature = "serve")]
mod describe;
#[cfg(feature = "serve")]
mod record;
#[cfg(feature = "serve")]
pub(super) mod settings;
#[cfg(feature = "serve")]
pub(super) mod sources;

use std::{net::IpAddr, path::PathBuf, time::Duration};

use bench_engine::DeviceRequest;
use clap::ValueEnum;

use crate::{exit::Outcome, values::positive};

/// Answer the OpenAI API with the models of benchmarks.
///
/// Each configuration is a model, named by its benchmark_id. For videos, POST /v1/videos, then GET
/// /v1/videos/{id} and its /content; for pictures, POST /v1/images/generations; for text,
/// POST /v1/chat/completions or /v1/completions. Ctrl-C or SIGTERM stops the server
/// once running requests finish, at the latest after --drain-seconds.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bench-runner serve benchmarks/tiny-wan-cpu.json\n  \
                        bench-runner serve benchmarks/tiny-llama-cpu.json\n  \
                        bench-runner serve benchmarks/*.json --port 9000 --batching-mode dynamic\n  \
                        bench-runner serve benchmarks/tiny-wan-cpu.json --host 0.0.0.0 --api-key-file keys.txt")]
pub struct Args {
    /// Benchmark files; each is a model
    #[arg(value_name = "CONFIG", required = true)]
    configs: Vec<PathBuf>,
    /// Address to listen on; by default only this machine can connect
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: IpAddr,
    /// Port to listen on; 0 takes any that is free
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// Where to compute: auto, cpu, cuda, cuda:N or metal
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceRequest,
    /// Folder for jobs and their videos, which are kept across restarts
    #[arg(long, default_value = "jobs", value_name = "DIR")]
    jobs: PathBuf,
    /// How long a video is kept after it is completed or has failed
    #[arg(long, default_value = "3600", value_name = "SECONDS", value_parser = seconds)]
    job_ttl: Duration,
    /// File of API keys, one key per line; blank lines and lines starting with # are ignored. Without it,
    /// anyone who can connect may send requests
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    /// File to which a line of JSON is appended for each reply, without prompts or keys
    #[arg(long, value_name = "FILE")]
    access_log: Option<PathBuf>,
    /// Maximum requests that may wait; further ones get status 429
    #[arg(long, default_value = "64", value_name = "N", value_parser = positive)]
    max_queue: usize,
    /// Maximum size of a request's body
    #[arg(long, default_value = "1048576", value_name = "BYTES", value_parser = positive)]
    max_body_bytes: usize,
    /// Maximum length of a prompt for pictures and videos; for text, the model's context is the limit
    #[arg(long, default_value = "8192", value_name = "CHARACTERS", value_parser = positive)]
    max_prompt_chars: usize,
    /// Maximum width × height × frames of an output; by default 4 times the configuration's own, at least 4194304
    #[arg(long, value_name = "PIXELS", value_parser = positive)]
    max_output_pixels: Option<usize>,
    /// Maximum denoise steps of a request
    #[arg(long, default_value = "1000", value_name = "N", value_parser = positive)]
    max_steps: usize,
    /// Maximum sequences of a language model that are under way at once; further requests wait in the queue
    #[arg(long, default_value = "64", value_name = "N", value_parser = positive)]
    max_num_seqs: usize,
    /// Memory for the KV cache of a language model, which also limits how many sequences are under way; by default
    /// 4 GiB, or more if one request as long as the model's context needs it
    #[arg(long, value_name = "BYTES", value_parser = positive)]
    kv_cache_memory_bytes: Option<usize>,
    /// Maximum time from Ctrl-C or SIGTERM to the exit
    #[arg(long, default_value = "30", value_name = "SECONDS", value_parser = seconds)]
    drain_seconds: Duration,
    /// Folder for a raw record of each model and shape that was served, as `run` writes them: at the end, and
    /// after each interval
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// How long a record of --record lasts; a new one also begins after 10000 requests
    #[arg(long, default_value = "3600", value_name = "SECONDS", value_parser = interval, requires = "record")]
    record_interval: Duration,
    /// File that gets what computes each model, once all are loaded; load tests read it
    #[arg(long, value_name = "FILE", hide = true)]
    describe: Option<PathBuf>,
    /// Format of videos whose requests have no output_format: png (an animation), or mp4 where this build has it
    #[arg(long, default_value = "png", value_name = "FORMAT")]
    video_format: String,
    #[command(flatten)]
    batching: BatchingArgs,
}

/// Which requests share batches. Names are those of FastVideo's server.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Batching")]
pub(super) struct BatchingArgs {
    /// Whether compatible requests for pictures or videos are computed together; those for text always are, up to
    /// --max-num-seqs
    #[arg(long, value_enum, default_value = "disabled", value_name = "MODE")]
    batching_mode: BatchingMode,
    /// Maximum requests per batch; 8 by default when the mode is dynamic
    #[arg(long, value_name = "N", value_parser = positive)]
    batching_max_size: Option<usize>,
    /// How long an idle device waits for more requests, counted from the arrival of the oldest
    #[arg(long, default_value = "0", value_name = "MS", value_parser = milliseconds)]
    batching_delay_ms: Duration,
    /// Rules that limit batches by model and size, in the JSON format of FastVideo and SGLang
    #[arg(long, value_name = "FILE")]
    batching_config: Option<PathBuf>,
    /// Use batches only where they help: sizes 1, 2, 4, ... of each shape are measured while
    /// requests are served, and a size is kept if requests are at least 5 % faster than at half
    /// that size
    #[arg(long)]
    batching_profile: bool,
    /// Maximum memory for batches, including the models, in MB of 1024², or `off`. The peak of each
    /// shape is measured while it is served; a shape starts with one request alone [default: 90 % of the device's memory]
    #[arg(long, value_name = "MB", value_parser = memory)]
    batching_memory_mb: Option<Memory>,
    /// Maximum number of later requests that may start before a waiting one; 8 by default
    #[arg(long, value_name = "N")]
    batching_max_overtaken: Option<u32>,
    /// Log how long each request waited and why it did not join a batch
    #[arg(long)]
    enable_batching_metrics: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BatchingMode {
    /// One request at a time
    Disabled,
    /// Requests of one model and size, which join and leave between steps
    Dynamic,
}

/// What --batching-memory-mb says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    Mb(u64),
    Off,
}

fn memory(text: &str) -> Result<Memory, String> {
    let number = || text.parse().ok().filter(|mb| *mb > 0).map(Memory::Mb);
    let given = if text == "off" { Some(Memory::Off) } else { number() };
    given.ok_or_else(|| "expected a whole number of MB, 1 or more, or off".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.ok_or_else(|| "expected seconds, 0 or more".to_owned())
}

fn interval(text: &str) -> Result<Duration, String> {
    let duration = seconds(text).ok().filter(|duration| *duration >= Duration::from_secs(1));
    duration.ok_or_else(|| "expected seconds, 1 or more".to_owned())
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let ms: Option<f64> = text.parse().ok();
    let delay = ms.and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok());
    let delay = delay.filter(|delay| *delay <= Duration::from_secs(60));
    delay.ok_or_else(|| "expected milliseconds, 0 to 60000".to_owned())
}

#[cfg(not(feature = "serve"))]
impl Args {
    /// Says that there is no server.
    ///
    /// # Errors
    /// Always: usage.
    pub fn run(self) -> Outcome {
        missing()
    }
}

/// Says that this build has no server.
///
/// # Errors
/// Always: usage.
#[cfg(not(feature = "serve"))]
pub(super) fn missing() -> Outcome {
    use crate::exit::OrExit;

    const MESSAGE: &str = "this build has no server; build bench-runner with its feature `serve`, which is \
                           on by default";
    Err(anyhow::anyhow!(MESSAGE)).or_usage()
}

#[cfg(feature = "serve")]
impl Args {
    /// Serves until it is told to end.
    ///
    /// # Errors
    /// Usage, where a configuration, key file or rule cannot be used; unable, where a model cannot be loaded
    /// or the address is taken.
    pub fn run(self) -> Outcome {
        use bench_serve::{Opening, serve, shutdown};

        use crate::exit::{Exit, OrExit};

        let configured = sources::of(&self.configs, self.device)?;
        let settings = settings::of(&self)?;
        let places = configured.iter().map(|model| (model.plan.clone(), model.place.clone()));
        let places: Vec<_> = places.collect();
        let describe = self.describe.clone();
        let describe = describe.map(|file| describe::Describe { file, models: places.clone() });
        let record = |folder| record::Record::begin(folder, &settings, places.clone());
        let record = self.record.clone().map(record).transpose()?;
        let sources = configured.into_iter().map(|model| model.source).collect();
        let (shutdown, wish) = shutdown();
        announce::listen(shutdown).or_unable()?;
        let address = (self.host, self.port).into();
        let told = announce::Announcer::of(&settings);
        let opening = Opening { sources, settings, address, wish };
        serve(opening, &|event| {
            told.hear(event);
            describe.iter().for_each(|describe| describe.hear(event));
            record.iter().for_each(|record| record.hear(event));
        })
        .or_unable()?;
        Ok(record.map_or(Exit::Passed, |record| record.exit()))
    }
}
