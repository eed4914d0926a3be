//! The list of findings as it is drawn.

use std::sync::Arc;

use bench_records::levels::Way;
use leptos::prelude::*;

use super::{
    events::{self, Event},
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
/// Findings of an event that are shown before a reader unfolds it.
const AT_FIRST: usize = 4;
/// Columns of the table, for cells as wide as it is.
const COLUMNS: &str = "9";

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
            "Records",
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
        let total = format::counted(entries.len(), "finding", "findings");
        format!("{total}; those of one range of commits together, unless sorted by a column")
    };
    let listing = Listing::of(&state().query.with_untracked(Filter::of));
    let mut headings = vec![
        sortable(Column::Series, "Series"),
        sortable(Column::Metric, "Metric"),
        heading("State"),
        heading("CI gate"),
        heading(">Current"),
        heading(">Baseline"),
        sortable(Column::Change, "Change"),
        heading(">Limit"),
        sortable(Column::Since, "Since (UTC)"),
    ];
    headings.extend((listing == Listing::Single).then(|| heading("Commits")));
    let line = |entry: &Entry| row(line(dataset, said, entry, listing));
    let bodies: Vec<El> = match listing {
        Listing::ByEvent => grouped(dataset, entries, &line),
        Listing::Single => vec![el("tbody", "").all(entries.iter().take(ROWS).map(line))],
    };
    table_of("Findings", text("span", "", caption), headings, bodies)
}

/// How findings are listed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listing {
    /// Those of an event together, below its commits.
    ByEvent,
    /// Each by itself, with its commits.
    Single,
}

impl Listing {
    /// A reader who sorts by a column compares single findings.
    fn of(filter: &Filter) -> Self {
        match filter.sort == Column::Change && !filter.is_reversed {
            true => Self::ByEvent,
            false => Self::Single,
        }
    }
}

/// A part of the table for each event: a row that says what happened and by which commits, then its findings.
fn grouped(dataset: &Dataset, entries: &[Entry], line: &impl Fn(&Entry) -> El) -> Vec<El> {
    let mut left = ROWS;
    let mut bodies = Vec::new();
    for event in events::events(dataset, entries) {
        let shown = event.entries.len().min(left);
        if shown == 0 {
            break;
        }
        left -= shown;
        let (first, rest) = event.entries[..shown].split_at(shown.min(AT_FIRST));
        let rest: Vec<El> = rest.iter().map(line).collect();
        let body = el("tbody", "event").add(event_row(dataset, &event));
        let body = body.all(first.iter().map(line));
        bodies.push(if rest.is_empty() { body } else { folded(body, rest) });
    }
    bodies
}

/// With more findings behind a button.
fn folded(body: El, rest: Vec<El>) -> El {
    let words = format::counted(rest.len(), "more finding", "more findings");
    let rows = rest.clone();
    rest.iter().for_each(|row| row.put("hidden", ""));
    let place = el("tr", "");
    let fold = place.clone();
    let unfold = move || {
        fold.remove();
        rows.iter().for_each(|row| row.put_if(false, "hidden", ""));
    };
    let cell = el("td", "").attr("colspan", COLUMNS).add(button("plain", words, unfold));
    body.all(rest).add(place.add(cell))
}

/// What an event is: its kind, commits and date, and how much it touches.
fn event_row(dataset: &Dataset, event: &Event) -> El {
    let labels = event.entries.first().map(|entry| &entry.row.recent.labels);
    let is_range = !event.before.is_empty() && event.before != event.since;
    let range = match dataset.range_url(labels, &event.before, &event.since) {
        Some(url) if is_range => outward("mono", &url, &event.range()),
        _ if is_range => text("span", "mono", event.range()),
        _ => commit(&event.since, labels.and_then(|of| dataset.commit_url(of, &event.since))),
    };
    let class = match (event.certainty, event.way) {
        (Some(_), Way::Worse) => "worse",
        (Some(_), Way::Better) => "better",
        _ => "",
    };
    let size = format!(" since {} · {}", format::minute(event.time), event.size());
    let words = el("div", "stays")
        .add(text("span", class, event.kind()))
        .text(" ")
        .add(range)
        .add(text("span", "quiet small plain", size));
    let head = el("th", "").attr("colspan", COLUMNS).attr("scope", "rowgroup").add(words);
    el("tr", "").add(head)
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

fn line(dataset: &Dataset, said: &Remarks, entry: &Entry, listing: Listing) -> Vec<Cell> {
    let words = words(dataset, entry);
    let (key, finding) = (&entry.row.key().0, &entry.finding);
    let series = Query::to(Page::Series(key.clone())).with(Key::Metric, finding.metric.as_ref());
    let point = &entry.row.recent.points[entry.index];
    let run = Query::to(Page::Run(key.clone(), point_name(point)));
    let accepted = said.acknowledged(entry.row.key(), point, &finding.metric);
    let commits = (listing == Listing::Single).then(|| Cell::view("", commits(dataset, entry)));
    let moved = change(finding.change(), entry.row.coloured(finding.outcome));
    let cells = [
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
    ];
    cells.into_iter().chain(commits).collect()
}

/// What changed before a finding began, and the commit of its first record.
fn commits(dataset: &Dataset, entry: &Entry) -> Vec<El> {
    let labels = &entry.row.recent.labels;
    let (before, first) = entry.range();
    let range = dataset.range_url(Some(labels), &before, &first);
    let mut commits: Vec<El> = range.map(|url| outward("", &url, "changes")).into_iter().collect();
    commits.extend((!commits.is_empty()).then(|| text("span", "", " ")));
    commits.push(commit(&first, dataset.commit_url(labels, &first)));
    commits
}
