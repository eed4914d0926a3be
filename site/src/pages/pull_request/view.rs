//! The page of a pull request as it is drawn.

use std::sync::Arc;

use bench_records::series::Series;
use leptos::prelude::*;

use super::model::{self, Against, Measured};
use crate::{
    components::{
        copy::copy_button,
        export::Sheet,
        link::{commit, outward, page_link, trail},
        message::{empty, failed},
        table::{Cell, headings, table},
    },
    dataset::{Dataset, Row, point_name},
    dom::{Content, El, button, el, text},
    format, judged,
    query::{Key, Page, Query},
    state::{Histories, state},
};

/// Columns of the table, and of its copy.
const COLUMNS: [&str; 8] = [
    "Series",
    "Metric",
    ">This pull request",
    ">Main then",
    ">Change",
    ">One run shows",
    "Against main",
    "CI gate",
];

/// The page.
pub fn page(number: u32, dataset: &Arc<Dataset>) -> Content {
    let rows = dataset.rows.iter();
    let recent: Vec<Arc<Row>> =
        rows.filter(|row| model::ran(&row.recent, number)).cloned().collect();
    let heading = text("h1", "", format!("Pull request #{number}"));
    let url = recent.first().and_then(|row| dataset.pull_request_url(&row.recent.labels, number));
    let heading = el("div", "headline")
        .add(heading)
        .all(url.map(|url| outward("", &url, "Open it in the repository")));
    // where no newest record is of it, older ones are read once the reader asks for them
    let wanted = RwSignal::new(recent);
    let dataset = dataset.clone();
    let body = move || {
        let rows = wanted.get();
        if rows.is_empty() {
            return vec![nothing_recent(number, &dataset, wanted)];
        }
        let histories = state().histories(&dataset, rows);
        let dataset = dataset.clone();
        let shown = move || histories.with(|histories| found(number, &dataset, histories));
        vec![el("div", "").live(shown)]
    };
    vec![
        trail([(Query::to(Page::Overview), "Overview")], "pull request"),
        heading,
        el("div", "").live(body),
    ]
}

fn nothing_recent(number: u32, dataset: &Arc<Dataset>, wanted: RwSignal<Vec<Arc<Row>>>) -> El {
    let series = format::counted(dataset.rows.len(), "series", "series");
    let all = dataset.rows.clone();
    let read = button("", format!("Read all {series}"), move || wanted.set(all.clone()));
    let what = format!("No recent record is of pull request #{number}.");
    empty(&what, "Older ones are in the files of the series.").add(read)
}

fn found(number: u32, dataset: &Arc<Dataset>, histories: &Histories) -> Content {
    let mut parts = Content::new();
    if !histories.is_done() {
        let words = format!("Reading {}…", histories.progress());
        parts.push(text("p", "quiet", words).attr("role", "status"));
    }
    parts.extend(histories.failed.first().map(|error| {
        let state = state();
        failed(error, move || state.reload())
    }));
    let pairs: Vec<(Arc<Row>, Arc<Series>)> = histories
        .series
        .iter()
        .filter_map(|series| Some((dataset.row(&series.key.0)?.clone(), series.clone())))
        .collect();
    let lines = model::measured(&pairs, number, &dataset.batch());
    if lines.is_empty() && histories.is_done() {
        let what = format!("This history has no record of pull request #{number}.");
        parts
            .push(empty(&what, "Records name one in pr_number; look whether its jobs store them."));
    }
    if !lines.is_empty() {
        parts.extend(listed(number, dataset, &lines));
    }
    parts
}

fn listed(number: u32, dataset: &Arc<Dataset>, lines: &[Measured]) -> Content {
    let count: usize = lines.iter().map(|line| 1 + line.alike).sum();
    let words = format!(
        "{}: {}. A value is held against the level that main had before it.",
        format::counted(count, "gated metric", "gated metrics"),
        model::tally(lines)
    );
    let (telling, even): (Vec<&Measured>, Vec<&Measured>) =
        lines.iter().partition(|line| line.against != Against::WithinNoise);
    let copied: Vec<Measured> = lines.to_vec();
    let copy = copy_button("Copy as Markdown", move || markdown(number, &copied));
    let mut parts = vec![text("p", "", words), el("div", "controls").add(copy)];
    let of = |lines: &[&Measured], caption: &str| {
        let rows = lines.iter().map(|line| row(dataset, line)).collect();
        table(caption, headings(&COLUMNS), rows)
    };
    if !telling.is_empty() {
        parts.push(of(&telling, "What differs from main by more than its noise, the worst first"));
    }
    if !even.is_empty() {
        let count = even.iter().map(|line| 1 + line.alike).sum();
        let summary = format!("{} within noise", format::counted(count, "metric", "metrics"));
        let list = of(&even, "What differs from main by no more than its noise");
        let fold = el("details", "").add(text("summary", "", summary)).add(list);
        fold.put_if(telling.is_empty(), "open", "");
        parts.push(fold);
    }
    parts
}

fn row(dataset: &Dataset, line: &Measured) -> Vec<Cell> {
    let key = &line.row.key().0;
    let to = Query::to(Page::Series(key.clone())).with(Key::Metric, line.metric.key.to_string());
    let run = Query::to(Page::Run(key.clone(), point_name(&line.point)));
    let [value, level, change, one_run] = model::words(line);
    let class = match line.against {
        Against::Worse => "number worse",
        Against::Better => "number better",
        _ => "number",
    };
    let url = dataset.commit_url(&line.row.recent.labels, &line.point.commit);
    vec![
        Cell::view("name", vec![page_link(to, "", &line.row.words())]),
        Cell::text(model::metrics_in_words(line)),
        Cell::view("number", vec![page_link(run, "", &value)]),
        Cell::number(level),
        Cell::of(class, change),
        Cell::number(one_run),
        Cell::text(line.against.as_str()),
        Cell::text(format!("{} ", judged::gate_words(line.gate)))
            .with([commit(&line.point.commit, url)]),
    ]
}

fn markdown(number: u32, lines: &[Measured]) -> String {
    let columns = COLUMNS[..7].iter().map(|name| name.trim_start_matches('>').to_owned());
    let row = |line: &Measured| {
        let [value, level, change, one_run] = model::words(line);
        let names = [line.row.words(), model::metrics_in_words(line)];
        let words = line.against.as_str().to_owned();
        names.into_iter().chain([value, level, change, one_run, words]).collect()
    };
    let sheet = Sheet { columns: columns.collect(), rows: lines.iter().map(row).collect() };
    let address = window().location().href().unwrap_or_default();
    format!(
        "Pull request #{number}: {}\n\n{}\n{address}\n",
        model::tally(lines),
        sheet.to_markdown()
    )
}
