//! The runs of a series, as a table.

use bench_records::{
    events::{Event, said_of},
    gate::{
        Batch, Finding, Outcome, Skip,
        policy::{Wording, judge_point},
    },
    metric::Metric,
    naming::short_commit,
    requests::{FAILED_REQUESTS, Requests, SUCCESS_RATE},
    scale::Scale,
    series::{Flags, Point, Series},
    time::Micros,
};
use serde::{Serialize, Serializer};

use crate::terminal::Table;

/// One run of a series, judged by what ran before it.
#[derive(Debug, Serialize)]
pub(super) struct Run {
    /// When, in ISO 8601.
    #[serde(serialize_with = "iso")]
    pub(super) time: Micros,
    /// What was measured, in full.
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
    pub(super) note: String,
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
    let wording = Wording {
        baseline_count: judgement.baseline_count,
        limits_key: point.broken.as_deref().and_then(|broken| broken.entry.as_deref()),
        table: &batch.table,
    };
    let broken = judgement.broken_limits().filter(|broken| broken.metric == metric.key);
    let broken: Vec<String> = broken.map(|broken| wording.failure(broken)).collect();
    let record = if point.id.is_empty() { &point.path } else { &point.id };
    Run {
        time: point.time,
        commit: point.commit.to_string(),
        value: series.value(point, &metric.key),
        baseline: finding.and_then(|finding| finding.base),
        change: finding.and_then(Finding::change),
        worsening: finding.and_then(|finding| finding.worsening),
        verdict: match broken.is_empty() {
            true => finding.map_or(NOT_MEASURED, verdict),
            false => "regression",
        },
        note: note(series, point, batch.now, &broken),
        said: said_of(&series.key, point, events),
        record: record.to_string(),
        change_in_words: finding.and_then(Finding::change_in_words).unwrap_or_default(),
    }
}

const NOT_MEASURED: &str = "not measured";

/// The word for how the metric came out; there is one for every run.
fn verdict(finding: &Finding) -> &'static str {
    match finding.outcome {
        Outcome::Regression => "regression",
        Outcome::Missing => "missing_metric",
        Outcome::Exceeded => "beyond, not gated",
        Outcome::Improved if finding.is_gated() => "improved",
        Outcome::Improved | Outcome::Pass => "pass",
        Outcome::Skipped(Skip::NotMeasured) => NOT_MEASURED,
        Outcome::Skipped(_) if finding.current.is_none() => NOT_MEASURED,
        Outcome::Skipped(Skip::NoBaseline | Skip::NotInBaseline) => "calibration",
        Outcome::Skipped(_) => "not judged",
    }
}

/// Everything that sets a record apart, what keeps it out of baselines first.
fn note(series: &Series, point: &Point, now: Micros, broken: &[String]) -> String {
    let has = |flag: Flags| point.flags.any(flag);
    let branch = || format!("branch {}", series.labels.branches.of(point));
    let facts = [
        has(Flags::EXCLUDED).then(|| "excluded".to_owned()),
        has(Flags::PULL_REQUEST).then(|| "pull request".to_owned()),
        has(Flags::OTHER_BRANCH).then(branch),
        failure(series, point, broken),
        has(Flags::UNDATED).then(|| "undated".to_owned()),
        (!has(Flags::UNDATED) && point.time.is_future(now)).then(|| "future".to_owned()),
        has(Flags::RESEEDED).then(|| "reseed".to_owned()),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// How it failed. A record that failed its gate was measured all the same; one without any value was
/// not.
fn failure(series: &Series, point: &Point, broken: &[String]) -> Option<String> {
    let value = |key: &str| series.value(point, key);
    let requests = Requests::of(value(SUCCESS_RATE), value(FAILED_REQUESTS));
    let requests = requests.filter(|requests| requests.failed > 0);
    let is_measured = point.values.iter().any(Option::is_some);
    match (broken.is_empty(), point.flags.any(Flags::FAILED)) {
        (false, _) => Some(broken.join("; ")),
        (true, false) => None,
        (true, true) => Some(match requests {
            Some(requests) => requests.in_words(),
            None if is_measured => "gate failed".to_owned(),
            None => "failed".to_owned(),
        }),
    }
}

/// The newest runs, newest first.
pub(super) fn runs_table(runs: &[Run], rows: usize, scale: &Scale<'_>) -> Table {
    let heads =
        ["time (UTC)", "commit", "value", "baseline", "change", "verdict", "note", "record"];
    let mut table = Table::new(heads);
    for run in runs.iter().rev().take(rows) {
        let (value, baseline) = (scale.format(run.value), scale.format(run.baseline));
        let (time, note) = (run.time.to_second(), run.words());
        let change = &run.change_in_words;
        table.row([
            time.as_str(),
            short_commit(&run.commit),
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
        let note = Some(self.note.as_str()).filter(|note| {
            !note.is_empty()
                && !self.said.iter().any(|words| words.starts_with(&format!("{note}: ")))
        });
        note.map(str::to_owned)
            .into_iter()
            .chain(self.said.iter().cloned())
            .collect::<Vec<_>>()
            .join("; ")
    }
}
