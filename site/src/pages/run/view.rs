//! The page of one run as it is drawn.

use std::sync::Arc;

use bench_records::{
    series::{Point, Series},
    standing,
};
use leptos::{prelude::*, task::spawn_local};

use super::{cite, files::files, judged::judgement, model};
use crate::{
    components::{
        copy::copy_button,
        link::{commit, outward, page_link, trail},
        message::{empty, failed, loading, no_such_series},
        status::stale_badge,
    },
    config::Source,
    dataset::{Dataset, Row, point_name},
    dom::{Content, El, el, text},
    format,
    load::{self, Load},
    query::{Page, Query},
    remarks::Remarks,
    state::state,
    trials,
};

/// The texts of a run's own files, its record and its trials, where the history has them.
type Texts = RwSignal<Load<[Option<String>; 2]>>;

/// What is said of the newest run of a series that has fallen behind.
const STALE: &str = " Other series of this history have gone on for more than a week since.";

/// The page.
pub fn page(key: &str, point: String, dataset: &Arc<Dataset>) -> Content {
    let Some(row) = dataset.row(key).cloned() else { return no_such_series(key) };
    let state = state();
    let loaded = state.series(dataset, &row);
    let dataset = dataset.clone();
    let shown = move || match loaded.get() {
        Load::Loading => {
            vec![text("h1", "", "Run"), loading("the history of this run's series")]
        }
        Load::Failed(error) => {
            let of = (dataset.clone(), row.clone());
            let again = move || state.fetch_series(loaded, &of.0, &of.1);
            vec![text("h1", "", "Run"), failed(&error, again)]
        }
        Load::Ready(series) => match model::find(&series, &point) {
            Some(index) => loaded_run(&dataset, &row, &series, index),
            None => no_such_run(&row, &point),
        },
    };
    vec![el("div", "").live(shown)]
}

fn no_such_run(row: &Row, point: &str) -> Content {
    let remedy = "It may have been excluded or the link cut short: look at the runs of the series.";
    let series = Query::to(Page::Series(row.key().0.clone()));
    vec![
        text("h1", "", "No such run"),
        empty(&format!("This series has no record {point}."), remedy),
        el("p", "").add(page_link(series, "", "Open the series")),
    ]
}

/// Fetches a run's own files.
fn fetch(into: Texts, source: &Source, paths: &[Option<String>; 2]) {
    let (source, paths) = (source.clone(), paths.clone());
    into.set(Load::Loading);
    spawn_local(async move {
        let mut texts = [None, None];
        let mut failure = None;
        for (text, path) in texts.iter_mut().zip(&paths) {
            let Some(path) = path else { continue };
            match load::file(&source, path).await {
                Ok(found) => *text = found,
                Err(error) => failure = Some(error),
            }
        }
        // the reader may have left the page meanwhile
        drop(into.try_set(failure.map_or(Ok(texts), Err).into()));
    });
}

fn loaded_run(
    dataset: &Arc<Dataset>,
    row: &Arc<Row>,
    series: &Arc<Series>,
    index: usize,
) -> Content {
    let point = &series.points[index];
    let paths = [point.record_path().map(str::to_owned), point.trials_path()];
    let texts: Texts = RwSignal::new(Load::Loading);
    fetch(texts, &dataset.source, &paths);
    let (source, commit) = (dataset.source.clone(), point.commit.to_string());
    let cited = (dataset.clone(), row.clone(), series.clone());
    let further = move || match texts.get() {
        Load::Loading => vec![loading("its record and its trials")],
        Load::Failed(error) => {
            let (source, paths) = (source.clone(), paths.clone());
            vec![failed(&error, move || fetch(texts, &source, &paths))]
        }
        Load::Ready([record, run]) => {
            let mut parts = vec![cite_button(cited.clone(), index, run.clone())];
            parts.extend(files(record.as_deref(), run.as_deref(), &commit));
            parts
        }
    };
    let said = Remarks::of(dataset);
    let mut page = heading(dataset, row, series, index);
    page.extend(said.at(&series.key, point));
    page.push(said.problem());
    page.extend(judgement(dataset, series, index));
    page.push(el("div", "").live(further));
    page
}

/// Copies what a quotation of the run needs.
fn cite_button(
    (dataset, row, series): (Arc<Dataset>, Arc<Row>, Arc<Series>),
    index: usize,
    run: Option<String>,
) -> El {
    let words = move || {
        let trials = run.as_deref().map(trials::read);
        let address = window().location().href().unwrap_or_default();
        let of = (&*series, &series.points[index]);
        cite::citation(&row, of, &dataset.table, trials.as_ref(), &address)
    };
    el("p", "").add(copy_button("Cite this run", words))
}

fn heading(dataset: &Dataset, row: &Row, series: &Series, index: usize) -> Content {
    let point = &series.points[index];
    let key = &row.key().0;
    let neighbour = |point: Option<&Point>, words: &str, none: &str| match point {
        Some(point) => page_link(Query::to(Page::Run(key.clone(), point_name(point))), "", words),
        None => text("span", "quiet", none),
    };
    let before = index.checked_sub(1).and_then(|i| series.points.get(i));
    let previous = neighbour(before, "← Previous run", "first run");
    let next = neighbour(series.points.get(index + 1), "Next run →", "newest run");
    let words = format!(
        "Run {} of {} · {} UTC, {}",
        format::count(index + 1),
        format::count(series.points.len()),
        format::minute(point.time),
        format::ago(point.time, dataset.now)
    );
    let is_newest = index + 1 == series.points.len();
    let stale = (row.is_stale && is_newest).then(|| el("p", "").add(stale_badge()).text(STALE));
    let range = standing::before(series, index)
        .map(|at| &series.points[at])
        .filter(|before| before.commit != point.commit)
        .and_then(|before| dataset.range_url(Some(&series.labels), &before.commit, &point.commit));
    let (name, benchmark) = (series.source(point).0, row.benchmark());
    let also = if name == benchmark { String::new() } else { format!(" · recorded as {name}") };
    let above =
        [(Query::to(Page::Overview), "Overview"), (Query::to(Page::Series(key.clone())), "series")];
    let links = el("p", "links")
        .add(commit(&point.commit, dataset.commit_url(&series.labels, &point.commit)))
        .all(range.map(|url| outward("", &url, "changes since the run before")))
        .all([previous, next]);
    let mut heading = vec![
        trail(above, "run"),
        el("h1", "").name(benchmark),
        text("p", "", row.place() + &also),
        text("p", "quiet small", words),
    ];
    heading.extend(stale);
    heading.push(links);
    heading
}
