//! Language models for tests: those of fixtures, one that says what its prompt asks for, and events as they come.

use std::{
    sync::{Arc, Condvar, Mutex},
    time::Instant,
};

use anyhow::{Result, bail};
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bench_engine::{
    ChatSupport, Description, DeviceRequest, Finish, LoadContext, Output, Pipeline, Request,
    Resolved, State, Terms, Text, TextDefaults, TextPrompt, TextRequest, TextTerms, TokenEvent,
    stage_clock::StageClock,
};
use bench_records::config::{self, Shape};
use bench_serve::Source;
use http_body_util::BodyExt;
use serde_json::{Value, json};

/// Tokens of prompt and answer of the model that does as asked.
pub const CONTEXT: usize = 64;
/// Bytes that each takes.
pub const BYTES_PER_TOKEN: u64 = 10;

/// A tiny model of the fixtures.
pub fn tiny(name: &str) -> Source {
    let folder = format!("{}/../../tests/fixtures/tiny-llama", env!("CARGO_MANIFEST_DIR"));
    let config = json!({
        "benchmark_id": name,
        "model": {"model_path": format!("{folder}/{name}/checkpoint"), "model_short_name": "tiny"},
        "generation_kwargs": {},
        "test_prompts": ["hello"],
        "run_config": {"required_gpus": 0, "num_warmup_runs": 0, "num_measurement_runs": 1},
        "thresholds": {"default": {"max_generation_time_s": 9.0, "max_peak_memory_mb": 9000.0}}
    });
    let (config, _) = config::parse("served.json", &config.to_string()).unwrap();
    let resolved = Resolved::of(config.resolve()).unwrap();
    let context = || LoadContext { device: DeviceRequest::Cpu, ..LoadContext::default() };
    source(name, Box::new(move || resolved.load(&context())))
}

fn source(id: &str, load: Box<dyn FnOnce() -> Result<Box<dyn Pipeline>> + Send>) -> Source {
    Source {
        id: id.to_owned(),
        names: Vec::new(),
        seed: 1,
        negative_prompt: None,
        gpu_memory_gb: None,
        load,
    }
}

/// A model whose tokens count upwards, and that waits where it is told to. Of a prompt of token ids, `[90, n]`
/// fails at its token n, `[91, n]` panics there, and `[92, …]` fails as it begins.
#[derive(Clone, Default)]
pub struct Talk(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Requests of each step.
    steps: Mutex<Vec<usize>>,
    /// Steps that may still be taken; any number where absent.
    left: Mutex<Option<usize>>,
    allowed: Condvar,
}

impl Talk {
    /// No step is taken until some are allowed.
    pub fn hold(&self) {
        *self.0.left.lock().unwrap() = Some(0);
    }

    /// So many more steps may be taken.
    pub fn allow(&self, steps: usize) {
        *self.0.left.lock().unwrap().get_or_insert(0) += steps;
        self.0.allowed.notify_all();
    }

    pub fn release(&self) {
        *self.0.left.lock().unwrap() = None;
        self.0.allowed.notify_all();
    }

    /// Requests of each step so far.
    pub fn steps(&self) -> Vec<usize> {
        self.0.steps.lock().unwrap().clone()
    }

    pub fn source(&self, id: &str) -> Source {
        let talk = self.clone();
        source(id, Box::new(move || Ok(Box::new(Talking { talk, description: about() }))))
    }
}

fn about() -> Description {
    Description { device_name: "spoken".to_owned(), ..Description::default() }
}

struct Talking {
    talk: Talk,
    description: Description,
}

struct Speech {
    prompt: Vec<u32>,
    seed: u64,
    most: usize,
    said: usize,
    text: String,
    events: Vec<TokenEvent>,
}

impl Speech {
    fn say(&mut self) -> bool {
        self.said += 1;
        let is_last = self.said >= self.most;
        let text = format!(" {}", self.seed + self.said as u64);
        self.text.push_str(&text);
        let finish = is_last.then_some(Finish::Length);
        let id = self.seed as u32 + self.said as u32;
        self.events.push(TokenEvent { id, text, at: Instant::now(), finish });
        is_last
    }

    fn has(&self, first: u32) -> bool {
        self.prompt == [first, self.said as u32 + 1]
    }
}

impl Pipeline for Talking {
    fn prepare(&mut self, request: &Request, _: &mut StageClock<'_>) -> Result<State> {
        let Some(TextRequest { prompt: TextPrompt::Tokens(prompt), max_tokens, .. }) =
            &request.text
        else {
            bail!("handlers make tokens of prompts");
        };
        if prompt[0] == 92 {
            bail!("out of memory");
        }
        let mut speech = Speech {
            prompt: prompt.clone(),
            seed: request.seed,
            most: max_tokens.unwrap(),
            said: 0,
            text: String::new(),
            events: Vec::new(),
        };
        let is_done = speech.say();
        let mut state = State::with_steps(speech);
        state.set_done(is_done);
        Ok(state)
    }

    fn step(&mut self, states: &mut [&mut State]) -> Result<()> {
        let left = self.talk.0.left.lock().unwrap();
        let mut left = self.talk.0.allowed.wait_while(left, |left| *left == Some(0)).unwrap();
        *left = left.map(|left| left - 1);
        drop(left);
        self.talk.0.steps.lock().unwrap().push(states.len());
        for state in states.iter_mut() {
            let speech: &mut Speech = state.get_mut()?;
            if speech.has(90) {
                bail!("the logits hold NaN");
            }
            assert!(!speech.has(91), "a panic as asked");
        }
        for state in states.iter_mut() {
            let is_done = state.get_mut::<Speech>()?.say();
            state.set_done(is_done);
        }
        Ok(())
    }

    fn finish(&mut self, state: State, _: &mut StageClock<'_>) -> Result<Output> {
        let Speech { prompt, text, said, .. } = state.into_inner()?;
        let tokens = vec![0; said];
        Ok(Output::texts(vec![Text {
            text,
            tokens,
            prompt_tokens: prompt.len(),
            finish: Finish::Length,
        }]))
    }

    fn take_tokens(&mut self, state: &mut State) -> Result<Vec<TokenEvent>> {
        Ok(std::mem::take(&mut state.get_mut::<Speech>()?.events))
    }

    fn description(&self) -> &Description {
        &self.description
    }

    fn terms(&self) -> Terms {
        let terms = TextTerms {
            context_tokens: CONTEXT,
            kv_cache_bytes_per_token: BYTES_PER_TOKEN,
            chat: ChatSupport::None,
            defaults: TextDefaults::default(),
        };
        Terms::new(Shape::default(), |_| Ok(())).of_text(terms, |asked| {
            Ok(match &asked.prompt {
                TextPrompt::Text(text) => vec![1; text.split_whitespace().count()],
                TextPrompt::Tokens(tokens) => tokens.clone(),
                TextPrompt::Chat(_) => bail!("no template"),
            })
        })
    }
}

/// Events of a reply, as they come. Dropped, the client hangs up.
pub struct Events {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: Body,
    read: String,
}

impl Events {
    pub fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body, read: String::new() }
    }

    /// The data of the next event; `None` at the end.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.read.find("\n\n") {
                let event: String = self.read.drain(..end + 2).collect();
                let data = event.strip_prefix("data: ").expect("an event of data").trim_end();
                return Some(data.to_owned());
            }
            let Some(frame) = self.body.frame().await else {
                assert!(self.read.is_empty(), "half an event: {:?}", self.read);
                return None;
            };
            let data = frame.unwrap().into_data().unwrap();
            self.read.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// The next event as JSON.
    pub async fn json(&mut self) -> Value {
        let data = self.next().await.expect("another event");
        serde_json::from_str(&data).unwrap_or_else(|error| panic!("{error}: {data}"))
    }

    /// What a reply that is no stream says.
    pub async fn rest_of_body(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(frame) = self.body.frame().await {
            all.extend_from_slice(&frame.unwrap().into_data().unwrap());
        }
        all
    }

    /// All events that are left.
    pub async fn remaining(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(data) = self.next().await {
            all.push(data);
        }
        all
    }
}

/// A request with further fields.
pub fn with(base: &Value, fields: &Value) -> Value {
    let mut asked = base.clone();
    asked.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    asked
}

/// The text of chunks, the finish reason, and the rest of the events.
#[track_caller]
pub fn put_together(events: &[String]) -> (String, String, Vec<Value>) {
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
