//! How a history can fail to come: each way has its words, and what to do about it.

use site_tests::{history::History, reply::Fault, session::Window};

use crate::support::{Page, head, serve};

/// The overview of a history whose head fails in this way.
fn overview_with(fault: Fault) -> Page {
    let server = serve(&History::small());
    server.fail(&head(), fault);
    Page::of(server, "#/", Window::default())
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
