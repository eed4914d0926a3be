//! The overview comes with a program of its own; the one with every page is fetched once a reader
//! goes on, and takes its place.

use site_tests::{history::History, reply::Fault, server::Server, session::Window};

use crate::support::{Page, open, serve};

fn programs(server: &Server) -> Vec<String> {
    let paths = server.requests().into_iter().map(|request| request.path);
    paths.filter(|path| path.ends_with("_bg.wasm")).collect()
}

/// Files of a program.
fn files_of(program: &str) -> Vec<String> {
    let folder = std::fs::read_dir(crate::support::variable("SITE_DIST")).expect("a bundle");
    let names = folder.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(program)).collect()
}

#[test]
fn the_overview_is_shown_by_a_small_program_alone() {
    let page = open(&History::small(), "#/?q=wan");
    page.wait_for("wan-t2v");
    let programs = programs(&page.server);
    assert!(matches!(&programs[..], [one] if one.starts_with("overview-")), "{programs:?}");
}

#[test]
fn another_page_is_shown_by_the_whole_program_alone() {
    let page = open(&History::small(), "#/regressions");
    page.wait("document.querySelectorAll('main tbody tr').length > 0");
    let programs = programs(&page.server);
    assert!(matches!(&programs[..], [one] if one.starts_with("pages-")), "{programs:?}");
}

#[test]
fn a_series_is_shown_by_a_program_of_its_own_until_the_reader_goes_on() {
    let history = History::small();
    let page = open(&history, &format!("#/series/{}", history.key("wan-t2v", "H100")));
    page.wait("document.querySelectorAll('main table').length > 1");
    let shown = programs(&page.server);
    assert!(matches!(&shown[..], [one] if one.starts_with("series-")), "{shown:?}");
    page.click("//main//table[last()]//tbody//th/a");
    page.wait_for("Judgement");
    assert_eq!(programs(&page.server).len(), 2);
    page.session.back().expect("a page before");
    page.wait("document.querySelectorAll('main figure canvas').length === 6");
    assert_eq!(page.run("return document.querySelectorAll('header.bar, main').length"), 2);
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn a_first_program_that_cannot_be_fetched_is_named_in_place_of_the_page() {
    let server = serve(&History::small());
    for name in files_of("overview-") {
        server.fail(&name, Fault::Status(503));
    }
    let page = Page::of(server, "#/", Window::default());
    page.wait(
        "document.querySelector('main [role=alert]')?.innerText.includes('cannot be reached')",
    );
}

#[test]
fn the_whole_program_takes_over_once_and_keeps_the_page_in_order() {
    let page = open(&History::small(), "#/?q=wan");
    page.wait_for("wan-t2v");
    page.click("//nav//a[.='Regressions']");
    page.wait("document.querySelectorAll('main tbody tr').length > 0");
    for _ in 0..2 {
        page.click("//nav//a[.='Overview']");
        page.wait("document.querySelector('main ul.cards') !== null");
        page.click("//nav//a[.='Method']");
        page.wait("document.querySelector('main h1')?.innerText.startsWith('Method')");
    }
    assert_eq!(page.run("return document.querySelectorAll('header.bar, main').length"), 2);
    assert_eq!(page.run("return document.title"), "Method · Test history");
    assert_eq!(programs(&page.server).len(), 2);
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn a_program_that_cannot_be_fetched_is_named_and_can_be_tried_again() {
    let server = serve(&History::small());
    for name in files_of("pages-") {
        server.fail(&name, Fault::Status(503));
    }
    let page = Page::of(server, "#/", Window::default());
    page.wait_for("wan-t2v");
    page.click("//nav//a[.='Regressions']");
    page.wait_for("cannot be reached");
    page.server.mend();
    page.click("//button[.='Try again']");
    page.wait("document.querySelectorAll('main tbody tr').length > 0");
}
