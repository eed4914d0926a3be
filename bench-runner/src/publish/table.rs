//! `latest.html`: the latest verdict of each series as a table, without a browser program.
//!
//! In: a snapshot and its summary. Out: the text of the page.

use bench_records::{
    gate::{Finding, Outcome},
    levels::Change,
    metric::{self, CORE, Metric, MetricTable, built_in},
    naming::{commit_url, range_url, short_commit},
    scale::Scale,
    status::Status,
};

use super::{
    markup::{escape, link},
    page::Page,
    snapshot::{Snapshot, Standing},
    summary::Summary,
};

/// Columns of metrics at most: what a wide window shows without scrolling.
const METRICS: usize = 6;

/// How many a second: of a video's frames, and of images.
const THROUGHPUT: &str = "throughput";
const IMAGES: &str = "images_per_s";

/// Columns beside them: status, benchmark, GPU, time, commit; and variant, where any series has one.
const BESIDE_METRICS: usize = 5;

/// What changed in a history.
struct Changed<'s> {
    changes: &'s [Change],
    table: &'s MetricTable,
}

/// The columns of a history.
struct Columns {
    has_variants: bool,
    metrics: Vec<Metric>,
}

impl Columns {
    fn count(&self) -> usize {
        BESIDE_METRICS + usize::from(self.has_variants) + self.metrics.len()
    }
}

/// The page.
#[must_use]
pub fn page(page: &Page<'_>, summary: &Summary, snapshot: &Snapshot) -> String {
    let standings = snapshot.worst_first();
    let has_variants =
        standings.iter().any(|s| s.variant().is_some() || !s.apart.further.is_empty());
    let columns = Columns { has_variants, metrics: metrics(&standings, snapshot) };
    let variant = if has_variants { r#"<th scope="col">Variant</th>"# } else { "" };
    let headings: String = columns.metrics.iter().map(heading).collect();
    let changed = Changed { changes: &summary.changes, table: &snapshot.batch.table };
    let row = |standing: &&Standing| row(page, (standing, &changed), &columns);
    let rows: String = standings.iter().map(row).collect();
    let newest = snapshot
        .newest
        .map_or_else(String::new, |newest| format!(" · newest record {} UTC", newest.to_minute()));
    let set_aside = match snapshot.set_aside {
        0 => String::new(),
        1 => " · 1 file could not be read".to_owned(),
        count => format!(" · {count} files could not be read"),
    };
    page.plain(&format!(
        r#"<h1>Latest verdicts</h1>
<p class="meta">{status} · {coverage}{newest}{set_aside}</p>
<p><a href="index.html">Dashboard</a> · <a href="feed.xml">Feed</a> · <a href="summary.json">Summary as JSON</a></p>
<div class="scroll" tabindex="0"><table class="latest">
<thead><tr><th scope="col">Status</th><th scope="col">Benchmark</th><th scope="col">GPU</th>{variant}{headings}<th scope="col">Newest record (UTC)</th><th scope="col">Commit</th></tr></thead>
<tbody>
{rows}</tbody>
</table></div>
"#,
        status = summary.in_words(),
        coverage = summary.coverage,
    ))
}

/// The first metrics of the table of metrics that any series has.
fn metrics(standings: &[&Standing], snapshot: &Snapshot) -> Vec<Metric> {
    let is_anywhere = |key: &str| standings.iter().any(|s| s.series.column(key).is_some());
    let core = CORE.iter().map(|(key, _)| match *key {
        THROUGHPUT if !is_anywhere(THROUGHPUT) => IMAGES,
        key => key,
    });
    let others = standings.iter().flat_map(|standing| standing.metrics());
    let mut keys: Vec<&str> = Vec::new();
    for key in core.chain(others) {
        if is_anywhere(key) && !keys.contains(&key) && keys.len() < METRICS {
            keys.push(key);
        }
    }
    keys.into_iter().map(|key| snapshot.batch.table.get_or_unjudged(key)).collect()
}

fn heading(metric: &Metric) -> String {
    let title = metric::title(&metric.label, &metric.unit);
    format!(r#"<th scope="col" class="number">{}</th>"#, escape(&title))
}

/// A row of numbers; below it, over the whole width, why the series does not just pass.
fn row(
    page: &Page<'_>,
    (standing, changed): (&Standing, &Changed<'_>),
    columns: &Columns,
) -> String {
    let (benchmark, gpu) = standing.names();
    let point = standing.point();
    let own = format!("index.html#/series/{}", standing.series.key);
    let repository = page.identity.repository_of(&standing.series);
    let commit = repository.and_then(|repository| commit_url(&repository, &point.commit));
    let variant = if columns.has_variants { variant_cell(standing) } else { String::new() };
    let cells: String =
        columns.metrics.iter().map(|metric| metric_cell(standing, metric)).collect();
    let (status, shape, words) =
        (standing.shown_status().as_str(), standing.shown_status().shape(), standing.words());
    let reason = reason_row(page, (standing, changed), columns.count());
    let class = if reason.is_empty() { "" } else { " class=\"explained\"" };
    format!(
        "<tr{class}><td><span class=\"status {status}\"><span aria-hidden=\"true\">{shape}</span>{words}</span></td><th scope=\"row\">{}</th>\
         <td>{}</td>{variant}{cells}<td>{}</td><td>{}</td></tr>\n{reason}",
        link(Some(&own), benchmark),
        escape(gpu),
        point.time.to_minute(),
        link(commit.as_deref(), short_commit(&point.commit)),
    )
}

/// The variant, and what else tells the series apart from others of the same name.
fn variant_cell(standing: &Standing) -> String {
    let further = standing.apart.further.as_str();
    let parts = standing.variant().into_iter().chain((!further.is_empty()).then_some(further));
    format!("<td>{}</td>", escape(&parts.collect::<Vec<_>>().join(" · ")))
}

/// What changed, why the gate does not just pass the series and since when, and what the series mixes.
fn reason_row(
    page: &Page<'_>,
    (standing, changed): (&Standing, &Changed<'_>),
    columns: usize,
) -> String {
    let changes = standing.changes_in_words(changed.changes, changed.table);
    let changes = changes.iter().map(|change| escape(change));
    let judged = (standing.status != Status::Pass).then(|| {
        let since = since(page, standing).unwrap_or_default();
        format!("CI gate: {}{since}", escape(&standing.judgement.reason))
    });
    let mixed = standing.series.labels.partial.warning().map(|warning| escape(&warning));
    let reasons: Vec<String> = changes.chain(judged).chain(mixed).collect();
    if reasons.is_empty() {
        return String::new();
    }
    let (reason, columns) = (reasons.join(". "), columns - 1);
    format!("<tr class=\"reason\"><td></td><td colspan=\"{columns}\">{reason}</td></tr>\n")
}

/// Such as `, since 2026-11-24 03:00 (3 records), 788fe39…cb7adb2`.
fn since(page: &Page<'_>, standing: &Standing) -> Option<String> {
    let (since, series) = (standing.since?, &standing.series);
    let (before, first) = since.range(series);
    let repository = page.identity.repository_of(series);
    let url = repository.and_then(|repository| range_url(&repository, before, first));
    let commits: Vec<&str> =
        [before, first].into_iter().filter(|c| !c.is_empty()).map(short_commit).collect();
    let commits = commits.join("…");
    let records = if since.records == 1 { "record" } else { "records" };
    let time = series.points[since.first].time.to_minute();
    let range = link(url.as_deref(), &commits);
    Some(format!(", since {time} ({} {records}), {range}", since.records))
}

/// Value, and its change in the metric's own direction where it was judged. What makes images has
/// images a second in the column of frames a second, with their unit.
fn metric_cell(standing: &Standing, metric: &Metric) -> String {
    let has = |key: &str| standing.series.column(key).is_some();
    let images =
        built_in(IMAGES).filter(|_| metric.key == THROUGHPUT && !has(THROUGHPUT) && has(IMAGES));
    let unit = images.map(|images| format!(" {}", images.unit)).unwrap_or_default();
    let metric = images.unwrap_or(metric);
    let value = standing.series.value(standing.point(), &metric.key);
    let judgement = &standing.judgement;
    let is_broken = judgement.broken_limits().any(|broken| broken.metric == metric.key);
    let change = match is_broken {
        true => " <strong>(above its limit)</strong>".to_owned(),
        false => judgement.rolling(&metric.key).and_then(change).unwrap_or_default(),
    };
    let scale = Scale::of(metric, value);
    // the heading has the metric's own unit
    let unit = if scale.unit() == metric.unit { unit } else { format!(" {}", scale.unit()) };
    format!(r#"<td class="number">{}{unit}{change}</td>"#, escape(&scale.format(value)))
}

/// With its word where that is news, so that six columns fit a window.
fn change(finding: &Finding) -> Option<String> {
    let words = match finding.outcome {
        Outcome::Pass => format!("{:+.1} %", finding.change()? * 100.0),
        _ => finding.change_in_words()?,
    };
    let is_bad = finding.outcome == Outcome::Regression;
    let (start, end) = if is_bad { ("<strong>", "</strong>") } else { ("", "") };
    Some(format!(" {start}({words}){end}"))
}
