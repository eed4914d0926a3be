//! Reports of `compare`: their text, and that no name of a record can change their shape.

use serde_json::{Value, json};

use crate::{
    support::builders::{record, result, timed, with},
    support::workspace::Workspace,
};

const NOW: (&str, &str) = ("BENCH_RUNNER_NOW", "2025-06-01T08:30:00Z");

/// Two benchmarks, one of which regressed, and one that was not run.
fn two_benchmarks() -> Workspace {
    let workspace = Workspace::new();
    workspace.put_records(&[
        record("wan", 1),
        with(record("sana", 1), &json!({"memory": null, "vae_decode_time_s": null})),
    ]);
    let sana = json!({"vae_decode_time_s": null});
    let skipped = json!({"benchmark_id": "flux", "skipped": "needs 2 GPUs"});
    workspace.put_results(&[timed("wan", 2, 12.0), with(result("sana", 2), &sana), skipped]);
    workspace
}

const MARKDOWN: &str = "\
## Performance: 1 of 3 benchmarks failed

`0123456` against `history`, judged 10 of 11 metrics in 2 of 3 benchmarks, limit 5.0 %

### Failed

- **regression** `wan` on NVIDIA L40S: latency is 20.0 % worse: 12.000 s against a median of 10.000 s (limit 5.0 %); last good: 0123456 of 2025-05-01 12:00 UTC; see bench-runner history 8a984266b916 --metric latency

| Benchmark | GPU | Baseline n | Latency [s] | Throughput [frames/s] | Memory [MB] | Text Enc [s] | DiT [s] | VAE Decode [s] | Worst change | Verdict |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|
| wan | NVIDIA L40S | 1 | **12.000 / 10.000 (+20.0 % worse)** | 2.000 / 2.000 (0.0 %) | 1000.0 / 1000.0 (0.0 %) | 1.000 / 1.000 (0.0 %) | 6.000 / 6.000 (0.0 %) | 2.000 / 2.000 (0.0 %) | +20.0 % worse | regression |
| sana | NVIDIA L40S | 1 | 10.000 / 10.000 (0.0 %) | 2.000 / 2.000 (0.0 %) | 1000.0 / n/a | 1.000 / 1.000 (0.0 %) | 6.000 / 6.000 (0.0 %) | n/a | 0.0 % | pass |

Each cell: this run / median of the baseline (change).

### Not judged

- `sana` memory: not measured in the baseline

### Not run

- `flux` needs 2 GPUs
";

const TEXT: &str = "\
regression       wan on NVIDIA L40S, against 1 record
                 latency is 20.0 % worse: 12.000 s against a median of 10.000 s (limit 5.0 %)
                 last good: 0123456 of 2025-05-01 12:00 UTC; see `bench-runner history 8a984266b916 --metric latency`
pass             sana on NVIDIA L40S, against 1 record
                 every gated metric is within its limit of the median of 1
skipped          flux: needs 2 GPUs
judged 10 of 11 metrics in 2 of 3 benchmarks; 2 added to history
report: reports/perf_0123456_20250601_083000.md
";

#[test]
fn markdown_and_text_say_what_failed_and_what_was_not_judged() {
    let workspace = two_benchmarks();
    let finished = workspace.run_with(&["compare"], &[NOW]).expect(1);
    assert_eq!(finished.stdout, TEXT);
    assert_eq!(workspace.read("reports/perf_0123456_20250601_083000.md"), MARKDOWN);
}

#[test]
fn findings_json_holds_what_json_prints() {
    let workspace = two_benchmarks();
    let printed = workspace.run_with(&["compare", "--json"], &[NOW]).expect(1).json();
    assert_eq!(printed, workspace.findings());
    assert_eq!(printed["format"], "bench-runner/findings/1");
    assert_eq!(printed["exit_code"], 1);
    assert_eq!(printed["at"], "2025-06-01T08:30:00+00:00");
    assert_eq!(printed["coverage"]["metrics_judged"], 10);
    assert_eq!(printed["results"][0]["verdict"], "regression");
    assert_eq!(printed["skipped"], json!([{"subject": "flux", "reason": "needs 2 GPUs"}]));
}

#[test]
fn findings_json_has_the_fields_that_its_schema_names() {
    let workspace = two_benchmarks();
    workspace.run_with(&["compare"], &[NOW]).expect(1);
    let schema = workspace.run(&["schema", "findings"]).expect(0).json();
    let findings = workspace.findings();
    assert_same_fields(&schema, &findings);
    assert_same_fields(&schema["$defs"]["Coverage"], &findings["coverage"]);
    for result in findings["results"].as_array().unwrap() {
        assert_same_fields(&schema["$defs"]["ResultFindings"], result);
        for finding in result["findings"].as_array().unwrap() {
            assert_same_fields(&schema["$defs"]["Finding"], finding);
        }
    }
}

/// No field without a place in the schema, and every required one there.
fn assert_same_fields(schema: &Value, value: &Value) {
    let properties = schema["properties"].as_object().unwrap();
    let found = value.as_object().unwrap();
    let stranger = found.keys().find(|key| !properties.contains_key(*key));
    assert_eq!(stranger, None, "{value}");
    let required = schema["required"].as_array().unwrap().iter();
    let missing = required.filter_map(Value::as_str).find(|key| !found.contains_key(*key));
    assert_eq!(missing, None, "{value}");
}

#[test]
fn junit_counts_failures_skips_and_errors() {
    let workspace = two_benchmarks();
    workspace.write("results/perf_torn.json", "{");
    workspace.run_with(&["compare"], &[NOW]).expect(1);
    let junit = workspace.read("reports/junit.xml");
    assert!(junit.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), "{junit}");
    let counts = r#"tests="13" skipped="2" failures="1" errors="1""#;
    assert!(junit.contains(counts), "{junit}");
    assert_eq!(junit.matches("<failure ").count(), 1);
    let reason = "latency is 20.0 % worse: 12.000 s against a median of 10.000 s (limit 5.0 %)";
    assert!(junit.contains(&format!("<failure message=\"{reason}\"")), "{junit}");
    assert!(junit.contains("latency 12.000 s, base 10.000 s, +20.0 % worse"), "{junit}");
    assert_eq!(junit.matches("<error ").count(), 1);
    assert_eq!(junit.matches("<skipped").count(), 2);
}

#[test]
fn normalized_records_stand_beside_the_reports() {
    let workspace = two_benchmarks();
    workspace.run_with(&["compare"], &[NOW]).expect(1);
    let names = workspace.files("reports/results");
    assert_eq!(names.len(), 2, "{names:?}");
    let record = workspace.read(&format!("reports/results/{}", names[1]));
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!((&record["model_id"], &record["success"]), (&json!("wan"), &json!(false)));
    assert_eq!(record["verdict"], "regression");
}

#[test]
fn results_of_several_jobs_are_judged_together_and_broken_ones_called_by_their_folder() {
    let workspace = Workspace::new();
    workspace.put_records(&[record("wan", 1)]);
    let other = with(result("wan", 2), &json!({"device": "NVIDIA H100"}));
    workspace.write_json("jobs/l40s/perf_wan_20250502T120000Z.json", &result("wan", 2));
    workspace.write_json("jobs/h100/perf_wan_20250502T120000Z.json", &other);
    workspace.write("jobs/h100/perf_torn.json", "{");
    let said = workspace.shell("\"$0\" compare --results jobs/*/").expect(3).stdout;
    assert!(said.contains("jobs/h100/perf_torn.json is not JSON"), "{said}");
    assert_eq!(workspace.findings()["results"].as_array().unwrap().len(), 2);
    workspace.run(&["compare", "--results", "jobs/l40s", "--persist", "never"]).expect(0);
    assert_eq!(workspace.findings()["results"].as_array().unwrap().len(), 1);
}
