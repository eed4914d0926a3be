//! The page of a series as it is drawn.

use std::{collections::HashSet, sync::Arc};

use bench_records::series::Series;
use leptos::prelude::*;

use super::{
    model::{self, Track},
    plots::{self, Overlay},
    runs,
};
use crate::{
    chart::{ChartGroup, MetricChart, Plot},
    components::{
        choice::{Choice, Select},
        export::ExportButtons,
        link::{Commit, PageLink},
        message::{Empty, Failed, Loading},
        status::{OutcomeBadge, StatusBadge, VerdictBadge},
    },
    dataset::{Dataset, Row, point_name},
    format,
    load::Load,
    pages::chart_state,
    query::{Page, Query},
    state::state,
};

/// Runs of the table that are shown at once.
const RUNS: usize = 25;

/// The page.
#[component]
pub fn SeriesPage(key: String, dataset: Arc<Dataset>) -> impl IntoView {
    let Some(row) = dataset.row(&key).cloned() else {
        return view! {
            <h1>"No such series"</h1>
            <Empty what=format!("This history has no series {key}.")
                remedy="It may have been renamed, or the link is for another history: look in the overview."/>
        }
        .into_any();
    };
    let state = state();
    let loaded = state.series(&dataset, &row);
    let again = (dataset.clone(), row.clone());
    let retry = move || state.fetch_series(loaded, &again.0, &again.1);
    view! {
        <Heading dataset=dataset.clone() row=row.clone()/>
        {move || match loaded.get() {
            Load::Loading => view! {
                <Loading what="the whole history of this series"/>
                <div class="charts" aria-hidden="true"><div class="panel blank"></div><div class="panel blank"></div></div>
            }.into_any(),
            Load::Failed(error) => view! { <Failed error retry=retry.clone()/> }.into_any(),
            Load::Ready(series) => view! {
                <Loaded dataset=dataset.clone() row=row.clone() series/>
            }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn Heading(dataset: Arc<Dataset>, row: Arc<Row>) -> impl IntoView {
    let records = format::counted(row.count, "record", "records");
    let newest =
        format!("{} UTC, {}", format::minute(row.last), format::ago(row.last, dataset.now));
    let judged = row.judgement.findings.iter().filter(|finding| finding.is_judged()).count();
    let known = row.judgement.findings.iter();
    let known = known.filter(|f| f.current.is_some() || f.base.is_some()).count();
    let (benchmark, place) = (row.benchmark().to_owned(), plots::place_of(&row));
    let status = row.status();
    let reason = row.judgement.reason.clone();
    let identity: Vec<(String, String)> =
        row.recent.labels.identity.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    view! {
        <p class="small"><PageLink to=Query::to(Page::Overview)>"Overview"</PageLink>" / series"</p>
        <div class="headline"><h1>{benchmark}</h1><StatusBadge status/></div>
        <p>{place}</p>
        <p class="meta">
            {format!("{records} · newest {newest} · judged {judged} of {known} metrics of the newest record")}
        </p>
        <p>{reason}</p>
        {(!identity.is_empty()).then(|| view! {
            <details><summary>"Identity: what makes its records comparable"</summary>
                <dl class="facts">
                    {identity.into_iter().map(|(key, value)| view! { <dt>{key}</dt><dd class="mono">{value}</dd> }).collect_view()}
                </dl>
            </details>
        })}
    }
}

#[component]
fn Loaded(dataset: Arc<Dataset>, row: Arc<Row>, series: Arc<Series>) -> impl IntoView {
    if series.points.is_empty() {
        let what = "This series has no records.";
        return view! { <Empty what remedy="Rebuild the index with `bench-runner index`."/> }
            .into_any();
    }
    let tracks = Arc::new(model::tracks(&series, &dataset.batch()));
    view! {
        <Charts dataset=dataset.clone() row series=series.clone() tracks/>
        <Ladder dataset=dataset.clone() series=series.clone()/>
        <Runs dataset series/>
    }
    .into_any()
}

#[component]
fn Charts(
    dataset: Arc<Dataset>,
    row: Arc<Row>,
    series: Arc<Series>,
    tracks: Arc<Vec<Track>>,
) -> impl IntoView {
    let state = state();
    let group = chart_state::provide_group(&dataset, &series);
    let candidates = plots::candidates(&dataset, &row);
    let overlays = overlays(&dataset, &row);
    let hidden = Memo::new(move |_| {
        state.query.with(|query| query.list("off").into_iter().collect::<HashSet<String>>())
    });
    let chosen = state.param("metric");
    let own = plots::place_of(&row);
    let options: Vec<(String, String)> = tracks
        .iter()
        .map(|track| (track.metric.key.to_string(), track.metric.label.to_string()))
        .collect();
    let has_choice = options.len() > 1;
    let keys = {
        let options = options.clone();
        move || {
            let chosen = chosen.get();
            let admitted = options
                .iter()
                .enumerate()
                .filter(|(_, (key, _))| chosen.is_empty() || *key == chosen);
            admitted.map(|(index, _)| index).collect::<Vec<_>>()
        }
    };
    let chart = move |index: usize| {
        let (series, tracks, own) = (series.clone(), tracks.clone(), own.clone());
        let plot = Memo::new(move |_| {
            let hidden = hidden.get();
            Arc::new(plots::plot(&series, &own, &tracks[index], &overlays.get(), &hidden))
        });
        view! { <SeriesChart plot group row=row.clone()/> }
    };
    view! {
        <div class="controls">
            <Choice label="Lookback" param="days"
                options=&[("", "default"), ("7", "7 d"), ("30", "30 d"), ("90", "90 d"), ("365", "1 y"), ("all", "all")]/>
            <Choice label="Scale" param="scale" options=&[("linear", "linear"), ("log", "log")]/>
            <Choice label="Spacing" param="x" options=&[("date", "date"), ("even", "even")]/>
            <Choice label="Values" param="rel" options=&[("units", "units"), ("1", "relative")]/>
            {has_choice.then(|| view! { <Select label="Metric" param="metric" all="all" options/> })}
            {(!candidates.is_empty()).then(|| view! { <OverlayChoice candidates/> })}
        </div>
        <div class="charts"><For each=keys key=|index| *index children=chart/></div>
        <p class="meta">
            "Drag to zoom, shift-drag to pan, double click for all; with the keyboard: arrows move the cursor, + and − zoom, 0 resets, Enter opens the run."
        </p>
    }
}

#[component]
fn SeriesChart(plot: Memo<Arc<Plot>>, group: ChartGroup, row: Arc<Row>) -> impl IntoView {
    let state = state();
    let source = row.clone();
    let open = move |(line, point): (usize, usize)| {
        let time = plot.with_untracked(|plot| plot.lines.get(line)?.times.get(point).copied());
        if let (0, Some(time)) = (line, time) {
            let name = bench_records::time::Micros(time).to_iso();
            state.open(&Query::to(Page::Run(source.key().0.clone(), name)));
        }
    };
    let keys = row.key().0.clone();
    let toggle = move |line: usize| {
        let shown = state.query.with_untracked(|query| query.list("with"));
        let key = if line == 0 { Some(keys.clone()) } else { shown.get(line - 1).cloned() };
        let Some(key) = key else { return };
        let mut off = state.query.with_untracked(|query| query.list("off"));
        match off.iter().position(|known| *known == key) {
            Some(at) => drop(off.remove(at)),
            None => off.push(key),
        }
        state.refine(state.query.get_untracked().with_list("off", &off));
    };
    view! {
        <div class="panel">
            <MetricChart plot group on_open=Callback::new(open) on_toggle=Callback::new(toggle)/>
        </div>
    }
}

/// Adds a series of the same benchmark to the charts, or takes one away.
#[component]
fn OverlayChoice(candidates: Vec<(String, String)>) -> impl IntoView {
    let state = state();
    let shown = Memo::new(move |_| state.query.with(|query| query.list("with")));
    let toggle = move |key: String| {
        let mut with = shown.get_untracked();
        match with.iter().position(|known| *known == key) {
            Some(at) => drop(with.remove(at)),
            None => with.push(key),
        }
        state.refine(state.query.get_untracked().with_list("with", &with));
    };
    let options = candidates.into_iter().map(|(key, label)| {
        let (pressed, own) = (key.clone(), key);
        view! {
            <button type="button" aria-pressed=move || shown.with(|s| s.contains(&pressed)).to_string()
                on:click=move |_| toggle(own.clone())>{label}</button>
        }
    });
    view! {
        <div class="field" role="group" aria-label="Lay over">
            <span>"Lay over"</span>
            <div class="chips flat">{options.collect_view()}</div>
        </div>
    }
}

/// The series that the URL lays over the page's own, as they arrive, in the URL's order.
fn overlays(dataset: &Arc<Dataset>, row: &Arc<Row>) -> Memo<Vec<Overlay>> {
    let state = state();
    let (dataset, row) = (dataset.clone(), row.clone());
    let wanted = Memo::new(move |_| state.query.with(|query| query.list("with")));
    let fetched = Memo::new_with_compare(
        move |_| {
            let candidates = plots::candidates(&dataset, &row);
            let place = |key: &String| candidates.iter().position(|(known, _)| known == key);
            let fetch = |key: String| {
                let place = place(&key)?;
                let series = state.series(&dataset, dataset.row(&key)?);
                let label = candidates[place].1.clone();
                Some((key, label, place, series))
            };
            wanted.get().into_iter().filter_map(fetch).collect::<Vec<_>>()
        },
        |_, _| true,
    );
    Memo::new(move |_| {
        let ready =
            |(key, label, place, load): (String, String, usize, RwSignal<Load<Arc<Series>>>)| {
                let Load::Ready(series) = load.get() else { return None };
                Some(Overlay { key, label, place, series })
            };
        fetched.get().into_iter().filter_map(ready).collect()
    })
}

/// Why a record was flagged or not, check by check.
#[component]
fn Ladder(dataset: Arc<Dataset>, series: Arc<Series>) -> impl IntoView {
    let state = state();
    let chosen = state.param("at");
    let newest = series.points.len() - 1;
    let names: Vec<(String, String)> = series
        .points
        .iter()
        .rev()
        .take(200)
        .map(|point| {
            (point_name(point), format!("{} {}", format::minute(point.time), short(&point.commit)))
        })
        .collect();
    let content = move || {
        let chosen = chosen.get();
        let index = series.points.iter().position(|point| point_name(point) == chosen);
        let index = index.unwrap_or(newest);
        let flags = model::flag_words(series.points[index].flags);
        let judgement = bench_records::gate::policy::judge_point(&series, index, &dataset.batch());
        let rungs = model::ladder(&series, index, &dataset.batch());
        let rows = rungs.into_iter().map(|rung| {
            view! {
                <tr>
                    <th scope="row">{rung.label}</th>
                    <td class="number">{rung.current}</td>
                    <td class="number" title=rung.values.clone()>{rung.baseline}</td>
                    <td class="small">{rung.values}</td>
                    <td class="number">{rung.change}</td>
                    <td class="number">{rung.limit}</td>
                    <td><OutcomeBadge outcome=rung.outcome/></td>
                    <td class="small">{rung.why}</td>
                </tr>
            }
        });
        let enters = if flags.is_empty() {
            "This record counts in the baselines of later ones.".to_owned()
        } else {
            format!("This record enters no baseline: {}.", flags.join(", "))
        };
        view! {
            <p><VerdictBadge verdict=judgement.verdict/>" "{judgement.reason}</p>
            <p class="meta">
                {format!("{} before it count; {}", format::counted(judgement.baseline_count, "record", "records"), enters)}
            </p>
            <div class="scroll"><table>
                <caption>"Every check of this record, with the numbers that decided it"</caption>
                <thead><tr>
                    <th scope="col">"Metric"</th><th scope="col" class="number">"This record"</th>
                    <th scope="col" class="number">"Baseline"</th><th scope="col">"Values behind it"</th>
                    <th scope="col" class="number">"Change"</th><th scope="col" class="number">"Limit"</th>
                    <th scope="col">"Outcome"</th><th scope="col">"Why"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table></div>
        }
    };
    view! {
        <h2>"Why it was flagged, or not"</h2>
        <div class="controls"><Select label="Record" param="at" all="the newest" options=names/></div>
        {content}
    }
}

fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}

#[component]
fn Runs(dataset: Arc<Dataset>, series: Arc<Series>) -> impl IntoView {
    let shown = RwSignal::new(RUNS);
    let total = series.points.len();
    let labels = runs::columns(&series);
    let headings = labels.iter().map(|key| {
        let metric = dataset.table.get_or_unjudged(key);
        let is_plain = metric.unit.is_empty() || metric.unit == metric.label;
        let unit = if is_plain { String::new() } else { format!(" ({})", metric.unit) };
        view! { <th scope="col" class="number">{format!("{}{unit}", metric.label)}</th> }
    });
    let headings = headings.collect_view();
    let sheet = {
        let parts = StoredValue::new((series.clone(), dataset.clone()));
        move || parts.with_value(|(series, dataset)| runs::sheet(series, &dataset.batch()))
    };
    let file = format!("series-{}", series.key);
    let body = move || {
        let runs = runs::runs(&series, &dataset.batch(), shown.get());
        let line = |run: runs::Run| {
            let point = &series.points[run.index];
            let to = Query::to(Page::Run(series.key.0.clone(), point_name(point)));
            let url = dataset.commit_url(&run.commit);
            view! {
                <tr>
                    <th scope="row"><PageLink to>{run.time}</PageLink></th>
                    <td><Commit commit=run.commit url/></td>
                    <td><VerdictBadge verdict=run.verdict/></td>
                    {run.cells.into_iter().map(|cell| view! { <td class="number">{cell}</td> }).collect_view()}
                    <td class="small quiet">{run.flags}</td>
                </tr>
            }
        };
        runs.into_iter().map(line).collect_view()
    };
    view! {
        <h2>"Runs"</h2>
        <div class="controls"><ExportButtons name=file sheet/></div>
        <div class="scroll"><table>
            <caption>{move || format!("The newest {} of {}, times in UTC", shown.get().min(total), format::counted(total, "run", "runs"))}</caption>
            <thead><tr>
                <th scope="col">"Time"</th><th scope="col">"Commit"</th><th scope="col">"Verdict"</th>
                {headings}<th scope="col">"Left out of baselines"</th>
            </tr></thead>
            <tbody>{body}</tbody>
        </table></div>
        {move || (shown.get() < total).then(|| view! {
            <p><button type="button" on:click=move |_| shown.update(|shown| *shown *= 4)>"Show more runs"</button></p>
        })}
    }
}
