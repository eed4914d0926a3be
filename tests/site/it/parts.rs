//! A history of more series than an overview shows at first: the points of the others come in pages, once they are
//! needed.

use site_tests::{
    history::{History, steady},
    reply::Fault,
    session::Window,
};

use crate::support::{DATA, Page, open, serve};

/// Series of which the last in the order of names pass, so that their points are in pages.
fn history() -> History {
    let mut history = History::default();
    for index in 0..140 {
        // the first get slower, by ever less
        let last = if index < 60 { 6.0 + f64::from(60 - index) / 10.0 } else { 5.0 };
        history = history.series(&format!("model-{index:03}"), "L40S", &steady(5.0, 8, last));
    }
    history
}

/// Pages that were asked for.
fn pages(page: &Page) -> Vec<String> {
    let folder = format!("{DATA}index/v1/head/");
    let paths = page.server.requests().into_iter().map(|request| request.path);
    paths.filter_map(|path| Some(path.split_once(&folder)?.1.to_owned())).collect()
}

const CARDS: &str = "[...document.querySelectorAll('main ul.cards > li')]";

#[test]
fn the_series_that_stand_worst_are_shown_without_any_page() {
    let page = open(&history(), "#/");
    page.wait(&format!("{CARDS}.length === 60"));
    page.wait_for("140 series, 1120 records");
    let without = format!("{CARDS}.filter(card => card.innerText.includes('…')).length");
    assert_eq!(page.run(&format!("return {without}")), 0);
    let first = page.run(&format!("return {CARDS}[0].innerText"));
    assert!(first.to_string().contains("model-000"), "{first}");
    assert_eq!(pages(&page), Vec::<String>::new());
}

#[test]
fn points_come_once_their_cards_are_in_view_and_only_these() {
    let page = open(&history(), "#/?q=model-139");
    let value = format!("{CARDS}.length === 1 && {CARDS}[0].innerText.includes('5.00')");
    page.wait(&value);
    page.wait("document.querySelector('main ul.cards svg path[d^=M]') !== null");
    assert_eq!(pages(&page).len(), 1, "{:?}", pages(&page));
    page.go("#/");
    page.wait(&format!("{CARDS}.length === 60"));
    page.click("//button[contains(., 'Show more')]");
    page.wait(&format!("{CARDS}.length === 140"));
    page.run("window.scrollTo(0, document.body.scrollHeight)");
    page.wait(&format!("!{CARDS}[139].innerText.includes('…')"));
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn a_search_for_a_commit_finds_it_in_points_that_were_not_read() {
    let own = serde_json::json!({
        "model_id": "model-139", "gpu_type": "L40S", "timestamp": "2026-05-09T11:00:00Z",
        "commit_sha": "9678ab94d1".repeat(4), "latency": 5.0, "success": true,
    });
    let page = open(&history().record(own), "#/?q=9678ab9");
    page.wait(&format!("{CARDS}.length === 1 && {CARDS}[0].innerText.includes('model-139')"));
    assert_eq!(pages(&page).len(), 4);
}

#[test]
fn a_page_that_compares_all_series_reads_their_points_first() {
    let history = history();
    let page = open(&history, "#/regressions");
    page.wait("document.querySelectorAll('main tbody tr').length > 0");
    page.go("#/method");
    page.wait("document.querySelectorAll('main h2').length > 1");
    let mut all = pages(&page);
    all.sort();
    assert_eq!(all, ["1.ndjson", "2.ndjson", "3.ndjson", "4.ndjson"], "each once");
    page.go(&format!("#/series/{}", history.key("model-139", "L40S")));
    page.wait("document.querySelectorAll('main figure canvas').length === 6");
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn a_series_beyond_the_first_needs_one_page() {
    let history = history();
    let key = history.key("model-120", "L40S");
    let page = open(&history, &format!("#/series/{key}"));
    page.wait("document.querySelectorAll('main figure canvas').length === 6");
    assert_eq!(pages(&page).len(), 1);
}

#[test]
fn a_page_that_cannot_be_read_is_named_beside_what_can() {
    let server = serve(&history());
    server.fail(&format!("{DATA}index/v1/head/4.ndjson"), Fault::Status(500));
    let page = Page::of(server, "#/?q=model-1&sort=name", Window::default());
    page.wait(&format!("{CARDS}.length === 40"));
    page.run("window.scrollTo(0, document.body.scrollHeight)");
    page.wait_for("head/4.ndjson answered with status 500");
    page.wait(&format!("!{CARDS}[0].innerText.includes('…')"));
}

/// A history with the same series as [`history`], each with a newer record.
fn newer() -> History {
    let mut history = History::default();
    for index in 0..140 {
        let last = if index < 60 { 6.0 + f64::from(60 - index) / 10.0 } else { 5.0 };
        history = history.series(&format!("model-{index:03}"), "L40S", &steady(5.0, 9, last));
    }
    history
}

/// Puts the pages of a history, below another folder, and not its head.
fn put_pages(server: &site_tests::server::Server, of: &History, folder: &str) {
    for (path, text) in of.files() {
        if let Some(name) = path.strip_prefix("index/v1/head/") {
            server.put(&format!("{DATA}index/v1/{folder}/{name}"), text);
        }
    }
}

#[test]
fn a_page_with_the_same_series_and_newer_points_is_named_and_the_head_read_past_the_cache() {
    let server = serve(&history());
    put_pages(&server, &newer(), "head");
    let page = Page::of(server, "#/?q=model-139", Window::default());
    page.wait_for("is of another state of the history than its head");
    page.says("it changed meanwhile; reload this page");
    let asked = pages(&page);
    assert_eq!(asked.len(), 2, "once more, and not for ever: {asked:?}");
    assert_eq!(asked[0], asked[1]);
    let heads = |page: &Page| {
        let head = crate::support::head();
        page.server.requests().into_iter().filter(|request| request.path.ends_with(&head)).count()
    };
    assert_eq!(heads(&page), 2, "the next visit has the newer one");
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn a_page_that_the_browser_kept_from_an_earlier_publish_is_read_again() {
    let server = serve(&newer());
    put_pages(&server, &history(), "kept");
    let page = Page::of(server, "#/?q=model-000", Window::default());
    page.wait(&format!("{CARDS}.length === 1"));
    // what a cache does: the old page, unless it is told to look
    page.run(
        "const fetched = window.fetch;
         window.fetch = (url, how) => fetched(
             how?.cache === 'reload' ? url : String(url).replace('v1/head/', 'v1/kept/'), how)",
    );
    page.go("#/?q=model-139");
    page.wait(&format!("{CARDS}.length === 1 && {CARDS}[0].innerText.includes('5.00')"));
    assert_eq!(pages(&page).len(), 1);
    assert!(!page.text().contains("another state"), "{}", page.text());
    assert_eq!(page.console_errors(), Vec::<String>::new());
}
