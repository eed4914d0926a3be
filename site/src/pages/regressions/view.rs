//! The list of findings as it is drawn.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    filter::{Column, Filter},
    model::{self, Entry},
    words::{sheet, words},
};
use crate::{
    components::{
        choice::{choice, search, select},
        export::export_buttons,
        link::{commit, outward, page_link},
        message::{empty, nothing_of},
        status::{change, outcome_badge, row_badge},
        table::{Cell, heading, row, table_of},
    },
    dataset::{Dataset, point_name},
    dom::{Content, El, button, el, text},
    format, metrics,
    query::{Key, Page, Query},
    remarks::Remarks,
    state::state,
};

/// Rows that are drawn; all are exported.
const ROWS: usize = 300;

/// The page.
pub fn page(dataset: &Arc<Dataset>) -> Content {
    let heading = text("h1", "", "Regressions");
    match nothing_of(dataset) {
        Some(nothing) => vec![heading, nothing],
        None => std::iter::once(heading).chain(findings(dataset)).collect(),
    }
}

/// How fresh the history is, what the list is narrowed to, and the list.
fn findings(dataset: &Arc<Dataset>) -> Content {
    let state = state();
    let found = {
        let dataset = dataset.clone();
        let filter = Memo::new(move |_| state.query.with(Filter::of));
        Memo::new(move |_| Arc::new(filter.with(|filter| model::entries(&dataset, filter))))
    };
    let said = Remarks::of(dataset);
    let problem = said.problem();
    let sheet = {
        let (dataset, said) = (dataset.clone(), said.clone());
        move || {
            sheet(&dataset, &found.get_untracked(), |entry, point| {
                let metric = &entry.finding.metric;
                untrack(|| said.reason(entry.row.key(), point, metric)).unwrap_or_default()
            })
        }
    };
    let freshness = format!(
        "{} · newest record {} UTC, {}",
        dataset.coverage(),
        format::minute(dataset.newest),
        format::ago(dataset.newest, dataset.now),
    );
    let controls = el("div", "controls")
        .add(search("Search", Key::Search, "benchmark, device, variant"))
        .add(choice(
            "Findings",
            Key::Findings,
            &[("worse", "worse"), ("improved", "improved"), ("all", "all")],
        ))
        .add(choice(
            "Of",
            Key::Scope,
            &[("newest", "newest records"), ("recent", "all recent records")],
        ))
        .add(select("Metric", Key::Metric, "all", metrics::all_of(dataset)))
        .add(export_buttons("findings", sheet));
    let dataset = dataset.clone();
    let list = el("div", "").live(move || vec![table(&dataset, &said, &found.get())]);
    vec![text("p", "meta", freshness), controls, problem, list]
}

fn table(dataset: &Dataset, said: &Remarks, entries: &[Entry]) -> El {
    if entries.is_empty() {
        let remedy = "No record in this selection is beyond its limits. Method says what the limits are; all recent records, or improvements, may have more.";
        return empty("Nothing found.", remedy);
    }
    let caption = if entries.len() > ROWS {
        let total = format::count(entries.len());
        format!("The first {ROWS} of {total} findings; an export has them all")
    } else {
        format::counted(entries.len(), "finding", "findings")
    };
    let headings = vec![
        sortable(Column::Series, "Series"),
        sortable(Column::Metric, "Metric"),
        heading("State"),
        heading("CI gate"),
        heading(">Current"),
        heading(">Baseline"),
        sortable(Column::Change, "Change"),
        heading(">Limit"),
        sortable(Column::Since, "Since (UTC)"),
        heading("Commits"),
    ];
    let rows = entries.iter().take(ROWS).map(|entry| row(line(dataset, said, entry)));
    let body = el("tbody", "").all(rows);
    table_of("Findings", text("caption", "", caption), headings, body)
}

/// A heading that sorts; pressing it again turns the order round.
fn sortable(column: Column, words: &str) -> El {
    let state = state();
    let filter = state.query.with_untracked(Filter::of);
    let order = (filter.sort == column).then_some(filter.is_reversed);
    let (aria, arrow) = match order {
        None => ("none", ""),
        Some(false) => ("descending", " ↓"),
        Some(true) => ("ascending", " ↑"),
    };
    let sort = move || {
        let name = column.as_str();
        let value = if order == Some(false) { format!("-{name}") } else { name.to_owned() };
        state.set_param(Key::Sort, value);
    };
    let press = button("", format!("{words}{arrow}"), sort);
    el("th", "").attr("scope", "col").attr("aria-sort", aria).add(press)
}

fn line(dataset: &Dataset, said: &Remarks, entry: &Entry) -> Vec<Cell> {
    let words = words(dataset, entry);
    let (key, finding) = (&entry.row.key().0, &entry.finding);
    let series = Query::to(Page::Series(key.clone())).with(Key::Metric, finding.metric.as_ref());
    let point = &entry.row.recent.points[entry.index];
    let run = Query::to(Page::Run(key.clone(), point_name(point)));
    let accepted = said.acknowledged(entry.row.key(), point, &finding.metric);
    let (before, first) = entry.range();
    let range = dataset.range_url(Some(&entry.row.recent.labels), &before, &first);
    let mut commits: Vec<El> = range.map(|url| outward("", &url, "changes")).into_iter().collect();
    commits.extend((!commits.is_empty()).then(|| text("span", "", " ")));
    commits.push(commit(&first, dataset.commit_url(&entry.row.recent.labels, &first)));
    let moved = change(finding.change(), entry.row.coloured(finding.outcome));
    vec![
        Cell::view(
            "name",
            vec![
                page_link(series, "", &words.benchmark),
                el("br", ""),
                text("span", "quiet small plain", &words.place),
            ],
        ),
        Cell::of("label", words.metric),
        Cell::view("badges", vec![row_badge(&entry.row)]).with(accepted),
        Cell::view("badges", vec![outcome_badge(finding.outcome)]),
        Cell::view("number", vec![page_link(run, "", &words.current)]),
        Cell::number(words.baseline),
        Cell::view("number", moved.into_iter().collect()),
        Cell::number(words.limit),
        Cell::of("small", words.since),
        Cell::view("", commits),
    ]
}
