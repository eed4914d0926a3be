//! What people said of records stands beside them, on each page that shows them.

use serde_json::{Value, json};
use site_tests::{
    history::{History, NEWEST},
    reply::Fault,
    session::Window,
};

use crate::support::{DATA, Page, serve};

const ID: &str = "01JV0000000000000000000001";
const COMMIT: &str = "3f2c1ab9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3";
const HOSTILE: &str = "<img src=x onerror=\"window.hostile = 1\"> wanted";

/// Eight records, the newest of which is slower and was talked about.
fn history() -> History {
    let mut history = History::default();
    for day in (0..8_i64).rev() {
        let time = bench_records::time::Micros(NEWEST.0 - day * 86_400_000_000);
        let mut record = json!({
            "model_id": "wan-t2v", "gpu_type": "L40S", "timestamp": time.to_iso(),
            "commit_sha": format!("{:040x}", 0xabc + day), "latency": 10.0, "success": true,
        });
        if day == 0 {
            (record["id"], record["commit_sha"]) = (json!(ID), json!(COMMIT));
            record["latency"] = json!(12.0);
        }
        history = history.record(record);
    }
    let key = history.key("wan-t2v", "L40S");
    history.event(json!({
        "event": "acknowledge", "series": key, "metric": "latency", "record": ID, "time": NEWEST,
        "reason": HOSTILE, "at": NEWEST.to_iso(),
    }))
}

fn noted() -> History {
    let words = json!({
        "event": "annotate", "series": null, "subject": &COMMIT[..7], "text": "torch 2.12",
        "at": NEWEST.to_iso(),
    });
    history().event(words)
}

fn opened(history: &History, hash: &str) -> Page {
    Page::of(serve(history), hash, Window::default())
}

fn count_of_rows_with(page: &Page, words: &str) -> Value {
    let script = format!(
        "return [...document.querySelectorAll('tbody tr')].filter(row => \
         row.innerText.includes({})).length",
        json!(words)
    );
    page.run(&script)
}

#[test]
fn a_finding_that_somebody_accepts_says_why_in_the_list_of_findings() {
    let page = opened(&noted(), "#/regressions");
    page.wait_for(&format!("acknowledged: {HOSTILE}"));
    assert_eq!(page.run("return typeof window.hostile"), "undefined");
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn a_run_has_all_that_was_said_of_it_and_of_its_commit() {
    let history = noted();
    let page = opened(&history, &format!("#/run/{}/{ID}", history.key("wan-t2v", "L40S")));
    page.wait_for(&format!("latency acknowledged: {HOSTILE}"));
    page.wait_for("torch 2.12");
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn the_runs_of_a_series_have_notes_which_are_asked_for_where_anybody_said_anything() {
    let history = noted();
    let key = history.key("wan-t2v", "L40S");
    let page = opened(&history, &format!("#/series/{key}"));
    page.wait_for("torch 2.12");
    assert_eq!(count_of_rows_with(&page, "torch 2.12"), 1);
    let silent = History::small();
    let key = silent.key("wan-t2v", "L40S");
    let page = opened(&silent, &format!("#/series/{key}"));
    page.wait_for("Notes");
    let asked = page.server.requests().into_iter();
    assert_eq!(asked.filter(|request| request.path.contains("events.ndjson")).count(), 0);
}

#[test]
fn words_that_cannot_be_read_are_missed_and_the_page_stands() {
    let history = noted();
    let server = serve(&history);
    server.fail(&format!("{DATA}events.ndjson"), Fault::Status(503));
    let page = Page::of(server, "#/regressions", Window::default());
    page.wait_for("events.ndjson");
    page.wait_for("Try again");
    assert_eq!(count_of_rows_with(&page, "wan-t2v"), 1);
}
