//! The runs of a series, as a table.

use std::borrow::Cow;

use bench_records::{
    events::{Event, said_of},
    gate::{Batch, Finding, Outcome, policy::judge_point},
    metric::Metric,
    naming::short_commit,
    requests::{FAILED_REQUESTS, Requests, SUCCESS_RATE},
    series::{Flags, Point, Series},
    time::Micros,
};
use comfy_table::Table;
use serde::{Serialize, Serializer};

use crate::report::plain;

/// One run of a series, judged by what ran before it.
#[derive(Debug, Serialize)]
pub(super) struct Run {
    /// When, in ISO 8601.
    #[serde(serialize_with = "iso")]
    pub(super) time: Micros,
    pub(super) commit: String,
    pub(super) value: Option<f64>,
    pub(super) baseline: Option<f64>,
    /// Change of the value as a fraction of the baseline.
    pub(super) change: Option<f64>,
    /// The same in the bad direction.
    pub(super) worsening: Option<f64>,
    /// How the metric came out.
    pub(super) verdict: &'static str,
    /// What sets the record apart.
    pub(super) note: Cow<'static, str>,
    /// What people said of it.
    pub(super) said: Vec<String>,
    pub(super) record: String,
    #[serde(skip)]
    change_in_words: String,
}

fn iso<S: Serializer>(time: &Micros, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_iso())
}

/// The run at a position of its series, judged by what ran before it.
pub(super) fn run(
    series: &Series,
    index: usize,
    metric: &Metric,
    batch: &Batch,
    events: &[Event],
) -> Run {
    let point = &series.points[index];
    let judgement = judge_point(series, index, batch);
    let finding = judgement.rolling(&metric.key);
    let record = if point.id.is_empty() { &point.path } else { &point.id };
    Run {
        time: point.time,
        commit: short_commit(&point.commit).to_owned(),
        value: series.value(point, &metric.key),
        baseline: finding.and_then(|finding| finding.base),
        change: finding.and_then(Finding::change),
        worsening: finding.and_then(|finding| finding.worsening),
        verdict: finding.map_or("", verdict),
        note: note(series, point, batch.now),
        said: said_of(&series.key, point, events),
        record: record.to_string(),
        change_in_words: finding.and_then(Finding::change_in_words).unwrap_or_default(),
    }
}

fn verdict(finding: &Finding) -> &'static str {
    match finding.outcome {
        Outcome::Regression => "regression",
        Outcome::Missing => "missing",
        Outcome::Exceeded => "beyond, not gated",
        Outcome::Improved if finding.is_gated() => "improved",
        Outcome::Improved | Outcome::Pass | Outcome::Skipped(_) => "",
    }
}

fn note(series: &Series, point: &Point, now: Micros) -> Cow<'static, str> {
    let value = |key: &str| series.value(point, key);
    let requests = Requests::of(value(SUCCESS_RATE), value(FAILED_REQUESTS));
    match (point.flags, requests) {
        (flags, _) if flags.any(Flags::EXCLUDED) => "excluded".into(),
        (flags, Some(requests)) if flags.any(Flags::FAILED) => requests.in_words().into(),
        (flags, _) if flags.any(Flags::FAILED) => "failed".into(),
        (flags, _) if flags.any(Flags::PULL_REQUEST) => "pull request".into(),
        (flags, _) if flags.any(Flags::UNDATED) => "undated".into(),
        _ if point.time.is_future(now) => "future".into(),
        _ => "".into(),
    }
}

/// The newest runs, newest first.
pub(super) fn runs_table(runs: &[Run], rows: usize, metric: &Metric) -> Table {
    let heads =
        ["time (UTC)", "commit", "value", "baseline", "change", "verdict", "note", "record"];
    let mut table = super::plain_table(heads);
    for run in runs.iter().rev().take(rows) {
        let (value, baseline) = (metric.format(run.value), metric.format(run.baseline));
        let (time, note) = (run.time.to_second(), run.words());
        let change = &run.change_in_words;
        table.add_row([
            &time,
            &run.commit,
            &value,
            &baseline,
            change,
            run.verdict,
            &note,
            &run.record,
        ]);
    }
    table
}

impl Run {
    /// What sets it apart and what was said of it; the reason of an exclusion says both.
    fn words(&self) -> String {
        let note = Some(&self.note).filter(|note| {
            !note.is_empty()
                && !self.said.iter().any(|words| words.starts_with(&format!("{note}: ")))
        });
        let said = self.said.iter().map(|words| plain(words));
        note.map(|note| note.to_string()).into_iter().chain(said).collect::<Vec<_>>().join("; ")
    }
}
