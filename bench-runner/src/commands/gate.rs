//! `bench-runner gate`: run, then compare what was just measured.

use crate::{
    commands::{
        compare::{JudgeArgs, Print},
        run::{self, RunArgs, Selected},
    },
    compare::results::{self, Note, Results},
    exit::Outcome,
    run::report::{self, Ran, Report},
};

/// Measure benchmarks, then judge these results against history.
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

/// The results that were written; benchmarks without one are named among those that cannot be read.
fn results_of(reports: Vec<Report>) -> Results {
    let (mut paths, mut unwritten) = (Vec::new(), Vec::new());
    for report in reports {
        match (report.result, report.ran) {
            (Some(path), _) => paths.push(path),
            (None, Ran::Failed { reason }) => {
                let reason = format!("has no result: {reason}");
                unwritten.push(Note { subject: report.benchmark_id, reason });
            }
            (None, Ran::Measured { .. } | Ran::Skipped { .. }) => {}
        }
    }
    let mut results = results::load_files(&paths);
    results.set_aside.extend(unwritten);
    results
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage errors, before anything runs; a store that cannot be read, after the results are
    /// written.
    pub fn run(self) -> Outcome {
        self.judge.check()?;
        let Selected { benchmarks, exit } = self.run.select()?;
        let reports = self.run.measure(&benchmarks)?;
        let print = Print::of(self.json);
        if print == Print::Text {
            run::print(&reports, exit);
        }
        let measured = report::exit(&reports).or(exit);
        let judged = self.judge.run(|| Ok(results_of(reports)), print);
        judged.map(|exit| exit.or(measured))
    }
}
