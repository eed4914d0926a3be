//! Load tests of the server of this program.

use serde_json::Value;

use crate::{
    serve::server::{Server, fake, tiny_sd},
    support::workspace::Workspace,
};

fn load(workspace: &Workspace, server: &Server, options: &[&str]) -> Value {
    let url = format!("http://127.0.0.1:{}/v1", server.port);
    let fixed = ["load", "--base-url", &url, "--result", "r.json"];
    workspace.run(&[&fixed, options].concat()).expect(0);
    serde_json::from_str(&workspace.read("r.json")).unwrap()
}

#[test]
fn videos_have_the_latency_that_the_server_states_whatever_the_interval_of_looks() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.05);
    let server = Server::of(&workspace, &[config.to_str().unwrap()]);
    let options = [
        "--endpoint",
        "videos",
        "--num-prompts",
        "3",
        "--max-concurrency",
        "1",
        "--poll-interval-ms",
    ];
    let often = load(&workspace, &server, &[&options[..], &["10"]].concat());
    let seldom = load(&workspace, &server, &[&options[..], &["900"]].concat());
    for file in [&often, &seldom] {
        assert_eq!(file["completed"], 3);
        assert_eq!(file["requests"][0]["latency_by"], "server");
        assert_eq!(file.get("mean_ttft_ms"), None);
        assert!(file["outputs_per_s"].is_number());
    }
    let (often, seldom) =
        (often["median_e2el_ms"].as_f64().unwrap(), seldom["median_e2el_ms"].as_f64().unwrap());
    // a busy machine adds to either; looks every 900 ms would add half a second
    assert!((often - seldom).abs() < 250.0, "{often} and {seldom}");
    assert!(seldom < 800.0, "{seldom}");
}

#[test]
fn images_are_counted() {
    let workspace = Workspace::new();
    let config = tiny_sd(&workspace);
    let server = Server::of(&workspace, &[config.to_str().unwrap()]);
    let options = ["--endpoint", "images", "--num-prompts", "3", "--extra-body", r#"{"n": 2}"#];
    let file = load(&workspace, &server, &options);
    assert_eq!(
        (file["completed"].as_u64(), file["requests"][0]["images"].as_u64()),
        (Some(3), Some(2))
    );
}
