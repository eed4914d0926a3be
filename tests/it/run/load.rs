//! Load tests as benchmarks: a record for each rate, of our own server, a program's, or one that runs already.

#![cfg(unix)]

use std::{
    net::TcpListener,
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use load_double::{Double, json as reply};
use serde_json::{Value, json};

use crate::{
    load::support::{chat, server},
    run::trials::{interrupt, workspace},
    support::builders::with,
    support::waiting::wait_until,
    support::workspace::{Finished, Workspace, fixture_json},
};

const OWN: &str = "../../benchmarks/tiny-llama-load-cpu.json";

/// A load test of the server at `url`.
fn of_url(url: &str, load: &Value) -> Value {
    let target = json!({"target": {"url": url, "device": "Fake GPU", "engine": "double 1.0"}});
    json!({
        "benchmark_id": "chat",
        "model": {"model_path": "owner/m", "model_short_name": "m"},
        "load": with(with(target, &json!({"num_prompts": 6, "random_input_len": 4})), load),
        "run_config": {"num_warmup_runs": 0, "num_measurement_runs": 1, "required_gpus": 0},
        "thresholds": {"default": {"max_generation_time_s": 60.0, "max_peak_memory_mb": 4000.0}}
    })
}

fn run(workspace: &Workspace, now: &str, args: &[&str]) -> Finished {
    workspace.run_with(args, &[("BENCH_RUNNER_NOW", now)])
}

const MAY: &str = "2026-05-01T10:00:00Z";

/// The raw records of a folder, in the order of their names.
fn results(workspace: &Workspace) -> Vec<Value> {
    let files = workspace.files("results").into_iter().filter(|name| name.starts_with("perf_"));
    files
        .map(|name| serde_json::from_str(&workspace.read(&format!("results/{name}"))).unwrap())
        .collect()
}

fn variant(result: &Value) -> &str {
    result["variant_id"].as_str().unwrap()
}

#[test]
fn each_rate_of_our_own_server_is_a_series_with_every_request() {
    let own = with(fixture_json(OWN), &json!({"benchmark_id": "own"}));
    let mut own = own;
    own["load"]["request_rates"] = json!([20, 40]);
    own["load"]["num_prompts"] = json!(8);
    own["thresholds"]["default"]["max_generation_time_s"] = json!(600);
    let workspace = workspace(&[own]);
    for day in ["2026-05-01T10:00:00Z", "2026-05-02T10:00:00Z"] {
        let finished = run(&workspace, day, &["run", "--device", "cpu"]).expect(0);
        for row in ["own/rate=20", "own/rate=40"] {
            assert!(finished.stdout.contains(row), "{}", finished.stdout);
        }
    }
    let results = results(&workspace);
    assert_eq!(results.len(), 4);
    assert_eq!(
        variant(&results[0]),
        "backend=openai-chat,dataset=random,in=16,out=8,prompts=8,rate=20"
    );
    assert!(variant(&results[3]).ends_with(",rate=40"), "{}", variant(&results[3]));
    assert_eq!(results[3]["benchmark_id"], "own/rate=40");
    for result in &results {
        assert_eq!((&result["workload_id"], &result["pipeline"]), (&json!("own"), &json!("llama")));
        assert_eq!(
            (&result["success_rate"], &result["failed_requests"]),
            (&json!(1.0), &json!(0.0))
        );
        let of = |name: &str| result[name].as_f64().unwrap_or_else(|| panic!("{name}: {result}"));
        let (ttft_s, latency_s) = (of("ttft_p50_ms") / 1e3, of("avg_generation_time_s"));
        assert!(ttft_s > 0.0 && ttft_s < latency_s && latency_s < 60.0, "{ttft_s} of {latency_s}");
        assert!(of("requests_per_s") > 0.1 && of("requests_per_s") < 400.0);
        assert!(of("output_tokens_per_s") > of("requests_per_s") && of("goodput") >= 0.0);
        let trials = result["trials"].as_array().unwrap();
        assert_eq!((trials.len(), &trials[0]["metrics"]["output_tokens"]), (8, &json!(8.0)));
        assert_eq!(result["individual_times_s"].as_array().unwrap().len(), 8);
        let recipe = &result["recipe"]["generation"];
        assert!(result["recipe"].to_string().contains("\"random_input_len\":16"), "{recipe}");
        assert!(result["software_profile"]["engine"].as_str().unwrap().starts_with("candle"));
        assert!(result["pipeline_notes"]["load"]["send_lag_ms"]["p99"].is_number());
    }
    let compared = run(&workspace, "2026-05-02T11:00:00Z", &["compare", "--persist", "always"]);
    assert!(compared.code <= 1, "{}{}", compared.stdout, compared.stderr);
    for name in ["own/rate=20 on ", "own/rate=40 on "] {
        assert!(compared.stdout.contains(name), "{}", compared.stdout);
    }
    let listed = workspace.run(&["history", "--json"]).expect(0).json();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(listed.iter().all(|series| series["records"] == 2), "{listed:?}");
}

#[test]
fn another_rate_in_the_list_opens_no_new_series_for_the_others() {
    let double = server(|_| chat(1));
    let fingerprints = |rates: Value, url: &str| {
        let workspace = workspace(&[of_url(url, &json!({"request_rates": rates}))]);
        run(&workspace, MAY, &["run"]).expect(0);
        let results = results(&workspace);
        results
            .iter()
            .map(|result| (variant(result).to_owned(), result["recipe_fingerprint"].clone()))
            .collect::<Vec<_>>()
    };
    let url = double.url();
    let (few, more) = (fingerprints(json!([50]), &url), fingerprints(json!([25, 50]), &url));
    assert_eq!((few.len(), more.len()), (1, 2));
    assert!(more.contains(&few[0]) && more[0] != more[1], "{few:?} {more:?}");
    // where the server is says nothing of what it does
    let moved = server(|_| chat(1));
    assert_eq!(fingerprints(json!([50]), &moved.url()), few);
}

#[test]
fn users_and_rates_are_measured_each_with_each() {
    let double = server(|_| chat(1));
    let load = json!({"request_rates": [50, "inf"], "max_concurrencies": [1, 2], "num_prompts": 3,
                      "burstiness": 2});
    let workspace = workspace(&[of_url(&double.url(), &load)]);
    let listed = workspace.run(&["run", "--dry-run", "--json"]).expect(0).json();
    assert_eq!(
        listed[0]["load_tests"],
        json!([
            "concurrency=1,rate=50",
            "concurrency=2,rate=50",
            "concurrency=1,rate=inf",
            "concurrency=2,rate=inf",
        ])
    );
    let finished = run(&workspace, MAY, &["run", "--json"]).expect(0).json();
    let reports = finished.as_array().unwrap().iter();
    let names: Vec<&str> = reports.map(|report| report["benchmark_id"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "chat/concurrency=1,rate=50",
            "chat/concurrency=2,rate=50",
            "chat/concurrency=1,rate=inf",
            "chat/concurrency=2,rate=inf",
        ]
    );
    let results = results(&workspace);
    assert_eq!(results.len(), 4);
    for result in results {
        let profile = &result["hardware_profile"];
        assert_eq!((&profile["name"], &result["device"]), (&json!("Fake GPU"), &json!("Fake GPU")));
        assert_eq!(result["software_profile"]["engine"], "double 1.0");
    }
}

#[test]
fn requests_that_fail_are_counted_and_too_many_of_them_are_no_measurement() {
    let double = server(|request| match request.field("messages")[0]["content"].as_str() {
        Some(prompt) if prompt.ends_with(" b") => {
            vec![reply("503 Busy", &json!({"error": {"message": "full"}}))]
        }
        _ => chat(1),
    });
    let load = json!({
        "request_rates": [50], "num_prompts": 3, "dataset_name": "custom", "dataset_path": "p.txt",
    });
    let mut config = of_url(&double.url(), &load);
    config["load"].as_object_mut().unwrap().remove("random_input_len");
    let workspace = workspace(&[config]);
    workspace.write("p.txt", "a\nb\na\n");
    let finished = run(&workspace, MAY, &["gate", "--store", "history", "--persist", "always"]);
    assert_eq!(finished.code, 3, "{}{}", finished.stdout, finished.stderr);
    assert!(
        finished.stdout.contains("1 of 3 requests failed, most with http_error: 503"),
        "{}",
        finished.stdout
    );
    let result = &results(&workspace)[0];
    assert_eq!(result["failed_requests"], 1.0);
    assert!((result["success_rate"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9, "{result}");
    let failed =
        result["trials"].as_array().unwrap().iter().filter(|t| !t["discard_reason"].is_null());
    assert_eq!(failed.count(), 1);
    let record: Value = serde_json::from_str(&workspace.only("history", ".json")).unwrap();
    assert_eq!(record["success"], false);
}

#[test]
fn a_program_that_serves_is_started_and_ended_and_one_that_breaks_fails_its_rates() {
    let double = env!("CARGO_BIN_EXE_engine-double");
    let program = |argv: &[&str]| {
        let argv: Vec<&str> = [double].iter().chain(argv).copied().collect();
        let mut config = of_url("", &json!({"max_concurrencies": [1, 2]}));
        config["load"]["target"] = json!({"command": {"argv": argv, "timeout_s": 60}});
        workspace(&[config])
    };
    let sound = program(&["serve", "m", "--port", "{port}"]);
    sound.write("calls.txt", "");
    let log = sound.path("calls.txt").display().to_string();
    sound.run_with(&["run"], &[("BENCH_RUNNER_NOW", MAY), ("DOUBLE_LOG", &log)]).expect(0);
    let call = sound.read("calls.txt");
    let port: u16 = call.trim().rsplit(' ').next().unwrap().parse().unwrap();
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok(), "it still listens on {port}");
    let measured = results(&sound);
    assert_eq!(measured.len(), 2);
    assert!(measured.iter().all(|result| result["success_rate"] == 1.0), "{measured:?}");
    assert_eq!(measured[0]["software_profile"]["engine"], "engine-double");
    let broken = program(&["serve", "m", "--port", "{port}", "--break"]);
    let finished = run(&broken, MAY, &["run"]).expect(3);
    let words = "before it was ready; results/chat.server.log ends with: CUDA out of memory";
    assert!(finished.stdout.contains(words), "{}", finished.stdout);
    let failed = results(&broken);
    assert_eq!(failed.len(), 2);
    assert!(
        failed.iter().all(|result| result["failed"].as_str().unwrap().contains(words)),
        "{failed:?}"
    );
    assert_ne!(variant(&failed[0]), variant(&failed[1]));
}

#[test]
fn an_interruption_keeps_what_was_measured_and_names_the_rates_that_were_not() {
    let double = server(|_| chat(1));
    let load = json!({"request_rates": [100, 5, 7], "num_prompts": 40});
    let workspace = workspace(&[of_url(&double.url(), &load)]);
    let mut command = workspace.command(&["run", "--json"]);
    let child = command.stdout(process::Stdio::piped()).spawn().unwrap();
    let asked = || double.heard().into_iter().filter(|request| request.method == "POST").count();
    wait_until("the 44th request", || asked() >= 44);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let outcomes: Vec<[&Value; 2]> = said
        .as_array()
        .unwrap()
        .iter()
        .map(|report| [&report["benchmark_id"], &report["outcome"]])
        .collect();
    let expected =
        [["chat/rate=100", "measured"], ["chat/rate=5", "measured"], ["chat/rate=7", "not_begun"]];
    assert_eq!(json!(outcomes), json!(expected));
    let results = results(&workspace);
    let rules: Vec<&str> =
        results.iter().map(|result| result["stopping_rule"].as_str().unwrap()).collect();
    assert_eq!(rules.len(), 2, "{rules:?}");
    assert!(rules.contains(&"count") && rules.contains(&"interrupted"), "{rules:?}");
}

/// What `run` prints of a load test with these limits beside those of every benchmark.
fn limited(double: &Double, load: &Value, limits: &Value) -> Finished {
    let mut config = of_url(&double.url(), load);
    let all = with(config["thresholds"]["default"].clone(), limits);
    config["thresholds"]["default"] = all;
    run(&workspace(&[config]), MAY, &["run"])
}

#[test]
fn a_static_limit_of_a_percentile_or_a_rate_is_judged_at_every_rate() {
    let double = server(|_| chat(1));
    let load = json!({"request_rates": [40, 50], "goodput": ["ttft:60000"]});
    let kept = json!({"max_ttft_p99_ms": 60_000, "min_goodput": 0.01, "min_success_rate": 1.0});
    let finished = limited(&double, &load, &kept).expect(0);
    assert!(!finished.stderr.contains("limits "), "{}", finished.stderr);
    let broken = json!({"max_ttft_p99_ms": 0.001, "min_goodput": 100_000});
    let finished = limited(&double, &load, &broken).expect(1);
    for rate in ["chat/rate=40", "chat/rate=50"] {
        for words in [" is above max_ttft_p99_ms ", " is below min_goodput 100000"] {
            let says = |line: &str| line.contains(&format!("{rate}: ")) && line.contains(words);
            assert!(finished.stdout.lines().any(says), "{rate}{words}: {}", finished.stdout);
        }
    }
}

#[test]
fn a_static_limit_that_nothing_can_break_is_refused_or_warned_of() {
    let double = server(|_| chat(1));
    let load = json!({"request_rates": [40]});
    let unmeasured = json!({"max_ttft_p95_ms": 60_000, "min_capacity_rps": 1, "min_goodput": 1});
    let finished = limited(&double, &load, &unmeasured).expect(0);
    for words in [
        "max_ttft_p95_ms limits ttft_p95_ms, which was not measured; add 95 to load.metric_percentiles",
        "min_capacity_rps limits capacity_rps, which was not measured; add load.search",
        "min_goodput limits goodput, which was not measured; add load.goodput",
    ] {
        assert!(finished.stderr.contains(words), "{words}: {}", finished.stderr);
    }
    for (limits, words) in [
        (json!({"min_ttft_p99_ms": 1}), "min_ttft_p99_ms is not a known field"),
        (json!({"min_success_rate": 99}), "min_success_rate is 99, but must be a share"),
        (json!({"min_goodput": 0}), "min_goodput is 0, but must be above 0"),
    ] {
        let finished = limited(&double, &load, &limits).expect(2);
        assert!(finished.stderr.contains(words), "{words}: {}", finished.stderr);
    }
}

#[test]
fn a_percentile_that_failures_make_infinite_breaks_its_limit() {
    let asked = AtomicUsize::new(0);
    let double = server(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        3 => vec![reply("503 Service Unavailable", &json!({}))],
        _ => chat(1),
    });
    let load = json!({"request_rates": [400], "num_prompts": 100});
    let limits = json!({"max_ttft_p99_ms": 60_000, "max_ttft_p90_ms": 60_000});
    let finished = limited(&double, &load, &limits).expect(1);
    let words = "chat/rate=400: ttft_p99_ms is infinite, because 1 request failed, and so above \
                 max_ttft_p99_ms (default)";
    assert!(finished.stdout.contains(words), "{}", finished.stdout);
    assert!(!finished.stdout.contains("max_ttft_p90_ms"), "{}", finished.stdout);
}

#[test]
fn a_search_that_settles_nothing_is_recorded_as_failed_beside_the_rates() {
    let double = server(|_| chat(1));
    let load = json!({
        "request_rates": [50],
        "search": {"objective": "ttft_p99_ms<=5000,success>=0.99", "start_rate": 40, "requests": 20,
                   "seconds": 0.3, "probes": 2},
    });
    let workspace = workspace(&[of_url(&double.url(), &load)]);
    let finished = run(&workspace, MAY, &["run"]).expect(3);
    // a busy machine may be too slow for the client
    let reasons = ["unresolved: after 2 probes", "limited by the client at"];
    let says_why = |text: &str| reasons.iter().any(|reason| text.contains(reason));
    assert!(says_why(&finished.stdout), "{}", finished.stdout);
    let results = results(&workspace);
    assert_eq!(results.len(), 2);
    let of = |words: &str| results.iter().find(|result| variant(result).contains(words)).unwrap();
    assert!(of("rate=50")["requests_per_s"].is_number());
    let searched = of("slo=ttft_p99_ms<=5000,success>=0.99");
    assert!(says_why(searched["failed"].as_str().unwrap()), "{searched}");
}

#[test]
fn what_is_wrong_with_a_block_is_said_with_file_and_field_before_anything_runs() {
    let double: Double = server(|_| chat(0));
    for (load, words) in [
        (json!({"goodput": ["ttft"]}), "for load.goodput: \"ttft\" is no goal; write ttft:MS"),
        (json!({"output_len": 5}), "load.output_len has no effect with load.dataset_name random"),
        (json!({"goodput": ["ttft:5", "ttft:9"]}), "load.goodput has two limits of ttft"),
        (json!({"tokenizer": "none.json"}), "cannot read the tokenizer none.json"),
        (json!({"search": {"objective": "ttft"}}), "ttft"),
        (json!({"request_rats": [1]}), "did you mean request_rates?"),
    ] {
        let load = with(json!({"request_rates": [9]}), &load);
        let workspace = workspace(&[of_url(&double.url(), &load)]);
        let said = workspace.run(&["run"]).expect(2).stderr;
        assert!(said.contains("benchmarks/chat.json: ") && said.contains(words), "{said}");
    }
    assert!(double.heard().is_empty());
}
