//! `/v1/chat/completions` and `/v1/completions`: what they take, what they reply, and what they refuse.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use std::time::Duration;

use bench_serve::{Keys, Limits, Settings};
use serde_json::{Value, json};
use support::{
    Server,
    spoken::{BYTES_PER_TOKEN, CONTEXT, Events, Talk, tiny},
};

const CHAT: &str = "/v1/chat/completions";
const COMPLETIONS: &str = "/v1/completions";

async fn server() -> Server {
    Server::of(vec![tiny("llama")], Settings::default()).await
}

async fn talking(talk: &Talk, limits: Limits) -> Server {
    Server::of(vec![talk.source("talk")], Settings { limits, ..Settings::default() }).await
}

fn with(base: &Value, fields: &Value) -> Value {
    let mut asked = base.clone();
    asked.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    asked
}

fn hello() -> Value {
    json!({"messages": [{"role": "user", "content": "hello how are you"}],
           "max_tokens": 8, "temperature": 0, "ignore_eos": true})
}

/// The text of chunks, the finish reason, and the rest of the events.
fn put_together(events: &[String]) -> (String, String, Vec<Value>) {
    assert_eq!(events.last().map(String::as_str), Some("[DONE]"), "{events:?}");
    let chunks = events[..events.len() - 1].iter();
    let chunks: Vec<Value> = chunks.map(|data| serde_json::from_str(data).unwrap()).collect();
    let (mut text, mut finish) = (String::new(), String::new());
    for choice in chunks.iter().flat_map(|chunk| chunk["choices"].as_array().unwrap()) {
        text.push_str(choice["delta"]["content"].as_str().unwrap_or_default());
        text.push_str(choice["text"].as_str().unwrap_or_default());
        finish.push_str(choice["finish_reason"].as_str().unwrap_or_default());
    }
    (text, finish, chunks)
}

#[tokio::test]
async fn a_chat_has_a_message_a_reason_and_counted_tokens() {
    let server = server().await;
    let reply = server.post(CHAT, &hello()).await.expect(200);
    let document = reply.json();
    assert_eq!(document["object"], "chat.completion");
    assert_eq!(document["model"], "llama");
    assert!(document["id"].as_str().unwrap().starts_with("chatcmpl-"));
    assert!(document["created"].as_i64().unwrap() > 1_700_000_000);
    let choices = document["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 1);
    assert_eq!((&choices[0]["index"], &choices[0]["finish_reason"]), (&json!(0), &json!("length")));
    assert_eq!(choices[0]["message"]["role"], "assistant");
    assert!(!choices[0]["message"]["content"].as_str().unwrap().is_empty());
    let usage = &document["usage"];
    assert_eq!(usage["completion_tokens"], 8);
    let prompt = usage["prompt_tokens"].as_u64().unwrap();
    assert!(prompt > 4, "{usage}");
    assert_eq!(usage["total_tokens"], prompt + 8);
    let stages = reply.stages();
    let names: Vec<&String> = stages.as_object().unwrap().keys().collect();
    assert_eq!(names, ["queue", "batch", "prefill", "decode"]);
}

#[tokio::test]
async fn a_stream_has_a_role_deltas_a_reason_usage_and_an_end_and_the_same_text() {
    let server = server().await;
    let whole = server.post(CHAT, &hello()).await.expect(200).json();
    let options = json!({"stream": true, "stream_options": {"include_usage": true}});
    let mut events = server.stream(CHAT, &with(&hello(), &options)).await;
    assert_eq!(events.status, 200);
    assert!(events.headers["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let (text, finish, chunks) = put_together(&events.rest().await);
    assert_eq!(json!(text), whole["choices"][0]["message"]["content"]);
    assert_eq!(finish, "length");
    let first = &chunks[0]["choices"][0];
    assert_eq!(first["delta"], json!({"role": "assistant", "content": ""}));
    let (usage, deltas) = chunks.split_last().unwrap();
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"], whole["usage"]);
    for chunk in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!((&chunk["id"], &chunk["model"]), (&chunks[0]["id"], &json!("llama")));
    }
    assert!(deltas.iter().all(|chunk| chunk["usage"].is_null() && chunk.get("usage").is_some()));
    let last = &deltas.last().unwrap()["choices"][0];
    assert_eq!((&last["delta"], &last["finish_reason"]), (&json!({}), &json!("length")));
    // without options no chunk speaks of usage
    let mut events = server.stream(CHAT, &with(&hello(), &json!({"stream": true}))).await;
    let (again, _, chunks) = put_together(&events.rest().await);
    assert_eq!(again, text);
    assert!(
        chunks.iter().all(|chunk| chunk.get("usage").is_none() && chunk["choices"] != json!([]))
    );
}

#[tokio::test]
async fn completions_take_texts_tokens_and_lists_of_either() {
    let server = server().await;
    let base = json!({"temperature": 0, "max_tokens": 5, "ignore_eos": true});
    let one = async |prompt: Value| {
        let asked = with(&base, &json!({"prompt": prompt}));
        server.post(COMPLETIONS, &asked).await.expect(200).json()
    };
    let hello = one(json!("hello how are you")).await;
    assert_eq!(hello["object"], "text_completion");
    assert!(hello["id"].as_str().unwrap().starts_with("cmpl-"));
    let night = one(json!("night")).await;
    let both = one(json!(["hello how are you", "night"])).await;
    let text = |document: &Value, index: usize| document["choices"][index]["text"].clone();
    assert_eq!((text(&both, 0), text(&both, 1)), (text(&hello, 0), text(&night, 0)));
    assert_eq!(
        (&both["choices"][0]["index"], &both["choices"][1]["index"]),
        (&json!(0), &json!(1))
    );
    let sum = |name: &str| {
        hello["usage"][name].as_u64().unwrap() + night["usage"][name].as_u64().unwrap()
    };
    assert_eq!(both["usage"]["prompt_tokens"], sum("prompt_tokens"));
    assert_eq!(both["usage"]["completion_tokens"], 10);
    let ids = one(json!([5, 6, 7])).await;
    assert_eq!(ids["usage"]["prompt_tokens"], 3);
    let lists = one(json!([[5, 6, 7], [8]])).await;
    assert_eq!(text(&lists, 0), text(&ids, 0));
    let mut events =
        server.stream(COMPLETIONS, &with(&base, &json!({"prompt": "night", "stream": true}))).await;
    let (streamed, finish, chunks) = put_together(&events.rest().await);
    assert_eq!((json!(streamed), finish.as_str()), (text(&night, 0), "length"));
    assert_eq!(chunks[0]["object"], "text_completion");
    // 16 tokens where nothing is said, as OpenAI's API has it
    let asked = json!({"prompt": "night", "ignore_eos": true});
    let document = server.post(COMPLETIONS, &asked).await.expect(200).json();
    assert_eq!(document["usage"]["completion_tokens"], 16);
}

#[tokio::test]
async fn parts_of_text_are_one_message_and_what_clients_send_back_is_taken() {
    let server = server().await;
    let content = |content: Value| {
        with(&hello(), &json!({"messages": [{"role": "user", "content": content}]}))
    };
    let parts = json!([{"type": "text", "text": "hello"}, {"type": "text", "text": "you"}]);
    let parts = server.post(CHAT, &content(parts)).await.expect(200).json();
    let plain = server.post(CHAT, &content(json!("hello\nyou"))).await.expect(200).json();
    assert_eq!(parts["choices"], plain["choices"]);
    let messages = json!([
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi", "refusal": null, "tool_calls": []},
        {"role": "user", "content": "you"},
    ]);
    server.post(CHAT, &with(&hello(), &json!({"messages": messages}))).await.expect(200);
}

#[tokio::test]
async fn a_seed_repeats_an_answer_and_without_one_answers_differ() {
    let server = server().await;
    let sampled = with(&hello(), &json!({"temperature": 1, "max_tokens": 24, "top_k": 0}));
    let answer = async |fields: Value| {
        let document = server.post(CHAT, &with(&sampled, &fields)).await.expect(200).json();
        document["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
    };
    let seeded = answer(json!({"seed": 5})).await;
    assert_eq!(answer(json!({"seed": 5})).await, seeded);
    assert_ne!(answer(json!({"seed": 6})).await, seeded);
    assert_ne!(answer(json!({})).await, answer(json!({})).await);
    // one of the likeliest token is greedy, whatever the seed
    let greedy = server.post(CHAT, &with(&hello(), &json!({"max_tokens": 24}))).await.json();
    let greedy = greedy["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    for fields in [json!({"top_k": 1}), json!({"min_p": 1}), json!({"top_p": 1e-9})] {
        assert_eq!(answer(fields.clone()).await, greedy, "{fields}");
    }
}

#[tokio::test]
async fn a_stop_text_ends_an_answer_and_is_no_part_of_it() {
    let server = server().await;
    let long = with(&hello(), &json!({"max_tokens": 40}));
    let whole = server.post(CHAT, &long).await.json();
    let whole = whole["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    let middle: String = whole.chars().skip(whole.chars().count() / 2).take(3).collect();
    let expected = &whole[..whole.find(&middle).unwrap()];
    for stop in [json!(middle), json!(["never said", middle])] {
        let asked = with(&long, &json!({"stop": stop}));
        let choice = server.post(CHAT, &asked).await.expect(200).json()["choices"][0].clone();
        assert_eq!(choice["message"]["content"], expected);
        assert_eq!(choice["finish_reason"], "stop");
        let mut events = server.stream(CHAT, &with(&asked, &json!({"stream": true}))).await;
        let (text, finish, _) = put_together(&events.rest().await);
        assert_eq!((text.as_str(), finish.as_str()), (expected, "stop"));
    }
}

#[tokio::test]
async fn what_is_not_followed_is_refused_by_name() {
    let server = server().await;
    let refused = async |path: &str, base: &Value, fields: Value| {
        let reply = server.post(path, &with(base, &fields)).await.expect(400);
        reply.error().0
    };
    for (fields, param) in [
        (json!({"n": 2}), "n"),
        (json!({"tools": [{"type": "function"}]}), "tools"),
        (json!({"tool_choice": "required"}), "tool_choice"),
        (json!({"logprobs": true}), "logprobs"),
        (json!({"top_logprobs": 3}), "top_logprobs"),
        (json!({"min_tokens": 3}), "min_tokens"),
        (json!({"frequency_penalty": 0.5}), "frequency_penalty"),
        (json!({"logit_bias": {"5": 1}}), "logit_bias"),
        (json!({"response_format": {"type": "json_object"}}), "response_format"),
        (json!({"modalities": ["text", "audio"]}), "modalities"),
        (json!({"flavour": "sweet"}), "flavour"),
        (json!({"prompt": "a"}), "prompt"),
        (json!({"temperature": -1}), "temperature"),
        (json!({"temperature": 2.1}), "temperature"),
        (json!({"temperature": "hot"}), "temperature"),
        (json!({"top_p": 0}), "top_p"),
        (json!({"top_k": -2}), "top_k"),
        (json!({"top_k": 1.5}), "top_k"),
        (json!({"min_p": 1.5}), "min_p"),
        (json!({"seed": -1}), "seed"),
        (json!({"max_tokens": 0}), "max_tokens"),
        (json!({"max_completion_tokens": 9}), "max_completion_tokens"),
        (json!({"stop": ""}), "stop"),
        (json!({"stop": [1]}), "stop"),
        (json!({"stop": vec!["a"; 17]}), "stop"),
        (json!({"stream_options": {"include_usage": true}}), "stream_options"),
        (json!({"stream": true, "stream_options": {"x": 1}}), "stream_options.x"),
        (json!({"stream": "yes"}), "stream"),
        (json!({"messages": []}), "messages"),
        (json!({"messages": null}), "messages"),
        (json!({"messages": "hello"}), "messages"),
        (json!({"messages": [{"content": "a"}]}), "messages[0].role"),
        (json!({"messages": [{"role": "user"}]}), "messages[0].content"),
        (json!({"messages": [{"role": "user", "content": 5}]}), "messages[0].content"),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
            "messages[0].content[0].type",
        ),
        (
            json!({"messages": [{"role": "assistant", "content": "", "tool_calls": [1]}]}),
            "messages[0].tool_calls",
        ),
    ] {
        let found = refused(CHAT, &hello(), fields.clone()).await;
        assert_eq!(found.as_deref(), Some(param), "{fields}");
    }
    let base = json!({"prompt": "a", "max_tokens": 1});
    for (fields, param) in [
        (json!({"prompt": []}), "prompt"),
        (json!({"prompt": null}), "prompt"),
        (json!({"prompt": {"a": 1}}), "prompt"),
        (json!({"prompt": [1, "a"]}), "prompt[0]"),
        (json!({"prompt": [[1], [-1]]}), "prompt[1][0]"),
        (json!({"prompt": [5, 100_000]}), "prompt"),
        (json!({"prompt": vec!["a"; 65]}), "prompt"),
        (json!({"echo": true}), "echo"),
        (json!({"suffix": "b"}), "suffix"),
        (json!({"best_of": 2}), "best_of"),
        (json!({"logprobs": 0}), "logprobs"),
        (json!({"messages": []}), "messages"),
        (json!({"max_completion_tokens": 9}), "max_completion_tokens"),
    ] {
        let found = refused(COMPLETIONS, &base, fields.clone()).await;
        assert_eq!(found.as_deref(), Some(param), "{fields}");
    }
    let asked = json!({"model": "llama", "prompt": "a"});
    let reply = server.post("/v1/images/generations", &asked).await;
    assert_eq!(reply.expect(400).error().0.as_deref(), Some("model"));
    let reply = server.post(CHAT, &with(&hello(), &json!({"model": "none"}))).await.expect(404);
    assert_eq!(reply.error().1.as_deref(), Some("model_not_found"));
}

#[tokio::test]
async fn values_that_ask_for_nothing_are_taken() {
    let server = server().await;
    let nothing = json!({
        "n": 1, "tools": [], "tool_choice": "none", "logprobs": false, "top_logprobs": 0,
        "min_tokens": 0, "frequency_penalty": 0.0, "presence_penalty": 0, "repetition_penalty": 1.0,
        "logit_bias": {}, "response_format": {"type": "text"}, "modalities": ["text"], "user": "me",
        "stop": null, "stream": false, "top_k": -1, "min_p": 0, "parallel_tool_calls": true,
        "max_completion_tokens": 8,
    });
    let plain = server.post(CHAT, &hello()).await.expect(200).json();
    let with_nothing = server.post(CHAT, &with(&hello(), &nothing)).await.expect(200).json();
    assert_eq!(with_nothing["choices"], plain["choices"]);
    let asked = json!({"prompt": "a", "max_tokens": 1, "n": 1, "best_of": 1, "echo": false,
                       "suffix": null, "logprobs": null, "repetition_penalty": 1.0});
    server.post(COMPLETIONS, &asked).await.expect(200);
}

#[tokio::test]
async fn lengths_beyond_the_context_are_refused_with_their_numbers() {
    let server = server().await;
    let long = "hello ".repeat(600);
    let messages = json!({"messages": [{"role": "user", "content": long}], "max_tokens": null});
    for (path, asked, param) in [
        (CHAT, with(&hello(), &messages), "messages"),
        (COMPLETIONS, json!({"prompt": long}), "prompt"),
    ] {
        let reply = server.post(path, &asked).await.expect(400);
        let (found, code) = reply.error();
        assert_eq!(found.as_deref(), Some(param));
        assert_eq!(code.as_deref(), Some("context_length_exceeded"));
        assert!(reply.text().contains("512"), "{}", reply.text());
    }
    for name in ["max_tokens", "max_completion_tokens"] {
        let asked = with(&hello(), &json!({"max_tokens": null, name: 512}));
        let reply = server.post(CHAT, &asked).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some(name));
        assert!(reply.text().contains("of 512"), "{}", reply.text());
    }
    // a chat may fill what is left, and a completion gets no more than that
    let rest = with(&hello(), &json!({"max_tokens": null}));
    let usage = server.post(CHAT, &rest).await.expect(200).json()["usage"].clone();
    assert_eq!(usage["total_tokens"], 512);
    let nearly: Vec<u32> = vec![5; 509];
    let asked = json!({"prompt": nearly, "ignore_eos": true});
    let document = server.post(COMPLETIONS, &asked).await.expect(200).json();
    assert_eq!(document["usage"]["completion_tokens"], 3);
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

async fn said(events: &mut Events) -> String {
    events.json().await["choices"][0]["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn tokens_go_out_as_they_come_and_requests_join_between_them() {
    let talk = Talk::default();
    let server = talking(&talk, Limits::default()).await;
    talk.hold();
    let mut first = server.stream(COMPLETIONS, &tokens(&[1], 4)).await;
    assert_eq!(said(&mut first).await, " 101", "before its second token is allowed");
    talk.allow(1);
    assert_eq!(said(&mut first).await, " 102");
    let second = json!({"prompt": [1, 2], "max_tokens": 3, "seed": 200, "stream": true});
    let mut second = join(&server, &talk, &second).await;
    assert_eq!(said(&mut second).await, " 201");
    talk.release();
    let texts = (put_together(&first.rest().await).0, put_together(&second.rest().await).0);
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
    let _ = (said(&mut leaves).await, said(&mut stays).await);
    until(&server, "bench_serve_kv_cache_tokens", 53.0 + 10.0).await;
    drop(leaves);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let before = talk.steps().len();
    talk.allow(2);
    let _ = (said(&mut stays).await, said(&mut stays).await);
    // the step that had begun may have had both, and none after it
    assert_eq!(talk.steps()[before + 1..], [1], "{:?}", talk.steps());
    until(&server, "bench_serve_kv_cache_tokens", 10.0).await;
    talk.release();
    assert_eq!(put_together(&stays.rest().await).0, " 104 105 106 107 108 109");
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
        let all = events.rest().await;
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
    let failed = fails.rest().await;
    assert!(failed.last().unwrap().contains("generation_failed"), "{failed:?}");
    let (text, finish, _) = put_together(&neighbour.rest().await);
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
        assert_eq!(put_together(&events.rest().await).1, "length");
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
        until(&server, "vllm:num_requests_waiting", 5.0).await;
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
    let all = runs.rest().await;
    assert!(all.last().unwrap().contains("server_stopped"), "{all:?}");
}

#[tokio::test]
async fn tokens_and_times_are_counted_under_the_names_of_vllm() {
    let talk = Talk::default();
    let server = talking(&talk, Limits::default()).await;
    for _ in 0..3 {
        server.post(COMPLETIONS, &json!({"prompt": [1, 2], "max_tokens": 5})).await.expect(200);
    }
    server.stream(COMPLETIONS, &tokens(&[1, 2], 1)).await.rest().await;
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
