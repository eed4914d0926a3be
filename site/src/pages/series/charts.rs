//! The charts of a series' page, and what the reader can change about them.

use std::{collections::HashSet, rc::Rc, sync::Arc};

use bench_records::{
    gate::Batch,
    series::{Point, Series},
    standing,
};
use leptos::prelude::*;

use super::{
    chart_state, controls,
    known::KnownLevels,
    model,
    plots::{self, Beside, Overlay},
    summary,
    trials::{self, Known},
};
use crate::{
    chart::{Actions, ChartGroup, Plot, PointId, hint, metric_chart},
    components::link::{outward, page_link},
    dataset::{Dataset, Row, point_name, words_of},
    dom::{Content, El, el},
    judged::flag_notes,
    load::Load,
    metrics::in_table_order,
    query::{Key, Page, Query},
    state::state,
};

/// The series of a page, and what its charts are made with.
struct Charted {
    dataset: Arc<Dataset>,
    row: Arc<Row>,
    series: Arc<Series>,
    batch: Batch,
    levels: KnownLevels,
    overlays: Memo<Arc<Vec<Overlay>>>,
    trials: Memo<Known>,
    group: ChartGroup,
}

/// Controls, then a chart a metric.
pub fn charts(
    dataset: &Arc<Dataset>,
    row: &Arc<Row>,
    series: &Arc<Series>,
    levels: &KnownLevels,
) -> Content {
    // the metric that the top of the page is about comes first
    let first = summary::subject(row, series, &dataset.table, "");
    let mut keys = in_table_order(&series.metrics);
    if let Some(at) = keys.iter().position(|key| *key == first) {
        let first = keys.remove(at);
        keys.insert(0, first);
    }
    let of = Arc::new(Charted {
        dataset: dataset.clone(),
        row: row.clone(),
        series: series.clone(),
        batch: dataset.batch(),
        levels: levels.clone(),
        group: chart_state::provide_group(dataset, series),
        overlays: overlays(dataset, row),
        trials: trials::known(dataset, series),
    });
    let controls = controls::controls(dataset, row, series, &keys);
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

fn chart(of: &Arc<Charted>, key: Memo<String>) -> El {
    let state = state();
    let track = {
        let of = of.clone();
        Memo::new(move |_| Arc::new(model::track(&of.series, &key.get(), &of.batch)))
    };
    let beside = state.param(Key::Beside);
    let plot = {
        let (of, own, hidden) = (of.clone(), of.row.place(), state.list(Key::Off));
        Memo::new(move |_| {
            let hidden: HashSet<String> = hidden.get().into_iter().collect();
            let is_hidden = beside.with(|beside| beside == "0");
            let beside = if is_hidden { Beside::Hidden } else { Beside::Shown };
            let (track, levels) = (track.get(), of.levels.get(&key.get()));
            let own = (&*of.series, own.as_str());
            let overlays = of.overlays.get();
            let plot = plots::plot(own, &track, levels.as_deref(), &overlays, (&hidden, beside));
            let of_metric =
                |known: &Known| trials::values(known, &track.metric.key, &track.positions);
            let plot = Plot { trials: of.trials.with(of_metric), ..plot };
            Arc::new(plot.in_unit_that_suits(&track.metric))
        })
    };
    el("div", "panel").add(metric_chart(plot, of.group, actions(of, plot)))
}

/// What the page knows of the points of a chart.
fn actions(of: &Arc<Charted>, plot: Memo<Arc<Plot>>) -> Actions {
    let state = state();
    let [for_open, for_origin, for_links] = std::array::from_fn(|_| of.clone());
    let open = move |id| {
        if let Some(at) = Place::of(&for_open, plot, id) {
            state.open(&at.run());
        }
    };
    let toggle = move |line: usize| {
        let key = plot.with_untracked(|plot| plot.lines.get(line).map(|line| line.series.clone()));
        key.into_iter().for_each(|key| controls::flip(state, Key::Off, &key));
    };
    let origin =
        move |id| Place::of(&for_origin, plot, id).map(|at| at.origin()).unwrap_or_default();
    let links = move |id| {
        let place = Place::of(&for_links, plot, id);
        place.map(|at| at.links(&for_links.dataset)).unwrap_or_default()
    };
    Actions {
        open: Rc::new(open),
        toggle: Rc::new(toggle),
        origin: Rc::new(origin),
        links: Rc::new(links),
    }
}

/// A point of a chart as a record of its series.
struct Place {
    series: Arc<Series>,
    index: usize,
}

impl Place {
    fn of(of: &Charted, plot: Memo<Arc<Plot>>, (line, index): PointId) -> Option<Self> {
        let (key, index) = plot.with_untracked(|plot| {
            let line = plot.lines.get(line)?;
            Some((line.series.clone(), *line.positions.get(index)?))
        })?;
        let overlays = of.overlays.get_untracked();
        let overlay = || overlays.iter().find(|overlay| overlay.key == key);
        let series = match key == of.series.key.0 {
            true => of.series.clone(),
            false => overlay()?.series.clone(),
        };
        (index < series.points.len()).then_some(Self { series, index })
    }

    fn point(&self) -> &Point {
        &self.series.points[self.index]
    }

    fn run(&self) -> Query {
        Query::to(Page::Run(self.series.key.0.clone(), point_name(self.point())))
    }

    /// `9678ab94d1 · PR #4354`.
    fn origin(&self) -> String {
        let commit: String = self.point().commit.chars().take(10).collect();
        let notes: Vec<String> =
            flag_notes(self.point()).into_iter().map(|(note, _)| note).collect();
        words_of(&[&commit, &notes.join(", ")])
    }

    /// Its run, its commit, and what changed since the record of main before it.
    fn links(&self, dataset: &Dataset) -> Content {
        let (labels, point) = (&self.series.labels, self.point());
        let before = standing::before(&self.series, self.index);
        let before = before.map_or("", |at| &*self.series.points[at].commit);
        let range = dataset.range_url(Some(labels), before, &point.commit);
        let range = range.filter(|_| before != &*point.commit);
        let commit = dataset.commit_url(labels, &point.commit);
        let pr = (point.pr > 0).then(|| Query::to(Page::PullRequest(point.pr)));
        let outward_links = [(commit, "Commit"), (range, "Changes since the run before")];
        let outward_links =
            outward_links.into_iter().filter_map(|(url, words)| Some(outward("", &url?, words)));
        std::iter::once(page_link(self.run(), "", "Run"))
            .chain(pr.map(|to| page_link(to, "", &format!("PR #{}", point.pr))))
            .chain(outward_links)
            .collect()
    }
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
