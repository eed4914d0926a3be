//! Loading, empty, stale, failed and partly unreadable data: each has its words.

use bench_records::{
    index::HEAD_PATH,
    time::{DAY, Micros},
};
use site_tests::{
    history::{History, NEWEST, steady},
    reply::Fault,
    session::Window,
};

use crate::support::{DATA, Page, open, serve};

fn head() -> String {
    format!("{DATA}{HEAD_PATH}")
}

/// The overview of a history whose head fails in this way.
fn overview_with(fault: Fault) -> Page {
    let server = serve(&History::small());
    server.fail(&head(), fault);
    Page::of(server, "#/", Window::default())
}

#[test]
fn what_is_loading_says_so_until_it_is_there() {
    let page = overview_with(Fault::Held);
    page.wait_for("Loading the history");
    page.server.mend();
    page.wait_for("wan-t2v");
    assert!(!page.text().contains("Loading the history"));
}

#[test]
fn a_head_that_is_not_there_is_named_with_what_to_do() {
    let page = overview_with(Fault::Status(404));
    page.wait_for("data/test/index/v1/head.ndjson is not there");
    page.wait_for("bench-runner publish");
}

#[test]
fn trying_again_succeeds_once_the_host_does() {
    let page = overview_with(Fault::Status(500));
    page.wait_for("answered with status 500");
    page.server.mend();
    page.click("//button[.='Try again']");
    page.wait_for("wan-t2v");
}

#[test]
fn a_host_that_limits_requests_is_told_from_one_that_is_broken() {
    let page = overview_with(Fault::Status(429));
    page.wait_for("limits how often");
    page.wait_for("wait a few minutes");
}

#[test]
fn an_error_page_in_place_of_data_is_recognized() {
    let page = overview_with(Fault::Page);
    page.wait_for("is a web page, not data");
}

#[test]
fn a_head_that_is_cut_short_is_a_failure_in_words() {
    let page = overview_with(Fault::Truncated);
    page.wait("document.querySelector('[role=alert]')?.innerText.includes('head.ndjson')");
}

#[test]
fn a_failure_is_announced_to_screen_readers() {
    let page = overview_with(Fault::Status(403));
    page.wait("document.querySelector('[role=alert]')?.innerText.includes('not public')");
}

#[test]
fn a_configuration_that_is_missing_means_the_bundled_history() {
    let server = serve(&History::small());
    server.fail("config.json", Fault::Status(404));
    let page = Page::of(server, "#/", Window::default());
    page.wait_for("data/index/v1/head.ndjson");
}

#[test]
fn a_configuration_with_a_misspelt_field_is_named() {
    let server = serve(&History::small());
    server.put("config.json", r#"{"titel": "x"}"#);
    let page = Page::of(server, "#/", Window::default());
    page.wait_for("config.json cannot be read");
    page.wait_for("titel");
}

#[test]
fn a_history_without_records_is_empty_and_not_broken() {
    let page = open(&History::default(), "#/");
    page.wait(
        "document.querySelector('main [role=status]') !== null && \
               !document.querySelector('main').innerText.includes('Loading')",
    );
    page.wait_for("no records");
    assert_eq!(page.run("return document.querySelectorAll('[role=alert]').length"), 0);
}

#[test]
fn a_series_that_has_fallen_behind_is_called_stale() {
    let old = Micros(NEWEST.0 - 9 * DAY.0);
    let history = History::small().series_until(old, "left-behind", "A40", &steady(3.0, 20, 3.0));
    let page = open(&history, "#/");
    page.wait_for("left-behind");
    page.wait(
        "[...document.querySelectorAll('main a, main li, main article')].some(e => \
               e.innerText.includes('left-behind') && /stale/i.test(e.innerText))",
    );
}

#[test]
fn lines_that_cannot_be_read_are_counted_and_the_rest_is_shown() {
    let server = serve(&History::small());
    let mut head_text = String::from_utf8(server.get(&head()).expect("a head")).expect("UTF-8");
    let second = head_text.match_indices('\n').nth(1).expect("lines").0;
    head_text.insert_str(second - 40, "}broken{");
    server.put(&head(), head_text);
    let page = Page::of(server, "#/", Window::default());
    page.wait_for("line 2");
    page.wait("document.body.innerText.match(/wan-t2v|flux-dev/g)?.length >= 2");
}

#[test]
fn files_that_the_index_set_aside_are_counted() {
    let history = History::small().set_aside(3);
    let page = open(&history, "#/");
    page.wait("/3 files/.test(document.body.innerText)");
}
