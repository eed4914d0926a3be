//! The file of a load test.

use std::time::SystemTime;

use super::*;
use crate::{
    client::Run,
    measure::{Goals, Settings, measure},
    outcome::Problem,
    request::{Answer, Request},
    steady::Load,
};

fn file(requests: Vec<Request>) -> Value {
    let planned = requests.len() + 3;
    let sent = requests.len() + 1;
    let run = Run { requests, planned, sent, began: SystemTime::UNIX_EPOCH, duration_s: 2.0 };
    let settings = Settings {
        percents: vec![50.0, 99.0],
        goals: Goals(vec!["e2el:500".parse().expect("a goal")]),
        load: Load::Open,
        prompt_tokens: Vec::new(),
    };
    let report = measure(&run, &settings, Some(4.0), None);
    let set_up = SetUp {
        date: "20261127-093000".to_owned(),
        endpoint_type: "openai-images".to_owned(),
        label: None,
        model: "m".to_owned(),
        tokenizer: None,
        metadata: vec![("tensor_parallel_size".to_owned(), "2".to_owned())],
        request_rate: f64::INFINITY,
        burstiness: 1.0,
        max_concurrency: Some(8),
        settings: Map::new(),
        metrics: Metric::ALL.to_vec(),
        percents: vec![99.0],
        is_cut_short: true,
    };
    document(&report, &set_up)
}

fn picture(end_s: f64, problem: Option<Outcome>) -> Request {
    Request {
        index: 0,
        intended_s: 0.0,
        slot_wait_s: 0.0,
        sent_s: 0.001,
        end_s,
        status: Some(200),
        answer: if problem.is_none() { Answer::Images(2) } else { Answer::Nothing },
        problem: problem.map(|outcome| Problem::new(outcome, "why")),
    }
}

#[test]
fn the_file_has_the_keys_of_vllm_in_its_order() {
    let file = file(vec![picture(0.4, None), picture(0.6, None)]);
    let keys: Vec<&str> = file.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        keys[..14],
        [
            "date",
            "endpoint_type",
            "backend",
            "label",
            "model_id",
            "tokenizer_id",
            "num_prompts",
            "tensor_parallel_size",
            "request_rate",
            "burstiness",
            "max_concurrency",
            "duration",
            "completed",
            "failed",
        ]
    );
    assert_eq!(file["request_rate"], "inf");
    assert_eq!(file["mean_e2el_ms"], 500.0);
    assert_eq!(file["p99_e2el_ms"], 598.0);
    assert_eq!(file["std_e2el_ms"], 100.0);
    assert_eq!(file["from_sent"]["mean_e2el_ms"], 499.0);
    assert_eq!(file["request_throughput"], 1.0);
    assert_eq!(file["request_goodput"], 0.5);
    assert_eq!(file["outputs_per_s"], 2.0);
    assert_eq!((&file["run"]["not_sent"], &file["run"]["given_up"]), (&json!(2), &json!(1)));
    assert_eq!(
        file["too_few_samples"][0],
        json!({"key": "p99_e2el_ms", "samples": 2, "needed": 662})
    );
    assert_eq!(file["steady_state"]["state"], "none");
    for absent in ["mean_ttft_ms", "rtfx"] {
        assert_eq!(file.get(absent), None, "{absent} was not measured");
    }
    assert_eq!(file["total_output_tokens"], Value::Null);
}

#[test]
fn an_infinite_percentile_is_null_and_that_of_the_others_stands_beside() {
    let file = file(vec![picture(0.4, None), picture(0.01, Some(Outcome::HttpError))]);
    assert_eq!((&file["completed"], &file["failed"]), (&json!(1), &json!(1)));
    assert_eq!(file["p99_e2el_ms"], Value::Null);
    assert_eq!(file["median_e2el_ms"], Value::Null);
    assert_eq!(file["mean_e2el_ms"], 400.0);
    assert_eq!(file["success_only"]["p99_e2el_ms"], 400.0);
    assert_eq!(file["outcomes"]["http_error"], 1);
    assert_eq!(file["requests"][1]["error"], "why");
    assert_eq!(file["requests"][0]["images"], 2);
    assert_eq!(file["latencies"], json!([0.4]));
}

#[test]
fn every_key_of_a_file_is_known_as_one_and_others_are_not() {
    let mut file = file(vec![picture(0.4, None), picture(0.6, None)]);
    file.as_object_mut().expect("an object").shift_remove("tensor_parallel_size");
    for key in file.as_object().expect("an object").keys() {
        assert!(is_own_key(key), "{key}");
    }
    for key in ["median_ttft_ms", "p99.9_itl_per_token_ms", "goodput", "ramp_up_strategy", "slo"] {
        assert!(is_own_key(key), "{key}");
    }
    for key in ["tensor_parallel_size", "gpu", "p99_ms", "mean_power_ms", "commit"] {
        assert!(!is_own_key(key), "{key}");
    }
}
