//! `bench-runner gate`: run, then compare what was just measured.

use bench_records::config::LoadBlock;

use crate::{
    commands::{
        compare::{JudgeArgs, Load, Print},
        run::{self, RunArgs, Selected},
    },
    compare::results::{self, Note},
    exit::Outcome,
    run::{
        report::{self, Ran, Report},
        suite::Benchmark,
    },
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
        let without_result = without_result(&benchmarks, &errors, &reports);
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
fn without_result(benchmarks: &[Benchmark], errors: &[String], reports: &[Report]) -> Vec<Note> {
    let unusable = errors.iter().map(|error| Note::new("a configuration", error.as_str()));
    let unwritten = reports.iter().filter(|report| report.result.is_none());
    let unwritten = unwritten.map(|report| match &report.ran {
        Ran::Failed { reason } | Ran::Skipped { reason } => {
            Note::new(&*report.benchmark_id, &**reason)
        }
        Ran::Measured { .. } => Note::new(&*report.benchmark_id, "its result was not written"),
    });
    let unreached = benchmarks.iter().filter_map(|benchmark| {
        let plan = benchmark.resolved.plan();
        let all = plan.load.as_ref().map_or(1, LoadBlock::count);
        let is_of = |report: &&Report| {
            let rest = report.benchmark_id.strip_prefix(plan.benchmark_id.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let reached = reports.iter().filter(is_of);
        let reason = match (reached.count(), all) {
            (0, _) => "the run was interrupted before its turn".to_owned(),
            (reached, all) if reached < all => {
                let missing = all - reached;
                format!("the run was interrupted before {missing} of its {all} load tests")
            }
            _ => return None,
        };
        Some(Note::new(&*plan.benchmark_id, reason))
    });
    unusable.chain(unwritten).chain(unreached).collect()
}
