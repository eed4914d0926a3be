//! The charts of a series' page, and what the reader can change about them.

use std::{collections::HashSet, rc::Rc, sync::Arc};

use bench_records::{gate::Batch, series::Series, time::Micros};
use leptos::prelude::*;

use super::{
    chart_state, model,
    plots::{self, Overlay},
    trials::{self, Known},
};
use crate::{
    chart::{ChartGroup, Plot, hint, metric_chart},
    components::choice::{choice, group as group_of, select, toggle},
    dataset::{Dataset, Row},
    dom::{Content, El, el},
    load::Load,
    metrics::in_table_order,
    query::{Key, Page, Query},
    state::{State, state},
};

/// The series of a page, and what its charts are made with.
struct Charted {
    row: Arc<Row>,
    series: Arc<Series>,
    batch: Batch,
    overlays: Memo<Arc<Vec<Overlay>>>,
    trials: Memo<Known>,
    group: ChartGroup,
}

/// Controls, then a chart a metric.
pub fn charts(dataset: &Arc<Dataset>, row: &Arc<Row>, series: &Arc<Series>) -> Content {
    let keys = in_table_order(&series.metrics);
    let label = |key: &String| dataset.table.get_or_unjudged(key).label.into_owned();
    let options: Vec<_> = keys.iter().map(|key| (key.clone(), label(key))).collect();
    let of = Arc::new(Charted {
        row: row.clone(),
        series: series.clone(),
        batch: dataset.batch(),
        group: chart_state::provide_group(dataset, series),
        overlays: overlays(dataset, row),
        trials: trials::known(dataset, series),
    });
    let controls = controls(&options, plots::candidates(dataset, row), trials::may_be_kept(series));
    vec![controls, places(&of, keys), hint()]
}

/// A place for each metric. A chart stays in its place when that is to show another one.
fn places(of: &Arc<Charted>, keys: Vec<String>) -> El {
    let (chosen, places) = (state().param(Key::Metric), 0..keys.len());
    let shown = Memo::new(move |_| {
        let chosen = chosen.get();
        let is_shown = |key: &&String| chosen.is_empty() || **key == chosen;
        keys.iter().filter(is_shown).cloned().collect::<Vec<_>>()
    });
    places.fold(el("div", "charts"), |charts, place| {
        let of = of.clone();
        let is_shown = Memo::new(move |_| shown.with(|shown| place < shown.len()));
        charts.live(move || {
            // what is about to go keeps the metric that it had
            let key = Memo::new(move |before: Option<&String>| {
                shown.with(|shown| shown.get(place).or(before).cloned().unwrap_or_default())
            });
            is_shown.get().then(|| chart(&of, key)).into_iter().collect()
        })
    })
}

fn controls(
    metrics: &[(String, String)],
    candidates: Vec<(String, String)>,
    has_trials: bool,
) -> El {
    let lookbacks = [
        ("", "default"),
        ("7", "7 d"),
        ("30", "30 d"),
        ("90", "90 d"),
        ("365", "1 y"),
        ("all", "all"),
    ];
    let has_choice = metrics.len() > 1;
    let metric = || select("Metric", Key::Metric, "all", metrics.iter().cloned());
    el("div", "controls")
        .add(choice("Lookback", Key::Days, &lookbacks))
        .add(choice("Scale", Key::Scale, &[("linear", "linear"), ("log", "log")]))
        .add(choice("Spacing", Key::Spacing, &[("date", "date"), ("even", "even")]))
        .add(choice("Values", Key::Relative, &[("units", "units"), ("1", "relative")]))
        .all(has_trials.then(|| choice("Trials", Key::Trials, &[("", "hidden"), ("1", "dots")])))
        .all(has_choice.then(metric))
        .all((!candidates.is_empty()).then(|| overlay_choice(candidates)))
}

fn chart(of: &Arc<Charted>, key: Memo<String>) -> El {
    let state = state();
    let track = {
        let of = of.clone();
        Memo::new(move |_| Arc::new(model::track(&of.series, &key.get(), &of.batch)))
    };
    let plot = {
        let (of, own, hidden) = (of.clone(), of.row.place(), state.list(Key::Off));
        Memo::new(move |_| {
            let hidden: HashSet<String> = hidden.get().into_iter().collect();
            let track = track.get();
            let plot = plots::plot(&of.series, &own, &track, &of.overlays.get(), &hidden);
            let points = of.series.points.len();
            let of_metric = |known: &Known| trials::values(known, &track.metric.key, points);
            let plot = Plot { trials: of.trials.with(of_metric), ..plot };
            Arc::new(plot.in_unit_that_suits(&track.metric))
        })
    };
    let (key, own_key) = (of.row.key().0.clone(), of.row.key().0.clone());
    let open = move |point| open_run(state, &key, plot, point);
    let toggle = move |line: usize| {
        let shown = state.query.with_untracked(|query| query.list(Key::With));
        let key = line.checked_sub(1).map_or(Some(&own_key), |line| shown.get(line));
        key.into_iter().for_each(|key| flip(state, Key::Off, key));
    };
    el("div", "panel").add(metric_chart(plot, of.group, Rc::new(open), Rc::new(toggle)))
}

/// Opens the page of a run; only those of the page's own series have one from here.
fn open_run(state: State, key: &str, plot: Memo<Arc<Plot>>, (line, point): (usize, usize)) {
    let time = plot.with_untracked(|plot| plot.lines.get(line)?.times.get(point).copied());
    if let (0, Some(time)) = (line, time) {
        state.open(&Query::to(Page::Run(key.to_owned(), Micros(time).to_iso())));
    }
}

/// Puts a series into a list of the URL, or takes it out.
fn flip(state: State, list: Key, key: &str) {
    let query = state.query.get_untracked();
    let mut keys = query.list(list);
    match keys.iter().position(|known| known == key) {
        Some(at) => drop(keys.remove(at)),
        None => keys.push(key.to_owned()),
    }
    state.refine(query.with_list(list, &keys));
}

/// Adds a series of the same benchmark to the charts, or takes one away.
fn overlay_choice(candidates: Vec<(String, String)>) -> El {
    let state = state();
    let options = candidates.into_iter().map(|(key, label)| {
        let own = key.clone();
        let is_shown = move || state.query.with(|query| query.list(Key::With).contains(&key));
        toggle("", &label, is_shown, move || flip(state, Key::With, &own))
    });
    group_of("Lay over", "chips flat", options)
}

/// The series that the URL lays over the page's own, as they arrive, in the URL's order.
fn overlays(dataset: &Arc<Dataset>, row: &Arc<Row>) -> Memo<Arc<Vec<Overlay>>> {
    type Wanted = (String, String, usize, RwSignal<Load<Arc<Series>>>);
    let state = state();
    let (dataset, row) = (dataset.clone(), row.clone());
    let with = state.list(Key::With);
    let fetched = Memo::new_with_compare(
        move |_| {
            let candidates = plots::candidates(&dataset, &row);
            let fetch = |key: String| -> Option<Wanted> {
                let place = candidates.iter().position(|(known, _)| *known == key)?;
                let series = state.series(&dataset, dataset.row(&key)?);
                Some((key, candidates[place].1.clone(), place, series))
            };
            with.get().into_iter().filter_map(fetch).collect::<Vec<_>>()
        },
        |_, _| true,
    );
    Memo::new(move |_| {
        let ready = |(key, label, place, load): Wanted| {
            let Load::Ready(series) = load.get() else { return None };
            Some(Overlay { key, label, place, series })
        };
        Arc::new(fetched.get().into_iter().filter_map(ready).collect())
    })
}
