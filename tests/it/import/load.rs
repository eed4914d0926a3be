//! Load tests of serving engines: what distinguishes their workloads, and what of them failed.

use serde_json::{Value, json};

use crate::support::workspace::{Finished, Workspace, fixture, fixture_json};

const NOW: [(&str, &str); 1] = [("BENCH_RUNNER_NOW", "2026-09-30T00:00:00Z")];

const ASSUMED: [&str; 4] = ["--gpu", "H100", "--commit", "abc1234"];

/// A result of `vllm bench serve` of a day of April.
fn served(day: u32, fields: &Value) -> Value {
    let mut result = fixture_json("import/SYNTHETIC_vllm_bench_serve.json");
    result["date"] = format!("202604{day:02}-100000").into();
    for (field, value) in fields.as_object().unwrap() {
        result[field] = value.clone();
    }
    result
}

fn import(workspace: &Workspace, format: &str, files: &[String]) -> Finished {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let time = ["--timestamp", "2026-04-01T00:00:00Z"];
    let args = [&["import", "--from", format][..], &files, &ASSUMED, &time].concat();
    workspace.run_with(&args, &NOW)
}

/// Benchmark, records and verdict of each series, in the order of names.
fn listed(workspace: &Workspace) -> Vec<(String, u64, String)> {
    let lines = workspace.run_with(&["history", "--json"], &NOW).expect(0).json();
    let text = |line: &Value, field: &str| line[field].as_str().unwrap().to_owned();
    let line = |line: &Value| {
        (text(line, "benchmark"), line["records"].as_u64().unwrap(), text(line, "verdict"))
    };
    let mut lines: Vec<_> = lines.as_array().unwrap().iter().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn a_run_most_of_whose_requests_failed_is_no_improvement_and_no_baseline() {
    let workspace = Workspace::new();
    let mut files = Vec::new();
    for day in 1..=5 {
        let result = served(day, &json!({"median_ttft_ms": 90.0 + f64::from(day)}));
        files.push(format!("run{day}.json"));
        workspace.write_json(&files[files.len() - 1], &result);
    }
    let failed = json!({"completed": 30, "failed": 170, "request_throughput": 9.5,
                        "median_ttft_ms": 20.0, "total_output_tokens": 3840});
    workspace.write_json("run6.json", &served(6, &failed));
    files.push("run6.json".to_owned());
    let imported = import(&workspace, "vllm", &files).expect(0);
    let said = "note: run6.json: the result: 170 of 200 requests failed; kept as a failed run that \
                enters no baseline\n";
    assert!(imported.stdout.contains(said), "{}", imported.stdout);
    let series = listed(&workspace);
    assert_eq!(series.len(), 1, "{series:?}");
    assert_eq!((series[0].1, series[0].2.as_str()), (6, "regression"));
    let name = &series[0].0;
    let drawn = workspace.run_with(&["history", name, "--metric", "ttft_p50_ms"], &NOW).expect(0);
    assert!(drawn.stdout.contains("170 of 200 requests failed"), "{}", drawn.stdout);
    assert!(!drawn.stdout.contains("improved"), "{}", drawn.stdout);
    workspace.write_json("run7.json", &served(7, &json!({"median_ttft_ms": 93.0})));
    import(&workspace, "vllm", &["run7.json".to_owned()]).expect(0);
    assert_eq!(listed(&workspace)[0].2, "pass");
}

#[test]
fn a_load_test_whose_requests_failed_is_no_base_for_one_that_answered_them() {
    let workspace = Workspace::new();
    let failed = json!({"completed": 30, "failed": 170, "median_ttft_ms": 20.0,
                        "total_output_tokens": 3840});
    workspace.write_json("failed.json", &served(1, &failed));
    workspace.write_json("sound.json", &served(2, &json!({"median_ttft_ms": 90.0})));
    let files = ["compare", "--from", "vllm", "sound.json", "--base", "failed.json"];
    let finished = workspace.run_with(&[&files[..], &ASSUMED].concat(), &NOW).expect(3);
    let said = "170 of 200 requests failed there, so that its numbers are no speed";
    assert!(finished.stdout.contains(said), "{}", finished.stdout);
    // the other way round it is a regression
    let files = ["compare", "--from", "vllm", "failed.json", "--base", "sound.json"];
    workspace.run_with(&[&files[..], &ASSUMED].concat(), &NOW).expect(1);
}

#[test]
fn two_datasets_are_two_series_by_name_or_by_their_lengths() {
    let sharegpt = json!({"total_input_tokens": 43_000, "median_ttft_ms": 26.0, "request_rate": 4});
    let random =
        json!({"total_input_tokens": 1_638_400, "median_ttft_ms": 410.0, "request_rate": 4});
    for names in [
        ["serving_llama8B_tp1_sharegpt_qps_4", "serving_llama8B_tp1_random_8192_128_qps_4"],
        ["short", "long"],
    ] {
        let workspace = Workspace::new();
        let mut files = Vec::new();
        for day in 1..=4 {
            for (name, fields) in names.iter().zip([&sharegpt, &random]) {
                files.push(format!("{name}_{day}.json"));
                workspace.write_json(&files[files.len() - 1], &served(day, fields));
            }
        }
        import(&workspace, "vllm", &files).expect(0);
        let series = listed(&workspace);
        let counts: Vec<_> =
            series.iter().map(|(_, records, verdict)| (*records, verdict.as_str())).collect();
        assert_eq!(counts, [(4, "pass"), (4, "pass")], "{series:?}");
    }
}

#[test]
fn files_that_state_the_same_workload_are_named() {
    let workspace = Workspace::new();
    for (day, name) in ["eager_1.json", "eager_2.json", "ngram_1.json"].into_iter().enumerate() {
        workspace.write_json(name, &served(day as u32 + 1, &json!({})));
    }
    let files = ["eager_1.json", "eager_2.json", "ngram_1.json"].map(str::to_owned);
    let imported = import(&workspace, "vllm", &files).expect(0);
    let named: Vec<_> =
        imported.stdout.lines().filter(|line| line.contains("states the same workload")).collect();
    assert_eq!(named.len(), 1, "{}", imported.stdout);
    assert!(named[0].starts_with("note: ngram_1.json: states the same workload as eager_1.json"));
}

#[test]
fn lines_with_bare_infinity_are_three_records_of_their_metrics() {
    let workspace = Workspace::new();
    let name = "sglang_0401_512_1024_256.jsonl";
    workspace.write(name, &fixture(&format!("import/load/SYNTHETIC_{name}")));
    let imported = import(&workspace, "vllm", &[name.to_owned()]).expect(0);
    assert!(imported.stdout.contains("3 records read, 3 new, 0 set aside"), "{}", imported.stdout);
    assert_eq!(listed(&workspace).len(), 3);
}

#[test]
fn what_lies_beside_results_is_left_out_and_what_failed_set_aside() {
    let workspace = Workspace::new();
    workspace.write_json("a.json", &served(1, &json!({"dataset_name": "random"})));
    let v3 = fixture("import/SYNTHETIC_pytorch_v3_record.json");
    workspace.write("a.pytorch.json", &format!("[{v3}]"));
    workspace.write_json("warmup.json", &served(1, &json!({"run_number": -1})));
    let failure = json!({"run_number": 0, "error_type": "RuntimeError", "error": "no server"});
    workspace.write_json("run=0.failure.json", &failure);
    let files =
        ["a.json", "a.pytorch.json", "warmup.json", "run=0.failure.json"].map(str::to_owned);
    let imported = import(&workspace, "vllm", &files).expect(3);
    for said in [
        "a.json: 1 record read, 1 new, 0 set aside\n",
        "note: a.pytorch.json: entry 1 repeats the result of the same name without .pytorch, and is \
         left out\n",
        "note: warmup.json: the result is a warm-up run, and is left out\n",
        "set aside: run=0.failure.json: the result is a run that failed (RuntimeError: \"no server\")",
        "history now holds 1 record in 1 series\n",
    ] {
        assert!(imported.stdout.contains(said), "{said}: {}", imported.stdout);
    }
}

/// Files of each format, and pieces of one that are files of their own.
fn generated(workspace: &Workspace) -> Vec<(&'static str, Vec<String>)> {
    let mut vllm = Vec::new();
    for (at, (test, rate)) in
        [("a_tp1_sharegpt", 1), ("a_tp1_sharegpt", 4), ("a_tp2_random_8_16", 4)]
            .into_iter()
            .enumerate()
    {
        for run in 0..2 {
            let fields = json!({"request_rate": rate, "median_ttft_ms": 100 + at * 10 + run});
            vllm.push(format!("serving_{test}_qps_{rate}_{run}.json"));
            workspace.write_json(&vllm[vllm.len() - 1], &served(run as u32 + 1, &fields));
        }
    }
    let mut sglang = Vec::new();
    let text = fixture("import/load/SYNTHETIC_sglang_0401_512_1024_256.jsonl");
    for (at, line) in text.lines().enumerate() {
        sglang.push(format!("{at}/sglang_0401_512_1024_256.jsonl"));
        workspace.write(&sglang[at], line);
    }
    let mut guidellm = Vec::new();
    let report = fixture_json("import/load/SYNTHETIC_guidellm_benchmarks.json");
    for (at, benchmark) in report["benchmarks"].as_array().unwrap().iter().enumerate() {
        let mut piece = report.clone();
        piece["benchmarks"] = json!([benchmark]);
        guidellm.push(format!("{at}/benchmarks.json"));
        workspace.write_json(&guidellm[at], &piece);
    }
    workspace.write("whole/sglang_0401_512_1024_256.jsonl", &text);
    workspace.write_json("whole/benchmarks.json", &report);
    vec![("vllm", vllm), ("sglang", sglang), ("guidellm", guidellm)]
}

#[test]
fn whole_files_pieces_and_any_order_give_the_same_history() {
    type Files = [(&'static str, Vec<String>)];
    let holds = |import_all: &dyn Fn(&Workspace, &Files)| {
        let workspace = Workspace::new();
        let files = generated(&workspace);
        import_all(&workspace, &files);
        let mut records: Vec<String> = workspace
            .records()
            .iter()
            .map(|path| workspace.read(&format!("history/{path}")))
            .collect();
        records.sort();
        records
    };
    let at_once = holds(&|workspace, files| {
        for (format, files) in files {
            import(workspace, format, files).expect(0);
        }
    });
    assert_eq!(at_once.len(), 6 + 3 + 2);
    let one_by_one_backwards = holds(&|workspace, files| {
        for (format, files) in files.iter().rev() {
            for file in files.iter().rev() {
                import(workspace, format, std::slice::from_ref(file)).expect(0);
            }
        }
    });
    assert_eq!(at_once, one_by_one_backwards);
    let whole = holds(&|workspace, files| {
        import(workspace, "guidellm", &["whole/benchmarks.json".to_owned()]).expect(0);
        let lines = "whole/sglang_0401_512_1024_256.jsonl".to_owned();
        import(workspace, "sglang", &[lines]).expect(0);
        import(workspace, "vllm", &files[0].1).expect(0);
    });
    assert_eq!(at_once, whole);
}

#[test]
fn a_series_of_an_earlier_version_goes_on_as_the_workload_of_its_newest_record() {
    let workspace = Workspace::new();
    let name = "meta-llama/Llama-3.1-8B-Instruct/prompts=200,rate=4,concurrency=32";
    let earlier = json!({
        "model_id": name, "gpu_type": "H100", "commit_sha": "abc1234", "success": true,
        "timestamp": "2026-03-31T10:00:00+00:00", "run_source": "import", "baseline_eligible": true,
        "ttft_p50_ms": 26.0, "requests_per_s": 8.0, "num_prompts": 200, "completed": 200,
        "total_input_tokens": 43_000, "total_output_tokens": 25_600,
    });
    let path = "history/records/2026-03/31/0-20260331T100000Z-01KNAAAAAAAAAAAAAAAAAAAAAA.json";
    workspace.write_json(path, &earlier);
    let fields = |input: u32| json!({"request_rate": 4, "total_input_tokens": input});
    workspace.write_json("serving_a_tp1_sharegpt_qps_4.json", &served(1, &fields(42_500)));
    workspace
        .write_json("serving_a_tp1_random_8192_128_qps_4.json", &served(2, &fields(1_638_400)));
    let files = ["serving_a_tp1_random_8192_128_qps_4.json", "serving_a_tp1_sharegpt_qps_4.json"]
        .map(str::to_owned);
    let imported = import(&workspace, "vllm", &files).expect(0);
    let series = listed(&workspace);
    assert_eq!(series.len(), 2, "{series:?}: {}", imported.stdout);
    let continued = series.iter().find(|(benchmark, ..)| benchmark == name);
    assert_eq!(continued.map(|(_, records, _)| *records), Some(2), "{series:?}");
    let said = "goes on as that of its newest record, with about 256 tokens in and 128 out";
    assert!(imported.stdout.contains(said), "{}", imported.stdout);
}

/// The file of a search of a day of April.
fn searched(workspace: &Workspace, day: u32, capacity: f64) -> String {
    let mut file = fixture_json("import/load/SYNTHETIC_bench_runner_search.json");
    file["date"] = format!("202604{day:02}-100000").into();
    file["metrics"]["capacity_rps"] = json!(capacity);
    let name = format!("search{day}.json");
    workspace.write_json(&name, &file);
    name
}

#[test]
fn the_file_of_a_search_is_the_capacity_record_of_its_model_dataset_and_objective() {
    let workspace = Workspace::new();
    let files: Vec<String> = (1..=5).map(|day| searched(&workspace, day, 12.4)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    // what wrote it shows in it
    let args = [&["import", "--store", "history"], &files[..], &ASSUMED].concat();
    workspace.run_with(&args, &NOW).expect(0);
    let series = listed(&workspace);
    let name = "meta-llama/Llama-3.1-8B-Instruct/backend=openai-chat,dataset=random,in=1024,out=128,\
                slo=ttft_p99_ms<=500,success>=0.99,tp=2";
    assert_eq!(series, [(name.to_owned(), 5, "pass".to_owned())]);
    let lost = searched(&workspace, 6, 11.8);
    let compare = ["compare", "--from", "vllm", &lost, "--gpu", "H100", "--commit", "abc1235"];
    let said = workspace.run_with(&compare, &NOW).expect(1);
    assert!(said.stdout.contains("capacity_rps is 4.8 % worse"), "{}", said.stdout);
    // of its probes a record keeps what they come to
    let record = workspace.files("history/records");
    let record = workspace.read(&format!("history/records/{}", record[0]));
    assert!(
        record.contains("\"capacity_confirmed_rps\"") && !record.contains("answered_rps"),
        "{record}"
    );
}

#[test]
fn a_search_that_found_no_capacity_is_a_failed_run_with_its_reason() {
    let workspace = Workspace::new();
    let mut file = fixture_json("import/load/SYNTHETIC_bench_runner_search.json");
    file["metrics"] = json!({});
    file["search"]["conclusion"] = json!({"outcome": "unresolved", "reason": "allow more probes"});
    workspace.write_json("search.json", &file);
    let said = import(&workspace, "vllm", &["search.json".to_owned()]);
    let text = format!("{}{}", said.stdout, said.stderr);
    assert!(text.contains("is a run that failed (unresolved: \"allow more probes\")"), "{text}");
    file["metrics"] = json!({"capacity_rps": "fast"});
    workspace.write_json("search.json", &file);
    let said = import(&workspace, "vllm", &["search.json".to_owned()]);
    let text = format!("{}{}", said.stdout, said.stderr);
    assert!(text.contains("metrics.capacity_rps of the search is \"fast\", no number"), "{text}");
    assert_eq!(listed(&workspace).len(), 0, "{text}");
}
