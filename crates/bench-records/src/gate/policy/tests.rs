//! The policies against hand-made cases.

use serde_json::{Map, Value, json};

use super::{Batch, Candidate, HistoryWindow, Policy, SeriesJudge, judge_point};
use crate::{
    gate::{Judgement, Outcome},
    raw::RawRecord,
    record::Record,
    series::{Labels, Series, group_into_series},
    time::Micros,
    verdict::Verdict,
};

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => unreachable!("tests pass objects"),
    }
}

/// A record of day `day` with the core metrics of a run that takes `latency` seconds.
fn record(day: u32, latency: f64) -> Record {
    let record = json!({
        "model_id": "wan", "gpu_type": "L40S", "commit_sha": format!("{day:07}"),
        "timestamp": format!("2026-05-{day:02}T00:00:00Z"),
        "latency": latency, "throughput": 45.0 / latency, "memory": 10_800.0
    });
    Record::from_fields(fields(record)).expect("a record")
}

fn history(records: &[Record]) -> Vec<Series> {
    let paths: Vec<String> =
        (0..records.len()).map(|index| format!("records/{index}.json")).collect();
    let pairs = records.iter().zip(paths.iter().map(String::as_str));
    group_into_series(pairs).into_values().collect()
}

fn days(count: u32, latency: f64) -> Vec<Record> {
    (1..=count).map(|day| record(day, latency)).collect()
}

fn now() -> Batch {
    let now = Micros::parse("2026-06-01T00:00:00Z").expect("a time");
    Batch { now, ..Batch::default() }
}

fn judge(candidate: Record, history: &[Series]) -> Judgement {
    let candidate = Candidate::new(candidate, &RawRecord::default());
    Policy::default().judge(&candidate, history, &now())
}

#[test]
fn the_first_record_of_a_series_calibrates_and_passes() {
    let judgement = judge(record(9, 28.0), &[]);
    assert_eq!((judgement.verdict, judgement.baseline_count), (Verdict::Calibration, 0));
    assert!(judgement.verdict.passes());
}

#[test]
fn a_slow_run_regresses_in_latency_and_throughput_and_says_by_how_much() {
    let judgement = judge(record(9, 30.0), &history(&days(5, 25.0)));
    assert_eq!(judgement.failing_metrics(), ["latency", "throughput"]);
    assert_eq!(
        judgement.reason,
        "latency is 20.0 % worse: 30.000 s against a median of 25.000 s (limit 5.0 %); throughput is \
         16.7 % worse: 1.500 frames/s against a median of 1.800 frames/s (limit 5.0 %)"
    );
}

#[test]
fn a_fast_run_improves() {
    let judgement = judge(record(9, 20.0), &history(&days(5, 25.0)));
    assert_eq!(judgement.verdict, Verdict::Improved);
}

#[test]
fn only_the_last_five_eligible_records_before_the_run_count() {
    let mut records = days(8, 25.0);
    records[0].metrics.insert("latency".into(), 1.0);
    records[5].success = false;
    records[6].provenance.run_source = Some("pr".into());
    records[7].provenance.baseline_eligible = Some(false);
    for outsider in &mut records[5..] {
        outsider.metrics.insert("latency".into(), 1.0);
    }
    records.push(record(20, 1.0));
    let judgement = judge(record(9, 25.0), &history(&records));
    assert_eq!((judgement.verdict, judgement.baseline_count), (Verdict::Pass, 5));
    assert_eq!(judgement.notices, ["1 newer record of the series was not used"]);
}

#[test]
fn given_results_all_count_however_new_they_are() {
    let candidate = Candidate::new(record(9, 30.0), &RawRecord::default());
    let batch = Batch { window: HistoryWindow::All, ..now() };
    let judgement = Policy::default().judge(&candidate, &history(&[record(20, 25.0)]), &batch);
    assert_eq!(judgement.verdict, Verdict::Regression);
}

#[test]
fn a_metric_that_vanished_fails_under_strict_and_is_skipped_under_seed() {
    let mut lost = record(9, 25.0);
    lost.metrics.remove("memory");
    let past = history(&days(5, 25.0));
    let strict = judge(lost.clone(), &past);
    assert_eq!(strict.verdict, Verdict::MissingMetric);
    assert_eq!(strict.rolling("memory").map(|finding| finding.outcome), Some(Outcome::Missing));
    let candidate = Candidate::new(lost, &RawRecord::default());
    // what somebody gives counts by its benchmark, not by its folder
    let given = Batch { window: HistoryWindow::All, ..now() };
    let seed = Policy::Seed { max_regression: 0.05 }.judge(&candidate, &past, &given);
    assert_eq!((seed.verdict, seed.baseline_count), (Verdict::Pass, 5));
    let outcome = seed.rolling("memory").map(|finding| finding.outcome);
    assert!(matches!(outcome, Some(Outcome::Skipped(_))), "{outcome:?}");
}

#[test]
fn seed_wants_no_series_of_another_benchmark() {
    let seed = Policy::Seed { max_regression: 0.05 };
    let own = history(&days(1, 25.0))[0].labels.clone();
    assert!(seed.wants(&record(9, 25.0), &own));
    let other = Labels { model_id: "other".into(), ..own };
    assert!(!seed.wants(&record(9, 25.0), &other));
}

#[test]
fn a_run_without_any_number_is_an_infrastructure_error() {
    let mut empty = record(9, 25.0);
    empty.metrics.clear();
    assert_eq!(judge(empty, &history(&days(5, 25.0))).verdict, Verdict::InfraError);
}

/// A result that states these limits.
fn limited(limits: &Value) -> RawRecord {
    RawRecord::from_fields(fields(limits.clone()))
}

#[test]
fn limits_of_the_result_set_a_floor_and_gated_false_only_reports() {
    let past = history(&days(5, 25.0));
    let raw = limited(&json!({"regression_thresholds": {
        "latency": {"threshold_percent": 0.05, "threshold_absolute": 10.0},
        "throughput": {"threshold_percent": 0.05, "threshold_absolute": 0.0, "gated": false}
    }}));
    let candidate = Candidate::new(record(9, 30.0), &raw);
    let judgement = Policy::default().judge(&candidate, &past, &now());
    assert_eq!(judgement.verdict, Verdict::Pass);
    assert_eq!(judgement.rolling("throughput").map(|f| f.outcome), Some(Outcome::Exceeded));
}

#[test]
fn a_static_limit_fails_even_without_history() {
    let thresholds = json!({"max_generation_time_s": 20.0, "max_peak_memory_mb": 20_000.0});
    let raw = limited(&json!({"thresholds": thresholds, "thresholds_key": "L40S"}));
    let judgement = Policy::default().judge(&Candidate::new(record(9, 25.0), &raw), &[], &now());
    assert_eq!(judgement.verdict, Verdict::Regression);
    let expected = "latency 25.000 s is above max_generation_time_s 20.000 s (L40S)";
    assert_eq!(judgement.reason, expected);
}

#[test]
fn a_point_of_a_series_is_judged_as_its_record_was() {
    let mut records = days(5, 25.0);
    records.push(record(9, 30.0));
    let series = history(&records).pop().expect("one series");
    let judgement = judge_point(&series, 5, &now());
    assert_eq!(judgement.reason, judge(record(9, 30.0), &history(&days(5, 25.0))).reason);
}

#[test]
fn one_metric_at_all_points_is_judged_as_all_metrics_at_each() {
    let mut records: Vec<Record> =
        (1..=9).map(|day| record(day, [25.0, 30.0, 20.0][day as usize % 3])).collect();
    records[2].metrics.remove("memory");
    records[4].metrics.insert("latency_p99_s".into(), 31.0);
    records[6].metrics.clear();
    let series = history(&records).pop().expect("one series");
    let batch = now();
    let judge = SeriesJudge::new(&series, &batch);
    for key in &series.metrics {
        let mut index = 0;
        judge.of_metric(key, |_, finding| {
            match judge.findings(index).into_iter().find(|other| other.metric == *key) {
                Some(other) => assert_eq!(*finding, other, "{key} at {index}"),
                None => assert_eq!((finding.current, finding.base), (None, None)),
            }
            index += 1;
        });
        assert_eq!(index, series.points.len());
    }
}

/// Judges a record with one metric against five that had `base`.
fn judge_metric_against(key: &str, base: f64, current: f64) -> Judgement {
    let of = |day: u32, value: f64| {
        let mut record = record(day, 1.0);
        record.metrics = [(key.to_owned(), value)].into();
        record
    };
    judge(of(9, current), &history(&(1..=5).map(|day| of(day, base)).collect::<Vec<_>>()))
}

#[test]
fn zero_is_a_number() {
    for (key, base, current, verdict) in [
        ("memory", 0.0, 0.0, Verdict::Pass),
        ("memory", 0.0, 12.0, Verdict::Regression),
        ("memory", 12.0, 0.0, Verdict::Improved),
        ("throughput", 0.0, 12.0, Verdict::Improved),
        ("throughput", 12.0, 0.0, Verdict::Regression),
        ("throughput", 0.0, 0.0, Verdict::Pass),
        ("memory", -0.0, 0.0, Verdict::Pass),
        ("latency", -4.0, -4.1, Verdict::Pass),
        ("latency", -4.0, -3.0, Verdict::Regression),
        ("latency", -4.0, -5.0, Verdict::Improved),
    ] {
        let judgement = judge_metric_against(key, base, current);
        assert_eq!(judgement.verdict, verdict, "{key}: {base} to {current}: {}", judgement.reason);
    }
}

#[test]
fn a_change_from_zero_has_values_and_no_percentage() {
    let judgement = judge_metric_against("memory", 0.0, 12.0);
    assert_eq!(
        judgement.reason,
        "memory is worse: 12.0 MB against a median of 0.0 MB (limit 5.0 %)"
    );
    let finding = judgement.rolling("memory").expect("judged");
    assert_eq!((finding.worsening, finding.worsening_absolute), (None, Some(12.0)));
    assert_eq!(finding.change_in_words().as_deref(), Some("from 0, worse"));
    assert_eq!(judgement.severity(), f64::INFINITY);
}

#[test]
fn from_zero_a_floor_must_be_exceeded_all_the_same() {
    let mut series = days(5, 1.0);
    for record in &mut series {
        record.metrics = [("dit_time_s".to_owned(), 0.0)].into();
    }
    let mut current = record(9, 1.0);
    current.metrics = [("dit_time_s".to_owned(), 0.2)].into();
    let block = json!({"dit_time_s": {"threshold_percent": 0.05, "threshold_absolute": 0.25}});
    let raw = limited(&json!({"regression_thresholds": block}));
    let candidate = Candidate::new(current, &raw);
    let judgement = Policy::default().judge(&candidate, &history(&series), &now());
    assert_eq!(judgement.verdict, Verdict::Pass, "{}", judgement.reason);
}

/// A record of day `day` with a load of 200 requests of which `failed` failed.
fn load(day: u32, latency: f64, failed: u32) -> Record {
    let mut record = record(day, latency);
    record.metrics.insert("success_rate".into(), 1.0 - f64::from(failed) / 200.0);
    record.metrics.insert("failed_requests".into(), failed.into());
    record.success = failed <= 2;
    record
}

#[test]
fn a_run_whose_requests_failed_is_a_regression_however_fast_the_rest_was() {
    let past: Vec<Record> = (1..=5).map(|day| load(day, 25.0, 0)).collect();
    let judgement = judge(load(9, 20.0, 170), &history(&past));
    assert_eq!(judgement.verdict, Verdict::Regression);
    assert_eq!(judgement.failing_metrics(), ["success_rate"]);
    assert_eq!(
        judgement.reason,
        "170 of 200 requests failed; success_rate is 85.0 % worse: 0.1500 against a median of 1.0000 \
         (limit 1.0 %)"
    );
    let improved = judgement.findings.iter().filter(|found| found.outcome == Outcome::Improved);
    assert_eq!(improved.count(), 0);
}

#[test]
fn a_run_whose_requests_failed_neither_calibrates_nor_improves_on_records_without_a_rate() {
    for past in [history(&days(5, 25.0)), Vec::new()] {
        let judgement = judge(load(9, 20.0, 170), &past);
        assert_eq!(judgement.verdict, Verdict::InfraError);
        assert!(
            judgement.reason.starts_with("170 of 200 requests failed: "),
            "{}",
            judgement.reason
        );
    }
    let mut records = days(5, 25.0);
    records.push(load(9, 20.0, 170));
    records.push(record(10, 25.0));
    let series = history(&records).pop().expect("one series");
    assert_eq!(judge_point(&series, 5, &now()).verdict, Verdict::InfraError);
    assert_eq!(judge_point(&series, 6, &now()).baseline_count, 5);
    assert_eq!(judge_point(&series, 6, &now()).verdict, Verdict::Pass);
}

#[test]
fn a_few_failed_requests_pass_and_more_than_one_percent_fail() {
    let past: Vec<Record> = (1..=5).map(|day| load(day, 25.0, 0)).collect();
    assert_eq!(judge(load(9, 25.0, 2), &history(&past)).verdict, Verdict::Pass);
    let judgement = judge(load(9, 25.0, 3), &history(&past));
    assert_eq!(
        (judgement.verdict, judgement.failing_metrics()),
        (Verdict::Regression, vec!["success_rate"])
    );
}

#[test]
fn a_run_that_failed_for_another_reason_is_no_improvement_either() {
    let mut cancelled = record(9, 10.0);
    cancelled.success = false;
    cancelled.verdict = Some(Verdict::InfraError);
    cancelled.verdict_reason = Some("the run was cancelled".to_owned());
    for past in [history(&days(5, 25.0)), Vec::new()] {
        let judgement = judge(cancelled.clone(), &past);
        assert_eq!(judgement.verdict, Verdict::InfraError);
        assert!(judgement.reason.starts_with("the run was cancelled: "), "{}", judgement.reason);
    }
    let mut records = days(5, 25.0);
    records.push(cancelled);
    let series = history(&records).pop().expect("one series");
    assert_eq!(judge_point(&series, 5, &now()).verdict, Verdict::InfraError);
}

#[test]
fn a_capacity_is_held_to_half_of_the_usual_limit_and_the_ends_of_its_bracket_to_none() {
    let measured = |day: u32, capacity: f64, confirmed: f64| {
        let mut record = record(day, 25.0);
        record.metrics.insert("capacity_rps".into(), capacity);
        record.metrics.insert("capacity_confirmed_rps".into(), confirmed);
        record
    };
    let past: Vec<Record> = (1..=5).map(|day| measured(day, 100.0, 98.0)).collect();
    let history = history(&past);
    assert_eq!(judge(measured(9, 97.6, 90.0), &history).verdict, Verdict::Pass);
    let judgement = judge(measured(9, 97.4, 98.0), &history);
    assert_eq!(judgement.failing_metrics(), ["capacity_rps"]);
    assert!(judgement.reason.ends_with("(limit 2.5 %)"), "{}", judgement.reason);
    // what a result says of it comes first
    let block = json!({"capacity_rps": {"threshold_percent": 0.04}});
    let raw = limited(&json!({"regression_thresholds": block}));
    let candidate = Candidate::new(measured(9, 96.5, 98.0), &raw);
    assert_eq!(Policy::default().judge(&candidate, &history, &now()).verdict, Verdict::Pass);
}
