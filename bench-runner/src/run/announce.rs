//! A line on standard error as each benchmark starts and ends, where no bar is drawn: in a log of CI.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use bench_records::config::RunPlan;

use super::{
    report::{NOT_BEGUN, Ran, Report},
    table::outcome,
};
use crate::words::counted;

/// Tells the benchmarks of a run one after the other.
pub(super) struct Announcer {
    total: usize,
    is_silent: bool,
}

impl Announcer {
    /// For so many benchmarks; silent on a terminal.
    pub(super) fn of(total: usize) -> Self {
        Self { total, is_silent: io::stderr().is_terminal() }
    }

    /// The benchmark with this number, from 1, begins.
    pub(super) fn began(&self, number: usize, plan: &RunPlan) {
        let (warmup, measured) = (plan.run.num_warmup_runs, 2 * plan.run.num_measurement_runs);
        let id = &plan.benchmark_id;
        let what = match &plan.load {
            Some(load) => counted(load.count(), "load test"),
            None => format!("{warmup} warm-up and {measured} measured trials"),
        };
        self.say(number, &format!("{id}: starts, {what}"));
    }

    /// It is over.
    pub(super) fn ended(&self, number: usize, report: &Report, took: Duration) {
        self.say(number, &format!("{}: {}", report.benchmark_id, words(report, took)));
    }

    fn say(&self, number: usize, words: &str) {
        if !self.is_silent {
            eprintln!("[{number}/{}] {words}", self.total);
        }
    }
}

fn words(report: &Report, took: Duration) -> String {
    let how = outcome(&report.ran);
    match &report.ran {
        Ran::Measured { metrics, .. } => {
            let latency = metrics.get("latency").map(|latency| format!(", latency {latency:.3} s"));
            format!("{how} in {:.1} s{}", took.as_secs_f64(), latency.unwrap_or_default())
        }
        Ran::Skipped { reason } | Ran::Failed { reason } => format!("{how}: {reason}"),
        Ran::NotBegun => NOT_BEGUN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_benchmark_says_how_it_came_out() {
        let failed = Ran::Failed { reason: "out of memory".to_owned() };
        let report = Report { benchmark_id: "wan".to_owned(), result: None, ran: failed };
        assert_eq!(words(&report, Duration::ZERO), "failed: out of memory");
    }
}
