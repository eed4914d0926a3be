//! An answer does not depend on what shares its steps: random sets of chats arrive, share steps and hang up, and
//! each has the text and the tokens that it has alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use std::{cell::RefCell, collections::HashMap, time::Duration};

use bench_serve::{Limits, Settings};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use support::{Server, spoken::tiny};
use tokio::{runtime::Runtime, task::JoinSet};

const MODELS: [&str; 2] = ["llama", "qwen2"];
/// Words of a message; the longest prompts have more than 128 tokens, where the kernels change.
const WORDS: [usize; 5] = [1, 3, 12, 60, 120];

/// A chat that comes some time after the first, and may hang up after some events.
#[derive(Debug, Clone)]
struct Arrival {
    after: Duration,
    asked: Value,
    hangs_up_after: Option<usize>,
}

fn chat() -> impl Strategy<Value = Value> {
    let sampling = prop_oneof![
        Just(json!({"temperature": 0})),
        Just(json!({"temperature": 0.8, "top_p": 0.9})),
        Just(json!({"temperature": 1.3, "top_k": 20, "min_p": 0.05})),
    ];
    (0..MODELS.len(), 0..WORDS.len(), 1..=12u64, sampling, 0..2u64).prop_map(
        |(model, words, most, sampling, seed)| {
            let said: Vec<&str> =
                ["hello", "how", "are", "you"].into_iter().cycle().take(WORDS[words]).collect();
            let mut asked = json!({
                "model": MODELS[model], "max_tokens": most, "seed": seed,
                "messages": [{"role": "user", "content": said.join(" ")}],
                // a third may end by itself
                "ignore_eos": most % 3 > 0,
                "stream": true, "stream_options": {"include_usage": true},
            });
            asked.as_object_mut().unwrap().extend(sampling.as_object().unwrap().clone());
            asked
        },
    )
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let leaves = prop_oneof![4 => Just(None), 1 => (0..5usize).prop_map(Some)];
    let ms = (0..25u64).prop_map(Duration::from_millis);
    let arrival = (ms, chat(), leaves).prop_map(|(after, asked, hangs_up_after)| Arrival {
        after,
        asked,
        hangs_up_after,
    });
    prop::collection::vec(arrival, 1..=10)
}

/// Deltas and counts of a chat, as far as its client heard them.
type Answers = Vec<Value>;

async fn ask(server: &Server, arrival: &Arrival) -> Answers {
    tokio::time::sleep(arrival.after).await;
    let mut events = server.stream("/v1/chat/completions", &arrival.asked).await;
    assert_eq!(events.status, 200);
    let mut said = Vec::new();
    while arrival.hangs_up_after.is_none_or(|most| said.len() < most) {
        let data = events.next().await.expect("an end");
        if data == "[DONE]" {
            assert_eq!(events.next().await, None);
            break;
        }
        let chunk: Value = serde_json::from_str(&data).unwrap();
        said.push(json!([chunk["choices"], chunk["usage"]]));
    }
    said
}

struct Bench {
    server: std::sync::Arc<Server>,
    alone: HashMap<String, Answers>,
}

impl Bench {
    async fn alone(&mut self, asked: &Value) -> Answers {
        let key = asked.to_string();
        if let Some(said) = self.alone.get(&key) {
            return said.clone();
        }
        let arrival = Arrival { after: Duration::ZERO, asked: asked.clone(), hangs_up_after: None };
        let said = ask(&self.server, &arrival).await;
        self.alone.insert(key, said.clone());
        said
    }

    async fn together(&self, arrivals: &[Arrival]) -> Vec<Answers> {
        let mut all = JoinSet::new();
        for (index, arrival) in arrivals.iter().cloned().enumerate() {
            let server = self.server.clone();
            all.spawn(async move { (index, ask(&server, &arrival).await) });
        }
        let mut said = all.join_all().await;
        said.sort_by_key(|(index, _)| *index);
        said.into_iter().map(|(_, said)| said).collect()
    }
}

fn holds(cases: u32) {
    let runtime = Runtime::new().unwrap();
    // sequences wait for a place too
    let limits = Limits { max_num_seqs: 6, ..Limits::default() };
    let settings = Settings { limits, ..Settings::default() };
    let server = runtime.block_on(Server::of(MODELS.into_iter().map(tiny).collect(), settings));
    let bench = RefCell::new(Bench { server: server.into(), alone: HashMap::new() });
    let mut runner =
        TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let outcome = runner.run(&arrivals(), |arrivals| {
        let mut bench = bench.borrow_mut();
        let together = runtime.block_on(bench.together(&arrivals));
        for (arrival, said) in arrivals.iter().zip(together) {
            let alone = runtime.block_on(bench.alone(&arrival.asked));
            let heard = arrival.hangs_up_after.map_or(alone.len(), |most| most.min(alone.len()));
            prop_assert_eq!(&said[..], &alone[..heard], "{:?} of {:?}", arrival, arrivals);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let server = &bench.borrow().server;
    // had they not shared steps, nothing would have been shown
    let merged = runtime.block_on(server.count("bench_serve_requests_merged_total"));
    assert!(merged >= f64::from(cases), "{merged} requests shared steps");
    runtime.block_on(async {
        for _ in 0..1000 {
            if server.count("bench_serve_kv_cache_tokens").await < 0.5 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the cache is not free");
    });
}

#[test]
fn random_sets_of_chats_have_the_text_and_tokens_of_each_alone() {
    holds(24);
}

#[test]
#[ignore = "takes minutes"]
fn two_hundred_sets_of_chats_have_the_text_and_tokens_of_each_alone() {
    holds(200);
}

/// The comparison can fail: what differs in any part of a request differs in its answer.
#[test]
fn other_chats_have_other_answers() {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::of(vec![tiny("llama")], Settings::default()));
    let asked = json!({
        "messages": [{"role": "user", "content": "hello"}], "max_tokens": 12, "seed": 1,
        "temperature": 1, "ignore_eos": true, "stream": true,
    });
    let said = |asked: &Value| {
        let arrival = Arrival { after: Duration::ZERO, asked: asked.clone(), hangs_up_after: None };
        runtime.block_on(ask(&server, &arrival))
    };
    let expected = said(&asked);
    assert_eq!(said(&asked), expected);
    for (field, value) in [
        ("seed", json!(2)),
        ("temperature", json!(0)),
        ("max_tokens", json!(11)),
        ("messages", json!([{"role": "user", "content": "you"}])),
    ] {
        let mut other = asked.clone();
        other[field] = value;
        assert_ne!(said(&other), expected, "{field}");
    }
}
