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

use crate::{
    components::link::page_link,
    dataset::Dataset,
    dom::{Content, el, text},
    handover,
    query::{Page, Query},
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
        Page::Series(key) => series::view::page(&key, dataset),
        _ => handover::elsewhere(),
    }
}

/// The page that a URL names.
pub fn view(page: Page, dataset: &Arc<Dataset>) -> Content {
    match page {
        Page::Overview => overview::view::page(dataset),
        Page::Series(key) => series::view::page(&key, dataset),
        Page::Regressions => regressions::view::page(dataset),
        Page::Compare => compare::view::page(dataset),
        Page::Run(key, point) => run::view::page(&key, point, dataset),
        Page::PullRequest(number) => pull_request::view::page(number, dataset),
        Page::Llm => llm::view::page(dataset),
        Page::LoadTest(key) => load::view::page(&key, dataset),
        Page::Method => method::view::page(dataset),
        Page::Unknown(path) => {
            let words = format!("{path} is no page of this dashboard. ");
            let link = page_link(Query::to(Page::Overview), "", "Open the overview");
            vec![text("h1", "", "No such page"), el("p", "").text(words).add(link).text(".")]
        }
    }
}
