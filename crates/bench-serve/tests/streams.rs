//! Answers token by token, from a model that waits where it is told to: who joins, who leaves, who fails, and what
//! bounds them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use std::time::Duration;

use bench_serve::{
    Keys, Limits, Settings,
    batching::{Batching, Mode},
};
use serde_json::{Value, json};
use support::{
    Server,
    scripted::{Makes, Script},
    spoken::{BYTES_PER_TOKEN, CONTEXT, Events, Talk, put_together, with},
};

const CHAT: &str = "/v1/chat/completions";
const COMPLETIONS: &str = "/v1/completions";

async fn talking(talk: &Talk, limits: Limits) -> Server {
    Server::of(vec![talk.source("talk")], Settings { limits, ..Settings::default() }).await
}

/// Waits until a count of `/metrics` has a value.
async fn until(server: &Server, name: &str, value: f64) {
    for _ in 0..2000 {
        if (server.count(name).await - value).abs() < 1e-9 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{name} is {}, not {value}", server.count(name).await);
}

fn tokens(prompt: &[u32], most: usize) -> Value {
    json!({"prompt": prompt, "max_tokens": most, "seed": 100, "stream": true})
}

/// Begins a stream while the device is held in a step of others, which is let end.
async fn join(server: &Server, talk: &Talk, asked: &Value) -> Events {
    let step = async {
        until(server, "vllm:num_requests_waiting", 1.0).await;
        talk.allow(1);
    };
    tokio::join!(server.stream(COMPLETIONS, asked), step).0
}

async fn answer_text(events: &mut Events) -> String {
    events.json().await["choices"][0]["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn tokens_go_out_as_they_come_and_requests_join_between_them() {
    let talk = Talk::default();
    let server = talking(&talk, Limits::default()).await;
    talk.hold();
    let mut first = server.stream(COMPLETIONS, &tokens(&[1], 4)).await;
    assert_eq!(answer_text(&mut first).await, " 101", "before its second token is allowed");
    talk.allow(1);
    assert_eq!(answer_text(&mut first).await, " 102");
    let second = json!({"prompt": [1, 2], "max_tokens": 3, "seed": 200, "stream": true});
    let mut second = join(&server, &talk, &second).await;
    assert_eq!(answer_text(&mut second).await, " 201");
    talk.release();
    let texts =
        (put_together(&first.remaining().await).0, put_together(&second.remaining().await).0);
    assert_eq!(texts, (" 103 104".to_owned(), " 202 203".to_owned()));
    assert!(talk.steps().contains(&2), "{:?}", talk.steps());
}

#[tokio::test]
async fn who_hangs_up_ends_its_sequence_within_a_token_and_frees_its_cache() {
    let talk = Talk::default();
    let server = talking(&talk, Limits::default()).await;
    talk.hold();
    let mut leaves = server.stream(COMPLETIONS, &tokens(&[1, 2, 3], 50)).await;
    let mut stays = join(&server, &talk, &tokens(&[1], 9)).await;
    let _ = (answer_text(&mut leaves).await, answer_text(&mut stays).await);
    until(&server, "bench_serve_kv_cache_tokens", 53.0 + 10.0).await;
    drop(leaves);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let before = talk.steps().len();
    talk.allow(2);
    let _ = (answer_text(&mut stays).await, answer_text(&mut stays).await);
    // the step that had begun may have had both, and none after it
    assert_eq!(talk.steps()[before + 1..], [1], "{:?}", talk.steps());
    until(&server, "bench_serve_kv_cache_tokens", 10.0).await;
    talk.release();
    assert_eq!(put_together(&stays.remaining().await).0, " 104 105 106 107 108 109");
    until(&server, "bench_serve_kv_cache_tokens", 0.0).await;
    let name = |outcome: &str| {
        format!("bench_serve_requests_total{{model=\"talk\",outcome=\"{outcome}\"}}")
    };
    until(&server, &name("hung_up"), 1.0).await;
    until(&server, &name("completed"), 1.0).await;
}

#[tokio::test]
async fn a_failure_before_the_first_token_has_a_status_and_later_it_is_an_event() {
    let talk = Talk::default();
    let server = talking(&talk, Limits::default()).await;
    for stream in [true, false] {
        let asked = json!({"prompt": [92], "stream": stream});
        let reply = server.post(COMPLETIONS, &asked).await.expect(500);
        assert_eq!(reply.error().1.as_deref(), Some("generation_failed"));
        assert_eq!(reply.header("x-should-retry"), Some("false"));
    }
    for poison in [90, 91] {
        let mut events = server.stream(COMPLETIONS, &tokens(&[poison, 4], 9)).await;
        assert_eq!(events.status, 200);
        let all = events.remaining().await;
        let last: Value = serde_json::from_str(all.last().unwrap()).unwrap();
        assert_eq!(last["error"]["code"], "generation_failed", "{all:?}");
        assert_eq!(last["error"]["type"], "server_error");
        assert_eq!(all.len(), 3 + 1, "three tokens, the error and no end");
    }
}

#[tokio::test]
async fn a_sequence_that_fails_fails_alone_and_its_neighbours_go_on_where_they_were() {
    let talk = Talk::default();
    let server = talking(&talk, Limits::default()).await;
    talk.hold();
    let mut fails = server.stream(COMPLETIONS, &tokens(&[90, 4], 9)).await;
    let mut neighbour = join(&server, &talk, &tokens(&[1], 9)).await;
    talk.release();
    let failed = fails.remaining().await;
    assert!(failed.last().unwrap().contains("generation_failed"), "{failed:?}");
    let (text, finish, _) = put_together(&neighbour.remaining().await);
    assert_eq!(text, " 101 102 103 104 105 106 107 108 109", "each once");
    assert_eq!(finish, "length");
}

#[tokio::test]
async fn the_cache_bounds_how_many_run_and_the_queue_how_many_wait() {
    let talk = Talk::default();
    // room for two sequences of 32 tokens
    let limits = Limits {
        kv_cache_bytes: Some(CONTEXT as u64 * BYTES_PER_TOKEN),
        max_queue: 2,
        ..Limits::default()
    };
    let server = talking(&talk, limits).await;
    talk.hold();
    let asked = tokens(&[1, 2], 30);
    let first = server.stream(COMPLETIONS, &asked).await;
    let mut running = [first, join(&server, &talk, &asked).await];
    let third = server.stream(COMPLETIONS, &asked);
    let fourth = server.stream(COMPLETIONS, &asked);
    let full = async {
        until(&server, "vllm:num_requests_waiting", 2.0).await;
        let reply = server.post(COMPLETIONS, &tokens(&[1], 1)).await.expect(429);
        assert_eq!(reply.error().1.as_deref(), Some("queue_full"));
        assert!(reply.header("retry-after").is_some());
        assert!((server.count("vllm:num_requests_running").await - 2.0).abs() < 1e-9);
        talk.release();
    };
    let (mut third, mut fourth, ()) = tokio::join!(third, fourth, full);
    for events in running.iter_mut().chain([&mut third, &mut fourth]) {
        assert_eq!(put_together(&events.remaining().await).1, "length");
    }
    assert_eq!(talk.steps().iter().max(), Some(&2));
    let reason = server.count("bench_serve_not_merged_total{reason=\"kv_cache\"}").await;
    assert!((reason - 2.0).abs() < 1e-9, "{reason}");
}

#[tokio::test]
async fn sequences_at_once_are_as_many_as_is_said() {
    let talk = Talk::default();
    let server = talking(&talk, Limits { max_num_seqs: 3, ..Limits::default() }).await;
    talk.hold();
    let asked = json!({"prompt": vec![[1, 2]; 8], "max_tokens": 5, "seed": 1});
    let reply = server.post(COMPLETIONS, &asked);
    let release = async {
        until(&server, "vllm:num_requests_waiting", 7.0).await;
        talk.release();
    };
    let (reply, ()) = tokio::join!(reply, release);
    let choices = reply.expect(200).json()["choices"].as_array().unwrap().clone();
    assert_eq!(choices.len(), 8);
    assert!(choices.iter().all(|choice| choice["text"] == " 2 3 4 5 6"));
    assert_eq!(talk.steps().iter().max(), Some(&3));
}

#[tokio::test]
async fn a_cache_that_does_not_hold_the_context_is_refused_at_the_start() {
    let folder = tempfile::TempDir::new().unwrap();
    let bytes = CONTEXT as u64 * BYTES_PER_TOKEN - 1;
    let limits = Limits { kv_cache_bytes: Some(bytes), ..Limits::default() };
    let settings = Settings { limits, jobs: folder.path().join("jobs"), ..Settings::default() };
    let (app, served) = bench_serve::start(vec![Talk::default().source("talk")], settings).unwrap();
    let error = app.loaded(served).await.unwrap_err().to_string();
    assert!(error.contains("talk") && error.contains("640"), "{error}");
}

#[tokio::test]
async fn the_end_of_the_server_ends_what_waits_with_a_status_and_what_runs_with_an_event() {
    let talk = Talk::default();
    let server = talking(&talk, Limits { max_num_seqs: 1, ..Limits::default() }).await;
    talk.hold();
    let asked = tokens(&[1], 9);
    let mut runs = server.stream(COMPLETIONS, &asked).await;
    let waits = server.stream(COMPLETIONS, &asked);
    let end = async {
        until(&server, "vllm:num_requests_waiting", 1.0).await;
        server.app.drain();
        server.app.abort();
        talk.release();
    };
    let (mut waits, ()) = tokio::join!(waits, end);
    assert_eq!(waits.status, 503);
    assert!(waits.headers.get("retry-after").is_some());
    drop(waits.rest_of_body().await);
    let all = runs.remaining().await;
    assert!(all.last().unwrap().contains("server_stopped"), "{all:?}");
}

#[tokio::test]
async fn tokens_and_times_are_counted_under_the_names_of_vllm() {
    let talk = Talk::default();
    let server = talking(&talk, Limits::default()).await;
    for _ in 0..3 {
        server.post(COMPLETIONS, &json!({"prompt": [1, 2], "max_tokens": 5})).await.expect(200);
    }
    server.stream(COMPLETIONS, &tokens(&[1, 2], 1)).await.remaining().await;
    let label = "{model_name=\"talk\"}";
    for (name, expected) in [
        ("vllm:prompt_tokens_total", 8.0),
        ("vllm:generation_tokens_total", 16.0),
        ("vllm:time_to_first_token_seconds_count", 4.0),
        // one token has no time between tokens
        ("vllm:request_time_per_output_token_seconds_count", 3.0),
        ("vllm:e2e_request_latency_seconds_count", 4.0),
    ] {
        let found = server.count(&format!("{name}{label}")).await;
        assert!((found - expected).abs() < 1e-9, "{name}: {found}");
    }
    assert!((server.count("vllm:omni_e2e_request_latency_s_count").await).abs() < 1e-9);
}

#[tokio::test]
async fn keys_hold_for_text_and_a_lost_reply_is_no_second_generation() {
    let talk = Talk::default();
    let keys = Keys::read("secret").unwrap();
    let settings = Settings { keys, ..Settings::default() };
    let server = Server::of(vec![talk.source("talk")], settings).await;
    let asked = json!({"prompt": [1, 2], "max_tokens": 5});
    server.post(COMPLETIONS, &asked).await.expect(401);
    let key = ("authorization", "Bearer secret");
    let again = [key, ("idempotency-key", "a")];
    let one = server.post_with(COMPLETIONS, &asked, &again).await.expect(200).json();
    let two = server.post_with(COMPLETIONS, &asked, &again).await.expect(200).json();
    assert_eq!(one, two);
    let streamed = with(&asked, &json!({"stream": true}));
    let reply = server.post_with(COMPLETIONS, &streamed, &again).await.expect(400);
    assert_eq!(reply.error().0.as_deref(), Some("Idempotency-Key"));
    // and a model without a template has no conversations
    let chat = json!({"messages": [{"role": "user", "content": "a"}]});
    let reply = server.post_with(CHAT, &chat, &[key]).await.expect(400);
    assert_eq!(reply.error().0.as_deref(), Some("model"));
}

#[tokio::test]
async fn settings_without_effect_are_named_at_the_start() {
    let folder = tempfile::TempDir::new().unwrap();
    let doubts = async |source, batching, limits| {
        let jobs = folder.path().join("jobs");
        let settings = Settings { batching, limits, jobs, ..Settings::default() };
        let (app, served) = bench_serve::start(vec![source], settings).unwrap();
        app.loaded(served).await.unwrap().0.join("; ")
    };
    let dynamic = || Batching { mode: Mode::Dynamic, max_size: 8, ..Batching::default() };
    let few = Limits { max_num_seqs: 2, ..Limits::default() };
    let talk = || Talk::default().source("talk");
    let pictures = || Script::default().source("stills", Makes::Images);
    assert!(doubts(talk(), dynamic(), few).await.contains("the mode of batching"));
    assert_eq!(doubts(talk(), Batching::default(), few).await, "");
    assert!(doubts(pictures(), dynamic(), few).await.contains("limits of sequences"));
    assert_eq!(doubts(pictures(), dynamic(), Limits::default()).await, "");
}
