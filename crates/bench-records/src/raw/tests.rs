//! What is written is read back, and what is damaged costs only itself.

use serde_json::json;

use super::*;

const EXAMPLES: [&str; 3] = [
    include_str!("../../../../tests/fixtures/raw-record/measured.json"),
    include_str!("../../../../tests/fixtures/raw-record/skipped.json"),
    include_str!("../../../../tests/fixtures/raw-record/failed.json"),
];

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

/// The record without what its file says beside it, as a run builds it.
fn built(text: &str) -> RawRecord {
    let read = RawRecord::from_slice(text.as_bytes()).expect("an object");
    assert_eq!(read.source.set_aside, [""; 0]);
    RawRecord { source: Source::default(), ..read }
}

/// Every field that a record can have, stated.
fn full() -> RawRecord {
    let mut fields = fields(&serde_json::from_str(EXAMPLES[0]).expect("an example"));
    fields.extend(self::fields(&json!({
        "baseline_eligible": true, "main_branch": "main", "pr_number": "7", "test_scope": "full",
        "build_url": "https://ci.example/1", "build_id": "1", "job_id": "2",
        "repository": "https://git.example/wan", "memory_unmeasured_reason": "no counter",
        "metrics": {"acceptance": 0.7}, "price_per_device_hour_usd": 2.5, "pipeline": "fake",
        "metric_definitions":
            [{"metric": "acceptance", "label": "Acceptance", "unit": "", "better": "higher"}],
        "corrections": ["steps_offset 0 → 1"], "pipeline_notes": {"seed": 1},
        "failed": "out of memory",
    })));
    built(&Value::Object(fields).to_string())
}

#[test]
fn what_is_written_reads_back_equal_whatever_became_of_the_benchmark() {
    let skipped = Completion::Skipped("needs 2 GPUs".to_owned());
    let bare = RawRecord { completion: skipped, ..RawRecord::default() };
    let examples = EXAMPLES.map(built);
    assert_eq!(examples[0].completion, Completion::Measured);
    assert!(!examples[0].measured.is_none() && examples[0].measured.statistics.is_some());
    assert!(matches!(examples[1].completion, Completion::Skipped(_)));
    assert!(matches!(examples[2].completion, Completion::Failed(_)));
    for record in examples.into_iter().chain([bare, full()]) {
        let written = serde_json::to_string(&record).expect("a record holds plain values");
        assert_eq!(built(&written), record, "{written}");
    }
}

#[test]
fn the_examples_are_written_as_they_were_read() {
    for text in EXAMPLES {
        let mut written = serde_json::to_string_pretty(&built(text)).expect("plain values");
        written.push('\n');
        assert_eq!(written.replace("\r\n", "\n"), text);
    }
}

#[test]
fn each_damaged_field_is_set_aside_by_name_and_all_others_are_kept() {
    let sound = fields(&serde_json::to_value(full()).expect("plain values"));
    // any JSON is a value of these, so that none of it is damaged
    let open = ["regression_thresholds", "hardware_profile", "software_profile"];
    for name in sound.keys().filter(|name| !open.contains(&name.as_str())) {
        let expects_list = sound[name].is_array();
        let wrong = if expects_list { json!({"damaged": 1}) } else { json!(["damaged"]) };
        let mut damaged = sound.clone();
        damaged.insert(name.clone(), wrong);
        let read = RawRecord::from_fields(damaged);
        assert_eq!(read.source.set_aside, [name.as_str()]);
        let kept = fields(&serde_json::to_value(&read).expect("plain values"));
        for other in sound.keys().filter(|other| *other != name) {
            assert_eq!(kept.get(other), sound.get(other), "{other}, where {name} is damaged");
        }
    }
}

#[test]
fn a_damaged_item_of_a_list_costs_only_itself() {
    let trial = json!({"phase": "clean", "latency_s": 1.5});
    let raw = RawRecord::from_fields(fields(&json!({
        "individual_times_s": [1.0, "fast", 2.0], "trials": [trial, {"phase": "cold"}, trial],
        "metrics": {"own": 1.0, "odd": [2]},
    })));
    assert_eq!((&*raw.measured.individual_times_s, raw.trials.len()), (&[1.0, 2.0][..], 2));
    assert_eq!(raw.source.set_aside, ["metrics.odd", "individual_times_s", "trials"]);
}

#[test]
fn what_cannot_be_read_is_said_with_its_value() {
    let raw = RawRecord::from_fields(fields(&json!({
        "metrics": {"odd": "fast"}, "individual_times_s": [1.0, "x"], "trials": ["damaged"],
    })));
    let said: Vec<String> = raw.source.unread().collect();
    let expected =
        [r#"metrics.odd is "fast""#, "individual_times_s is an array of 2", "trials is damaged"];
    assert_eq!(said, expected);
}

#[test]
fn a_field_that_is_null_or_absent_is_not_damaged() {
    let raw = RawRecord::from_fields(fields(&json!({"device": null, "num_gpus": null})));
    assert_eq!((&*raw.benchmark_id, &raw.device, raw.num_gpus), ("unknown", &None, None));
    assert_eq!(RawRecord::from_fields(Map::new()).device.as_deref(), Some("unknown"));
    assert_eq!(raw.source.set_aside, [""; 0]);
}

#[test]
fn a_run_written_line_by_line_is_read_back_whole() {
    let trial = r#"{"phase":"clean","latency_s":1.5,"stages":{"denoise":1.0}}"#;
    let text = format!(r#"{{"benchmark_id":"wan","own":{{"b":1,"a":2}},"trials":[{trial}]}}"#);
    let raw = RawRecord::from_slice(text.as_bytes()).expect("an object");
    let lines = raw.to_ndjson();
    assert_eq!(lines.lines().count(), 2);
    assert!(lines.starts_with(r#"{"benchmark_id":"wan","own":{"b":1,"a":2}}"#), "{lines}");
    assert_eq!(RawRecord::from_ndjson(&lines), Ok(raw));
}

#[test]
fn a_line_that_is_no_trial_costs_only_itself() {
    let trial = r#"{"phase":"clean","latency_s":1.5}"#;
    let raw = RawRecord::from_ndjson(&format!("{{}}\n{{}}\n{trial}\n{trial}")).expect("sound");
    assert_eq!(raw.trials.len(), 2);
    assert!(RawRecord::from_ndjson("").is_err());
}
