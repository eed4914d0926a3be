//! The page of a series as it is drawn: what it is, then its charts, checks and runs.

use std::sync::Arc;

use bench_records::{gate::policy::judge_point, metric, series::Series, standing};
use leptos::prelude::*;

use super::{charts, introduction, known::KnownLevels, runs, summary};
use crate::{
    components::{
        choice::select,
        export::export_buttons,
        link::{commit, page_link},
        message::{empty, failed, loading, no_such_series},
        status::{outcome_badge, verdict_badge},
        table::{Cell, heading, headings, row as line, table, table_of},
    },
    dataset::{Dataset, Row, point_name},
    dom::{Content, El, after_next_frame, before_next_frame, button, el, text},
    format, judged,
    load::Load,
    query::{Key, Page, Query},
    remarks::Remarks,
    state::state,
};

/// Runs of the table that are shown at once.
const RUNS: usize = 25;

/// Records of the list whose checks can be shown.
const RECORDS: usize = 200;

/// A series that is there, and its levels as they are found.
type Ready = (Arc<Series>, KnownLevels);

/// The page.
pub fn page(key: &str, dataset: &Arc<Dataset>) -> Content {
    let Some(row) = dataset.row(key).cloned() else { return no_such_series(key) };
    let state = state();
    let loaded = state.series(dataset, &row);
    let ready = Memo::new_with_compare(
        move |_| match loaded.get() {
            Load::Ready(series) if !series.points.is_empty() => {
                let known = KnownLevels::of(&series);
                Some((series, known))
            }
            _ => None,
        },
        |_, _| true,
    );
    let said = Remarks::of(dataset);
    let mut page = introduction::introduction(dataset, &row, ready, &said);
    let dataset = dataset.clone();
    let body = move || match loaded.get() {
        Load::Loading => {
            let blank = || el("div", "panel blank");
            let charts = el("div", "charts").attr("aria-hidden", "true");
            vec![loading("the whole history of this series"), charts.add(blank()).add(blank())]
        }
        Load::Failed(error) => {
            let of = (dataset.clone(), row.clone());
            vec![failed(&error, move || state.fetch_series(loaded, &of.0, &of.1))]
        }
        Load::Ready(_) => match ready.get() {
            None => {
                let remedy = "Rebuild the index with `bench-runner index`.";
                vec![empty("This series has no records.", remedy)]
            }
            Some((series, levels)) => {
                let mut body = charts::charts(&dataset, &row, &series, &levels);
                body.push(later(&dataset, &row, &(series, levels), &said));
                body
            }
        },
    };
    page.push(el("div", "").live(body));
    page
}

/// Levels, checks and runs, which are not needed for what is seen first: they come once the charts are
/// drawn.
fn later(dataset: &Arc<Dataset>, row: &Arc<Row>, ready: &Ready, said: &Remarks) -> El {
    let is_due = RwSignal::new(false);
    let (dataset, row, ready, said) = (dataset.clone(), row.clone(), ready.clone(), said.clone());
    let place = el("div", "below").live(move || {
        if !is_due.get() {
            return Vec::new();
        }
        let (series, levels) = &ready;
        let chosen = untrack(|| state().param(Key::Metric).get());
        levels.find(&dataset, series, &summary::subject(&row, series, &dataset.table, &chosen));
        let mut parts = checks(&dataset, series);
        parts.extend(runs_of(&dataset, series, &said));
        parts.extend(introduction::identity(&row));
        parts
    });
    once_drawn(place.clone(), is_due);
    place
}

/// In the first frame that shows a page its charts get their sizes and are drawn; the next one would
/// come late if more was made before it.
fn once_drawn(place: El, is_due: RwSignal<bool>) {
    before_next_frame(move || match is_due.try_get_untracked() {
        // the page was left
        None => {}
        Some(_) if !place.node().is_connected() => once_drawn(place, is_due),
        Some(_) => after_next_frame(move || {
            // the page may have been left meanwhile
            let _ = is_due.try_set(true);
        }),
    });
}

/// Position of the record that a whole series stands by.
pub(super) fn position(dataset: &Dataset, series: &Series) -> usize {
    let newest = series.points.len().saturating_sub(1);
    standing::index(series, dataset.now).unwrap_or(newest)
}

/// Why a record was flagged or not, check by check.
fn checks(dataset: &Arc<Dataset>, series: &Arc<Series>) -> Content {
    let chosen = state().param(Key::At);
    let newest = series.points.iter().rev().take(RECORDS);
    let names = newest.map(|point| {
        let commit: String = point.commit.chars().take(10).collect();
        (point_name(point), format!("{} {commit}", format::minute(point.time)))
    });
    let record = el("div", "controls").add(select("Record", Key::At, "the newest", names));
    let (dataset, series) = (dataset.clone(), series.clone());
    let shown = move || {
        let chosen = chosen.get();
        let index = series.points.iter().position(|point| point_name(point) == chosen);
        checks_of(&dataset, &series, index.unwrap_or_else(|| position(&dataset, &series)))
    };
    vec![text("h2", "", "Why it was flagged, or not"), record, el("div", "").live(shown)]
}

fn checks_of(dataset: &Dataset, series: &Series, index: usize) -> Content {
    let batch = dataset.batch();
    let flags = judged::flag_words(series.points[index].flags);
    let judgement = judge_point(series, index, &batch);
    let rows = judged::ladder(series, index, &batch).into_iter().map(|rung| {
        vec![
            Cell::text(rung.label),
            Cell::number(rung.current),
            Cell::number(rung.baseline),
            Cell::of("small", rung.values),
            Cell::number(rung.change),
            Cell::number(rung.limit),
            Cell::view("", vec![outcome_badge(rung.outcome)]),
            Cell::of("small", rung.why),
        ]
    });
    let enters = if flags.is_empty() {
        "this record counts in the baselines of later ones.".to_owned()
    } else {
        format!("this record enters no baseline: {}.", flags.join(", "))
    };
    let before = format::counted(judgement.baseline_count, "record", "records");
    let columns = [
        "Metric",
        ">This record",
        ">Baseline",
        "Values behind it",
        ">Change",
        ">Limit",
        "Outcome",
        "Why",
    ];
    let caption = "Every check of this record, with the numbers that decided it";
    vec![
        el("p", "meta")
            .add(verdict_badge(judgement.verdict))
            .text(format!(" {before} before it count; {enters}")),
        table(caption, headings(&columns), rows.collect()),
    ]
}

fn runs_of(dataset: &Arc<Dataset>, series: &Arc<Series>, said: &Remarks) -> Content {
    let shown = RwSignal::new(RUNS);
    let total = series.points.len();
    let (said, problem) = (said.clone(), said.problem());
    let sheet = {
        let (series, dataset, said) = (series.clone(), dataset.clone(), said.clone());
        move || {
            runs::sheet(&series, &dataset.batch(), |point| {
                untrack(|| said.words(&series.key, point)).join("; ")
            })
        }
    };
    let export = export_buttons(&format!("series-{}", series.key), sheet);
    let words = move || {
        let total_words = format::counted(total, "run", "runs");
        let shown = shown.get().min(total);
        format!(
            "The newest {shown} of {total_words}, times in UTC; a label under Notes says why a run is left out of baselines"
        )
    };
    let (dataset, series) = (dataset.clone(), series.clone());
    let columns = run_headings(&dataset, &series);
    let drawn = std::cell::Cell::new(0);
    let body = el("tbody", "");
    let rows = body.clone();
    crate::dom::effect(move || {
        let (from, to) = (drawn.replace(shown.get()), shown.get());
        let runs = runs::runs(&series, &dataset.batch(), to).into_iter().skip(from);
        let rows = rows.clone();
        drop(rows.all(runs.map(|run| line(run_cells(&dataset, &series, &said, run)))));
    });
    let more = move || {
        let more = || button("", "Show more runs", move || shown.update(|shown| *shown *= 4));
        let more = (shown.get() < total).then(|| el("p", "").add(more()));
        more.into_iter().collect()
    };
    vec![
        text("h2", "", "Runs"),
        el("div", "controls").add(export),
        table_of("Runs", el("span", "").live_text(words), columns, vec![body]),
        el("div", "").live(more),
        problem,
    ]
}

fn run_headings(dataset: &Dataset, series: &Series) -> Vec<El> {
    let metrics = runs::columns(series);
    let metrics = metrics.iter().map(|key| {
        let metric = dataset.table.get_or_unjudged(key);
        let scale = runs::scale_of(series, key, &metric);
        heading(&format!(">{}", metric::title(&metric.label, scale.unit())))
    });
    // notes of a run stand by its verdict, in sight however many metrics follow
    ["Time", "Commit", "CI gate", "Notes"].into_iter().map(heading).chain(metrics).collect()
}

fn run_cells(dataset: &Dataset, series: &Series, said: &Remarks, run: runs::Run) -> Vec<Cell> {
    let point = &series.points[run.index];
    let to = Page::Run(series.key.0.clone(), point_name(point));
    let url = dataset.commit_url(&series.labels, &run.commit);
    let mut cells = vec![
        Cell::view("time", vec![page_link(Query::to(to), "", &run.time)]),
        Cell::view("", vec![commit(&run.commit, url)]),
        Cell::view("", vec![verdict_badge(run.verdict)]),
        Cell::view("notes", run.notes.iter().map(note).collect()).with(said.at(&series.key, point)),
    ];
    cells.extend(run.cells.into_iter().map(Cell::number));
    cells
}

/// Why a run enters no baseline, as a word.
fn note((word, why): &(String, &str)) -> El {
    text("span", "status", word).attr("title", &format!("left out of baselines: {why}"))
}
