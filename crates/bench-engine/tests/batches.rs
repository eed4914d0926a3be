//! A request's bytes do not depend on its batch: random requests join, leave and are cancelled between
//! steps, and each that ends has the latents and pixels that it has alone.

#![cfg(feature = "candle")]

use std::collections::HashMap;

use bench_engine::{
    DeviceRequest, LoadContext, Pipeline, Request, Resolved, State,
    slowdown::Slowdown,
    stage_clock::{Mode, StageClock},
};
use bench_records::config::{self, RunPlan, Shape};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Requests that are under way at once, at most.
const MOST: usize = 8;

/// A checkpoint, and sizes of which some have fewer than 128 rows a sample and some have more, for there
/// the kernels change.
struct Subject {
    folder: &'static str,
    /// Frames, height, width.
    sizes: &'static [(Option<u64>, u64, u64)],
    /// Steps, at most.
    steps: u64,
}

const WAN: Subject = Subject {
    folder: "tiny-wan/checkpoint",
    sizes: &[(Some(1), 16, 16), (Some(1), 176, 160), (Some(1), 176, 192), (Some(5), 96, 160)],
    steps: 3,
};
const OTHER_WAN: Subject = Subject {
    folder: "other-wan/checkpoint",
    sizes: &[(Some(1), 24, 16), (Some(5), 24, 32)],
    steps: 4,
};
const SD: Subject = Subject {
    folder: "tiny-images/sd",
    sizes: &[(None, 16, 16), (None, 16, 32), (None, 48, 48), (None, 16, 64)],
    steps: 4,
};
const SDXL: Subject = Subject {
    folder: "tiny-images/sdxl",
    sizes: &[(None, 16, 16), (None, 32, 16), (None, 48, 48)],
    steps: 4,
};
const FLUX: Subject =
    Subject { folder: "tiny-images/flux", sizes: &[(None, 16, 16), (None, 32, 48)], steps: 3 };

impl Subject {
    fn plan(&self) -> RunPlan {
        let path = format!("{}/../../tests/fixtures/{}", env!("CARGO_MANIFEST_DIR"), self.folder);
        let (_, height, width) = self.sizes[0];
        let config = json!({
            "benchmark_id": "batch",
            "model": {"model_path": path, "model_short_name": "tiny"},
            "generation_kwargs": {"max_sequence_length": 12, "height": height, "width": width},
            "test_prompts": ["one"],
            "run_config": {"required_gpus": 0, "num_warmup_runs": 0, "num_measurement_runs": 1},
            "thresholds": {"default": {"max_generation_time_s": 9.0, "max_peak_memory_mb": 9000.0}}
        });
        let (config, _) =
            config::parse("batch.json", &config.to_string()).expect("a sound configuration");
        config.resolve()
    }

    fn load(&self) -> Box<dyn Pipeline> {
        let context = LoadContext { device: DeviceRequest::Cpu, ..LoadContext::default() };
        Resolved::of(self.plan())
            .expect("a sound plan")
            .load(&context)
            .expect("the checkpoint loads")
    }

    /// One of a few requests, so that most of them are computed alone once only.
    fn request(&self) -> impl Strategy<Value = Request> + use<> {
        let (sizes, steps) = (self.sizes, self.steps);
        let guidance = prop::sample::select(vec![1.0, 4.0, 6.5]);
        (0..sizes.len(), 1..=steps, guidance, 0..3u64).prop_map(
            move |(size, steps, guidance, seed)| {
                let (num_frames, height, width) = sizes[size];
                Request {
                    shape: Shape {
                        num_frames,
                        height: Some(height),
                        width: Some(width),
                        num_inference_steps: Some(steps),
                        guidance_scale: Some(guidance),
                        fps: None,
                    },
                    prompt: ["a red fox", "night", "two boats at sea"][seed as usize].to_owned(),
                    negative_prompt: (seed == 1).then(|| "blurred".to_owned()),
                    seed,
                    ..Request::default()
                }
            },
        )
    }
}

/// A request that comes before some step, and may leave some steps later.
#[derive(Debug, Clone)]
struct Arrival {
    before_step: usize,
    request: Request,
    cancelled_after: Option<usize>,
}

fn arrivals(subject: &Subject) -> impl Strategy<Value = Vec<Arrival>> + use<> {
    let leaves = prop_oneof![4 => Just(None), 1 => (0..2usize).prop_map(Some)];
    let arrival = (0..5usize, subject.request(), leaves).prop_map(
        |(before_step, request, cancelled_after)| Arrival { before_step, request, cancelled_after },
    );
    prop::collection::vec(arrival, 1..=MOST)
}

/// Hashes of latents and pixels.
type Bytes = ([u8; 32], [u8; 32]);

/// A loaded model, and what requests gave alone.
struct Bench {
    pipeline: Box<dyn Pipeline>,
    alone: HashMap<String, Bytes>,
}

impl Bench {
    fn prepare(&mut self, request: &Request) -> State {
        with_clock(|clock| self.pipeline.prepare(request, clock)).expect("it fits")
    }

    fn finish(&mut self, mut state: State) -> Bytes {
        let latents = self.pipeline.latents(&mut state).expect("latents");
        assert!(!latents.is_empty(), "there is nothing to compare");
        let output = with_clock(|clock| self.pipeline.finish(state, clock)).expect("pixels");
        let latents = latents.iter().flat_map(|value| value.to_le_bytes());
        let pixels = output.images.into_iter().flat_map(|image| image.rgb);
        (hash(latents), hash(pixels))
    }

    fn alone(&mut self, request: &Request) -> Bytes {
        let key = format!("{request:?}");
        if let Some(bytes) = self.alone.get(&key) {
            return *bytes;
        }
        let mut state = self.prepare(request);
        while !state.is_done() {
            self.pipeline.step(&mut [&mut state]).expect("a step");
        }
        let bytes = self.finish(state);
        self.alone.insert(key, bytes);
        bytes
    }

    /// Every request that is not cancelled, with its bytes, in the order in which they end.
    fn together(&mut self, arrivals: &[Arrival]) -> Vec<(Request, Bytes)> {
        let (mut running, mut ended): (Vec<(Arrival, State, usize)>, _) = (Vec::new(), Vec::new());
        let last = arrivals.iter().map(|arrival| arrival.before_step).max().unwrap_or_default();
        for step in 0.. {
            for arrival in arrivals.iter().filter(|arrival| arrival.before_step == step) {
                let state = self.prepare(&arrival.request);
                running.push((arrival.clone(), state, 0));
            }
            running.retain(|(arrival, _, taken)| arrival.cancelled_after != Some(*taken));
            let mut states: Vec<&mut State> = running.iter_mut().map(|(_, s, _)| s).collect();
            if !states.is_empty() {
                self.pipeline.step(&mut states).expect("a step");
            }
            for index in (0..running.len()).rev() {
                running[index].2 += 1;
                if running[index].1.is_done() {
                    let (arrival, state, _) = running.swap_remove(index);
                    ended.push((arrival.request, self.finish(state)));
                }
            }
            if running.is_empty() && step >= last {
                break;
            }
        }
        ended
    }
}

fn with_clock<T>(work: impl FnOnce(&mut StageClock<'_>) -> T) -> T {
    let (wait, hear, slowdown) = (|| Ok(()), |_: &str| {}, Slowdown::default());
    work(&mut StageClock::in_mode(Mode::Clean, &wait, &hear, &slowdown))
}

fn hash(bytes: impl Iterator<Item = u8>) -> [u8; 32] {
    Sha256::digest(bytes.collect::<Vec<u8>>()).into()
}

fn holds(subject: &Subject, cases: u32) {
    let bench = std::cell::RefCell::new(Bench { pipeline: subject.load(), alone: HashMap::new() });
    let mut runner =
        TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let outcome = runner.run(&arrivals(subject), |arrivals| {
        let mut bench = bench.borrow_mut();
        for (request, bytes) in bench.together(&arrivals) {
            prop_assert_eq!(bytes, bench.alone(&request), "{:?} of {:?}", request, arrivals);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{}: {error}", subject.folder));
}

#[test]
fn a_video_of_wan_does_not_depend_on_its_batch() {
    holds(&WAN, 12);
}

#[test]
fn nor_does_one_of_another_architecture_of_wan() {
    holds(&OTHER_WAN, 12);
}

#[test]
fn a_picture_of_stable_diffusion_does_not_depend_on_its_batch() {
    holds(&SD, 16);
}

#[test]
fn nor_does_one_of_xl() {
    holds(&SDXL, 12);
}

#[test]
fn a_picture_of_flux_does_not_depend_on_its_batch() {
    holds(&FLUX, 12);
}

/// As many sets as a server may meet in an hour.
#[test]
#[ignore = "takes minutes"]
fn two_hundred_sets_of_requests_differ_in_no_byte() {
    for subject in [&WAN, &OTHER_WAN, &SD, &SDXL, &FLUX] {
        holds(subject, 200);
    }
}

/// The comparison can fail: what differs in any part of a request differs in its bytes.
#[test]
fn other_requests_have_other_bytes() {
    let subject = &SD;
    let mut bench = Bench { pipeline: subject.load(), alone: HashMap::new() };
    let request = Request {
        shape: Shape { num_inference_steps: Some(2), ..size(16, 16) },
        prompt: "a red fox".to_owned(),
        ..Request::default()
    };
    let others = [
        Request { seed: 1, ..request.clone() },
        Request { prompt: "night".to_owned(), ..request.clone() },
        Request { shape: Shape { guidance_scale: Some(3.0), ..request.shape }, ..request.clone() },
        Request {
            shape: Shape { num_inference_steps: Some(3), ..request.shape },
            ..request.clone()
        },
    ];
    let (latents, pixels) = bench.alone(&request);
    for other in others {
        let (other_latents, other_pixels) = bench.alone(&other);
        assert_ne!(latents, other_latents, "{other:?}");
        assert_ne!(pixels, other_pixels, "{other:?}");
    }
}

#[test]
fn a_request_that_does_not_fit_is_refused_before_it_joins() {
    let mut bench = Bench { pipeline: SD.load(), alone: HashMap::new() };
    let request = Request { shape: size(15, 16), ..Request::default() };
    let error = with_clock(|clock| bench.pipeline.prepare(&request, clock)).err();
    let error = format!("{:#}", error.expect("15 rows fit no latents"));
    assert!(error.contains("height is 15"), "{error}");
}

fn size(height: u64, width: u64) -> Shape {
    Shape { height: Some(height), width: Some(width), ..Shape::default() }
}
