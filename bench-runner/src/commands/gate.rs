//! `bench-runner gate`: run, then compare what was just measured.

use crate::{
    commands::{
        compare::{JudgeArgs, Print},
        run::{self, RunArgs, Selected},
    },
    compare::results,
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

/// Why no result could be written, where there is nothing to judge for that reason.
fn unwritten(reports: &[Report]) -> Option<&str> {
    if reports.iter().any(|report| report.result.is_some()) {
        return None;
    }
    reports.iter().find_map(|report| match &report.ran {
        Ran::Failed { reason } => Some(reason.as_str()),
        Ran::Measured { .. } | Ran::Skipped { .. } => None,
    })
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
        if let Some(reason) = unwritten(&reports) {
            // the table above says it to people
            if print == Print::Json {
                eprintln!("error: {reason}");
            }
            return Ok(measured);
        }
        let paths: Vec<_> = reports.into_iter().filter_map(|report| report.result).collect();
        let judged = self.judge.run(|| Ok(results::load_files(&paths)), print);
        judged.map(|exit| exit.or(measured))
    }
}
