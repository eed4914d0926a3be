//! The page of language models as it is drawn.

use std::sync::Arc;

use bench_records::metric::Metric;
use leptos::prelude::*;

use super::{
    cell::{Cell, Shown, value_in_words},
    model::{self, Group, MeanCell, Offers, Table, Test},
    sheet::{markdown, sheet},
    sides::{self, Sides},
};
use crate::{
    commits,
    components::{
        choice::select,
        copy::copy_button,
        export::export_buttons,
        link::page_link,
        message::{empty, nothing_of},
        status::held_change,
        table::{self, table},
        whole::whole_where,
    },
    dataset::{Dataset, words_of},
    dom::{Content, El, button, el, text},
    format,
    judged::Against,
    query::{Key, Page, Query},
    state::state,
};

/// Parts of the address that choose tests.
const FILTERS: [Key; 4] = [Key::Model, Key::Device, Key::Findings, Key::Metric];

/// The page.
pub fn page(dataset: &Arc<Dataset>) -> Content {
    let heading = text("h1", "", "Language models");
    if let Some(nothing) = nothing_of(dataset) {
        return vec![heading, nothing];
    }
    let offers = model::offers(dataset);
    if offers.models.is_empty() {
        let what = "This history has no tests of language models.";
        let remedy = "They measure times to tokens or tokens a second: import results of \
            `vllm bench`, or run `bench-runner suite`.";
        return vec![heading, empty(what, remedy)];
    }
    let known = commits::candidates(dataset);
    let controls = controls(dataset, &offers);
    let sides = sides::controls(dataset, &known);
    // with all records of each series, once an older commit is asked for
    let shown = RwSignal::new(dataset.clone());
    let older = whole_where(sides::is_lacking(dataset), dataset, &model::rows(dataset), shown);
    let query = state().query;
    let found = Memo::new(move |_| {
        let dataset = shown.get();
        let known = commits::candidates(&dataset);
        query.with(|query| {
            let sides = Sides::of(query, &dataset, &known);
            let table = model::table(&dataset, query, &sides);
            Arc::new((sides, table))
        })
    });
    let save = move || sheet(&found.get_untracked().1);
    let copied = move || {
        let address = window().location().href().unwrap_or_default();
        markdown(&found.get_untracked().1, &address)
    };
    let exports = el("div", "controls")
        .add(copy_button("Copy as Markdown", copied))
        .add(export_buttons("language-models", save));
    let body = move || {
        let found = found.get();
        result(&found.0, &found.1)
    };
    vec![heading, controls, sides, older, el("div", "").live(body), exports]
}

fn controls(dataset: &Dataset, offers: &Offers) -> El {
    let same = |values: &[String]| {
        values.iter().map(|value| (value.clone(), value.clone())).collect::<Vec<_>>()
    };
    let kinds = offers.kinds.iter().map(|kind| ((*kind).to_owned(), (*kind).to_owned()));
    let metrics = offers.metrics.iter().map(|key| {
        let label = dataset.table.get_or_unjudged(key).label.into_owned();
        (key.clone(), label)
    });
    el("div", "controls")
        .add(select("Model", Key::Model, "all", same(&offers.models)))
        .add(select("Device", Key::Device, "all", same(&offers.devices)))
        .add(select("Kind", Key::Findings, "all", kinds.collect::<Vec<_>>()))
        .add(select("Metric", Key::Metric, "medians, P99 and rates", metrics.collect::<Vec<_>>()))
}

fn result(sides: &Sides, table: &Table) -> Content {
    let mut parts = Content::new();
    if !sides.unknown.is_empty() {
        let words = format!(
            "No record is of {}; the page shows what it shows without.",
            sides.unknown.join(", ")
        );
        parts.push(text("p", "note warn", words).attr("role", "status"));
    }
    if table.groups.is_empty() || table.columns.is_empty() {
        let state = state();
        let clear = move || {
            let query = state.query.get_untracked();
            state.refine(FILTERS.into_iter().fold(query, |query, key| query.with(key, "")));
        };
        let nothing = empty("No test matches.", "Choose fewer of model, device, kind and metric.");
        parts.push(nothing.add(button("", "Show all tests", clear)));
        return parts;
    }
    parts.push(text("p", "meta", KEY));
    if table.groups.len() > 1 {
        parts.push(summary(table));
    }
    parts.extend(table.groups.iter().flat_map(|group| section(table, group)));
    parts
}

/// What a cell says.
const KEY: &str = "A cell holds the value and its change, in colour where it is more than noise: against the \
    level before a change that is confirmed or suspected, otherwise against the level of main or what is chosen \
    above. A mean is the geometric mean of the changes of its column.";

/// A row for each model and device: the means of their changes.
fn summary(table: &Table) -> El {
    let headings = ["Model", "Device", ">Tests"].map(str::to_owned).into_iter();
    let headings = headings.chain(table.columns.iter().map(heading));
    let row = |group: &Group| {
        let to =
            Query::to(Page::Llm).with(Key::Model, &group.model).with(Key::Device, &group.device);
        let name = table::Cell::view("name", vec![page_link(to, "", &group.model)]);
        let count = table::Cell::number(format::count(group.tests.len()));
        let means = means(&group.means);
        [name, table::Cell::of("nowrap", &*group.device), count].into_iter().chain(means).collect()
    };
    let count: usize = table.groups.iter().map(|group| group.tests.len()).sum();
    let all = ["all", ""].map(table::Cell::text).into_iter();
    let all = all.chain([table::Cell::number(format::count(count))]).chain(means(&table.means));
    let rows = table.groups.iter().map(row).chain([all.collect()]).collect();
    self::table("Geometric mean of the changes, by model and device", headings, rows)
}

/// The tests of a model on a device.
fn section(table: &Table, group: &Group) -> Content {
    let name = words_of(&[&group.model, &group.device]);
    let headings = ["Test".to_owned()].into_iter().chain(table.columns.iter().map(heading));
    let mut rows: Vec<Vec<table::Cell>> =
        group.tests.iter().map(|test| row(&table.columns, test)).collect();
    if group.tests.len() > 1 {
        let words = format!("mean of {}", format::counted(group.tests.len(), "test", "tests"));
        rows.push([table::Cell::text(words)].into_iter().chain(means(&group.means)).collect());
    }
    let caption = match group.shared.as_str() {
        "" => format!("Tests of {name}"),
        shared => format!("Tests of {name}, all with {shared}"),
    };
    vec![text("h2", "", &name), self::table(caption, headings, rows)]
}

/// Label and unit; values of other sizes name their unit themselves.
fn heading(metric: &Metric) -> String {
    format!(">{}", metric.label)
}

fn row(columns: &[Metric], test: &Test) -> Vec<table::Cell> {
    let key = &test.row.key().0;
    let series = page_link(Query::to(Page::Series(key.clone())), "", &test.name);
    let load = test.is_step.then(|| {
        let to = Query::to(Page::LoadTest(key.clone()));
        el("div", "small").add(page_link(to, "", "load curve"))
    });
    let name = table::Cell::view("name", [series].into_iter().chain(load).collect());
    let cells = columns.iter().zip(&test.cells).map(|(metric, cell)| shown(key, metric, cell));
    [name].into_iter().chain(cells).collect()
}

fn shown(key: &str, metric: &Metric, cell: &Cell) -> table::Cell {
    match cell {
        Cell::None => table::Cell::of("number quiet", "–"),
        Cell::Lost => table::Cell::of("number worse", "metric lost"),
        Cell::Shown(shown) => {
            let to =
                Query::to(Page::Series(key.to_owned())).with(Key::Metric, metric.key.to_string());
            let value = page_link(to, "", &value_in_words(metric, shown));
            table::Cell::view("number", vec![value, change(metric, shown)])
        }
    }
}

/// The change, and against what.
fn change(metric: &Metric, shown: &Shown) -> El {
    let base = shown.base.map_or_else(
        || shown.words.clone(),
        |base| {
            let base = format::quantity(metric, Some(base), shown.noise);
            format!("against {base}: {}", shown.words)
        },
    );
    let count = match shown.count {
        1 => String::new(),
        n => format!("; median of {n} records"),
    };
    held_change(shown.change(), shown.against, &(base + &count))
}

fn means(means: &[Option<MeanCell>]) -> Vec<table::Cell> {
    let cell = |cell: &Option<MeanCell>| {
        let Some(MeanCell { mean, against, is_mixed }) = cell else {
            return table::Cell::of("number quiet", "–");
        };
        let interval = mean.interval.map(|(low, high)| {
            let [low, high] = [low, high].map(|ratio| format::percent(ratio - 1.0));
            format!(", 95 % between {low} and {high}")
        });
        let tests = format::counted(mean.count, "test", "tests");
        let title = format!("of {tests}{}", interval.unwrap_or_default());
        let word = match (against, is_mixed) {
            (_, true) => " mixed",
            (Against::Worse, _) => " worse",
            (Against::Better, _) => " better",
            _ => "",
        };
        let words = format!("{}{word}", format::percent(mean.ratio - 1.0));
        table::Cell::view(
            "number",
            vec![text("span", against.class(), words).attr("title", &title)],
        )
    };
    means.iter().map(cell).collect()
}
