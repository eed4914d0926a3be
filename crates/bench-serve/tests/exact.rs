//! A request's bytes do not depend on its batch: random sets of requests of several models arrive, share
//! batches, hang up, and each that ends has the bytes that it has alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use std::{cell::RefCell, collections::HashMap, time::Duration};

use bench_engine::{DeviceRequest, LoadContext, Resolved};
use bench_records::config;
use bench_serve::{
    Settings, Source,
    batching::{Batching, Mode},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::{
    Server,
    mutant::{Fault, Mutant},
};
use tokio::runtime::Runtime;

/// A model, and sizes that its requests ask for: some have fewer than 128 rows a sample and some have more,
/// for there the kernels change.
struct Subject {
    id: &'static str,
    folder: &'static str,
    sizes: &'static [(&'static str, Option<u64>)],
}

const SUBJECTS: [Subject; 3] = [
    Subject {
        id: "wan",
        folder: "tiny-wan/checkpoint",
        sizes: &[("16x16", Some(1)), ("160x176", Some(1)), ("160x96", Some(5))],
    },
    Subject { id: "sd", folder: "tiny-images/sd", sizes: &[("16x16", None), ("48x48", None)] },
    Subject { id: "flux", folder: "tiny-images/flux", sizes: &[("16x16", None), ("48x32", None)] },
];

impl Subject {
    fn source(&self, fault: Option<Fault>) -> Source {
        let path = format!("{}/../../tests/fixtures/{}", env!("CARGO_MANIFEST_DIR"), self.folder);
        let config = json!({
            "benchmark_id": self.id,
            "model": {"model_path": path, "model_short_name": "tiny"},
            "generation_kwargs": {"max_sequence_length": 12, "height": 16, "width": 16,
                                  "num_frames": self.sizes[0].1},
            "test_prompts": ["one"],
            "run_config": {"required_gpus": 0, "num_warmup_runs": 0, "num_measurement_runs": 1},
            "thresholds": {"default": {"max_generation_time_s": 9.0, "max_peak_memory_mb": 9000.0}}
        });
        let mut config = config;
        if self.sizes[0].1.is_none() {
            config["generation_kwargs"].as_object_mut().unwrap().remove("num_frames");
        }
        let (config, _) = config::parse("served.json", &config.to_string()).unwrap();
        let resolved = Resolved::of(config.resolve()).unwrap();
        let context = || LoadContext { device: DeviceRequest::Cpu, ..LoadContext::default() };
        Source {
            id: self.id.to_owned(),
            names: Vec::new(),
            seed: 1,
            negative_prompt: None,
            gpu_memory_gb: None,
            load: Box::new(move || {
                let loaded = resolved.load(&context())?;
                Ok(match fault {
                    Some(fault) => Mutant::of(loaded, fault),
                    None => loaded,
                })
            }),
        }
    }

    fn request(&self) -> BoxedStrategy<Value> {
        let (id, sizes) = (self.id, self.sizes);
        let guidance = prop::sample::select(vec![1.0, 4.0, 6.5]);
        (0..sizes.len(), 1..=4u64, guidance, 0..3u64)
            .prop_map(move |(size, steps, guidance, seed)| {
                let (size, frames) = sizes[size];
                let prompt = ["a red fox", "night", "two boats at sea"][seed as usize];
                let mut asked = json!({"model": id, "prompt": prompt, "size": size, "seed": seed,
                                       "num_inference_steps": steps, "guidance_scale": guidance});
                if let Some(frames) = frames {
                    asked["num_frames"] = frames.into();
                }
                // a FLUX has no use for one, and says so
                if seed == 1 && id != "flux" {
                    asked["negative_prompt"] = "blurred".into();
                }
                asked
            })
            .boxed()
    }
}

/// A request that comes some time after the first, and may hang up some time later.
#[derive(Debug, Clone)]
struct Arrival {
    after: Duration,
    asked: Value,
    hangs_up_after: Option<Duration>,
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let request = prop_oneof![
        3 => SUBJECTS[0].request(),
        2 => SUBJECTS[1].request(),
        1 => SUBJECTS[2].request(),
    ];
    let ms = |most| (0..most).prop_map(Duration::from_millis);
    let leaves = prop_oneof![4 => Just(None), 1 => ms(20u64).prop_map(Some)];
    let arrival = (ms(40u64), request, leaves).prop_map(|(after, asked, hangs_up_after)| Arrival {
        after,
        asked,
        hangs_up_after,
    });
    prop::collection::vec(arrival, 1..=8)
}

/// A server, and what requests gave alone.
struct Bench {
    server: Server,
    alone: HashMap<String, [u8; 32]>,
}

impl Bench {
    async fn alone(&mut self, asked: &Value) -> [u8; 32] {
        let key = asked.to_string();
        if let Some(hash) = self.alone.get(&key) {
            return *hash;
        }
        let hash = ask(&self.server, asked).await;
        self.alone.insert(key, hash);
        hash
    }
}

async fn ask(server: &Server, asked: &Value) -> [u8; 32] {
    let path = match asked["num_frames"].is_null() {
        true => "/v1/images/generations",
        false => "/v1/videos/sync",
    };
    let reply = server.post(path, asked).await.expect(200);
    let picture = match asked["num_frames"].is_null() {
        true => reply.json()["data"][0]["b64_json"].to_string().into_bytes(),
        false => reply.body,
    };
    Sha256::digest(picture).into()
}

async fn arrive(server: &Server, arrival: &Arrival) -> Option<[u8; 32]> {
    tokio::time::sleep(arrival.after).await;
    match arrival.hangs_up_after {
        None => Some(ask(server, &arrival.asked).await),
        Some(after) => tokio::time::timeout(after, ask(server, &arrival.asked)).await.ok(),
    }
}

async fn together(server: &Server, arrivals: &[Arrival]) -> Vec<Option<[u8; 32]>> {
    let mut waiting: Vec<_> =
        arrivals.iter().map(|arrival| Box::pin(arrive(server, arrival))).collect();
    let mut ended = vec![None; arrivals.len()];
    std::future::poll_fn(|context| {
        let mut is_done = true;
        for (slot, future) in ended.iter_mut().zip(&mut waiting) {
            if slot.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(outcome) => *slot = Some(outcome),
                    std::task::Poll::Pending => is_done = false,
                }
            }
        }
        if is_done { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    ended.into_iter().flatten().collect()
}

/// Tries random sets; says how many requests shared batches, or which set shows a difference.
fn tried(cases: u32, fault: Option<Fault>) -> Result<f64, String> {
    let runtime = Runtime::new().unwrap();
    let batching = Batching { mode: Mode::Dynamic, max_size: 8, ..Batching::default() };
    let settings = Settings { batching, ..Settings::default() };
    let sources = SUBJECTS.iter().map(|subject| subject.source(fault)).collect();
    let server = runtime.block_on(Server::of(sources, settings));
    let bench = RefCell::new(Bench { server, alone: HashMap::new() });
    // the first set that differs is enough of a mutant
    let max_shrink_iters = if fault.is_some() { 0 } else { u32::MAX };
    let config =
        Config { failure_persistence: None, max_shrink_iters, ..Config::with_cases(cases) };
    let outcome = TestRunner::new(config).run(&arrivals(), |arrivals| {
        let mut bench = bench.borrow_mut();
        let ended = runtime.block_on(together(&bench.server, &arrivals));
        for (arrival, hash) in arrivals.iter().zip(ended) {
            let alone = runtime.block_on(bench.alone(&arrival.asked));
            prop_assert!(hash.is_none_or(|hash| hash == alone), "{arrival:?} of {arrivals:?}");
        }
        Ok(())
    });
    outcome.map_err(|error| error.to_string())?;
    Ok(runtime.block_on(bench.borrow().server.count("bench_serve_requests_merged_total")))
}

fn holds(cases: u32) {
    let merged = tried(cases, None).unwrap_or_else(|problem| panic!("{problem}"));
    // had they not shared batches, nothing would have been shown
    assert!(merged >= f64::from(cases) / 4.0, "{merged} requests shared batches");
}

#[test]
fn a_pipeline_that_swaps_rows_or_shares_a_generator_is_found_out() {
    for fault in [Fault::SwappedRows, Fault::SharedGenerator] {
        let found = tried(200, Some(fault)).expect_err("a difference");
        assert!(found.contains("Arrival"), "{fault:?}: {found}");
    }
}

#[test]
fn random_sets_of_requests_differ_in_no_byte_from_each_alone() {
    holds(12);
}

/// As many sets as a server may meet in an hour.
#[test]
#[ignore = "takes minutes"]
fn two_hundred_sets_of_requests_differ_in_no_byte() {
    holds(200);
}

/// The comparison can fail: what differs in any part of a request differs in its bytes.
#[test]
fn other_requests_have_other_bytes() {
    let runtime = Runtime::new().unwrap();
    let sources = vec![SUBJECTS[0].source(None)];
    let server = runtime.block_on(Server::of(sources, Settings::default()));
    let asked =
        json!({"prompt": "a red fox", "num_frames": 1, "num_inference_steps": 2, "seed": 1});
    let hash = runtime.block_on(ask(&server, &asked));
    for (field, value) in [
        ("seed", json!(2)),
        ("prompt", json!("night")),
        ("num_inference_steps", json!(3)),
        ("guidance_scale", json!(3.0)),
        ("flow_shift", json!(2.0)),
        ("negative_prompt", json!("blurred")),
    ] {
        let mut other = asked.clone();
        other[field] = value;
        assert_ne!(runtime.block_on(ask(&server, &other)), hash, "{field}");
    }
}

#[test]
fn what_a_client_sends_and_a_model_cannot_use_is_refused_by_name() {
    let runtime = Runtime::new().unwrap();
    // what a configuration says is not the client's fault
    let negative_prompt = Some("blurred".to_owned());
    let sources = SUBJECTS.iter().map(|subject| subject.source(None));
    let sources =
        sources.map(|source| Source { negative_prompt: negative_prompt.clone(), ..source });
    let server = runtime.block_on(Server::of(sources.collect(), Settings::default()));
    let post = |asked: &Value| runtime.block_on(server.post("/v1/images/generations", asked));
    let mut asked = json!({"model": "flux", "prompt": "a red fox", "num_inference_steps": 1,
                           "negative_prompt": "blurred"});
    let refused = post(&asked).expect(400);
    assert_eq!(refused.error().0.as_deref(), Some("negative_prompt"));
    asked["negative_prompt"] = "".into();
    asked["guidance_scale"] = 2.0.into();
    post(&asked).expect(200);
    asked["model"] = "sd".into();
    asked["negative_prompt"] = "blurred".into();
    post(&asked).expect(200);
}
