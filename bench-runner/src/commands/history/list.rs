//! The series of a store, a line each.

use bench_records::{
    gate::Batch,
    levels::{self, Certainty, Levels, Shift, State, shift_in_words},
    metric::Metric,
    series::Series,
    standing::Standing,
    status::Status,
    time::Micros,
};
use serde::Serialize;

use super::title::{AllApart, UNKNOWN, short_apart, title, words};
use crate::terminal::Table;

/// A series, and how the newest record that tells of its repository came out.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    series: &'a str,
    benchmark: &'a str,
    gpu: &'a str,
    /// Where its commits are, as its records say.
    repository: Option<&'a str>,
    /// What tells it apart from other series of these names, or empty.
    apart: String,
    records: usize,
    /// When that record ran, in ISO 8601.
    newest: String,
    verdict: String,
    status: Status,
    /// How it stands by its levels.
    state: State,
    /// The newest change of level of its gated metrics that is news, in words; null where there is none.
    change: Option<String>,
    /// Since when it is worse or better, in ISO 8601; null where it is neither.
    since: Option<String>,
    /// Commits between which that began: of the record before, and of the first; or empty.
    commit_before: &'a str,
    commit_since: &'a str,
    #[serde(skip)]
    time: Micros,
    #[serde(skip)]
    is_stale: bool,
}

/// A line a series: by status, the worst first, then by name. `newest` is the time of the newest record
/// of the whole history, listed or not.
pub(super) fn lines<'a>(
    all: &'a [Series],
    batch: &Batch,
    newest: Micros,
    apart: &AllApart,
) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'_>> =
        all.iter().filter_map(|series| line(series, newest, batch, apart)).collect();
    lines.sort_by(|a, b| {
        (a.status, a.benchmark, a.gpu, a.series).cmp(&(b.status, b.benchmark, b.gpu, b.series))
    });
    lines
}

fn line<'a>(
    series: &'a Series,
    newest: Micros,
    batch: &Batch,
    apart: &AllApart,
) -> Option<Line<'a>> {
    let stands = Standing::of(series, batch, newest)?;
    let time = series.points[stands.told].time;
    let is_future = time.is_future(batch.now);
    let verdict =
        if is_future { "future".to_owned() } else { stands.judgement.verdict.to_string() };
    let since = stands.since(series, batch);
    let levels = levels::of_gated(series, batch);
    let state = State::of(series, &stands, &levels, newest);
    let (before, first) = since.map(|since| since.range(series)).unwrap_or_default();
    Some(Line {
        series: &series.key.0,
        benchmark: &series.labels.model_id,
        gpu: series.labels.gpu_type.as_deref().unwrap_or(UNKNOWN),
        repository: series.labels.repository.as_deref(),
        apart: words(apart, &series.key),
        records: series.points.len(),
        newest: time.to_iso(),
        verdict,
        status: stands.status,
        state,
        change: newest_change(&levels, time),
        since: since.map(|since| series.points[since.first].time.to_iso()),
        commit_before: before,
        commit_since: first,
        time,
        is_stale: stands.is_stale,
    })
}

/// What is sure comes first, then what is worse, then what is new.
fn newest_change(levels: &[(Metric, Levels)], last: Micros) -> Option<String> {
    let news = levels
        .iter()
        .flat_map(|(metric, levels)| levels.news(last).map(move |shift| (metric, shift)));
    let rank = |shift: &Shift| (shift.certainty == Certainty::Suspected, !shift.is_worse());
    let (metric, shift) =
        news.min_by(|(_, a), (_, b)| rank(a).cmp(&rank(b)).then(b.since.cmp(&a.since)))?;
    Some(format!("{} {}", metric.label, shift_in_words(shift, metric)))
}

/// The lines as a table.
pub(super) fn table(lines: &[Line<'_>]) -> Table {
    let heads = ["series", "benchmark", "GPU", "records", "newest (UTC)", "verdict", "level"];
    let mut table = Table::new(heads);
    let titles: Vec<String> = lines.iter().map(|line| title(line.benchmark, &line.apart)).collect();
    let titles = short_apart(&titles.iter().map(String::as_str).collect::<Vec<_>>());
    let gpus = short_apart(&lines.iter().map(|line| line.gpu).collect::<Vec<_>>());
    for (line, (benchmark, gpu)) in lines.iter().zip(titles.iter().zip(&gpus)) {
        let stale = if line.is_stale { ", stale" } else { "" };
        let verdict = format!("{}{stale}", line.verdict);
        let (records, newest) = (line.records.to_string(), line.time.to_minute());
        table.row([line.series, benchmark, gpu, &records, &newest, &verdict, line.state.as_str()]);
    }
    table
}
