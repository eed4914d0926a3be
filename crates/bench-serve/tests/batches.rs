//! Who shares a batch, who fails, who leaves.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use std::time::Duration;

use bench_serve::{
    Limits, Settings,
    batching::{Batching, MemoryLimit, Mode, Profiling},
};
use serde_json::{Value, json};
use support::{
    Server, prompt,
    scripted::{Makes, Script},
};

fn dynamic(max_size: usize) -> Settings {
    let batching = Batching { mode: Mode::Dynamic, max_size, ..Batching::default() };
    Settings { batching, ..Settings::default() }
}

async fn server(script: &Script, settings: Settings) -> Server {
    Server::of(vec![script.source("clips", Makes::Videos)], settings).await
}

async fn create(server: &Server, asked: Value) -> String {
    let job = server.post("/v1/videos", &asked).await.expect(200).json();
    job["id"].as_str().unwrap().to_owned()
}

/// Waits until a prompt is on the device.
async fn seen(script: &Script, server: &Server, id: &str) {
    for _ in 0..1000 {
        let job = server.get(&format!("/v1/videos/{id}")).await.expect(200).json();
        if job["status"] == "in_progress" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{id} does not begin: {:?}", script.steps());
}

#[tokio::test]
async fn requests_join_and_leave_between_steps() {
    let script = Script::default();
    let server = server(&script, dynamic(4)).await;
    script.hold();
    let long = create(&server, json!({"prompt": "long", "num_inference_steps": 6})).await;
    seen(&script, &server, &long).await;
    let short = create(&server, json!({"prompt": "short", "num_inference_steps": 2})).await;
    let other = create(&server, json!({"prompt": "other", "size": "16x16"})).await;
    script.release();
    for id in [&long, &short, &other] {
        assert_eq!(server.ended(id).await["status"], "completed");
    }
    let steps = script.steps();
    // the first step began without it; it joins at the next, with steps of its own
    assert_eq!(steps[0], ["long"]);
    assert_eq!((&steps[1], &steps[2]), (&vec!["long".to_owned(), "short".to_owned()], &steps[1]));
    assert!(steps[3..6].iter().all(|step| *step == ["long"]), "{steps:?}");
    assert!(steps[6..].iter().all(|step| *step == ["other"]), "{steps:?}");
    assert_eq!(server.count("bench_serve_requests_merged_total").await, 2.0);
    assert_eq!(server.count("bench_serve_not_merged_total{reason=\"size\"}").await, 1.0);
}

#[tokio::test]
async fn batching_is_off_unless_asked_for() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    let first = create(&server, prompt("a")).await;
    let second = create(&server, prompt("b")).await;
    server.ended(&first).await;
    server.ended(&second).await;
    assert!(script.steps().iter().all(|step| step.len() == 1));
}

#[tokio::test]
async fn an_idle_device_waits_for_company() {
    let script = Script::default();
    let mut settings = dynamic(2);
    settings.batching.delay = Duration::from_secs(20);
    let server = server(&script, settings).await;
    let first = create(&server, prompt("a")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(script.steps().is_empty());
    let second = create(&server, prompt("b")).await;
    server.ended(&first).await;
    server.ended(&second).await;
    assert_eq!(script.steps()[0], ["a", "b"]);
}

#[tokio::test]
async fn a_member_that_fails_fails_alone() {
    for bad in ["fail 2", "panic 2", "decode", "refuse"] {
        let script = Script::default();
        let server = server(&script, dynamic(4)).await;
        script.hold();
        let first = create(&server, prompt("a")).await;
        let failing = create(&server, prompt(bad)).await;
        let second = create(&server, prompt("b")).await;
        script.release();
        let failed = server.ended(&failing).await;
        assert_eq!(
            (&failed["status"], &failed["error"]["code"]),
            (&json!("failed"), &json!("generation_failed")),
            "{bad}"
        );
        let path = format!("/v1/videos/{failing}/content");
        server.get(&path).await.expect(400);
        for (id, text) in [(&first, "a"), (&second, "b")] {
            assert_eq!(server.ended(id).await["status"], "completed", "{bad}");
            let made = server.get(&format!("/v1/videos/{id}/content")).await.expect(200);
            let alone = server.post("/v1/videos/sync", &prompt(text)).await.expect(200);
            assert_eq!(made.body, alone.body, "{bad}");
        }
        // a client that waits hears at once that trying again is of no use
        let reply = server.post("/v1/videos/sync", &prompt(bad)).await.expect(500);
        assert_eq!(reply.header("x-should-retry"), Some("false"));
    }
}

/// Requests at once, until all have ended: how large their steps were, the first `passed_over` left out.
async fn sizes(script: &Script, server: &Server, count: usize, steps: u64) -> Vec<usize> {
    let before = script.steps().len();
    let asked = |n: usize| json!({"prompt": n.to_string(), "num_inference_steps": steps});
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(create(server, asked(number)).await);
    }
    for id in &ids {
        assert_eq!(server.ended(id).await["status"], "completed");
    }
    script.steps()[before..].iter().map(Vec::len).collect()
}

#[tokio::test]
async fn batches_are_used_where_they_were_measured_to_gain() {
    let script = Script::default();
    let mut settings = dynamic(4);
    settings.batching.profiling = Profiling::On;
    let server = server(&script, settings).await;
    // a step takes as long for four as for one
    let first = sizes(&script, &server, 8, 8).await;
    assert!(first.starts_with(&[1, 1, 1, 1, 1]), "one alone is measured first: {first:?}");
    let later = sizes(&script, &server, 8, 8).await;
    assert!(later.contains(&4), "{later:?}");
    let text = server.get("/metrics").await.text();
    let limit = "bench_serve_shape_batch_limit{model=\"clips\",shape=\"8x8x5\"} 4";
    assert!(text.contains(limit), "{text}");
    assert!(
        text.contains("bench_serve_shape_gain{model=\"clips\",shape=\"8x8x5\",batch=\"2\"}"),
        "{text}"
    );
    assert!(server.count("bench_serve_not_merged_total{reason=\"no_gain\"}").await >= 1.0);
}

#[tokio::test]
async fn batches_that_gain_nothing_are_given_up() {
    let script = Script::default();
    script.slow_batches();
    let mut settings = dynamic(4);
    settings.batching.profiling = Profiling::On;
    let server = server(&script, settings).await;
    let first = sizes(&script, &server, 6, 8).await;
    assert!(first.contains(&2), "two are tried: {first:?}");
    let later = sizes(&script, &server, 6, 8).await;
    assert!(later.iter().all(|size| *size == 1), "{later:?}");
    let limit = "bench_serve_shape_batch_limit{model=\"clips\",shape=\"8x8x5\"}";
    assert_eq!(server.count(limit).await, 1.0);
}

#[tokio::test]
async fn batches_stay_within_the_memory_that_they_may_take() {
    let script = Script::default();
    script.take_memory(100);
    let mut settings = dynamic(8);
    settings.batching.memory = MemoryLimit::Mb(1350);
    let server = server(&script, settings).await;
    let found = sizes(&script, &server, 8, 8).await;
    assert_eq!(found.first(), Some(&1), "nothing is known before one ran alone: {found:?}");
    assert_eq!(found.iter().max(), Some(&3), "1,300 MB of three, 1,400 of four: {found:?}");
    let shape = "model=\"clips\",shape=\"8x8x5\"";
    assert_eq!(server.count(&format!("bench_serve_shape_batch_limit{{{shape}}}")).await, 3.0);
    let peak = format!("bench_serve_shape_peak_memory_bytes{{{shape},batch=\"3\"}}");
    assert_eq!(server.count(&peak).await, 1300.0 * 1_048_576.0);
    assert!(server.count("bench_serve_not_merged_total{reason=\"memory\"}").await >= 1.0);
}

#[tokio::test]
async fn models_larger_than_the_limit_serve_one_request_at_a_time() {
    let script = Script::default();
    script.take_memory(100);
    let mut settings = dynamic(8);
    settings.batching.memory = MemoryLimit::Mb(10);
    let server = server(&script, settings).await;
    let found = sizes(&script, &server, 4, 4).await;
    assert!(found.iter().all(|size| *size == 1), "{found:?}");
}

#[tokio::test]
async fn a_batch_too_large_for_the_device_is_not_tried_again() {
    let script = Script::default();
    script.let_share(2);
    let server = server(&script, dynamic(4)).await;
    script.hold();
    let ids = [
        create(&server, prompt("a")).await,
        create(&server, prompt("b")).await,
        create(&server, prompt("c")).await,
        create(&server, prompt("d")).await,
    ];
    script.release();
    for id in &ids {
        assert_eq!(server.ended(id).await["status"], "completed");
    }
    let later = sizes(&script, &server, 8, 8).await;
    let failing = later.iter().filter(|size| **size > 2).count();
    assert!(failing <= 1 && later.contains(&2), "{later:?}");
    assert!(server.count("bench_serve_not_merged_total{reason=\"batch_failed\"}").await >= 1.0);
    // one that is at fault itself says nothing of the others
    let other = Script::default();
    let server = self::server(&other, dynamic(4)).await;
    other.hold();
    let ids = [create(&server, prompt("a")).await, create(&server, prompt("fail 2")).await];
    other.release();
    server.ended(&ids[0]).await;
    server.ended(&ids[1]).await;
    let later = sizes(&other, &server, 4, 8).await;
    assert!(later.contains(&4), "{later:?}");
}

#[tokio::test]
async fn a_request_that_is_deleted_leaves_within_a_step() {
    let script = Script::default();
    let server = server(&script, dynamic(4)).await;
    script.hold();
    let kept = create(&server, json!({"prompt": "kept", "num_inference_steps": 8})).await;
    let gone = create(&server, json!({"prompt": "gone", "num_inference_steps": 1000})).await;
    seen(&script, &server, &kept).await;
    server.delete(&format!("/v1/videos/{gone}")).await.expect(200);
    script.release();
    server.ended(&kept).await;
    assert!(script.steps_of("gone") <= 1, "{:?}", script.steps());
    let made = server.get(&format!("/v1/videos/{kept}/content")).await.expect(200);
    let alone = json!({"prompt": "kept", "num_inference_steps": 8});
    let alone = server.post("/v1/videos/sync", &alone).await.expect(200);
    assert_eq!(made.body, alone.body);
}

#[tokio::test]
async fn who_hangs_up_leaves_within_a_step() {
    let script = Script::default();
    let server = server(&script, dynamic(4)).await;
    let asked = json!({"prompt": "gone", "num_inference_steps": 1000});
    let waiting = server.post("/v1/videos/sync", &asked);
    assert!(tokio::time::timeout(Duration::from_millis(100), waiting).await.is_err());
    tokio::time::sleep(Duration::from_millis(50)).await;
    let taken = script.steps_of("gone");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(script.steps_of("gone"), taken);
    assert!(taken > 1 && taken < 1000, "{taken}");
    let text = server.get("/metrics").await.text();
    assert!(text.contains("vllm:omni_num_requests_running 0"), "{text}");
}

#[tokio::test]
async fn without_a_device_nothing_waits_for_ever() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    script.hold();
    let running = create(&server, prompt("running")).await;
    seen(&script, &server, &running).await;
    let waiting = create(&server, prompt("waiting")).await;
    server.app.abort();
    server.app.drain();
    script.release();
    for id in [&running, &waiting] {
        assert_eq!(server.ended(id).await["error"]["code"], "server_stopped");
    }
    server.post("/v1/videos/sync", &prompt("late")).await.expect(503);
}

#[tokio::test]
async fn a_full_queue_says_when_to_come_again() {
    let script = Script::default();
    let limits = Limits { max_queue: 2, ..Limits::default() };
    let server = server(&script, Settings { limits, ..Settings::default() }).await;
    script.hold();
    let running = create(&server, prompt("running")).await;
    seen(&script, &server, &running).await;
    let waiting = [create(&server, prompt("a")).await, create(&server, prompt("b")).await];
    let refused = server.post("/v1/videos", &prompt("c")).await.expect(429);
    assert_eq!(refused.error().1.as_deref(), Some("queue_full"));
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=120).contains(&seconds));
    // who leaves makes room
    server.delete(&format!("/v1/videos/{}", waiting[0])).await.expect(200);
    let late = loop {
        let reply = server.post("/v1/videos", &prompt("d")).await;
        match reply.status.as_u16() {
            200 => break reply.json()["id"].as_str().unwrap().to_owned(),
            _ => tokio::time::sleep(Duration::from_millis(2)).await,
        }
    };
    script.release();
    for id in [&running, &waiting[1], &late] {
        assert_eq!(server.ended(id).await["status"], "completed");
    }
}

#[tokio::test]
async fn none_of_many_requests_is_lost_or_hangs() {
    let script = Script::default();
    let limits = Limits { max_queue: 16, ..Limits::default() };
    let server = server(&script, Settings { limits, ..dynamic(8) }).await;
    let mut counts = std::collections::BTreeMap::new();
    let asked: Vec<Value> = (0..500u64)
        .map(|n| {
            json!({"prompt": format!("{n}"), "num_inference_steps": 1 + n % 3,
                        "size": if n % 4 == 0 { "16x8" } else { "8x8" }})
        })
        .collect();
    let server = std::sync::Arc::new(server);
    let tasks: Vec<_> = asked
        .into_iter()
        .map(|asked| {
            let server = std::sync::Arc::clone(&server);
            tokio::spawn(
                async move { server.post("/v1/videos/sync", &asked).await.status.as_u16() },
            )
        })
        .collect();
    for task in tasks {
        *counts.entry(task.await.unwrap()).or_insert(0) += 1;
    }
    assert_eq!(counts.values().sum::<i32>(), 500);
    assert!(counts.keys().all(|status| [200, 429].contains(status)), "{counts:?}");
    assert!(counts[&200] >= 16, "{counts:?}");
    let text = server.get("/metrics").await.text();
    for line in ["vllm:omni_num_requests_running 0", "vllm:omni_num_requests_waiting 0"] {
        assert!(text.contains(line), "{text}");
    }
}

#[tokio::test]
async fn a_server_that_ends_takes_nothing_and_finishes_what_runs() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    script.hold();
    let running = create(&server, prompt("running")).await;
    seen(&script, &server, &running).await;
    let waiting = create(&server, prompt("waiting")).await;
    server.app.drain();
    let refused = server.post("/v1/videos", &prompt("late")).await.expect(503);
    assert_eq!(refused.error().1.as_deref(), Some("draining"));
    assert!(refused.header("retry-after").is_some());
    server.get("/ready").await.expect(503);
    server.get("/health").await.expect(200);
    let failed = server.ended(&waiting).await;
    assert_eq!(failed["error"]["code"], "server_stopped");
    script.release();
    assert_eq!(server.ended(&running).await["status"], "completed");
}
