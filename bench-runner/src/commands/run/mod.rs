//! `bench-runner run`: from benchmark files to raw records.

mod args;
mod planned;

use crate::{
    commands::print_json,
    exit::{Exit, Outcome},
    run::{
        report::{self, Report},
        session::Session,
        suite::Benchmark,
        table,
    },
    terminal::{self, Stream},
};

pub use self::args::{RunArgs, Selected};
use self::planned::Planned;

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
