//! Whatever others wrote is read or set aside; nothing panics, and what is read is kept.

use bench_records::{
    gate::{Batch, Candidate, Policy},
    normalize::{JobContext, normalize},
    raw::RawRecord,
    record::{Keep, Reader, Record},
    series::{Series, group_into_series},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

const KEYS: [&str; 22] = [
    "model_id",
    "benchmark_id",
    "timestamp",
    "commit_sha",
    "commit",
    "gpu_type",
    "device",
    "latency",
    "avg_generation_time_s",
    "throughput",
    "memory",
    "max_peak_memory_mb",
    "dit_time_s",
    "success",
    "baseline_eligible",
    "run_source",
    "workload_id",
    "benchmark_version",
    "recipe",
    "thresholds",
    "regression_thresholds",
    "metrics",
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("2026-05-08T22:00:00Z")),
        Just(json!("28.4")),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let key = prop_oneof![select(&KEYS[..]).prop_map(str::to_owned), "[a-z_]{1,8}"];
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((key, inner), 0..5).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn any_fields() -> impl Strategy<Value = Map<String, Value>> {
    let pairs = vec((select(&KEYS[..]), any_value()), 0..16);
    pairs.prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

const LEAST: Reader<'_> = Reader { keep: Keep::WhatSeriesNeed, benchmark: None };

proptest! {
    #[test]
    fn a_series_is_the_same_whether_all_of_its_records_is_kept_or_what_it_needs(
        fields in any_fields()
    ) {
        let text = Value::Object(fields.clone()).to_string();
        let least = LEAST.read(text.as_bytes());
        match Record::from_fields(fields) {
            Err(reason) => prop_assert_eq!(least.err(), Some(reason)),
            Ok(record) => {
                let least = least.expect("what is kept does not decide whether it is read");
                let [mut whole, mut reduced] = [Series::for_record(&record), Series::for_record(&least)];
                whole.push(&record, "wan/a.json");
                reduced.push(&least, "wan/a.json");
                prop_assert_eq!(whole, reduced);
            }
        }
    }

    #[test]
    fn text_and_fields_hold_the_same_record(fields in any_fields()) {
        let text = Value::Object(fields.clone()).to_string();
        prop_assert_eq!(Record::from_slice(text.as_bytes()), Record::from_fields(fields));
    }

    #[test]
    fn any_bytes_are_read_or_set_aside(bytes in vec(any::<u8>(), 0..300)) {
        let _ = Record::from_slice(&bytes);
        let _ = RawRecord::from_slice(&bytes);
    }

    #[test]
    fn any_object_is_read_or_set_aside_and_what_is_read_survives(fields in any_fields()) {
        if let Ok(record) = Record::from_fields(fields) {
            let again = Record::from_slice(record.to_json().as_bytes());
            prop_assert_eq!(again, Ok(record));
        }
    }

    #[test]
    fn any_result_is_judged_by_every_policy(
        raw in any_fields(),
        past in vec(any_fields(), 0..8),
        recipe in option::of("[a-z]{1,4}"),
    ) {
        let mut raw = raw;
        raw.extend(recipe.map(|recipe| ("recipe_fingerprint".to_owned(), recipe.into())));
        let raw = RawRecord::from_fields(raw);
        let records: Vec<Record> = past.into_iter().filter_map(|f| Record::from_fields(f).ok()).collect();
        let series = group_into_series(records.iter().map(|record| (record, "wan/a.json")));
        let history: Vec<_> = series.into_values().collect();
        let candidate = Candidate::new(normalize(&raw, &JobContext::default()), &raw);
        for policy in [Policy::default(), Policy::Seed { max_regression: 0.05 }, Policy::FastVideo] {
            let judgement = policy.judge(&candidate, &history, &Batch::default());
            prop_assert!(!judgement.reason.is_empty());
        }
    }
}

#[test]
fn a_field_that_nobody_needs_can_still_spoil_its_file() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    for value in ["NaN", "-Infinity", "1e999", r#""\ud800""#, r#""\q""#, "[1,", "{\"a\" 1}", &deep]
    {
        let text = format!(r#"{{"model_id": "wan", "latency": 1.0, "comment": {value}}}"#);
        let whole = Record::from_slice(text.as_bytes()).expect_err("spoilt on purpose");
        assert_eq!(LEAST.read(text.as_bytes()).expect_err("spoilt on purpose"), whole, "{value}");
    }
}

#[test]
fn the_last_of_fields_of_the_same_name_counts() {
    let text =
        br#"{"model_id": "a", "latency": 1, "latency": "x", "metrics": {"latency": 3, "own": 1},
        "metrics": {"latency": 4}, "variant_id": "v", "variant_id": null, "verdict": "odd",
        "verdict": "pass", "success": false, "success": true, "model_id": "b"}"#;
    let record = Record::from_slice(text).expect("a record");
    assert_eq!((&*record.model_id, record.success), ("b", true));
    assert_eq!(record.metrics, [("latency".to_owned(), 4.0)].into());
    assert!(record.identity.missing().contains(&"variant_id") && !record.identity.is_stated);
    assert!(record.verdict.is_some() && record.extra.is_empty(), "{:?}", record.extra);
}

#[test]
fn text_without_escapes_is_borrowed_from_the_file() {
    let text = br#"{"model_id": "wan", "commit_sha": "a\u0062c", "latency": 1.0}"#;
    let record = LEAST.read(text).expect("a record");
    assert!(matches!(record.model_id, std::borrow::Cow::Borrowed("wan")));
    assert_eq!(record.commit_sha, "abc");
}
