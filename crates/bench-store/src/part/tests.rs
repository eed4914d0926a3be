use bench_records::{identity::SeriesKey, record::Record};
use serde_json::json;

use super::{Reader, Row, write};

fn row(value: &serde_json::Value, path: &str) -> Row {
    let record = Record::from_slice(value.to_string().as_bytes()).expect("a record");
    Row { series: record.cohort().key(), path: path.to_owned(), record }
}

fn rows() -> Vec<Row> {
    let full = json!({
        "model_id": "wan", "timestamp": "2026-05-08T22:00:00+00:00", "commit_sha": "abc",
        "gpu_type": "H100", "latency": 28.4, "throughput": null, "memory": 1, "success": false,
        "ttft_p50_ms": 3.5, "metrics": {"own": 1.25}, "run_source": "pr", "pr_number": "7",
        "baseline_eligible": false, "workload_id": "w", "benchmark_version": 3,
        "spread": {"count": 3, "median": 1.0, "mad": 0.1, "min": 0.5, "max": 2.0},
        "verdict": "regression", "verdict_reason": "slower", "id": "01JW3Q8ZK2V5M6N7P8Q9R0S1T2",
        "own": {"b": [1, null], "a": "ü"}, "series": "theirs", "rest": {"path": 1}, "path": "p",
    });
    let old = json!({"model_id": "sana", "timestamp": "2026-05-08 22:00:00", "latency": "12.5"});
    let follows = row(&full, "");
    let time = follows.time();
    let id = "01JW3Q8ZK2V5M6N7P8Q9R0S1T2";
    let path = bench_records::index::columns::record_path(&follows.series, time, id);
    vec![row(&full, &path), row(&full, "wan/other.json"), row(&old, "sana/a.json")]
}

fn written(rows: Vec<Row>) -> (tempfile::NamedTempFile, Reader) {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), write(rows).expect("rows")).expect("writable");
    let reader = Reader::open(file.path()).expect("a part");
    (file, reader)
}

#[test]
fn a_record_read_from_a_part_is_the_record_that_was_written() {
    let (_file, reader) = written(rows());
    let mut read = reader.rows(0, |_| true).expect("sound");
    let mut expected = rows();
    let order = |row: &Row| (row.series.0.clone(), row.path.clone());
    read.sort_by_key(order);
    expected.sort_by_key(order);
    assert_eq!(read, expected);
    assert_eq!(read[0].record.to_json(), expected[0].record.to_json());
}

#[test]
fn one_series_is_read_alone_and_groups_without_it_are_passed_over() {
    let (_file, reader) = written(rows());
    let wanted = rows()[2].series.clone();
    let read = reader.rows(0, |series| series == wanted.0).expect("sound");
    assert_eq!(read, [rows()[2].clone()]);
    assert!(reader.may_hold(0, &wanted));
    assert!(!reader.may_hold(0, &SeriesKey("000000000000".to_owned())));
    assert!(!reader.may_hold(0, &SeriesKey("ffffffffffff".to_owned())));
}

#[test]
fn a_part_with_any_byte_changed_or_cut_is_read_or_refused() {
    let bytes = write(rows()).expect("rows");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    panic_free(|| {
        for at in (0..bytes.len()).step_by(7) {
            let mut broken = bytes.clone();
            broken[at] ^= 0x5a;
            for content in [&broken[..], &bytes[..at]] {
                std::fs::write(file.path(), content).expect("writable");
                if let Ok(reader) = Reader::open(file.path()) {
                    (0..reader.groups().min(4))
                        .for_each(|group| drop(reader.rows(group, |_| true)));
                }
            }
        }
    });
}

/// Without a word on standard error for each panic that is caught.
fn panic_free(run: impl FnOnce()) {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    run();
    std::panic::set_hook(hook);
}
