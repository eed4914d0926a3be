//! A dataset of the Hub, read from the page of another host: with an index and records that are
//! newer, and without any index.

mod stopped;
mod whole;

use bench_records::{index::HEAD_PATH, naming::sanitize};
use hub_double::{Behaviour, Hub, Logged};
use serde_json::{Value, json};
use site_tests::{history::History, server::Server, session::Window};

use crate::support::{Page, configure, serve};

const DATASET: &str = "tester/perf";

/// The records of a history, as FastVideo's tools lay them out, a folder a series.
fn records(history: &History) -> Vec<(String, String)> {
    let files = history.files().into_iter().filter(|(path, _)| path.starts_with("records/"));
    let laid_out = files.map(|(_, text)| {
        let record: Value = serde_json::from_str(&text).expect("a record");
        let field = |name: &str| sanitize(record[name].as_str().unwrap_or_default());
        let [model, gpu] = ["model_id", "gpu_type"].map(field);
        let path = format!("{model}-{gpu}/{}_{}.json", field("timestamp"), field("commit_sha"));
        (path, text)
    });
    laid_out.collect()
}

fn put(hub: &Hub, files: &[(String, String)]) {
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    hub.put(DATASET, &files);
}

/// A Hub with the records of a history and no index.
fn plain(history: &History) -> Hub {
    plain_listing(history, 40)
}

/// The same, which lists so many files at a time.
fn plain_listing(history: &History, page_size: usize) -> Hub {
    let hub = Hub::start(Behaviour { page_size, ..Behaviour::default() }, 1).expect("a port");
    put(&hub, &records(history));
    hub
}

/// A Hub with an index of some records, and with newer records that it lacks.
fn indexed(known: &History, newer: &History) -> Hub {
    let hub = plain(known);
    let base = hub.head(DATASET).expect("a commit");
    let index = known.files().into_iter().filter(|(path, _)| path.starts_with("index/"));
    let index = index.map(|(path, text)| match path == HEAD_PATH {
        true => {
            (path, text.replacen("\"base_commit\":null", &format!("\"base_commit\":\"{base}\""), 1))
        }
        false => (path, text),
    });
    put(&hub, &index.collect::<Vec<_>>());
    put(&hub, &records(newer));
    hub
}

/// Another host, whose page shows the Hub's dataset.
fn host(hub: &Hub) -> Server {
    let server = serve(&History::default());
    let url = format!("{}/datasets/{DATASET}", hub.endpoint());
    configure(&server, &json!({ "sources": [{ "name": "far", "url": url }] }));
    server
}

/// The overview of the Hub's dataset.
fn overview(hub: &Hub) -> Page {
    Page::of(host(hub), "#/", Window::default())
}

/// Requests for records; each is redirected once.
fn asked_records(log: &[Logged]) -> Vec<&str> {
    let targets = log.iter().map(|request| request.target.as_str());
    targets.filter(|target| target.contains("/resolve/") && target.ends_with(".json")).collect()
}

fn assert_plain_gets(log: &[Logged]) {
    assert!(log.iter().all(|request| request.method == "GET" && !request.has_token), "{log:?}");
}
