//! What the page at `/` is told of the queue, of batches and of the last requests.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use axum::{body::Body, http::Request};
use bench_serve::{
    Keys, Settings,
    batching::{Batching, Mode},
};
use serde_json::{Value, json};
use support::{
    Reply, Server, prompt,
    scripted::{Makes, Script},
};

async fn server(script: &Script, settings: Settings) -> Server {
    let sources =
        vec![script.source("clips", Makes::Videos), script.source("stills", Makes::Images)];
    Server::of(sources, settings).await
}

async fn status(server: &Server) -> Value {
    server.get("/status").await.expect(200).json()
}

/// The state of the server, once it is so.
async fn once(server: &Server, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..2000 {
        let status = status(server).await;
        if is_so(&status) {
            return status;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("never so: {}", status(server).await)
}

fn clip(steps: u64) -> Value {
    json!({"model": "clips", "prompt": "a secret", "size": "16x16", "num_inference_steps": steps})
}

#[tokio::test]
async fn requests_are_shown_while_they_wait_and_run_and_when_they_have_ended() {
    let script = Script::default();
    let batching = Batching { mode: Mode::Dynamic, max_size: 2, ..Batching::default() };
    let server = server(&script, Settings { batching, ..Settings::default() }).await;
    let idle = status(&server).await;
    assert_eq!((&idle["state"], &idle["under_way"]), (&json!("ready"), &json!([])));
    let models = json!([{"id": "clips", "makes": "videos"}, {"id": "stills", "makes": "images"}]);
    assert_eq!(idle["models"], models);
    assert_eq!(idle["batching"], json!({"mode": "dynamic", "max_size": 2}));

    script.hold();
    let mut names = Vec::new();
    for steps in [3, 4, 5] {
        let job = server.post("/v1/videos", &clip(steps)).await.expect(200).json();
        names.push(job["id"].clone());
        let begun = |status: &Value| status["counts"]["running"] == json!(1);
        if names.len() == 1 {
            once(&server, begun).await;
        }
    }
    let held = once(&server, |status| status["counts"]["waiting"] == json!(2)).await;
    let shown = |name: &str| -> Vec<Value> {
        let requests = held["under_way"].as_array().unwrap();
        requests.iter().map(|request| request[name].clone()).collect()
    };
    assert_eq!(shown("state"), ["running", "waiting", "waiting"]);
    assert_eq!(shown("of"), [3, 4, 5]);
    assert!(shown("age_s").iter().all(|age| age.as_f64().unwrap() >= 0.0));
    assert!(shown("asked_for")[0].as_str().unwrap().contains("16x16"));
    assert!(!held.to_string().contains("secret"), "{held}");

    script.release();
    let done = once(&server, |status| status["counts"]["ended"]["completed"] == json!(3)).await;
    assert_eq!(done["under_way"], json!([]));
    let ended = done["ended"].as_array().unwrap();
    for request in ended {
        let stages = request["stages"].as_object().unwrap().values();
        let sum: f64 = stages.map(|seconds| seconds.as_f64().unwrap()).sum();
        let latency = request["latency_s"].as_f64().unwrap();
        assert!((sum - latency).abs() <= 0.01 * latency + 1e-5, "{request}");
        assert!(names.contains(&request["video"]), "{request}");
    }
    assert_eq!(
        ended.iter().map(|request| &request["largest_batch"]).max_by_key(|size| size.as_u64()),
        Some(&json!(2))
    );
    let steps: u64 = done["counts"]["batch_sizes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|size| size["steps"].as_u64().unwrap())
        .sum();
    assert_eq!(Some(steps), done["counts"]["steps"].as_u64());
    // a video that is deleted is a request that was made, but nothing to show
    server.delete(&format!("/v1/videos/{}", names[0].as_str().unwrap())).await.expect(200);
    let videos = status(&server).await["ended"].as_array().unwrap().clone();
    let videos = videos.iter().filter(|request| request["video"].is_string());
    assert_eq!(videos.count(), 2);
}

#[tokio::test]
async fn a_request_that_failed_or_was_deleted_is_shown_as_such() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    let asked = json!({"model": "stills", "prompt": "decode"});
    server.post("/v1/images/generations", &asked).await.expect(500);
    script.hold();
    let job = server.post("/v1/videos", &prompt("a")).await.expect(200).json();
    once(&server, |status| status["counts"]["running"] == json!(1)).await;
    server.delete(&format!("/v1/videos/{}", job["id"].as_str().unwrap())).await.expect(200);
    script.release();
    let done = once(&server, |status| status["under_way"] == json!([])).await;
    let outcomes = done["ended"].as_array().unwrap().iter().map(|request| &request["outcome"]);
    assert_eq!(outcomes.collect::<Vec<_>>(), ["cancelled", "failed"]);
    assert_eq!(done["counts"]["ended"], json!({"cancelled": 1, "failed": 1}));
}

#[tokio::test]
async fn a_key_opens_the_status_and_names_own_videos_only() {
    let script = Script::default();
    let keys = Keys::read("alpha\nbeta\n").unwrap();
    let server = server(&script, Settings { keys, ..Settings::default() }).await;
    server.get("/status").await.expect(401);
    let (alpha, beta) = (("authorization", "Bearer alpha"), ("authorization", "Bearer beta"));
    let job = server.post_with("/v1/videos", &prompt("a"), &[alpha]).await.expect(200).json();
    let get = async |key: (&str, &str)| -> Reply {
        let request = Request::get("/status").header(key.0, key.1);
        server.send(request.body(Body::empty()).unwrap()).await.expect(200)
    };
    let mut own = Value::Null;
    for _ in 0..2000 {
        own = get(alpha).await.json();
        if own["ended"][0].is_object() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(own["ended"][0]["video"], job["id"]);
    let others = get(beta).await.json();
    assert_eq!(others["ended"][0]["outcome"], "completed");
    assert_eq!(others["ended"][0]["video"], Value::Null);
}
