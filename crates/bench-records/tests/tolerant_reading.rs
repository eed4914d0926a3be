//! Whatever others wrote is read or set aside; nothing panics, and what is read is kept.

use bench_records::{
    gate::{Batch, Candidate, Policy},
    normalize::{JobContext, normalize},
    raw::RawRecord,
    record::Record,
    series::group_into_series,
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

proptest! {
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
