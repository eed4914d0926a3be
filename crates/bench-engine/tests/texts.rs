//! A text does not depend on its batch: random requests join, leave and are cancelled between tokens, and
//! each that ends has the logits, tokens and text that it has alone.

#![cfg(feature = "candle")]

use std::collections::HashMap;

use bench_engine::{
    Chat, ChatSupport, DeviceRequest, EndTokens, Finish, LoadContext, Pipeline, Request, Resolved,
    Sampling, State, Text, TextPrompt, TextRequest, refused_parameter,
    slowdown::Slowdown,
    stage_clock::{Mode, StageClock},
};
use bench_records::config;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

/// Requests that are under way at once, at most.
const MOST: usize = 8;
/// Lengths of prompts, some on either side of 128 rows, where the kernels change.
const LENGTHS: [usize; 6] = [1, 2, 7, 40, 127, 140];

fn load(name: &str, generation: &Value) -> Box<dyn Pipeline> {
    let folder = format!("{}/../../tests/fixtures/tiny-llama", env!("CARGO_MANIFEST_DIR"));
    let config = json!({
        "benchmark_id": "text",
        "model": {"model_path": format!("{folder}/{name}/checkpoint"), "model_short_name": "tiny"},
        "generation_kwargs": generation,
        "test_prompts": ["hello"],
        "run_config": {"required_gpus": 0, "num_warmup_runs": 0, "num_measurement_runs": 1},
        "thresholds": {"default": {"max_generation_time_s": 9.0, "max_peak_memory_mb": 9000.0}}
    });
    let (config, _) =
        config::parse("text.json", &config.to_string()).expect("a sound configuration");
    let context = LoadContext { device: DeviceRequest::Cpu, ..LoadContext::default() };
    let resolved = Resolved::of(config.resolve()).expect("a sound plan");
    resolved.load(&context).expect("the checkpoint loads")
}

fn with_clock<T>(work: impl FnOnce(&mut StageClock<'_>) -> T) -> T {
    let (wait, hear, slowdown) = (|| Ok(()), |_: &str| {}, Slowdown::default());
    work(&mut StageClock::in_mode(Mode::Clean, &wait, &hear, &slowdown))
}

fn request(prompt: TextPrompt, max_tokens: usize) -> Request {
    let text = TextRequest { prompt, max_tokens: Some(max_tokens), ..TextRequest::default() };
    Request { text: Some(text), ..Request::default() }
}

/// One of a few requests, so that most of them are computed alone once only.
fn requests() -> impl Strategy<Value = Request> {
    let temperature = prop::sample::select(vec![0.0, 0.8]);
    (0..LENGTHS.len(), 1..=9usize, temperature, 0..2u64).prop_map(
        |(length, max_tokens, temperature, seed)| {
            let token = |at: usize| ((at * 31 + length * 7 + seed as usize * 13) % 444 + 4) as u32;
            let prompt = TextPrompt::Tokens((0..LENGTHS[length]).map(token).collect());
            let mut request = request(prompt, max_tokens);
            if let Some(text) = &mut request.text {
                text.sampling = Sampling { temperature, top_p: 0.95, ..Sampling::default() };
                text.end_tokens = EndTokens::Ignored;
            }
            Request { seed, ..request }
        },
    )
}

#[derive(Debug, Clone)]
struct Arrival {
    before_step: usize,
    request: Request,
    cancelled_after: Option<usize>,
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let leaves = prop_oneof![4 => Just(None), 1 => (0..3usize).prop_map(Some)];
    let arrival =
        (0..6usize, requests(), leaves).prop_map(|(before_step, request, cancelled_after)| {
            Arrival { before_step, request, cancelled_after }
        });
    prop::collection::vec(arrival, 1..=MOST)
}

/// Bits of the logits of every token, and the answer.
type Outcome = (Vec<Vec<u32>>, Text);

struct Bench {
    pipeline: Box<dyn Pipeline>,
    alone: HashMap<String, Outcome>,
}

struct Running {
    arrival: Arrival,
    state: State,
    logits: Vec<Vec<u32>>,
    taken: usize,
}

impl Bench {
    fn new(name: &str) -> Self {
        Self { pipeline: load(name, &json!({})), alone: HashMap::new() }
    }

    fn begin(&mut self, arrival: &Arrival) -> Running {
        let state = with_clock(|clock| self.pipeline.prepare(&arrival.request, clock));
        let mut state = state.expect("it fits");
        let logits = vec![self.bits(&mut state)];
        Running { arrival: arrival.clone(), state, logits, taken: 0 }
    }

    fn bits(&mut self, state: &mut State) -> Vec<u32> {
        let logits = self.pipeline.latents(state).expect("logits");
        assert!(!logits.is_empty(), "there is nothing to compare");
        logits.into_iter().map(f32::to_bits).collect()
    }

    fn step(&mut self, running: &mut [Running]) {
        let mut states: Vec<&mut State> =
            running.iter_mut().map(|one| &mut one.state).filter(|s| !s.is_done()).collect();
        if states.is_empty() {
            return;
        }
        self.pipeline.step(&mut states).expect("a step");
        for one in running {
            let bits = self.bits(&mut one.state);
            one.logits.push(bits);
            one.taken += 1;
        }
    }

    fn end(&mut self, running: Running) -> Outcome {
        let output = with_clock(|clock| self.pipeline.finish(running.state, clock));
        (running.logits, output.expect("a text").texts.remove(0))
    }

    fn alone(&mut self, request: &Request) -> Outcome {
        let key = format!("{request:?}");
        if let Some(outcome) = self.alone.get(&key) {
            return outcome.clone();
        }
        let arrival = Arrival { before_step: 0, request: request.clone(), cancelled_after: None };
        let mut running = self.begin(&arrival);
        while !running.state.is_done() {
            self.step(std::slice::from_mut(&mut running));
        }
        let outcome = self.end(running);
        self.alone.insert(key, outcome.clone());
        outcome
    }

    fn together(&mut self, arrivals: &[Arrival]) -> Vec<(Request, Outcome)> {
        let (mut running, mut ended): (Vec<Running>, _) = (Vec::new(), Vec::new());
        let last = arrivals.iter().map(|arrival| arrival.before_step).max().unwrap_or_default();
        for step in 0.. {
            for arrival in arrivals.iter().filter(|arrival| arrival.before_step == step) {
                let begun = self.begin(arrival);
                running.push(begun);
            }
            running.retain(|one| one.arrival.cancelled_after != Some(one.taken));
            for index in (0..running.len()).rev() {
                if running[index].state.is_done() {
                    let one = running.swap_remove(index);
                    ended.push((one.arrival.request.clone(), self.end(one)));
                }
            }
            self.step(&mut running);
            if running.is_empty() && step >= last {
                break;
            }
        }
        ended
    }
}

fn holds(name: &str, cases: u32) {
    let bench = std::cell::RefCell::new(Bench::new(name));
    let mut runner =
        TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let outcome = runner.run(&arrivals(), |arrivals| {
        let mut bench = bench.borrow_mut();
        for (request, found) in bench.together(&arrivals) {
            prop_assert!(found == bench.alone(&request), "{request:?} of {arrivals:?}");
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
}

#[test]
fn logits_and_tokens_of_llama_do_not_depend_on_the_batch() {
    holds("llama", 40);
}

#[test]
fn nor_do_those_of_qwen3() {
    holds("qwen3", 40);
}

#[test]
fn nor_do_those_of_mistrals_window() {
    holds("mistral", 40);
}

/// As many sets as a server may meet in an hour.
#[test]
#[ignore = "takes minutes"]
fn two_hundred_sets_of_requests_differ_in_no_bit() {
    for name in ["llama", "qwen2", "llama3", "linear", "yarn", "qwen3", "qwen2-window", "mistral"] {
        holds(name, 200);
    }
}

/// The comparison can fail: what differs in any part of a request differs in its logits or tokens.
#[test]
fn other_requests_have_other_logits() {
    let mut bench = Bench::new("llama");
    let own = request(TextPrompt::Text("hello".to_owned()), 4);
    let mut sampled = own.clone();
    sampled.text.as_mut().expect("a text").sampling.temperature = 2.0;
    let others = [
        request(TextPrompt::Text("hello you".to_owned()), 4),
        request(TextPrompt::Text("hello".to_owned()), 5),
        sampled.clone(),
        Request { seed: 9, ..sampled },
    ];
    let mut outcomes = vec![bench.alone(&own)];
    for other in others {
        let outcome = bench.alone(&other);
        assert!(!outcomes.contains(&outcome), "{other:?}");
        outcomes.push(outcome);
    }
}

fn run(pipeline: &mut dyn Pipeline, request: &Request) -> (Text, Vec<bench_engine::TokenEvent>) {
    let mut state = with_clock(|clock| pipeline.prepare(request, clock)).expect("it fits");
    let mut events = pipeline.take_tokens(&mut state).expect("the first token");
    while !state.is_done() {
        pipeline.step(&mut [&mut state]).expect("a step");
        events.extend(pipeline.take_tokens(&mut state).expect("a token"));
    }
    let output = with_clock(|clock| pipeline.finish(state, clock)).expect("a text");
    (output.texts[0].clone(), events)
}

#[test]
fn tokens_are_told_as_they_come_and_add_up_to_the_text() {
    let mut pipeline = load("llama", &json!({}));
    let (text, events) = run(&mut *pipeline, &request(TextPrompt::Text("hello".to_owned()), 20));
    let ids: Vec<u32> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids, text.tokens);
    let pieces: String = events.iter().map(|event| event.text.as_str()).collect();
    assert_eq!(pieces, text.text);
    assert_eq!(text.finish, Finish::Length);
    let ends: Vec<_> = events.iter().map(|event| event.finish).collect();
    assert_eq!((ends[..19].to_vec(), ends[19]), (vec![None; 19], Some(Finish::Length)));
    assert!(events.windows(2).all(|pair| pair[0].at <= pair[1].at));
}

#[test]
fn a_stop_text_and_an_end_token_end_an_answer() {
    let mut pipeline = load("llama", &json!({}));
    let prompt = TextPrompt::Text("hello".to_owned());
    let (whole, events) = run(&mut *pipeline, &request(prompt.clone(), 20));
    let stop = events.iter().map(|event| event.text.clone()).filter(|text| !text.is_empty()).nth(1);
    let stop = stop.expect("two pieces of text");
    let mut stopped = request(prompt, 20);
    stopped.text.as_mut().expect("a text").stop = vec![stop.clone()];
    let (text, _) = run(&mut *pipeline, &stopped);
    assert_eq!(text.finish, Finish::Stop);
    assert_eq!(text.text, whole.text.split(&stop).next().expect("a beginning"));
}

#[test]
fn a_conversation_is_prefilled_by_its_template() {
    let mut pipeline = load("llama", &json!({}));
    let terms = pipeline.terms().text.expect("a language model");
    assert_eq!((terms.context_tokens, terms.chat), (512, ChatSupport::Template));
    // 3 layers, keys and values of 2 heads of 16, 4 bytes each
    assert_eq!(terms.kv_cache_bytes_per_token, 3 * 2 * 2 * 16 * 4);
    let messages = vec![json!({"role": "user", "content": "hello how are you"})];
    let chat = TextPrompt::Chat(Chat { messages, ..Chat::default() });
    let ids = TextPrompt::Tokens(vec![0, 2, 262, 382, 351, 392, 356, 3]);
    let [chat, ids] = [chat, ids].map(|prompt| run(&mut *pipeline, &request(prompt, 6)).0);
    assert_eq!(chat, ids);
    assert_eq!(chat.prompt_tokens, 8);
}

#[test]
fn what_does_not_fit_the_context_is_refused_by_its_parameter() {
    let mut pipeline = load("llama", &json!({}));
    let of = |tokens: usize, max_tokens| request(TextPrompt::Tokens(vec![5; tokens]), max_tokens);
    for (request, parameter) in
        [(of(512, 1), "prompt"), (of(500, 13), "max_tokens"), (of(5, 0), "max_tokens")]
    {
        let error = pipeline.terms().check(&request).expect_err("it does not fit");
        let refused = refused_parameter(&error).expect("a parameter");
        assert_eq!(refused.0, parameter, "{error:#}");
        assert!(with_clock(|clock| pipeline.prepare(&request, clock)).is_err());
    }
    let strange = request(TextPrompt::Tokens(vec![448]), 1);
    let error = pipeline.terms().check(&strange).expect_err("no such token");
    assert_eq!(refused_parameter(&error).expect("a parameter").0, "prompt");
    assert!(pipeline.terms().check(&of(500, 12)).is_ok());
}

#[test]
fn a_trial_runs_all_requests_of_its_workload() {
    let mut pipeline = load(
        "llama",
        &json!({"workload": "throughput", "num_requests": 7, "batch_size": 3, "input_tokens": 5,
                "output_tokens": 4}),
    );
    let trial = Request { prompt: "hello you".to_owned(), seed: 3, ..Request::default() };
    let (wait, hear, slowdown) = (|| Ok(()), |_: &str| {}, Slowdown::default());
    let mut clock = StageClock::in_mode(Mode::Instrumented, &wait, &hear, &slowdown);
    let output = pipeline.generate(&trial, &mut clock).expect("a trial");
    assert_eq!((output.count, output.texts.len()), (7, 7));
    assert!(output.texts.iter().all(|text| (text.prompt_tokens, text.tokens.len()) == (5, 4)));
    let reading = clock.read();
    let stages: Vec<_> = reading.stages.keys().map(String::as_str).collect();
    assert_eq!(stages, ["decode", "prefill"]);
    for name in [
        "ttft_p50_ms",
        "tpot_p50_ms",
        "itl_p50_ms",
        "e2el_p50_ms",
        "tokens_per_s",
        "output_tokens_per_s",
        "requests_per_s",
    ] {
        assert!(reading.metrics[name] > 0.0, "{name}");
    }
    // three at once, each of 5 + 3 tokens: the last token is never read
    let kept = 3.0 * 8.0 * (3 * 2 * 2 * 16 * 4) as f64 / 1_048_576.0;
    assert!(
        (reading.metrics["kv_cache_mb"] - kept).abs() < 1e-9,
        "{}",
        reading.metrics["kv_cache_mb"]
    );
}
