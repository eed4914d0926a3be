//! Tests of FastVideo's records.

use bench_records::{record::Record, time::Micros};
use serde_json::Value;

use crate::import::{Defaults, Format, ImportError, Imported, import};

const RAW: &[u8] = include_bytes!("../../../../tests/fixtures/import/fastvideo_raw_record.json");
const NORMALIZED: &[u8] =
    include_bytes!("../../../../tests/fixtures/import/fastvideo_normalized_record.json");

fn read(bytes: &[u8], defaults: &Defaults) -> Result<Imported, ImportError> {
    import(Format::FastVideo, "perf.json", bytes, defaults)
}

#[test]
fn a_raw_record_is_summarised() {
    let imported = read(RAW, &Defaults::default()).expect("a raw record");
    let record = &imported.records[0];
    assert_eq!(record.model_id, "wan-t2v-1.3b-2gpu");
    assert_eq!(record.gpu_type.as_deref(), Some("NVIDIA L40S"));
    assert_eq!(record.metric("latency"), Some(28.4));
    assert_eq!(record.metric("memory"), Some(10840.0));
    assert_eq!(record.spread.map(|spread| (spread.count, spread.median)), Some((3, 28.4)));
    assert_eq!(record.provenance.pr_number, "1234");
}

#[test]
fn a_normalized_record_stays_as_it_is_but_for_its_id() {
    let defaults = Defaults {
        commit: Some("other".to_owned()),
        gpu: Some("other".to_owned()),
        ..Defaults::default()
    };
    let imported = read(NORMALIZED, &defaults).expect("a record");
    let mut record = imported.records[0].record.clone();
    record.id = None;
    assert_eq!(Ok(record), Record::from_slice(NORMALIZED));
}

#[test]
fn lists_and_lines_of_both_kinds_are_read() {
    let text = [RAW, NORMALIZED]
        .map(|bytes| serde_json::from_slice::<Value>(bytes).expect("a fixture").to_string());
    for joined in [format!("[{}]", text.join(",")), text.join("\n")] {
        let imported = read(joined.as_bytes(), &Defaults::default()).expect("records");
        assert_eq!(imported.records.len(), 2);
        assert_eq!(imported.set_aside, []);
    }
}

#[test]
fn what_a_record_leaves_open_comes_from_the_defaults() {
    let defaults = Defaults {
        commit: Some("abc".to_owned()),
        timestamp: Some(Micros(1_778_277_600_000_000)),
        gpu: Some("L40S".to_owned()),
        branch: Some("main".to_owned()),
        ..Defaults::default()
    };
    let bytes =
        br#"[{"benchmark_id":"a","avg_generation_time_s":2.5},{"model_id":"b","gpu_type":null}]"#;
    for record in read(bytes, &defaults).expect("records").records {
        assert_eq!(record.commit_sha, "abc");
        assert_eq!(record.timestamp, "2026-05-08T22:00:00+00:00");
        assert_eq!(record.gpu_type.as_deref(), Some("L40S"));
        assert_eq!(record.provenance.branch, "main");
    }
}

#[test]
fn a_raw_record_without_any_timestamp_asks_for_one() {
    let error = read(br#"{"benchmark_id":"a"}"#, &Defaults::default()).expect_err("no time");
    assert_eq!(
        error.to_string(),
        "perf.json: the result has no timestamp; pass --timestamp, such as --timestamp \
         2026-08-20T10:15:00Z"
    );
}

#[test]
fn what_is_no_record_is_set_aside_and_the_rest_goes_on() {
    let bytes =
        br#"[3, {}, {"model_id": [], "timestamp": ""}, {"model_id": "b", "commit_sha": "c"}]"#;
    let imported = read(bytes, &Defaults::default()).expect("one record");
    let reasons: Vec<_> = imported.set_aside.iter().map(|item| item.reason.as_str()).collect();
    assert_eq!(imported.records.len(), 1);
    assert_eq!(
        reasons,
        [
            "field record is 3, expected an object with model_id or benchmark_id",
            "field commit_sha is missing; expected it, model_id and timestamp of a record, or \
             benchmark_id of a raw record",
            "field model_id is [], expected the id of a benchmark",
        ]
    );
}
