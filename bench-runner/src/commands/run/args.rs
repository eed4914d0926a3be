//! What to run, and how: for every command that measures.
//!
//! In: benchmark files and options. Out: the benchmarks that run, and a report of each.

use std::{path::PathBuf, time::Duration};

use bench_engine::DeviceRequest;
use globset::GlobMatcher;

use crate::{
    cuda_handover,
    exit::{Exit, OrExit, Outcome, Several},
    measure::{interrupt, stopping::End},
    run::{
        prices::{self, Prices},
        report::Report,
        selection::{self, Shard},
        session::{Session, Settings},
        suite::{self, Benchmark, Suite},
    },
    store::atomic,
    variables::{Task, warn_of_unread},
};

/// What to run, and how.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Benchmark files [default: all files in --benchmarks]
    #[arg(value_name = "CONFIG")]
    configs: Vec<PathBuf>,
    /// Folder of benchmark files
    #[arg(long, default_value = "benchmarks", value_name = "DIR")]
    benchmarks: PathBuf,
    /// Run only benchmarks whose id matches, such as 'wan-*'
    #[arg(long, value_name = "GLOB", value_parser = selection::pattern)]
    only: Option<GlobMatcher>,
    /// Run only one of several equal parts, such as 2/3
    #[arg(long, value_name = "PART/PARTS")]
    shard: Option<Shard>,
    /// Where to run: auto, cpu, cuda, cuda:N or metal
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceRequest,
    /// Folder for perf_*.json results
    #[arg(long = "results", id = "run_results", default_value = "results", value_name = "DIR")]
    results: PathBuf,
    /// Keep running after the configured trials until the median is known to within 2 %
    #[arg(long)]
    until_stable: bool,
    /// Time limit for the measured trials of a benchmark [default with --until-stable: 600]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    time_limit: Option<Duration>,
    /// Price per device hour, for cost_per_output_usd
    #[arg(long, value_name = "USD", value_parser = price, allow_negative_numbers = true)]
    price_per_device_hour: Option<f64>,
    /// JSON file of prices by part of a device's name, such as {"H100": 3.29, "L40S": 1.89}
    #[arg(long, value_name = "FILE", conflicts_with = "price_per_device_hour")]
    prices: Option<PathBuf>,
    /// Folder for the output of each benchmark's last trial
    #[arg(long, value_name = "DIR")]
    pub(super) save_outputs: Option<PathBuf>,
}

/// What runs, and what the files that cannot be used come to.
#[derive(Debug)]
pub struct Selected {
    /// The benchmarks of the other files.
    pub benchmarks: Vec<Benchmark>,
    /// What is wrong with these files.
    pub errors: Vec<String>,
    /// Usage, where there are such files.
    pub exit: Exit,
}

impl RunArgs {
    /// The benchmarks to run; prints warnings, and which files cannot be used. Does not return where
    /// the CUDA build takes over.
    ///
    /// # Errors
    /// Usage, where nothing can run; unable, where CUDA was asked for by name and something is
    /// missing.
    pub fn select(&self) -> Outcome<Selected> {
        warn_of_unread(Task::Measuring);
        let files = match self.configs.as_slice() {
            [] => suite::find(&self.benchmarks).or_usage()?,
            named => named.to_vec(),
        };
        let Suite { benchmarks, warnings, errors } = suite::load(&files);
        if benchmarks.is_empty() {
            return Err(Several(errors)).or_usage();
        }
        let say = || errors.iter().for_each(|error| eprintln!("error: {error}"));
        let selected = selection::select(benchmarks, self.only.as_ref(), self.shard);
        let benchmarks = selected.inspect_err(|_| say()).or_usage()?;
        if benchmarks.iter().any(|benchmark| benchmark.resolved.is_in_process()) {
            cuda_handover::to_cuda(self.device)?;
        }
        say();
        for warning in &warnings {
            eprintln!("warning: {warning}");
        }
        if let (Some(shard), true) = (self.shard, benchmarks.is_empty()) {
            eprintln!("warning: part {shard} has no benchmark, for there are fewer than parts");
        }
        let exit = if errors.is_empty() { Exit::Passed } else { Exit::Usage };
        Ok(Selected { benchmarks, errors, exit })
    }

    /// Runs them.
    ///
    /// # Errors
    /// Usage errors of variables, and signals that cannot be listened to.
    pub fn measure(&self, benchmarks: &[Benchmark]) -> Outcome<Vec<Report>> {
        atomic::check_folder(&self.results).or_unable()?;
        interrupt::listen().or_unable()?;
        let session = Session::begin(self.settings()?)?;
        let reports = session.run(benchmarks)?;
        // the results are written; what is still printed may go to a reader that has seen enough
        sigpipe::reset();
        Ok(reports)
    }

    pub(super) fn settings(&self) -> Outcome<Settings> {
        Ok(Settings {
            results: self.results.clone(),
            device: self.device,
            end: if self.until_stable { End::WhenStable } else { End::AtCount },
            time_limit: self.time_limit,
            prices: self.prices()?,
            save_outputs: self.save_outputs.clone(),
        })
    }

    fn prices(&self) -> Outcome<Prices> {
        match (&self.prices, self.price_per_device_hour) {
            (Some(file), _) => Prices::read(file).or_usage(),
            (None, Some(price)) => Ok(Prices::Any(price)),
            (None, None) => Ok(Prices::Unknown),
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.ok_or_else(|| "expected seconds, 0 or more".to_owned())
}

fn price(text: &str) -> Result<f64, String> {
    let price = text.parse().ok().filter(|price: &f64| prices::is_price(*price));
    price.ok_or_else(|| "expected a price, 0 or more".to_owned())
}
