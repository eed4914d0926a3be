//! The series of a store, a line each.

use bench_records::{
    gate::{Batch, Judgement, policy::judge_point},
    series::Series,
    standing,
    status::{Status, is_stale},
    time::Micros,
};
use serde::Serialize;

use crate::terminal::Table;

/// A series, and how the newest record that tells of its repository came out.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    series: &'a str,
    benchmark: &'a str,
    gpu: &'a str,
    records: usize,
    /// When that record ran, in ISO 8601.
    newest: String,
    verdict: String,
    status: Status,
    #[serde(skip)]
    time: Micros,
    #[serde(skip)]
    is_stale: bool,
}

/// A line a series: by status, the worst first, then by name.
pub(super) fn lines<'a>(all: &'a [Series], batch: &Batch) -> Vec<Line<'a>> {
    let judged: Vec<(&Series, usize, Judgement)> =
        all.iter().filter_map(|series| judged(series, batch)).collect();
    let times = judged.iter().map(|(series, index, _)| series.points[*index].time);
    let newest = times.filter(|time| !time.is_future(batch.now)).max().unwrap_or_default();
    let mut lines: Vec<Line<'_>> = judged
        .iter()
        .map(|(series, index, judged)| line(series, *index, judged, newest, batch))
        .collect();
    lines.sort_by(|a, b| {
        (a.status, a.benchmark, a.gpu, a.series).cmp(&(b.status, b.benchmark, b.gpu, b.series))
    });
    lines
}

fn judged<'a>(series: &'a Series, batch: &Batch) -> Option<(&'a Series, usize, Judgement)> {
    let index = standing::index(series, batch.now).or(series.points.len().checked_sub(1))?;
    Some((series, index, judge_point(series, index, batch)))
}

fn line<'a>(
    series: &'a Series,
    index: usize,
    judgement: &Judgement,
    newest: Micros,
    batch: &Batch,
) -> Line<'a> {
    let time = series.points[index].time;
    let (is_future, is_stale) = (time.is_future(batch.now), is_stale(time, newest));
    let verdict = if is_future { "future".to_owned() } else { judgement.verdict.to_string() };
    let status = if is_future { Status::Unjudged } else { Status::of(judgement.verdict, is_stale) };
    Line {
        series: &series.key.0,
        benchmark: &series.labels.model_id,
        gpu: series.labels.gpu_type.as_deref().unwrap_or("unknown"),
        records: series.points.len(),
        newest: time.to_iso(),
        verdict,
        status,
        time,
        is_stale,
    }
}

/// The lines as a table.
pub(super) fn table(lines: &[Line<'_>]) -> Table {
    let heads = ["series", "benchmark", "GPU", "records", "newest (UTC)", "verdict"];
    let mut table = Table::new(heads);
    for line in lines {
        let stale = if line.is_stale { ", stale" } else { "" };
        let verdict = format!("{}{stale}", line.verdict);
        let (records, newest) = (line.records.to_string(), line.time.to_minute());
        table.row([line.series, line.benchmark, line.gpu, &records, &newest, &verdict]);
    }
    table
}
