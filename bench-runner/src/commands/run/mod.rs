//! `bench-runner run`: from benchmark files to raw records.

use std::{path::PathBuf, time::Duration};

use globset::GlobMatcher;
use serde::Serialize;

use crate::{
    commands::print_json,
    exit::{Exit, OrExit, Outcome, Several},
    handover,
    measure::{interrupt, stopping::End},
    run::{
        prices::{self, Prices},
        report::{self, Report},
        selection::{self, Shard},
        session::{Session, Settings},
        suite::{self, Benchmark, Suite},
        table,
    },
    store::atomic,
    terminal::{self, Stream},
    variables::{Task, warn_of_unread},
};
use bench_engine::{DeviceRequest, families};

/// Measure benchmarks and write a raw record for each.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bench-runner run benchmarks/wan-t2v-1.3b-480p.json\n  \
                        bench-runner run --only 'wan-*' --device cuda:1\n  \
                        bench-runner run --until-stable --time-limit 300\n  \
                        bench-runner run --list")]
pub struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// Check the files and show what would run
    #[arg(long)]
    dry_run: bool,
    /// Show the benchmarks and whether they can run here
    #[arg(long, conflicts_with = "dry_run")]
    list: bool,
    /// Print the outcome of each benchmark as JSON
    #[arg(long)]
    json: bool,
}

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
    save_outputs: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.ok_or_else(|| "expected seconds, 0 or more".to_owned())
}

fn price(text: &str) -> Result<f64, String> {
    let price = text.parse().ok().filter(|price: &f64| prices::is_price(*price));
    price.ok_or_else(|| "expected a price, 0 or more".to_owned())
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage errors, before anything runs; what fails later is reported.
    pub fn run(self) -> Outcome {
        let Selected { benchmarks, exit, .. } = self.run.select()?;
        if self.dry_run || self.list {
            return self.show(&benchmarks).map(|shown| shown.or(exit));
        }
        let reports = self.run.measure(&benchmarks)?;
        if self.json {
            print_json(&reports);
        } else {
            print(&reports, exit);
            self.run
                .save_outputs
                .iter()
                .for_each(|folder| println!("outputs: {}", folder.display()));
        }
        Ok(report::exit(&reports).or(exit))
    }

    fn show(&self, benchmarks: &[Benchmark]) -> Outcome {
        sigpipe::reset();
        let session = Session::begin(self.run.settings()?)?;
        let planned: Vec<Planned> =
            benchmarks.iter().map(|benchmark| Planned::of(benchmark, &session)).collect();
        if self.json {
            print_json(&planned);
            return Ok(Exit::Passed);
        }
        for planned in &planned {
            match &planned.skipped {
                Some(reason) => println!("{:<28} skipped: {reason}", planned.benchmark_id),
                None => println!("{:<28} {}", planned.benchmark_id, planned.summary()),
            }
        }
        if self.dry_run {
            let runnable = planned.iter().filter(|planned| planned.skipped.is_none()).count();
            println!("{runnable} of {} benchmarks would run", planned.len());
        }
        Ok(Exit::Passed)
    }
}

/// A benchmark as `--list` and `--dry-run` show it.
#[derive(Debug, Serialize)]
struct Planned {
    benchmark_id: String,
    file: String,
    model: String,
    pipeline: Option<&'static str>,
    num_warmup_runs: u32,
    num_measurement_runs: u32,
    prompts: usize,
    skipped: Option<String>,
}

impl Planned {
    fn of(benchmark: &Benchmark, session: &Session) -> Self {
        let plan = benchmark.resolved.plan();
        Self {
            benchmark_id: plan.benchmark_id.clone(),
            file: benchmark.file.clone(),
            model: plan.model.model_short_name.clone(),
            pipeline: plan.model.pipeline.map(families::name),
            num_warmup_runs: plan.run.num_warmup_runs,
            num_measurement_runs: plan.run.num_measurement_runs,
            prompts: plan.prompts.len(),
            skipped: session.skip_reason(&benchmark.resolved),
        }
    }

    fn summary(&self) -> String {
        let pipeline = self.pipeline.unwrap_or("of its repository");
        let (warmup, measured) = (self.num_warmup_runs, self.num_measurement_runs);
        format!(
            "{} on the pipeline {pipeline}: {warmup} warm-up, {measured} clean and {measured} \
             instrumented trials ({})",
            self.model, self.file
        )
    }
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
            handover::to_cuda(self.device)?;
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
        let reports = session.run(benchmarks.iter().map(|benchmark| &benchmark.resolved))?;
        // the results are written; what is still printed may go to a reader that has seen enough
        sigpipe::reset();
        Ok(reports)
    }

    fn settings(&self) -> Outcome<Settings> {
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

/// Prints what became of each benchmark, where its result is, and what `select` came to.
pub(super) fn print(reports: &[Report], selected: Exit) {
    terminal::block(Stream::Out, table::text(reports));
    for path in reports.iter().filter_map(|report| report.result.as_ref()) {
        println!("result: {}", path.display());
    }
    if selected == Exit::Usage {
        eprintln!(
            "error: some configurations could not be used, as was said before the first benchmark; \
             correct these files, and run them again"
        );
    }
}
