//! `summary.json`: how every series stands, for robots.

use std::collections::BTreeMap;

use bench_records::{
    coverage::Coverage,
    gate::{Finding, Outcome},
    identity::SeriesKey,
    levels::{Change, State},
    status::Status,
    verdict::Verdict,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Identity, snapshot::Snapshot, snapshot::Standing};

const FORMAT: &str = "bench-runner/summary/1";

/// A published history, as `summary.json` gives it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Always `bench-runner/summary/1`.
    pub format: String,
    /// What the history is called.
    pub title: String,
    /// When it was published, in ISO 8601.
    pub at: String,
    /// Time of its newest record, in ISO 8601; null where it has none.
    pub newest: Option<String>,
    /// Number of records.
    pub records: usize,
    /// Number of files that were set aside.
    pub set_aside: usize,
    /// Number of series by what the gate said of their newest records.
    pub status: Counts,
    /// Number of series in each state, the one that needs somebody first; states of no series are left out.
    #[serde(default)]
    pub states: Vec<StateCount>,
    /// Number of series whose newest record failed the gate although their state is not red: within noise, or
    /// above a static limit as before.
    #[serde(default)]
    pub gate_failed: usize,
    /// What changed, those of one commit range together: confirmed before suspected, the worse way first.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// How much of the newest records could be judged.
    pub coverage: Coverage,
    /// Each series, worst first.
    pub series: Vec<SeriesSummary>,
}

/// How many series are in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StateCount {
    /// The state.
    pub state: State,
    /// Number of series.
    pub series: usize,
}

/// Number of series by what the gate said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Worse than their baselines.
    pub regressed: usize,
    /// Behind the others by more than a week.
    pub stale: usize,
    /// Without a baseline yet, or not measured.
    pub unjudged: usize,
    /// Better than their baselines.
    pub improved: usize,
    /// Within their limits.
    pub pass: usize,
}

/// How a series stands: its newest record that is no pull request's and not excluded, against the
/// records before it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SeriesSummary {
    /// Short hash of its cohort.
    pub key: SeriesKey,
    /// The benchmark.
    pub benchmark: String,
    /// GPU name.
    pub gpu: Option<String>,
    /// The variant that its records are of; null where they state none or do not agree.
    #[serde(default)]
    pub variant: Option<String>,
    /// What tells it apart from others of the same benchmark, GPU and variant, such as `software
    /// profile sw-2`; left out where nothing has to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub apart: String,
    /// What it mixes where its records lack a whole identity, such as `3 variants are mixed here: bf16,
    /// fp8, int8`; left out where it mixes nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mixes: Vec<String>,
    /// How it stands by its levels: whether something changed, or a run is beyond its limit by chance. Files of
    /// earlier versions lack it.
    #[serde(default)]
    pub state: Option<State>,
    /// The gate's word for it.
    pub status: Status,
    /// Whether that record is more than a week older than the history's newest; the word says so only
    /// where nothing worse is to be said.
    #[serde(default)]
    pub is_stale: bool,
    /// Verdict of the record that it stands by.
    pub verdict: Verdict,
    /// The verdict in words, with the numbers that decided it.
    pub reason: String,
    /// Since when it is worse or better, in ISO 8601: the first of the records of main that say so
    /// without a break; null where it is neither.
    #[serde(default)]
    pub since: Option<String>,
    /// Number of those records.
    #[serde(default)]
    pub since_records: usize,
    /// Commit of the record before them, or empty: it began after this one.
    #[serde(default)]
    pub commit_before: String,
    /// Commit of the first of them, or empty.
    #[serde(default)]
    pub commit_since: String,
    /// Commit of that record, or empty.
    pub commit: String,
    /// Time of that record, in ISO 8601.
    pub timestamp: String,
    /// Number of its records.
    pub records: usize,
    /// Each metric of that record or of its baseline.
    pub metrics: BTreeMap<String, MetricSummary>,
    /// Address of its page: with a host where publishing was told one, else relative to this file.
    pub url: String,
    /// Address of its badge, likewise.
    pub badge: String,
}

/// One metric of a series' newest record.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MetricSummary {
    /// Unit of value and baseline; empty where it has none.
    pub unit: String,
    /// Its value; null where it was not measured.
    pub value: Option<f64>,
    /// Median of its baseline.
    pub baseline: Option<f64>,
    /// Change as a fraction in the bad direction: 0.08 is 8 % worse.
    pub worsening: Option<f64>,
    /// Largest fraction that passes.
    pub limit: Option<f64>,
    /// How it came out.
    pub outcome: Outcome,
}

impl Summary {
    /// The summary of what is published.
    #[must_use]
    pub fn of(snapshot: &Snapshot, identity: &Identity) -> Self {
        let summary = |standing: &Standing| SeriesSummary::of(standing, snapshot, identity);
        let series: Vec<SeriesSummary> = snapshot.worst_first().into_iter().map(summary).collect();
        Self {
            format: FORMAT.to_owned(),
            title: identity.title.clone(),
            at: snapshot.batch.now.to_iso(),
            newest: snapshot.newest.map(|time| time.to_iso()),
            records: snapshot.records,
            set_aside: snapshot.set_aside,
            status: Counts::of(series.iter().map(|series| series.status)),
            states: states(snapshot),
            gate_failed: snapshot.standings.iter().filter(|each| each.has_failed_gate()).count(),
            changes: snapshot.changes(),
            coverage: snapshot.coverage(),
            series,
        }
    }

    /// How many series are in which state; by the gate, in a file of an earlier version.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self.states.is_empty() {
            true => self.status.to_string(),
            false => states_in_words(&self.states, self.gate_failed),
        }
    }

    /// The text of the file.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain values") + "\n"
    }
}

fn states(snapshot: &Snapshot) -> Vec<StateCount> {
    let count = |state: State| {
        let series = snapshot.standings.iter().filter(|standing| standing.state == state).count();
        StateCount { state, series }
    };
    State::ALL.map(count).into_iter().filter(|count| count.series > 0).collect()
}

/// Such as `2 confirmed, 3 within noise, 11 pass; CI gate failed on 3`.
#[must_use]
pub fn states_in_words(states: &[StateCount], gate_failed: usize) -> String {
    let words = states.iter().map(|count| format!("{} {}", count.series, count.state.as_str()));
    let words: Vec<String> = words.collect();
    if gate_failed > 0 {
        return format!("{}; CI gate failed on {gate_failed}", words.join(", "));
    }
    if words.is_empty() { "no records".to_owned() } else { words.join(", ") }
}

impl SeriesSummary {
    fn of(standing: &Standing, snapshot: &Snapshot, identity: &Identity) -> Self {
        let (series, point) = (&standing.series, standing.point());
        let (benchmark, gpu) = series.source(point);
        let since = standing.since;
        let (before, first) = since.map(|since| since.range(series)).unwrap_or_default();
        let is_there = |finding: &&Finding| finding.current.is_some() || finding.base.is_some();
        let findings = standing.judgement.findings.iter().filter(is_there);
        let metric = |finding: &Finding| {
            let unit = snapshot.batch.table.get_or_unjudged(&finding.metric).unit.into_owned();
            let summary = MetricSummary::of(finding, unit);
            let outcome = standing.judgement.outcome(&finding.metric).unwrap_or(finding.outcome);
            (finding.metric.to_string(), MetricSummary { outcome, ..summary })
        };
        Self {
            key: series.key.clone(),
            benchmark: benchmark.to_owned(),
            gpu: gpu.map(str::to_owned),
            variant: standing.variant().map(str::to_owned),
            apart: standing.apart.further.clone(),
            mixes: series.labels.partial.mixtures(),
            state: Some(standing.state),
            status: standing.status,
            is_stale: standing.is_stale,
            verdict: standing.judgement.verdict,
            reason: standing.judgement.reason.clone(),
            since: since.map(|since| series.points[since.first].time.to_iso()),
            since_records: since.map_or(0, |since| since.records),
            commit_before: before.to_owned(),
            commit_since: first.to_owned(),
            commit: point.commit.to_string(),
            timestamp: point.time.to_iso(),
            records: series.points.len(),
            metrics: findings.map(metric).collect(),
            url: identity.series_url(&series.key),
            badge: identity.url(&format!("badges/{}.svg", series.key)),
        }
    }
}

impl MetricSummary {
    fn of(finding: &Finding, unit: String) -> Self {
        Self {
            unit,
            value: finding.current,
            baseline: finding.base,
            worsening: finding.worsening,
            limit: finding.limit.map(|limit| limit.fraction),
            outcome: finding.outcome,
        }
    }
}

impl Counts {
    fn of(statuses: impl Iterator<Item = Status>) -> Self {
        let mut counts = Self::default();
        for status in statuses {
            *match status {
                Status::Regressed => &mut counts.regressed,
                Status::Stale => &mut counts.stale,
                Status::Unjudged => &mut counts.unjudged,
                Status::Improved => &mut counts.improved,
                Status::Pass => &mut counts.pass,
            } += 1;
        }
        counts
    }

    /// Each word with its number, worst first, where there are any.
    pub fn words(&self) -> impl Iterator<Item = (Status, usize)> {
        let counts = [self.regressed, self.stale, self.unjudged, self.improved, self.pass];
        Status::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0)
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<String> =
            self.words().map(|(status, count)| format!("{count} {}", status.as_str())).collect();
        f.write_str(if words.is_empty() { "no records" } else { "" })?;
        f.write_str(&words.join(", "))
    }
}
