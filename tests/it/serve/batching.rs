//! Batches of the binary: flags, rules, and what its metrics say.

use std::thread;

use serde_json::{Value, json};

use super::server::{Server, fake, tiny_wan};
use crate::support::workspace::Workspace;

#[test]
fn requests_that_share_batches_have_the_bytes_that_they_have_alone() {
    let workspace = Workspace::new();
    let wan = tiny_wan(&workspace);
    let args = [
        wan.to_str().unwrap(),
        "--batching-mode",
        "dynamic",
        "--batching-max-size",
        "4",
        "--batching-delay-ms",
        "200",
        "--enable-batching-metrics",
    ];
    let server = Server::of(&workspace, &args);
    let asked: Vec<Value> = (0..4u64)
        .map(|n| json!({"prompt": format!("fox {n}"), "seed": n, "num_inference_steps": n + 2}))
        .collect();
    let together: Vec<Vec<u8>> = thread::scope(|scope| {
        let sent: Vec<_> = asked
            .iter()
            .map(|asked| {
                let server = &server;
                scope.spawn(move || server.post("/v1/videos/sync", asked).expect(200).body)
            })
            .collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    });
    let merged = count(&server, "bench_serve_requests_merged_total");
    assert!(merged >= 2.0, "{merged}");
    for (asked, body) in asked.iter().zip(&together) {
        assert_eq!(server.post("/v1/videos/sync", asked).expect(200).body, *body, "{asked}");
    }
    assert!(server.said().contains("queue_wait_ms="), "{}", server.said());
}

#[test]
fn rules_limit_batches_and_those_that_never_match_are_said() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.05);
    let rules = json!({"schema_version": 1, "rules": [
        {"model": "fake", "resolution": "8x8", "max_batch_size": 2},
        {"model": "other", "max_batch_size": 1},
        {"model": "fake", "resolution": "512x512", "max_batch_size": 4}
    ]});
    workspace.write_json("rules.json", &rules);
    let args =
        [config.to_str().unwrap(), "--batching-mode", "dynamic", "--batching-config", "rules.json"];
    let server = Server::of(&workspace, &args);
    let said = server.said();
    assert!(said.contains("rule 1 can never match: it is about another model"), "{said}");
    assert!(said.contains("rule 2 can never match: fake makes no 512x512"), "{said}");
    assert!(!said.contains("rule 0"), "{said}");
    let ids: Vec<String> =
        (0..5).map(|n| server.create(&json!({"prompt": n.to_string()}))).collect();
    for id in &ids {
        server.wait_for(id, &["completed"]);
    }
    assert!(count(&server, "bench_serve_not_merged_total{reason=\"config_cap\"}") >= 1.0);
    // two at most
    let two = count(&server, "bench_serve_batch_size_bucket{le=\"2\"}");
    assert_eq!(two, count(&server, "bench_serve_batch_size_count"));
    assert!(count(&server, "bench_serve_batch_size_bucket{le=\"1\"}") < two);
}

fn count(server: &Server, name: &str) -> f64 {
    let text = String::from_utf8(server.get("/metrics").expect(200).body).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}
