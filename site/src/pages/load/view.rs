//! The page of a load test as it is drawn.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    chosen::{AT, Chosen, chosen},
    controls,
    model::{self, TOKENS},
    over_time,
    plots::{Shown, across},
    slo::{self, Quantity, Slo},
    steps, summary,
    track::{Lacking, Track, track},
};
use crate::{
    chart::{Scale, curves_chart},
    commits,
    components::{
        link::{page_href, page_link, trail},
        message::{empty, no_such_series},
        whole::whole_where,
    },
    dataset::{Dataset, Row, words_of},
    dom::{Content, El, el, text},
    query::{Key, Page, Query},
    state::state,
};

/// All that the page shows, of one state of it.
#[derive(Clone, PartialEq)]
struct Found {
    chosen: Chosen,
    quantity: Quantity,
    slos: Vec<Slo>,
    /// What the address states that is no objective.
    wrong: Vec<String>,
    across: &'static str,
    scale: Scale,
}

/// The page.
pub fn page(key: &str, dataset: &Arc<Dataset>) -> Content {
    let own = match track(dataset, key) {
        Ok(track) => Arc::new(track),
        Err(Lacking::Series) => return no_such_series(key),
        Err(lacking) => return alone(key, dataset, &lacking),
    };
    // with all records of each step, once an older commit is asked for
    let rows = rows(dataset, &own);
    let shown = RwSignal::new(dataset.clone());
    let older = whole_where(is_lacking(dataset, &own), dataset, &rows, shown);
    let found = found(key.to_owned(), shown);
    let mut parts = heading(&own);
    let curves = found.with_untracked(|found| found.chosen.curves.clone());
    let (quantities, has_tokens) = (model::quantities(&curves), model::measures(&curves, TOKENS));
    let can_choose = has_tokens && model::measures(&curves, model::ACHIEVED);
    parts.push(controls::controls(dataset, &own, &quantities, can_choose));
    parts.push(older);
    let (of_words, of_further, of_tables) = (dataset.clone(), dataset.clone(), shown);
    let further = move || {
        let chosen = found.with(|found| found.chosen.clone());
        controls::further(&of_further, &own, &chosen)
    };
    parts.push(el("div", "").live(further));
    parts.push(el("div", "standing").live(move || found.with(legend)));
    let table = of_words.table.clone();
    let served = table.clone();
    let latency = Memo::new(move |_| found.with(|found| Arc::new(found.shown(&table).latency())));
    let served = Memo::new(move |_| found.with(|found| Arc::new(found.shown(&served).served())));
    parts.push(
        el("div", "charts").add(panel(curves_chart(latency))).add(panel(curves_chart(served))),
    );
    parts.push(text("p", "meta", KEY));
    parts.push(el("div", "").live(move || found.with(|found| tables(&of_tables.get(), found))));
    parts
}

/// What points and lines mean.
const KEY: &str = "A hollow point is saturated: the server completed less than 95 % of what was offered. Between two \
    measured loads a line is straight, and beyond them nothing is said. A click on a point opens its series; with \
    the keyboard, arrow keys move and Enter opens.";

fn panel(chart: El) -> El {
    el("div", "panel").add(chart)
}

fn heading(own: &Track) -> Content {
    let [model, device, settings] = own.names();
    let place = words_of(&[&device, &settings, own.arrival.as_str()]);
    let mut parts = vec![
        trail(
            [(Query::to(Page::Overview), "Overview"), (Query::to(Page::Llm), "LLM")],
            "load test",
        ),
        el("div", "headline")
            .add(el("h1", "").text("Load test: ").name(&model))
            .add(text("span", "quiet", place)),
    ];
    if !own.superseded.is_empty() {
        let links = own.superseded.iter().map(|row| {
            page_link(Query::to(Page::Series(row.key().0.clone())), "mono", &row.key().0)
        });
        let words = "Left out, because a newer series has the same load: ";
        let links = links.flat_map(|link| [link, el("span", "").text(" ")]);
        parts.push(el("p", "note").text(words).all(links));
    }
    parts
}

/// What stands in place of the page of a series that is no step of a sweep.
fn alone(key: &str, dataset: &Dataset, lacking: &Lacking) -> Content {
    let row = dataset.row(key);
    let name = row.map_or_else(String::new, |row| row.words());
    let (what, remedy) = match lacking {
        Lacking::Others(load) => (
            format!("{name} was tested at one load only: {load}."),
            "A curve needs a series of another rate or concurrency that differs in nothing else.",
        ),
        Lacking::Load | Lacking::Series => (
            format!("{name} states neither a rate nor a concurrency."),
            "They are in the variant of a load test, as in rate=4.",
        ),
    };
    let link = page_link(Query::to(Page::Series(key.to_owned())), "", "Open the series");
    vec![text("h1", "", "Load test"), empty(&what, remedy).add(link)]
}

/// Whether the address names a commit that the newest records may lack.
fn is_lacking(dataset: &Arc<Dataset>, own: &Arc<Track>) -> Memo<bool> {
    let state = state();
    let known = commits::candidates(dataset);
    let (dataset, own) = (dataset.clone(), own.clone());
    Memo::new(move |_| {
        let lacks = |commit: &str| {
            let releases = &dataset.config.releases;
            let found = commits::named(commit, &known, releases);
            let has = found.is_some_and(|found| own.at(&found.value, dataset.now).is_some());
            !commit.is_empty() && !has
        };
        let own = state.query.with(|query| query.get(Key::B).is_some_and(lacks));
        let with = state.query.with(|query| query.list(Key::With));
        own || with.iter().any(|said| said.split_once(AT).is_some_and(|(_, at)| lacks(at)))
    })
}

/// The series of all curves that the address names.
fn rows(dataset: &Dataset, own: &Track) -> Vec<Arc<Row>> {
    let with = state().query.with_untracked(|query| query.list(Key::With));
    let keys = with.iter().map(|said| said.split_once(AT).map_or(said.as_str(), |(key, _)| key));
    let others: Vec<Track> = keys.filter_map(|key| track(dataset, key).ok()).collect();
    let mut rows: Vec<Arc<Row>> = Vec::new();
    for step in [own].into_iter().chain(&others).flat_map(|track| &track.steps) {
        if rows.iter().all(|row| row.key() != step.row.key()) {
            rows.push(step.row.clone());
        }
    }
    rows
}

fn found(key: String, shown: RwSignal<Arc<Dataset>>) -> Memo<Found> {
    let query = state().query;
    Memo::new(move |_| {
        let dataset = shown.get();
        let known = commits::candidates(&dataset);
        query.with(|query| {
            // it was there when the page was made, and further records add none
            let own = track(&dataset, &key).map(Arc::new);
            let chosen = own.map(|own| chosen(&dataset, &own, query, &known)).unwrap_or_default();
            let (slos, wrong) = slo::parse(&query.list(Key::Slo), &dataset.table);
            let there = model::quantities(&chosen.curves);
            let said = Quantity::parse(query.get(Key::Metric).unwrap_or_default());
            let first = there.first().copied().unwrap_or(Quantity::Ttft);
            let quantity = said.filter(|said| there.contains(said)).unwrap_or(first);
            let across = across(&chosen.curves, query.get(Key::Spacing).unwrap_or_default());
            let is_linear = query.get(Key::Scale) == Some("linear");
            let scale = if is_linear { Scale::Linear } else { Scale::Log };
            Found { chosen, quantity, slos, wrong, across, scale }
        })
    })
}

impl Found {
    fn shown<'s>(&'s self, table: &'s bench_records::metric::MetricTable) -> Shown<'s> {
        Shown {
            curves: &self.chosen.curves,
            table,
            quantity: self.quantity,
            slos: &self.slos,
            across: self.across,
            scale: self.scale,
            href: page_href,
        }
    }
}

/// What the curves say in words, and what of the address is not shown.
fn legend(found: &Found) -> Content {
    let mut parts = Content::new();
    let is_lone = found.chosen.curves.len() == 1;
    for curve in &found.chosen.curves {
        let name = format!("{}: ", curve.label);
        let words = [
            summary::part_in_words(curve).map(|words| format!("Its commit {words}.")),
            summary::objective_in_words(curve, &found.slos),
            summary::knee_in_words(curve),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        let name = if is_lone { curve.instance.words() + ": " } else { name };
        let words =
            if words.is_empty() { "no objective is stated.".to_owned() } else { words.join(" ") };
        let loads = over_time::loads(curve, &found.slos);
        let trend = steps::trend("The load that keeps the objective", &loads);
        let trend = trend.filter(|_| !found.slos.is_empty());
        parts.push(el("p", "").add(text("strong", "", name)).text(words).all(trend));
    }
    let notes = [
        (&found.chosen.unknown, "No record of these steps is of "),
        (&found.chosen.other_loop, "Not shown, because its requests arrive in another way: "),
        (&found.wrong, "No objective, which is written as in ttft_p99:0.2: "),
    ];
    for (said, words) in notes {
        if !said.is_empty() {
            let words = format!("{words}{}.", said.join(", "));
            parts.push(text("p", "note warn", words).attr("role", "status"));
        }
    }
    parts
}

fn tables(dataset: &Dataset, found: &Found) -> Content {
    let curves = &found.chosen.curves;
    let mut parts = Content::new();
    if curves.len() > 1 {
        parts.push(text("h2", "", "Curves"));
        parts.push(steps::overview(curves));
        parts.extend(steps::side_by_side(dataset, curves, found.quantity));
    }
    parts.push(text("h2", "", "Steps"));
    parts.extend(curves.iter().map(|curve| steps::steps(dataset, curve, found.quantity)));
    parts
}
