//! The overview as it is drawn.

use std::sync::Arc;

use bench_records::status::Status;
use leptos::prelude::*;

use super::model::{self, Filter};
use crate::{
    chart::Sparkline,
    components::{
        choice::{Choice, Search, Select},
        link::PageLink,
        message::{Empty, Problems},
        status::{StatusBadge, shape},
    },
    dataset::{Dataset, Row},
    format,
    query::{Page, Query},
    state::state,
};

/// Cards that are made at once; more follow as the reader scrolls.
const CARDS: usize = 60;

/// The page.
#[component]
pub fn Overview(dataset: Arc<Dataset>) -> impl IntoView {
    let state = state();
    let filter = Memo::new(move |_| state.query.with(Filter::of));
    let narrowed = {
        let dataset = dataset.clone();
        Memo::new(move |_| filter.with(|filter| model::select(&dataset, filter)))
    };
    let counts = Signal::derive(move || narrowed.with(|(_, counts)| *counts));
    let rows = Signal::derive(move || narrowed.with(|(rows, _)| rows.clone()));
    let problems = dataset.problems.clone();
    view! {
        <div class="headline"><h1>"Overview"</h1><Freshness dataset=dataset.clone()/></div>
        <Problems problems/>
        <StatusChips counts/>
        <Controls dataset=dataset.clone()/>
        <Cards dataset rows metric=Signal::derive(move || filter.with(|f| f.metric.clone()))/>
    }
}

/// How much there is, how fresh it is, and how much of it was judged.
#[component]
fn Freshness(dataset: Arc<Dataset>) -> impl IntoView {
    let series = format::counted(dataset.rows.len(), "series", "series");
    let records = format::counted(dataset.records, "record", "records");
    let aside = match dataset.set_aside {
        0 => String::new(),
        n => format!(" · {} set aside", format::counted(n, "file", "files")),
    };
    let coverage = model::coverage(&dataset);
    let newest = format::minute(dataset.newest);
    let ago = format::ago(dataset.newest, dataset.now);
    let words = if dataset.rows.is_empty() {
        format!("{series}, {records}{aside}")
    } else {
        format!("{series}, {records}{aside} · newest {newest} UTC, {ago} · {coverage}")
    };
    view! { <p class="meta">{words}</p> }
}

/// How many series stand how; each is a filter.
#[component]
fn StatusChips(counts: Signal<[usize; 5]>) -> impl IntoView {
    let state = state();
    let current = state.param("status");
    let chips = Status::ALL.into_iter().enumerate().map(|(index, status)| {
        let word = status.as_str();
        let is_current = move || current.get() == word;
        let toggle = move |_| state.set_param("status", if is_current() { "" } else { word });
        view! {
            <button type="button" class="chip" aria-pressed=move || is_current().to_string() on:click=toggle>
                <span aria-hidden="true">{shape(status)}</span>
                <b>{move || counts.get()[index]}</b>
                {word}
            </button>
        }
    });
    view! { <div class="chips" role="group" aria-label="Status">{chips.collect_view()}</div> }
}

#[component]
fn Controls(dataset: Arc<Dataset>) -> impl IntoView {
    let same = |values: Vec<String>| values.into_iter().map(|v| (v.clone(), v)).collect::<Vec<_>>();
    let devices = same(model::facet(&dataset, Row::device));
    let benchmarks = same(model::facet(&dataset, Row::benchmark));
    let metrics = model::metrics(&dataset);
    view! {
        <div class="controls">
            <Search label="Search" param="q" placeholder="benchmark, device, variant"/>
            {(devices.len() > 1).then(|| view! { <Select label="Device" param="device" all="all" options=devices/> })}
            {(benchmarks.len() > 1).then(|| view! { <Select label="Benchmark" param="benchmark" all="all" options=benchmarks/> })}
            {(metrics.len() > 1).then(|| view! { <Select label="Metric" param="metric" all="first of each" options=metrics/> })}
            <Choice label="Order" param="sort"
                options=&[("worst", "worst first"), ("name", "name"), ("newest", "newest")]/>
        </div>
    }
}

#[component]
fn Cards(
    dataset: Arc<Dataset>,
    rows: Signal<Vec<Arc<Row>>>,
    metric: Signal<String>,
) -> impl IntoView {
    let shown = RwSignal::new(CARDS);
    let is_empty = dataset.rows.is_empty();
    let visible = move || {
        let metric = metric.get();
        rows.with(|rows| {
            rows.iter()
                .take(shown.get())
                .map(|row| (row.clone(), metric.clone()))
                .collect::<Vec<_>>()
        })
    };
    let left = move || rows.with(Vec::len).saturating_sub(shown.get());
    let nothing = move || {
        rows.with(Vec::is_empty).then(|| if is_empty {
        view! { <Empty what="This history has no records yet."
            remedy="Run `bench-runner gate`, then `bench-runner publish`."/> }
    } else {
        view! { <Empty what="No series matches." remedy="Shorten the search, or take a filter back."/> }
    })
    };
    view! {
        <p class="hidden" role="status">{move || format::counted(rows.with(Vec::len), "series shown", "series shown")}</p>
        <ul class="cards">
            <For each=visible key=|(row, metric)| (row.key().clone(), metric.clone())
                children=move |(row, metric)| view! { <li><Card dataset=dataset.clone() row metric/></li> }/>
        </ul>
        {nothing}
        {move || (left() > 0).then(|| view! {
            <p><button type="button" on:click=move |_| shown.update(|shown| *shown += 2 * CARDS)>
                {move || format!("Show more: {} left", format::count(left()))}
            </button></p>
        })}
    }
}

#[component]
fn Card(dataset: Arc<Dataset>, row: Arc<Row>, metric: String) -> impl IntoView {
    let (benchmark, device, variant) = row.name();
    let place =
        if variant.is_empty() { device.to_owned() } else { format!("{device} · {variant}") };
    let benchmark = benchmark.to_owned();
    let status = row.status();
    let key = model::card_metric(&row.recent, &metric).unwrap_or_default().to_owned();
    let figures = model::figures(&dataset, &row, &key);
    let remark = model::remark(&dataset, &row, &key);
    let spark = model::spark(&dataset, &row, &key, &figures);
    let to = Query::to(Page::Series(row.key().0.clone()));
    let title = format!("{benchmark} on {place}");
    view! {
        <PageLink to class="card">
            <span class="top">
                <span class="name" title=title>{benchmark}</span>
                <StatusBadge status/>
            </span>
            <span class="where">{place.clone()}</span>
            <span class="line">
                <span class="value">{figures.value}</span>
                <Change change=figures.change outcome=figures.outcome/>
                <span class="quiet small">{figures.label}</span>
            </span>
            <span class="trace"><Sparkline spark/></span>
            {remark.map(|remark| view! { <span class="line quiet small">{remark}</span> })}
        </PageLink>
    }
}

/// A change in percent, coloured where it is beyond its limit.
#[component]
pub fn Change(change: Option<f64>, outcome: Option<bench_records::gate::Outcome>) -> impl IntoView {
    use bench_records::gate::Outcome;
    let class = match outcome {
        Some(Outcome::Regression | Outcome::Exceeded) => "worse",
        Some(Outcome::Improved) => "better",
        _ => "quiet",
    };
    change.map(|change| view! { <span class=class>{format::percent(change)}</span> })
}
