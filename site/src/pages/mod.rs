//! The pages: each has a `model`, plain Rust that says what is shown, and a thin `view`.

pub mod compare;
pub mod llm;
pub mod load;
pub mod method;
pub mod overview;
pub mod pull_request;
pub mod regressions;
pub mod run;
pub mod series;

use std::sync::Arc;

use leptos::prelude::Get;

use crate::{
    components::{link::page_link, message::loading},
    dataset::Dataset,
    dom::{Content, el, text},
    handover,
    query::{Page, Query},
    state::state,
};

/// The overview; the program with every page is asked for any other.
pub fn overview_only(page: Page, dataset: &Arc<Dataset>) -> Content {
    match page {
        Page::Overview => overview::view::page(dataset),
        _ => handover::elsewhere(),
    }
}

/// The page of a series; the program with every page is asked for any other.
pub fn series_only(page: Page, dataset: &Arc<Dataset>) -> Content {
    match page {
        Page::Series(key) => of_series(&key, dataset, || series::view::page(&key, dataset)),
        _ => handover::elsewhere(),
    }
}

/// A page that needs the points of one series, once they are there.
fn of_series(key: &str, dataset: &Arc<Dataset>, view: impl FnOnce() -> Content) -> Content {
    let page = dataset.row(key).map_or(0, |row| row.page);
    once_read(dataset, if page > 0 { vec![page] } else { Vec::new() }, view)
}

/// A page that needs the points of all series, once they are there.
fn of_all(dataset: &Arc<Dataset>, view: impl FnOnce() -> Content) -> Content {
    once_read(dataset, dataset.pages_lacking(), view)
}

fn once_read(
    dataset: &Arc<Dataset>,
    lacking: Vec<usize>,
    view: impl FnOnce() -> Content,
) -> Content {
    if lacking.is_empty() {
        return view();
    }
    let said = state().complete(dataset, lacking);
    vec![el("div", "").live(move || vec![loading(&said.get())])]
}

/// The page that a URL names.
pub fn view(page: Page, dataset: &Arc<Dataset>) -> Content {
    match page {
        Page::Overview => overview::view::page(dataset),
        Page::Series(key) => of_series(&key, dataset, || series::view::page(&key, dataset)),
        Page::Regressions => of_all(dataset, || regressions::view::page(dataset)),
        Page::Compare => of_all(dataset, || compare::view::page(dataset)),
        Page::Run(key, point) => of_series(&key, dataset, || run::view::page(&key, point, dataset)),
        Page::PullRequest(number) => of_all(dataset, || pull_request::view::page(number, dataset)),
        Page::Llm => of_all(dataset, || llm::view::page(dataset)),
        Page::LoadTest(key) => of_all(dataset, || load::view::page(&key, dataset)),
        Page::Method => of_all(dataset, || method::view::page(dataset)),
        Page::Unknown(path) => {
            let words = format!("{path} is no page of this dashboard. ");
            let link = page_link(Query::to(Page::Overview), "", "Open the overview");
            vec![text("h1", "", "No such page"), el("p", "").text(words).add(link).text(".")]
        }
    }
}
