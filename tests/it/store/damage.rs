//! One file with each kind of damage: read where its meaning is plain, else set aside by name.

use std::fs;

use serde_json::{Value, json};

use crate::{
    support::builders::{record, result, with},
    support::workspace::Workspace,
};

/// What `index` counts and sets aside in a store with one sound record and this file.
fn index_of(bytes: &[u8]) -> (Workspace, Value) {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    fs::write(workspace.path("history/wan/damaged.json"), bytes).unwrap();
    let counted = workspace.run(&["index", "--json"]);
    let counts = counted.json();
    let code = if counts["set_aside"].as_array().unwrap().is_empty() { 0 } else { 3 };
    let _ = counted.expect(code);
    (workspace, counts)
}

fn assert_set_aside(bytes: &[u8], reason: &str) {
    let (workspace, counts) = index_of(bytes);
    assert_eq!(counts["records"], 1, "{reason}");
    let (path, said) = (&counts["set_aside"][0][0], &counts["set_aside"][0][1]);
    assert_eq!(path, "wan/damaged.json");
    assert!(said.as_str().unwrap().contains(reason), "{said} instead of {reason}");
    let printed = workspace.run(&["index"]).expect(3).stdout;
    assert!(printed.starts_with("set aside: wan/damaged.json "), "{printed}");
    workspace.compare(&[result("wan", 5)]).expect(0);
    let markdown = workspace.report();
    let notice =
        "1 file of the history could not be read; `bench-runner index` names what is wrong";
    assert!(markdown.contains(notice), "{markdown}");
}

/// The point that the file became.
fn assert_read(bytes: &[u8]) -> Value {
    let (workspace, counts) = index_of(bytes);
    assert_eq!(counts["records"], 2, "{counts}");
    let history = workspace.run(&["history", "wan", "--json", "--days", "99999"]).expect(0).json();
    let points = history[0]["runs"].as_array().unwrap();
    points.iter().find(|point| point["record"] == "wan/damaged.json").unwrap().clone()
}

fn text(value: &Value) -> String {
    value.to_string()
}

#[test]
fn what_is_no_record_is_set_aside_with_its_reason() {
    let whole = text(&record("wan", 2));
    let deep = format!("{{\"model_id\": \"wan\", \"x\": {}1{}}}", "[".repeat(900), "]".repeat(900));
    for (bytes, reason) in [
        (&whole.as_bytes()[..whole.len() / 2], "is not JSON"),
        (b"", "is not JSON"),
        (b"\0\0\0\0\0\0\0\0", "is not JSON"),
        (deep.as_bytes(), "is not JSON"),
        (b"[{\"model_id\": \"wan\"}]", "holds an array of 1 where an object is expected"),
        (b"null", "holds null where an object is expected"),
        (b"{\"model_id\": \"wan\", \"latency\": NaN}", "holds NaN or Infinity at line 1"),
        (b"{\"model_id\": \"wan\", \"latency\": -Infinity}", "holds NaN or Infinity"),
        (b"{\"model_id\": \"w\xff\"}", "is not UTF-8 at byte 15"),
        (b"{\"x\": 1}", "field model_id is null, expected the id of a benchmark"),
        (b"{\"model_id\": {}, \"latency\": 1}", "field model_id is {}"),
        (b"{\"model_id\": \"wan\"} trailing", "is not JSON"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is not JSON"),
    ] {
        assert_set_aside(bytes, reason);
    }
}

#[test]
fn a_file_of_seventeen_megabytes_is_set_aside_unread() {
    let large = with(record("wan", 2), &json!({"padding": "x".repeat(17 << 20)}));
    assert_set_aside(text(&large).as_bytes(), "more than the 16777216 that a record may have");
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let bytes = [b"\xef\xbb\xbf".as_slice(), text(&record("wan", 2)).as_bytes()].concat();
    assert_eq!(assert_read(&bytes)["value"], 10.0);
}

#[test]
fn of_duplicate_keys_the_last_one_counts() {
    let twice =
        text(&record("wan", 2)).replacen("\"latency\":", "\"latency\":99.0,\"latency\":", 1);
    assert_eq!(assert_read(twice.as_bytes())["value"], 10.0);
}

#[test]
fn numbers_in_quotes_are_numbers_and_null_is_not_measured() {
    let quoted = with(record("wan", 2), &json!({"latency": " 12.5 "}));
    assert_eq!(assert_read(text(&quoted).as_bytes())["value"], 12.5);
    for missing in [json!(null), json!("n/a"), json!([1]), json!("nan"), json!("inf")] {
        let fields = json!({"latency": missing});
        let point = assert_read(text(&with(record("wan", 2), &fields)).as_bytes());
        assert_eq!(point["value"], Value::Null, "{fields}");
    }
}

#[test]
fn a_timestamp_that_is_no_time_is_marked() {
    for timestamp in [json!("yesterday"), json!(null), json!(1_746_100_800), json!("")] {
        let fields = json!({"timestamp": timestamp});
        let point = assert_read(text(&with(record("wan", 2), &fields)).as_bytes());
        assert_eq!(point["note"], "undated", "{fields}");
    }
}

#[test]
fn a_timestamp_in_the_future_is_marked_and_never_the_newest() {
    let future = with(record("wan", 2), &json!({"timestamp": "2999-01-01T00:00:00Z"}));
    assert_eq!(assert_read(text(&future).as_bytes())["note"], "future");
    let (workspace, _) = index_of(text(&future).as_bytes());
    let listed = workspace.run(&["history", "--json"]).expect(0).json();
    assert_eq!(listed[0]["newest"], "2025-05-01T12:00:00+00:00");
}

#[test]
fn a_series_with_nothing_but_a_future_record_is_listed() {
    let workspace = Workspace::new();
    let future = json!({"timestamp": "2999-01-01T00:00:00Z"});
    workspace.put_records(&[with(record("wan", 1), &future)]);
    let listed = workspace.run(&["history", "--json"]).expect(0).json();
    assert_eq!(listed[0]["benchmark"], "wan");
}

#[test]
fn an_enormous_number_does_not_stop_the_others() {
    let huge = text(&record("wan", 2)).replacen("\"latency\":10.0", "\"latency\":1e999", 1);
    let (_workspace, counts) = index_of(huge.as_bytes());
    let judged = counts["records"].as_u64().unwrap();
    let set_aside = counts["set_aside"].as_array().unwrap().len() as u64;
    assert_eq!(judged + set_aside, 2);
}

#[test]
fn an_event_line_that_was_cut_off_harms_only_itself() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    workspace.write("history/events.ndjson", "{\"event\":\"exclude\",\"rec");
    let path = workspace.records().remove(0);
    workspace.run(&["exclude", &path, "--reason", "throttled"]).expect(0);
    workspace.compare(&[result("wan", 2)]).expect(0);
    assert_eq!(workspace.judged()["verdict"], "calibration");
}

#[test]
fn a_line_of_events_that_is_not_utf8_harms_only_itself() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    let path = workspace.records().remove(0);
    workspace.run(&["exclude", &path, "--reason", "throttled"]).expect(0);
    let mut events = fs::read(workspace.path("history/events.ndjson")).unwrap();
    events.extend(b"\xff\xfe\n");
    fs::write(workspace.path("history/events.ndjson"), events).unwrap();
    workspace.compare(&[result("wan", 2)]).expect(0);
    assert_eq!(workspace.judged()["verdict"], "calibration");
}
