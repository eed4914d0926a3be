//! `bench-runner gate`: run, then compare what was just measured.

use crate::{
    commands::{
        compare::{JudgeArgs, Load, Print},
        run::{self, RunArgs, Selected},
    },
    compare::results::{self, Note},
    exit::Outcome,
    run::report::{self, NOT_BEGUN, Ran, Report},
};

/// Measure benchmarks, then judge the results against history.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bench-runner gate --store history\n  \
                        bench-runner gate --only 'wan-*' --base before/")]
pub struct Args {
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    judge: JudgeArgs,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage errors, before anything runs; a store that cannot be read, after the results are
    /// written.
    pub fn run(self) -> Outcome {
        self.judge.check()?;
        let Selected { benchmarks, errors, exit } = self.run.select()?;
        let reports = self.run.measure(&benchmarks)?;
        let print = Print::of(self.json);
        if print == Print::Text {
            run::print(&reports, exit);
        }
        let measured = report::exit(&reports).or(exit);
        let without_result = without_result(&errors, &reports);
        let paths: Vec<_> = reports.into_iter().filter_map(|report| report.result).collect();
        let load = || {
            let mut results = results::load_files(&paths);
            results.failed.extend(without_result);
            results.exit = measured;
            Ok(results)
        };
        self.judge.run(Load::results(load), print)
    }
}

/// What was to be measured and left no result: files that cannot be used, results that could not be
/// written, and what an interruption kept from running.
fn without_result(errors: &[String], reports: &[Report]) -> Vec<Note> {
    let unusable = errors.iter().map(|error| Note::new("a configuration", error.as_str()));
    let unwritten = reports.iter().filter(|report| report.result.is_none());
    let unwritten = unwritten.map(|report| match &report.ran {
        Ran::Failed { reason } | Ran::Skipped { reason } => {
            Note::new(&*report.benchmark_id, &**reason)
        }
        Ran::NotBegun => Note::new(&*report.benchmark_id, NOT_BEGUN),
        Ran::Measured { .. } => Note::new(&*report.benchmark_id, "its result was not written"),
    });
    unusable.chain(unwritten).collect()
}
