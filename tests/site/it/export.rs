//! What is shown can be saved.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use site_tests::history::History;

use crate::support::{Page, open};

/// Text of a file that the browser saves when a button of this name is clicked.
fn saved(page: &Page, button: &str, file: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let allow = json!({ "behavior": "allow", "downloadPath": folder.path() });
    page.session.devtools("Page.setDownloadBehavior", &allow).expect("downloads are allowed");
    page.click(&format!("//button[normalize-space(.)='{button}']"));
    let (started, path) = (Instant::now(), folder.path().join(file));
    while !path.is_file() {
        let there: Vec<_> = std::fs::read_dir(folder.path()).expect("readable").flatten().collect();
        assert!(started.elapsed() < Duration::from_secs(30), "{file} was not saved: {there:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    String::from_utf8(std::fs::read(path).expect("readable")).expect("UTF-8")
}

fn findings() -> Page {
    let page = open(&History::small(), "#/regressions");
    page.wait("document.querySelectorAll('main tbody tr').length > 0");
    page
}

#[test]
fn findings_are_saved_as_csv_with_a_heading_and_a_line_each() {
    let page = findings();
    let shown = page.run("return document.querySelectorAll('main tbody tr').length");
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
