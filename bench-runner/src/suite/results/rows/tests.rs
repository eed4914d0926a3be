use super::*;
use serde_json::json;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

#[test]
fn rows_have_vllms_columns_and_null_for_what_is_missing() {
    let folder = folder(&[
        ("latency_a.json", r#"{"avg_latency": 1.25, "percentiles": {"50": 1.5, "99": NaN}}"#),
        (
            "latency_a.commands",
            r#"{"latency_command": "vllm bench latency", "gpu_type": "H100\nH100"}"#,
        ),
        (
            "throughput_a.json",
            r#"{"elapsed_time": 12.5, "num_requests": 200, "total_num_tokens": 82000, "requests_per_second": 16.0, "tokens_per_second": 6560.0}"#,
        ),
        ("throughput_a.commands", r#"{"gpu_type": "cpu"}"#),
        ("throughput_a.pytorch.json", "[]"),
        ("serving_x_qps_inf_sla_summary.json", "{}"),
        ("other.json", "{}"),
    ]);
    let tables = read_rows(folder.path()).expect("rows");
    assert_eq!(
        tables.as_json_rows(),
        json!([
            {"Test name": "latency_a", "GPU": "2xH100", "Mean latency (ms)": 1250.0,
             "Median latency (ms)": 1500.0, "P99 latency (ms)": null},
            {"Test name": "throughput_a", "GPU": "1xcpu", "# of req.": 200, "Total # of tokens": 82000,
             "Elapsed time (s)": 12.5, "Tput (req/s)": 16.0, "Tput (tok/s)": 6560.0},
        ])
    );
    assert_eq!(tables.as_json_columns()["throughput"]["# of req."], json!({"0": 200}));
}

#[test]
fn serving_rows_take_what_their_commands_say_and_leave_out_empty_columns() {
    let result = r#"{"model_id": "m", "completed": 200, "max_concurrency": 32, "p99_tpot_ms": 33.0, "median_tpot_ms": 29.8}"#;
    let folder = folder(&[
        ("serving_a_qps_inf_concurrency_32.json", result),
        (
            "serving_a_qps_inf_concurrency_32.commands",
            r#"{"server_command": "A=1 vllm serve m --tensor-parallel-size 2 --dtype bfloat16",
          "client_command": "vllm bench serve --request-rate inf --dataset-name=random --random-input-len 128", "gpu_type": "H100"}"#,
        ),
    ]);
    let tables = read_rows(folder.path()).expect("rows");
    assert_eq!(
        tables.as_json_rows(),
        json!([{
            "Test name": "serving_a_qps_inf_concurrency_32", "Model": "m", "Dataset Name": "random",
            "Input Len": 128, "TP Size": 2, "dtype": "bfloat16", "GPU": "1xH100", "# of req.": 200,
            "qps": "inf", "# of max concurrency.": 32, "Median": 29.8, "P99": 33.0,
        }])
    );
}
