//! What is shown can be saved.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use site_tests::history::History;

use crate::support::{Page, open};

/// Text of a file that the browser saves when a button of this name is clicked.
fn saved(page: &Page, button: &str, file: &str) -> String {
    String::from_utf8(saved_bytes(page, button, file)).expect("UTF-8")
}

/// A file that the browser saves when the first button of this name is clicked.
fn saved_bytes(page: &Page, button: &str, file: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let allow = json!({ "behavior": "allow", "downloadPath": folder.path() });
    page.session.devtools("Page.setDownloadBehavior", &allow).expect("downloads are allowed");
    page.click(&format!("//button[normalize-space(.)='{button}']"));
    let (started, path) = (Instant::now(), folder.path().join(file));
    // it has its name before it has its bytes
    while !std::fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
        let there: Vec<_> = std::fs::read_dir(folder.path()).expect("readable").flatten().collect();
        assert!(started.elapsed() < Duration::from_secs(30), "{file} was not saved: {there:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::fs::read(path).expect("readable")
}

fn findings() -> Page {
    let page = open(&History::small(), "#/regressions");
    page.wait("document.querySelectorAll('main tbody tr').length > 0");
    page
}

#[test]
fn findings_are_saved_as_csv_with_a_heading_and_a_line_each() {
    let page = findings();
    let shown = page.run("return document.querySelectorAll('main tbody th[scope=row]').length");
    let csv = saved(&page, "CSV", "findings.csv");
    assert_eq!(csv.lines().count() as u64, shown.as_u64().unwrap_or_default() + 1, "{csv}");
    assert!(csv.contains("wan-t2v") && csv.contains("H100"), "{csv}");
}

#[test]
fn findings_are_saved_as_json_that_is_read_again() {
    let page = findings();
    let json: Value = serde_json::from_str(&saved(&page, "JSON", "findings.json")).expect("JSON");
    assert!(json.as_array().is_some_and(|list| !list.is_empty()), "{json}");
}

#[test]
fn all_runs_of_a_series_are_saved_not_only_those_that_are_shown() {
    let history = History::small();
    let key = history.key("wan-t2v", "H100");
    let page = open(&history, &format!("#/series/{key}"));
    page.wait("document.querySelectorAll('main table').length > 0");
    let csv = saved(&page, "CSV", &format!("series-{key}.csv"));
    assert_eq!(csv.lines().count(), 31, "{csv}");
}

#[test]
fn findings_are_saved_as_a_table_of_markdown() {
    let markdown = saved(&findings(), "Markdown", "findings.md");
    let mut lines = markdown.lines();
    let columns = lines.next().expect("a heading").matches('|').count();
    assert_eq!(lines.next().expect("a rule").matches('|').count(), columns);
    assert!(lines.next().is_some_and(|line| line.contains("wan-t2v")), "{markdown}");
}

#[test]
fn a_chart_is_saved_as_a_picture_at_twice_the_pixels() {
    let history = History::small();
    let page = open(&history, &format!("#/series/{}", history.key("wan-t2v", "H100")));
    page.wait("document.querySelector('main figure canvas')?.width > 300");
    let picture = saved_bytes(&page, "PNG", "latency.png");
    assert_eq!(&picture[1..4], b"PNG");
    let side = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().expect("four bytes"));
    assert_eq!((side(16), side(20)), (1920, 840));
}
