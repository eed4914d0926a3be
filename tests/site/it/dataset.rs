//! A dataset of the Hub, read from the page of another host: with an index and records that are
//! newer, and without any index; and what a reader is told when the Hub refuses or is gone.

use bench_records::{index::HEAD_PATH, naming::sanitize};
use hub_double::{Behaviour, Hub, Logged};
use serde_json::{Value, json};
use site_tests::{
    history::{History, steady},
    session::Window,
};

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

/// The overview of the Hub's dataset, on another host.
fn overview(hub: &Hub) -> Page {
    let server = serve(&History::default());
    let url = format!("{}/datasets/{DATASET}", hub.endpoint());
    configure(&server, &json!({ "sources": [{ "name": "far", "url": url }] }));
    Page::of(server, "#/", Window::default())
}

/// Requests for records; each is redirected once.
fn asked_records(log: &[Logged]) -> Vec<&str> {
    let targets = log.iter().map(|request| request.target.as_str());
    targets.filter(|target| target.contains("/resolve/") && target.ends_with(".json")).collect()
}

fn assert_plain_gets(log: &[Logged]) {
    assert!(log.iter().all(|request| request.method == "GET" && !request.has_token), "{log:?}");
}

#[test]
fn records_newer_than_the_index_are_shown_and_judged_as_if_it_had_them() {
    let known = History::default().series("wan-t2v", "L40S", &steady(10.0, 29, 10.0));
    let hub = plain(&known);
    let base = hub.head(DATASET).expect("a commit");
    let index = known.files().into_iter().filter(|(path, _)| path.starts_with("index/"));
    let index = index.map(|(path, text)| match path == HEAD_PATH {
        true => {
            (path, text.replacen("\"base_commit\":null", &format!("\"base_commit\":\"{base}\""), 1))
        }
        false => (path, text),
    });
    put(&hub, &index.collect::<Vec<_>>());
    let newer = History::default()
        .series_until(
            bench_records::time::Micros(site_tests::history::NEWEST.0 + bench_records::time::DAY.0),
            "wan-t2v",
            "L40S",
            &[13.0],
        )
        .series("flux-dev", "H100", &[7.0, 7.0]);
    put(&hub, &records(&newer));
    let page = overview(&hub);
    page.wait_for("32 records");
    page.wait_for("flux-dev");
    page.wait("/regressed/i.test([...document.querySelectorAll('a.card')].find(e => e.innerText.includes('wan-t2v'))?.innerText ?? '')");
    let log = hub.take_log();
    assert_plain_gets(&log);
    assert_eq!(asked_records(&log).len(), 3, "{log:?}");
    let listings = log.iter().filter(|request| request.target.contains("/tree/")).count();
    assert_eq!(listings, 5, "root and one folder, then and now, and a new folder: {log:?}");
    page.go(&format!("#/series/{}", known.key("wan-t2v", "L40S")));
    page.wait_for("30 records");
}

#[test]
fn a_dataset_without_an_index_is_read_newest_first_and_kept() {
    let hub = plain(&History::small());
    let page = overview(&hub);
    page.wait_for("90 records");
    page.wait("!document.body.innerText.includes('Reading records')");
    let log = hub.take_log();
    assert_plain_gets(&log);
    let asked = asked_records(&log);
    assert_eq!(asked.len(), 90);
    let day = |target: &&str| target.rsplit('/').next().unwrap_or_default()[..10].to_owned();
    let oldest_of_first = asked[..40].iter().map(day).min();
    assert!(oldest_of_first > asked[50..].iter().map(day).max(), "{asked:?}");
    page.run("location.reload()");
    page.wait_for("90 records");
    let log = hub.take_log();
    assert_eq!(asked_records(&log), Vec::<&str>::new());
}

#[test]
fn more_than_500_records_are_read_when_a_reader_asks_for_them() {
    let history = History::default().series("wan-t2v", "L40S", &steady(10.0, 512, 10.0));
    let hub = plain_listing(&history, 1000);
    let page = overview(&hub);
    page.wait_for("The newest 500 of 512 records that no index has are shown.");
    page.wait_for("500 records");
    let read = |log: &[Logged]| asked_records(log).len();
    assert_eq!(read(&hub.take_log()), 500);
    page.click("//main//button[.='Read more']");
    page.wait_for("512 records");
    page.wait("!document.body.innerText.includes('Read more')");
    assert_eq!(read(&hub.take_log()), 12, "what was read is kept");
    page.click("//main//a[contains(., 'wan-t2v')]");
    page.wait_for("512 runs");
}

#[test]
fn a_limit_in_the_middle_leaves_what_is_read_and_reading_goes_on_later() {
    let hub = plain(&History::small());
    hub.behave(|behaviour| behaviour.reads_left = Some(84));
    let page = overview(&hub);
    page.wait_for("limits how often");
    page.wait("/[1-9][0-9] of 90 records were read/.test(document.body.innerText)");
    page.wait("document.querySelectorAll('a.card').length > 0");
    let before = hub.take_log();
    let read = before.iter().filter(|request| request.status == 200);
    let read = read.filter(|request| request.target.contains("resolve-cache")).count();
    page.session
        .devtools(
            "Network.emulateNetworkConditions",
            &json!({ "offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 }),
        )
        .expect("offline");
    page.click("//button[.='Try again']");
    page.wait_for("cannot be reached");
    page.wait("document.querySelectorAll('a.card').length > 0");
    page.session
        .devtools(
            "Network.emulateNetworkConditions",
            &json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 }),
        )
        .expect("online");
    hub.behave(|behaviour| behaviour.reads_left = None);
    page.click("//button[.='Try again']");
    page.wait_for("90 records");
    page.wait("!document.querySelector('[role=alert]')");
    let log = hub.take_log();
    assert_plain_gets(&log);
    assert_eq!(asked_records(&log).len(), 90 - read);
}

#[test]
fn a_limit_from_the_start_is_said_in_place_of_the_history() {
    let hub = plain(&History::small());
    hub.behave(|behaviour| behaviour.reads_left = Some(0));
    let page = overview(&hub);
    page.wait("document.querySelector('[role=alert]')?.innerText.includes('limits how often')");
}
