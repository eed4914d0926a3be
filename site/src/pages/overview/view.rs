//! The overview as it is drawn.

use std::sync::Arc;

use bench_records::index::SERIES_AT_FIRST;
use leptos::prelude::*;

use super::{
    cards::Cards,
    changed,
    filter::{self, Filter, Selected},
    known::Known,
    standing,
};
use crate::{
    components::{
        choice::{choice, search, select, toggle},
        link::page_link,
        message::{empty, nothing_of},
    },
    dataset::{Dataset, Row},
    dom::{Content, El, button, effect, el, text},
    format, metrics,
    query::{Key, Page, Query},
    state::state,
};

/// Cards that are shown at first; more follow when the reader asks for them.
const CARDS: usize = SERIES_AT_FIRST;

/// The page.
pub fn page(dataset: &Arc<Dataset>) -> Content {
    let state = state();
    let filter = Memo::new(move |_| state.query.with(Filter::of));
    let known = Known::of(dataset, filter);
    let selected = selected(known, filter);
    let heading = el("div", "headline").add(text("h1", "", "Overview"));
    let heading = heading.add(text("p", "meta", freshness(dataset)));
    let mut page = vec![heading];
    page.extend(changed::view::section(dataset));
    page.extend([chips(dataset, selected, filter), controls(dataset), known.view()]);
    page.extend(cards(dataset, known, selected, filter));
    page
}

fn selected(known: Known, filter: Memo<Filter>) -> Memo<Selected> {
    let sort = Memo::new(move |_| filter.with(|filter| filter.sort));
    let ordered = Memo::new_with_compare(
        move |_| known.dataset.with(|dataset| filter::ordered(dataset, sort.get())),
        |_, _| true,
    );
    Memo::new_with_compare(
        move |_| ordered.with(|rows| filter.with(|filter| Selected::of(rows, filter))),
        |old, new| !old.zip(new).is_some_and(|(old, new)| old.is(new)),
    )
}

/// How much there is, how fresh it is, and how much of it was judged.
fn freshness(dataset: &Dataset) -> String {
    let series = format::counted(dataset.rows.len(), "series", "series");
    let records = format::counted(dataset.records, "record", "records");
    let aside = match dataset.set_aside {
        0 => String::new(),
        n => format!(" · {} set aside", format::counted(n, "file", "files")),
    };
    if dataset.rows.is_empty() {
        return format!("{series}, {records}{aside}");
    }
    // of series in pages nobody knows yet
    let coverage = match dataset.pages {
        0 => format!(" · {}", dataset.coverage()),
        _ => String::new(),
    };
    let newest = format::minute(dataset.newest);
    let ago = format::ago(dataset.newest, dataset.now);
    format!("{series}, {records}{aside} · newest {newest} UTC, {ago}{coverage}")
}

/// How many series stand how; each is a filter. One that no series of the history has is hidden unless it is asked
/// for.
fn chips(dataset: &Dataset, selected: Memo<Selected>, filter: Memo<Filter>) -> El {
    let state = state();
    let of_all = standing::counts(dataset.rows.iter().map(Arc::as_ref));
    let chips = standing::words().enumerate().map(|(index, word)| {
        let is_current = move || filter.with(|filter| filter.asks_for(word));
        let press = move || {
            let is_pressed = filter.with_untracked(|filter| filter.asks_for(word));
            state.set_param(Key::Status, if is_pressed { "" } else { word.text });
        };
        let is_hidden = move || of_all[index] == 0 && !is_current();
        let count = move || selected.with(|selected| selected.counts[index].to_string());
        toggle("chip", "", is_current, press)
            .live_attr("hidden", move || is_hidden().then(String::new))
            .add(text("span", "", word.status.shape()).attr("aria-hidden", "true"))
            .add(el("b", "").live_text(count))
            .text(word.text)
    });
    el("div", "chips").attr("role", "group").attr("aria-label", "Status").all(chips)
}

fn controls(dataset: &Dataset) -> El {
    let same = |values: Vec<String>| values.into_iter().map(|v| (v.clone(), v)).collect();
    let list = |label, param, all, options: Vec<(String, String)>| {
        (options.len() > 1).then(|| select(label, param, all, options))
    };
    let lists = [
        list("Device", Key::Device, "all", same(filter::facet(dataset, Row::device))),
        list("Benchmark", Key::Benchmark, "all", same(filter::facet(dataset, Row::benchmark))),
        list("Metric", Key::Metric, "first of each", metrics::all_of(dataset)),
    ];
    let orders = [("worst", "worst first"), ("name", "name"), ("newest", "newest")];
    el("div", "controls")
        .add(search("Search", Key::Search, "name, device, commit, #PR"))
        .all(lists.into_iter().flatten())
        .add(choice("Order", Key::Sort, &orders))
}

fn no_match() -> El {
    empty("No series matches.", "Shorten the search, or take a filter back.")
}

/// The cards, what stands in their place where there are none, and a button for more.
fn cards(
    dataset: &Arc<Dataset>,
    known: Known,
    selected: Memo<Selected>,
    filter: Memo<Filter>,
) -> Content {
    let most = RwSignal::new(CARDS);
    let cards = Cards::new(dataset, known);
    let list = cards.list.clone();
    effect(move || {
        let metric = filter.with(|filter| filter.metric.clone());
        let rows =
            selected.with(|selected| selected.rows.iter().take(most.get()).cloned().collect());
        cards.show((rows, metric));
    });
    let total = move || selected.with(|selected| selected.rows.len());
    let nothing = nothing_of(dataset);
    let nothing = move || match total() {
        0 => vec![nothing.clone().unwrap_or_else(no_match)],
        _ => Vec::new(),
    };
    let more = move || {
        let left = total().saturating_sub(most.get());
        let words = format!("Show more: {} left", format::count(left));
        let press = move || most.update(|most| *most += 2 * CARDS);
        let more = (left > 0).then(|| el("p", "").add(button("", words, press)));
        more.into_iter().collect()
    };
    let number = Memo::new(move |_| filter.with(Filter::pull_request));
    let pull_request = move || {
        let link = number.get().filter(|_| total() > 0).map(|number| {
            let words = format!("All runs of pull request #{number}");
            el("p", "").add(page_link(Query::to(Page::PullRequest(number)), "", &words))
        });
        link.into_iter().collect()
    };
    let shown = move || format::counted(total(), "series shown", "series shown");
    vec![
        el("p", "hidden").attr("role", "status").live_text(shown),
        el("div", "").live(pull_request),
        list,
        el("div", "").live(nothing).live(more),
    ]
}
