//! Tests of hyperfine's exports.

use bench_records::time::Micros;
use serde_json::{Value, json};

use crate::import::{Defaults, Format, Imported, import};

const EXPORT: &[u8] = include_bytes!("../../../../tests/fixtures/import/hyperfine.json");

fn read(bytes: &[u8]) -> Imported {
    let timestamp = Some(Micros(1_778_277_600_000_000));
    let defaults = Defaults { timestamp, ..Defaults::default() };
    import(Format::Hyperfine, "hyperfine.json", bytes, &defaults).expect("an export")
}

fn read_results(results: &Value) -> Imported {
    read(json!({"results": results}).to_string().as_bytes())
}

#[test]
fn latency_is_the_mean_and_its_p50_the_median() {
    let imported = read(EXPORT);
    let record = &imported.records[0];
    assert_eq!(record.model_id, "seq 1000 | sort -n");
    let export: Value = serde_json::from_slice(EXPORT).expect("JSON");
    for (key, field) in [
        ("latency", "mean"),
        ("latency_p50_s", "median"),
        ("latency_std_s", "stddev"),
        ("user_time_s", "user"),
        ("system_time_s", "system"),
    ] {
        assert_eq!(record.metric(key), export["results"][0][field].as_f64(), "{key}");
    }
    assert_eq!(record.spread.map(|spread| spread.count), Some(5));
    assert_eq!(record.extra["parameters"], json!({"count": "1000"}));
}

#[test]
fn a_failing_command_is_set_aside() {
    let imported = read(EXPORT);
    assert_eq!(imported.records.len(), 2);
    let [item, _] = &imported.set_aside[..] else { panic!("the command failed twice") };
    assert_eq!(item.place, "sleep 0.02; exit 3/count=1000");
    assert_eq!(
        item.reason,
        "field exit_codes is [3,3,3,3,3], expected zeros: the times of a failing command say \
         nothing of its speed; fix the command and measure again"
    );
    let killed = read_results(&json!([{"command": "a", "mean": 1, "exit_codes": [0, null]}]));
    assert_eq!((killed.records.len(), killed.set_aside.len()), (0, 1));
}

#[test]
fn memory_is_the_largest_in_mb_of_1024_squared_bytes() {
    let memory = json!([1_048_576, 3_145_728, 2_097_152]);
    let result = json!([{"command": "a", "mean": 1, "memory_usage_byte": memory}]);
    assert_eq!(read_results(&result).records[0].metric("memory"), Some(3.0));
}

#[test]
fn a_parameter_is_named_where_the_command_does_not_show_it() {
    let result = |command: &str, count: &str| json!({"command": command, "mean": 1, "parameters": {"count": count}});
    let imported = read_results(&json!([
        result("seq 20", "20"),
        result("sort", "1"),
        result("sort", "2"),
        result("seq 20", "2"),
    ]));
    let ids: Vec<_> = imported.records.iter().map(|record| record.model_id.as_str()).collect();
    assert_eq!(ids, ["seq 20", "sort/count=1", "sort/count=2", "seq 20/count=2"]);
}

#[test]
fn results_of_one_command_are_samples_where_they_agree_and_refused_where_they_do_not() {
    let imported = read_results(&json!([
        {"command": "a", "mean": 1}, {"command": "a", "mean": 2}, {"command": "a", "mean": "?"},
        {"mean": 3}, {"command": "b", "mean": 1}, {"command": "b", "mean": 9},
    ]));
    assert_eq!(imported.records.len(), 1);
    assert_eq!(imported.records[0].metric("latency"), Some(1.5));
    assert_eq!(imported.records[0].extra["samples"]["latency"]["count"], 2);
    let places: Vec<_> = imported.set_aside.iter().map(|item| item.place.as_str()).collect();
    assert_eq!(places, ["a", "result 4", "b"]);
    assert_eq!(imported.notices.len(), 1);
}
