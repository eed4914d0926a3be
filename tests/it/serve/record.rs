//! `--record`: what was served, as raw records that `compare` judges and `history` shows.

use serde_json::{Value, json};

use super::server::{Server, fake, tiny_sd};
use crate::support::workspace::Workspace;

/// The raw records of a folder, in the order of their names.
fn records(workspace: &Workspace, folder: &str) -> Vec<Value> {
    let mut names = workspace.files(folder);
    names.sort();
    let read = |name: &String| workspace.read(&format!("{folder}/{name}"));
    names.iter().map(|name| serde_json::from_str(&read(name)).unwrap()).collect()
}

fn ended_by_sigterm(server: Server) -> String {
    server.signal("-TERM");
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    said
}

#[test]
fn each_request_is_a_trial_whose_stages_add_up_to_its_latency() {
    let workspace = Workspace::new();
    let (fake, sd) = (fake(&workspace, "fake", 0.002), tiny_sd(&workspace));
    let server = Server::of(
        &workspace,
        &[fake.to_str().unwrap(), sd.to_str().unwrap(), "--record", "served"],
    );
    for number in 0..8 {
        let asked = json!({"model": "fake", "prompt": format!("a secret {number}")});
        server.post("/v1/videos/sync", &asked).expect(200);
    }
    let id = server.create(&json!({"model": "fake", "prompt": "b", "num_inference_steps": 9}));
    server.wait_for(&id, &["completed"]);
    let faster = json!({"model": "fake", "prompt": "c", "fps": 10});
    server.post("/v1/videos/sync", &faster).expect(200);
    let pictures = json!({"model": "tiny-sd", "prompt": "a", "n": 2});
    server.post("/v1/images/generations", &pictures).expect(200);
    let said = ended_by_sigterm(server);
    assert_eq!(said.matches("\nresult: served/perf_").count(), 4, "{said}");
    let records = records(&workspace, "served");
    let of = |variant: &str| {
        let found =
            records.iter().find(|record| record["variant_id"].as_str().unwrap().ends_with(variant));
        found.unwrap_or_else(|| panic!("no {variant} in {records:?}"))
    };
    let (short, long) = (of("serve-8x8x5-4steps-5fps"), of("serve-8x8x5-9steps-5fps"));
    let two = of("serve-32x16-2steps-2outputs");
    assert_eq!(
        (short["trials"].as_array().unwrap().len(), long["trials"].as_array().unwrap().len()),
        (8, 1)
    );
    let faster = of("serve-8x8x5-4steps-10fps");
    assert_eq!(faster["trials"].as_array().unwrap().len(), 1);
    assert_eq!(faster["recipe"]["generation_kwargs"]["fps"], 10);
    assert_eq!(short["benchmark_id"], "fake-serve");
    assert_eq!(short["recipe"]["init_kwargs"]["serving"], json!({"batching_mode": "disabled"}));
    assert_eq!(two["output"], json!({"kind": "images", "images": 2}));
    for record in &records {
        assert_eq!(
            (&record["success_rate"], &record["failed_requests"]),
            (&json!(1.0), &json!(0.0))
        );
        assert!(record["requests_per_s"].as_f64() > Some(0.0));
        for trial in record["trials"].as_array().unwrap() {
            let stages = trial["stages"].as_object().unwrap();
            let sum: f64 = stages.values().map(|seconds| seconds.as_f64().unwrap()).sum();
            let latency = trial["latency_s"].as_f64().unwrap();
            assert!((sum - latency).abs() <= 0.01 * latency, "{sum} of {latency}: {trial}");
            assert!(trial["metrics"]["output_bytes"].as_f64() > Some(0.0));
        }
        assert!(!record.to_string().contains("secret"), "prompts are in no record");
    }
    let judged = workspace.run(&["compare", "--results", "served", "--store", "store"]).expect(0);
    assert!(judged.stdout.contains("4 added to store"), "{}", judged.stdout);
    let shown = workspace.run(&["history", "--store", "store"]).expect(0).stdout;
    assert!(shown.contains("fake-serve") && shown.contains("tiny-sd-serve"), "{shown}");
}

#[test]
fn requests_without_an_output_say_how_they_ended() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "slow", 0.05);
    let failing =
        workspace.read("slow.json").replace("\"step_s\"", "\"fails\":\"error\",\"step_s\"");
    let failing = workspace.write("failing.json", &failing.replace("\"slow\"", "\"failing\""));
    let args = [config.to_str().unwrap(), failing.to_str().unwrap(), "--record", "served"];
    let server = Server::of(&workspace, &args);
    server.post("/v1/videos/sync", &json!({"model": "failing", "prompt": "a"})).expect(500);
    let asked = json!({"model": "slow", "prompt": "b", "num_inference_steps": 900});
    let id = server.create(&asked);
    server.wait_for(&id, &["in_progress"]);
    server.delete(&format!("/v1/videos/{id}")).expect(200);
    server.wait_for_status(|status| status["counts"]["ended"]["cancelled"] == 1);
    ended_by_sigterm(server);
    let records = records(&workspace, "served");
    let failed = records.iter().find(|record| record["benchmark_id"] == "failing-serve").unwrap();
    assert!(
        failed["failed"].as_str().unwrap().starts_with("1 failed; the first failed: "),
        "{failed}"
    );
    let skipped = records.iter().find(|record| record["benchmark_id"] == "slow-serve").unwrap();
    assert_eq!(skipped["skipped"], "no request was completed: 1 cancelled");
    assert_eq!(skipped["trials"][0]["discard_reason"], "cancelled");
}

#[test]
fn a_record_is_written_after_each_interval() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let args = [config.to_str().unwrap(), "--record", "served", "--record-interval", "1"];
    let mut server = Server::of(&workspace, &args);
    server.post("/v1/videos/sync", &json!({"prompt": "a"})).expect(200);
    server.wait_until("\nresult: served/perf_fake-serve_");
    server.post("/v1/videos/sync", &json!({"prompt": "b"})).expect(200);
    ended_by_sigterm(server);
    let records = records(&workspace, "served");
    let counts: Vec<usize> =
        records.iter().map(|r| r["trials"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [1, 1]);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_said_before_models_are_loaded() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let config = config.to_str().unwrap();
    workspace.write("taken", "a file");
    let finished = workspace.run(&["serve", config, "--record", "taken"]).expect(3);
    assert!(finished.stderr.contains("cannot write taken"), "{}", finished.stderr);
    let finished = workspace.run(&["serve", config, "--record-interval", "60"]).expect(2);
    assert!(finished.stderr.contains("--record <DIR>"), "{}", finished.stderr);
    let args = ["serve", config, "--video-format", "gif"];
    let finished = workspace.run(&args).expect(2);
    assert!(
        finished.stderr.contains("--video-format is \"gif\", but this build has png"),
        "{}",
        finished.stderr
    );
}
