//! `bench-runner suite`: vLLM's suites, measured, judged and stored.

mod from_variables;
mod measured;
mod shown;

use std::path::PathBuf;

use anyhow::anyhow;
use bench_engine::interrupt;

use crate::{
    commands::{
        compare::{ImportedFiles, JudgeArgs, Load, Print},
        import::SourceArgs,
        print_json,
    },
    exit::{Exit, OrExit, Outcome},
    import::Format,
    measure,
    store::atomic,
    suite::{
        SuiteKind,
        engine::{self, Engine},
        machine::Machine,
        plan::{self, Plan},
        results,
        session::{ClientChoice, Outcome as PointOutcome, Session},
        settings::{Settings, Target},
    },
    values,
};

/// Run vLLM's suites of serving, latency, startup and throughput tests, then judge the results against
/// history.
///
/// Variables of vLLM's script choose files and tests: SERVING_JSON, LATENCY_JSON, STARTUP_JSON, THROUGHPUT_JSON,
/// ON_CPU, TEST_SELECTOR, MODEL_FILTER, DTYPE_FILTER, REMOTE_HOST, REMOTE_PORT, PROMPTS_PER_CONCURRENCY,
/// ENABLE_ADAPTIVE_CONCURRENCY and DRY_RUN.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bench-runner suite --tests .buildkite/performance-benchmarks/tests --dry-run\n  \
                        ON_CPU=1 bench-runner suite --tests tests --engine vllm --only serving --store history\n  \
                        REMOTE_HOST=10.0.0.7 bench-runner suite --tests tests --gpu 'NVIDIA H100 80GB HBM3'"
)]
pub struct Args {
    /// Folder of suite files
    #[arg(long, default_value = ".buildkite/performance-benchmarks/tests", value_name = "DIR")]
    tests: PathBuf,
    /// Engine that runs the tests: self, vllm, sglang, or one that --engines defines
    #[arg(long, default_value = engine::DEFAULT, value_name = "NAME")]
    engine: String,
    /// File that defines further engines, or replaces built-in ones
    #[arg(long, value_name = "FILE")]
    engines: Option<PathBuf>,
    /// What sends requests in serving tests
    #[arg(long, value_enum, default_value_t)]
    client: ClientChoice,
    /// Kinds of tests to run [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND")]
    only: Vec<SuiteKind>,
    /// Folder for results and logs
    #[arg(long, default_value = "results", value_name = "DIR")]
    results: PathBuf,
    /// Show what would run, and run nothing [env: DRY_RUN]
    #[arg(long)]
    dry_run: bool,
    /// Leave out what the store has of this commit on this device
    #[arg(long, conflicts_with = "base")]
    skip_measured: bool,
    /// Print the oldest of these commits that this device has not measured completely, and run nothing; a
    /// commit per line, newest first, as git log prints them
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "skip_measured", "base"])]
    next_commit: Option<PathBuf>,
    /// Commit that is measured [default: CI's, otherwise none]
    #[arg(long, value_parser = values::commit)]
    commit: Option<String>,
    /// Accelerator or processor of the server, such as that of a remote one [default: this machine's]
    #[arg(long, value_name = "NAME")]
    gpu: Option<String>,
    /// Name that distinguishes these measurements from others of the same tests
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    #[command(flatten)]
    judge: JudgeArgs,
    /// Print the plan or the findings as JSON
    #[arg(long)]
    json: bool,
}

/// What a run is about, before anything runs.
struct Prepared {
    settings: Settings,
    machine: Machine,
    engine: Engine,
    plan: Plan,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage errors, before anything runs; a store that cannot be read, after results are written.
    pub fn run(self) -> Outcome {
        let (settings, is_dry) = from_variables::settings()?;
        let mut prepared = self.prepare(settings)?;
        let unmatched = prepared.plan.unmatched.take();
        if let Some(said) = unmatched {
            shown::faults(&prepared.plan);
            return Err(anyhow!("{said}; correct the variable, or unset it")).or_usage();
        }
        if let Some(commits) = &self.next_commit {
            return measured::next(&self, &prepared, commits);
        }
        let exit = if prepared.plan.faults.is_empty() { Exit::Passed } else { Exit::Usage };
        if self.dry_run || is_dry {
            shown::plan(&self, &prepared);
            return Ok(exit);
        }
        self.judge.check()?;
        atomic::check_folder(&self.results).or_unable()?;
        shown::before(&prepared.plan);
        if self.skip_measured {
            measured::leave_out(&self, &mut prepared)?;
        }
        measure::interrupt::listen().or_unable()?;
        let outcomes =
            prepared.session(&self).run(&prepared.plan.tests, &mut |line| eprintln!("{line}"));
        self.judge(&outcomes, exit)
    }

    fn prepare(&self, settings: Settings) -> Outcome<Prepared> {
        let engine = Engine::named(&self.engine, self.engines.as_deref()).or_usage()?;
        let mut machine = Machine::look(settings.target);
        if let Some(gpu) = &self.gpu {
            machine.device = Some(gpu.clone());
        }
        if settings.remote.is_some() {
            // what this machine has says nothing of the other one
            machine.device = self.gpu.clone();
            machine.gpu_type = self.gpu.clone().unwrap_or_else(|| "unknown".to_owned());
        }
        let kinds = if self.only.is_empty() { SuiteKind::ALL.to_vec() } else { self.only.clone() };
        let (files, notes) =
            plan::choose(&self.tests, &settings, machine.suffix, &kinds).or_usage()?;
        let mut plan = Plan::of(&files, &settings, &machine, &self.results);
        plan.notes.extend(notes);
        Ok(Prepared { settings, machine, engine, plan })
    }

    /// Tables, then verdicts, reports and history as of any other results.
    fn judge(&self, outcomes: &[PointOutcome], exit: Exit) -> Outcome {
        let table = results::write_tables(&self.results).or_unable()?;
        if !self.json {
            println!("tables: {}", table.display());
        }
        let has_failed = outcomes.iter().any(|outcome| outcome.failed.is_some());
        let exit = exit.or(if has_failed || interrupt::is_requested() {
            Exit::Unable
        } else {
            Exit::Passed
        });
        let is_measured = |outcome: &&PointOutcome| outcome.failed.is_none();
        let path = |outcome: &PointOutcome| self.results.join(format!("{}.json", outcome.result));
        let files: Vec<PathBuf> = outcomes.iter().filter(is_measured).map(path).collect();
        if files.is_empty() {
            return self.nothing_measured(outcomes, exit);
        }
        let source = SourceArgs {
            commit: self.commit.clone(),
            gpu: self.gpu.clone(),
            variant: self.variant.clone(),
            ..SourceArgs::default()
        };
        let load =
            Load::Imported(ImportedFiles { from: Format::Vllm, files: &files, source: &source });
        Ok(self.judge.run(load, Print::of(self.json))?.or(exit))
    }

    /// Nothing to measure is fine only where the store has it all.
    fn nothing_measured(&self, outcomes: &[PointOutcome], exit: Exit) -> Outcome {
        if self.json {
            print_json(&outcomes);
        }
        if outcomes.is_empty() && self.skip_measured {
            eprintln!("nothing to measure");
            return Ok(exit);
        }
        let error = match outcomes.len() {
            0 => anyhow!("nothing was measured: no test runs; see the reasons above"),
            count => anyhow!(
                "nothing was measured: {count} of {count} results failed; see the reasons above"
            ),
        };
        eprintln!("error: {error}");
        Ok(exit.or(Exit::Unable))
    }
}

impl Prepared {
    fn session<'a>(&'a self, args: &'a Args) -> Session<'a> {
        Session {
            engine: &self.engine,
            client: args.client,
            settings: &self.settings,
            machine: &self.machine,
            results: &args.results,
        }
    }

    /// What computes, in one word.
    fn target(&self) -> Target {
        self.settings.target
    }
}
