//! Servers: started, left alone, ended.

use std::net::TcpListener;

use serde_json::json;

use super::{Suites, is_free};

const ONLY: [(&str, &str); 1] = [("SERVING_JSON", "serving.json")];

#[test]
fn a_server_that_does_not_start_fails_its_points_and_the_next_test_goes_on() {
    let suites = Suites::new();
    suites.put(
        "serving.json",
        &json!([
            suites.serving("serving_bad", &json!({"break": ""}), &json!({})),
            suites.serving("serving_good", &json!({}), &json!({})),
        ]),
    );
    let finished = suites.run_vllm(&["--only", "serving"], &ONLY).expect(3);
    let expected = "serving_bad_qps_inf_concurrency_2 failed: vllm ended with exit status: 7 before it was ready; \
        results/serving_bad.server.log ends with: CUDA out of memory";
    assert!(finished.stderr.contains(expected), "{}", finished.stderr);
    assert_eq!(suites.workspace.records().len(), 2);
}

#[test]
fn a_result_without_answers_fails_and_what_an_earlier_run_left_is_not_taken_for_it() {
    let suites = Suites::new();
    suites.put("serving.json", &json!([suites.serving("serving_a", &json!({}), &json!({}))]));
    suites.run_vllm(&["--only", "serving"], &ONLY).expect(0);
    suites.put(
        "serving.json",
        &json!([suites.serving("serving_a", &json!({}), &json!({"fail": ""}))]),
    );
    let finished = suites.run_vllm(&["--only", "serving"], &ONLY).expect(3);
    assert!(finished.stderr.contains("no request was answered"), "{}", finished.stderr);
    assert_eq!(suites.json("results/benchmark_results.json"), json!([]));
}

#[test]
fn a_server_of_somebody_else_on_the_port_is_neither_measured_nor_ended() {
    let suites = Suites::new();
    suites.put("serving.json", &json!([suites.serving("serving_a", &json!({}), &json!({}))]));
    let _listener = TcpListener::bind(("127.0.0.1", suites.port)).unwrap();
    let finished = suites.run_vllm(&["--only", "serving"], &ONLY).expect(3);
    assert!(finished.stderr.contains("listens on port"), "{}", finished.stderr);
    assert!(!is_free(suites.port));
    assert_eq!(suites.calls(), [""; 0]);
}

#[test]
fn a_remote_server_is_measured_and_left_running() {
    let suites = Suites::new();
    suites.put("serving.json", &json!([suites.serving("serving_a", &json!({}), &json!({}))]));
    let listener = TcpListener::bind(("127.0.0.1", suites.port)).unwrap();
    let port = suites.port.to_string();
    let variables = [ONLY[0], ("REMOTE_HOST", "127.0.0.1"), ("REMOTE_PORT", &port)];
    suites.run_vllm(&["--only", "serving", "--gpu", "NVIDIA H100 80GB HBM3"], &variables).expect(0);
    assert!(
        suites.calls().iter().all(|call| call.starts_with("bench serve ")),
        "{:?}",
        suites.calls()
    );
    drop(listener);
    let record = suites.json(&format!("history/{}", suites.workspace.records()[0]));
    assert_eq!(record["gpu_type"], "NVIDIA H100 80GB HBM3");
}

#[test]
fn adaptive_concurrency_searches_between_the_last_pass_and_the_first_failure() {
    let suites = Suites::new();
    let mut test = suites.serving("serving_a", &json!({}), &json!({}));
    test["max_concurrency_list"] = json!([2, 20]);
    suites.put("serving.json", &json!([test]));
    let variables = [ONLY[0], ("ENABLE_ADAPTIVE_CONCURRENCY", "1"), ("SLA_TTFT_MS", "900")];
    suites.run_vllm(&["--only", "serving"], &variables).expect(0);
    assert_eq!(
        suites.json("results/serving_a_qps_inf_sla_summary.json"),
        json!({
            "test_name": "serving_a", "qps": "inf", "sla_ttft_ms": 900.0, "sla_tpot_ms": 100.0,
            "static_last_pass": 2, "static_first_fail": 20, "final_last_pass": 9, "final_first_fail": 10,
        })
    );
}

#[test]
fn an_option_of_the_client_by_its_old_name_is_told_once() {
    let suites = Suites::new();
    suites.workspace.write("s.json", "[]");
    let test = suites.serving("serving_a", &json!({}), &json!({"dataset": "./s.json"}));
    suites.put("serving-tests.json", &json!([test]));
    let finished =
        suites.run_vllm(&["--only", "serving"], &[("SERVING_JSON", "serving-tests.json")]);
    let said = &finished.expect(0).stderr;
    let note = "note: of the client, dataset is now dataset_path";
    assert_eq!(said.matches(note).count(), 1, "{said}");
}
