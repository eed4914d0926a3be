//! What a load test measures and writes.

use std::time::Duration;

use load_double::{Step, json};
use serde_json::{Value, json};

use super::support::{chat, load, prompts, result, server};
use crate::{
    run::trials::interrupt,
    support::{waiting::wait_until, workspace::Workspace},
};

#[test]
fn a_result_has_the_keys_of_vllm_and_each_request() {
    let workspace = Workspace::new();
    let double = server(|_| chat(60));
    let options = [
        "--num-prompts",
        "12",
        "--request-rate",
        "50",
        "--random-input-len",
        "9",
        "--random-output-len",
        "3",
        "--goodput",
        "ttft:2000",
        "tpot:1000",
        "--metadata",
        "tensor_parallel_size=2",
    ];
    let file = result(&workspace, &double, &options);
    assert_eq!((&file["completed"], &file["failed"]), (&json!(12), &json!(0)));
    assert_eq!((&file["model_id"], &file["endpoint_type"]), (&json!("m"), &json!("openai-chat")));
    assert_eq!(
        (&file["total_input_tokens"], &file["total_output_tokens"]),
        (&json!(60), &json!(36))
    );
    assert_eq!((&file["request_rate"], &file["tensor_parallel_size"]), (&json!(50.0), &json!("2")));
    for key in ["mean_ttft_ms", "median_tpot_ms", "std_itl_ms", "p99_e2el_ms", "request_goodput"] {
        assert!(file[key].is_number(), "{key}: {}", file[key]);
    }
    assert!(file["mean_ttft_ms"].as_f64().unwrap() >= 59.0, "{}", file["mean_ttft_ms"]);
    assert_eq!(file["request_goodput"], file["request_throughput"]);
    let requests = file["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 12);
    let one = &requests[3];
    assert_eq!((&one["outcome"], &one["output_tokens"]), (&json!("ok"), &json!(3)));
    assert_eq!(one["itl_ms"].as_array().unwrap().len(), 2);
    assert!(one["scheduled_s"].as_f64() <= one["sent_s"].as_f64());
    assert!(file["send_lag_ms"]["p99"].is_number() && file["client_limited"].is_boolean());
    assert_eq!(file["steady_state"]["state"], "none");
}

#[test]
fn the_importer_of_vllms_results_reads_ours_as_one_series() {
    let workspace = Workspace::new();
    let double = server(|_| chat(1));
    let options = ["--num-prompts", "3", "--max-concurrency", "1", "--random-input-len", "4"];
    let mut variants = Vec::new();
    for limited in [false, true] {
        let mut file = result(&workspace, &double, &options);
        file["client_limited"] = json!(limited);
        file["date"] = json!(format!("20260820-10150{}", u8::from(limited)));
        workspace.write_json("r.json", &file);
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let import = [
            "import", "--from", "vllm", "r.json", "--store", "store", "--commit", commit, "--gpu",
            "CPU",
        ];
        let said = workspace.run(&import).expect(0);
        let text = said.stdout + &said.stderr;
        assert_eq!(text.contains("its client sent requests late"), limited, "{text}");
        let listed = workspace.run(&["history", "--store", "store"]).expect(0).stdout;
        variants.push(listed.lines().count());
    }
    assert_eq!(variants[0], variants[1], "one series");
}

#[test]
fn a_table_for_people_says_what_limits_it() {
    let workspace = Workspace::new();
    let double = server(|_| chat(1));
    let said =
        load(&workspace, &double, &["--num-prompts", "5", "--max-concurrency", "2"]).expect(0);
    for words in [
        "chat of m at 127.0.0.1:",
        "requests: 5 of 5 ok",
        "tokens: 25 in, 15 out",
        "ttft",
        "e2el",
        "p99 needs 662",
        "send lag: p50",
        "no steady state: ",
    ] {
        assert!(said.stdout.contains(words), "no {words:?} in {}", said.stdout);
    }
    assert!(said.stderr.contains("lengths of prompts are counted in words"), "{}", said.stderr);
}

#[test]
fn failures_are_infinite_and_too_many_of_them_are_no_measurement() {
    let workspace = Workspace::new();
    let double = server(|request| match request.field("messages")[0]["content"].as_str() {
        Some(prompt) if prompt.ends_with(" b") => vec![json("503 Busy", &json!({"error": "full"}))],
        _ => chat(1),
    });
    workspace.write("prompts.txt", "a\nb\na\n");
    let options = [
        "--dataset-name",
        "custom",
        "--dataset-path",
        "prompts.txt",
        "--num-prompts",
        "3",
        "--max-concurrency",
        "1",
        "--result",
        "r.json",
    ];
    let said = load(&workspace, &double, &options).expect(3);
    assert!(said.stdout.contains("requests: 2 of 3 ok, 1 http_error"), "{}", said.stdout);
    assert!(said.stdout.contains("1 × http_error: 503"), "{}", said.stdout);
    assert!(said.stdout.contains("inf"), "{}", said.stdout);
    assert!(said.stderr.contains("error: 1 of 3 requests failed"), "{}", said.stderr);
    let file: Value = serde_json::from_str(&workspace.read("r.json")).unwrap();
    assert_eq!(file["p99_ttft_ms"], Value::Null);
    assert!(file["success_only"]["p99_ttft_ms"].is_number());
    assert_eq!(file["outcomes"]["http_error"], 1);
}

#[test]
fn prompts_are_those_of_no_earlier_run_unless_the_seed_is_to_mark_them() {
    let workspace = Workspace::new();
    let asked = |mark: &str| {
        let double = server(|_| chat(0));
        let options = [
            "--num-prompts",
            "4",
            "--max-concurrency",
            "1",
            "--random-input-len",
            "6",
            "--prompt-mark",
            mark,
        ];
        load(&workspace, &double, &options).expect(0);
        prompts(&double)
    };
    let (one, two) = (asked("run"), asked("run"));
    assert!(one.iter().all(|prompt| !two.contains(prompt)));
    assert!(one.iter().all(|prompt| prompt.split(' ').count() == 6), "{one:?}");
    assert_eq!(asked("seed"), asked("seed"));
}

#[test]
fn warm_up_requests_are_sent_first_and_not_measured() {
    let workspace = Workspace::new();
    let double = server(|_| chat(0));
    let options = ["--num-prompts", "3", "--num-warmups", "2", "--max-concurrency", "1"];
    let file = result(&workspace, &double, &options);
    assert_eq!((file["completed"].as_u64(), prompts(&double).len()), (Some(3), 5));
}

#[test]
fn one_interrupt_keeps_what_was_measured() {
    let workspace = Workspace::new();
    let double = server(|_| chat(0));
    let url = double.url();
    let args = [
        "load",
        "--base-url",
        &url,
        "--num-prompts",
        "1000",
        "--request-rate",
        "20",
        "--burstiness",
        "inf",
        "--result",
        "r.json",
    ];
    let mut child = workspace.command(&args).spawn().unwrap();
    wait_until("the tenth request", || prompts(&double).len() >= 10);
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(3));
    let file: Value = serde_json::from_str(&workspace.read("r.json")).unwrap();
    assert!(file["completed"].as_u64().unwrap() >= 9, "{}", file["completed"]);
    assert_eq!(file["run"]["interrupted"], true);
    assert!(file["run"]["not_sent"].as_u64().unwrap() > 900);
}

#[test]
fn json_on_standard_output_is_the_result() {
    let workspace = Workspace::new();
    let double = server(|_| chat(0));
    let options = [
        "--num-prompts",
        "2",
        "--json",
        "--percentile-metrics",
        "ttft,e2el",
        "--metric-percentiles",
        "25,99.9",
    ];
    let said = load(&workspace, &double, &options).expect(0).stdout;
    let file: Value = serde_json::from_str(&said).unwrap();
    assert!(file["p25_ttft_ms"].is_number() && file["p99.9_e2el_ms"].is_number());
    assert_eq!((file.get("p50_ttft_ms"), file.get("mean_tpot_ms")), (None, None));
}

#[test]
fn keys_and_headers_are_sent_and_never_shown() {
    let workspace = Workspace::new();
    let double = server(|_| chat(0));
    workspace.write("key.txt", "# mine\n\nsecret-key\n");
    let options = [
        "--num-prompts",
        "1",
        "--api-key-file",
        "key.txt",
        "--header",
        "x-tenant=a",
        "--json",
        "--extra-body",
        r#"{"temperature": 0.5, "stream_options": null}"#,
    ];
    let said = load(&workspace, &double, &options).expect(0);
    assert!(!(said.stdout + &said.stderr).contains("secret-key"));
    let heard = double.heard();
    let asked = heard.last().unwrap();
    let header = |name: &str| asked.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    assert_eq!(header("authorization").as_deref(), Some("Bearer secret-key"));
    assert_eq!(header("x-tenant").as_deref(), Some("a"));
    assert_eq!(
        (asked.field("temperature"), asked.field("stream_options")),
        (json!(0.5), Value::Null)
    );
}

#[test]
fn a_timeout_is_the_requests_and_not_the_tests() {
    let workspace = Workspace::new();
    let double = server(|request| match request.field("messages")[0]["content"].as_str() {
        Some(prompt) if prompt.ends_with(" slow") => vec![Step::Wait(Duration::from_secs(30))],
        _ => chat(0),
    });
    workspace.write("prompts.txt", "slow\nfast\n");
    let options = [
        "--dataset-name",
        "custom",
        "--dataset-path",
        "prompts.txt",
        "--num-prompts",
        "2",
        "--request-timeout",
        "0.5",
    ];
    let said = load(&workspace, &double, &options).expect(3);
    assert!(said.stdout.contains("1 of 2 ok, 1 timeout"), "{}", said.stdout);
}
