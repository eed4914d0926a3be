//! The runs of a series, as a table.

use bench_records::{
    gate::{Batch, Finding, policy::judge_point},
    metric::Metric,
    naming::short_commit,
    series::{Flags, Point, Series},
    time::Micros,
};
use comfy_table::Table;
use serde::Serialize;

/// One run of a series, judged by what ran before it.
#[derive(Debug, Serialize)]
pub(super) struct Run {
    /// When, in UTC.
    pub(super) time: String,
    pub(super) commit: String,
    pub(super) value: Option<f64>,
    pub(super) baseline: Option<f64>,
    pub(super) worsening: Option<f64>,
    pub(super) verdict: &'static str,
    pub(super) note: &'static str,
    pub(super) record: String,
}

/// The run at a position of its series, judged by what ran before it.
pub(super) fn run(series: &Series, index: usize, metric: &Metric, batch: &Batch) -> Run {
    let point = &series.points[index];
    let judgement = judge_point(series, index, batch);
    let finding = judgement.rolling(&metric.key);
    let record = if point.id.is_empty() { &point.path } else { &point.id };
    Run {
        time: point.time.to_second(),
        commit: short_commit(&point.commit).to_owned(),
        value: series.value(point, &metric.key),
        baseline: finding.and_then(|finding| finding.base),
        worsening: finding.and_then(|finding| finding.worsening),
        verdict: if finding.is_some_and(Finding::fails) { "regression" } else { "" },
        note: note(point, batch.now),
        record: record.to_string(),
    }
}

fn note(point: &Point, now: Micros) -> &'static str {
    match point.flags {
        flags if flags.any(Flags::EXCLUDED) => "excluded",
        flags if flags.any(Flags::FAILED) => "failed",
        flags if flags.any(Flags::PULL_REQUEST) => "pull request",
        flags if flags.any(Flags::UNDATED) => "undated",
        _ if point.time.is_future(now) => "future",
        _ => "",
    }
}

/// The newest runs, newest first.
pub(super) fn runs_table(runs: &[Run], rows: usize, metric: &Metric) -> Table {
    let mut table =
        super::plain_table(["time", "commit", "value", "baseline", "worse by", "", "record"]);
    for run in runs.iter().rev().take(rows) {
        let change =
            run.worsening.map_or(String::new(), |change| format!("{:+.1} %", change * 100.0));
        let words = if run.note.is_empty() { run.verdict } else { run.note };
        let (value, baseline) = (metric.format(run.value), metric.format(run.baseline));
        table.add_row([&run.time, &run.commit, &value, &baseline, &change, words, &run.record]);
    }
    table
}
