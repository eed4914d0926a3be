//! Many clients at once over sockets: some hang up, some delete, some send what fails. None is lost, none hangs,
//! no neighbour's bytes change, and memory stays.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use bench_serve::{
    Limits, Settings,
    batching::{Batching, Mode},
};
use serde_json::{Value, json};
use support::socket::{Client, PATIENCE, Reply, Running, request};

/// Requests in different words.
const SUBJECTS: u64 = 24;
/// What requests that fail say: as they begin, at a step, at the end.
const POISON: [&str; 4] = ["refuse", "fail 2", "panic 2", "decode"];
/// Growth of memory between a tenth of the requests and all of them, at most.
const MOST_GROWTH_BYTES: u64 = 48 << 20;

#[test]
fn many_clients_are_served_each_as_if_alone() {
    crowd(600, 16);
}

#[test]
#[ignore = "takes a minute; cargo xtask test --long runs it"]
fn ten_thousand_requests_of_64_clients_are_served_each_as_if_alone() {
    crowd(10_000, 64);
}

/// What a client does with its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Does {
    Waits,
    Polls,
    HangsUp,
    Deletes,
    SendsPoison,
}

impl Does {
    /// 10 % hang up, 5 % delete, 1 % send poison, a tenth polls.
    fn of(number: u64) -> Self {
        match mixed(number) % 100 {
            0..10 => Self::HangsUp,
            10..15 => Self::Deletes,
            15 => Self::SendsPoison,
            16..26 => Self::Polls,
            _ => Self::Waits,
        }
    }
}

/// A number that looks random (the finalizer of MurmurHash3).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let number = (number ^ (number >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ (number >> 33)
}

fn subject(number: u64) -> Value {
    let number = number % SUBJECTS;
    json!({"prompt": format!("subject {number}"), "seed": number, "num_inference_steps": 1 + number % 4,
           "size": if number.is_multiple_of(3) { "16x8" } else { "8x8" }})
}

fn crowd(requests: u64, clients: usize) {
    let server = Running::of(Settings {
        batching: Batching { mode: Mode::Dynamic, max_size: 8, ..Batching::default() },
        limits: Limits { max_queue: 96, ..Limits::default() },
        job_ttl: Duration::from_secs(30),
        ..Settings::default()
    });
    let alone: Vec<Vec<u8>> = (0..SUBJECTS)
        .map(|number| server.send("POST", "/v1/videos/sync", &subject(number)).expect(200).body)
        .collect();
    // what the first panic loads, symbols for its trace, is no growth
    for poison in POISON {
        let asked = json!({"prompt": poison, "num_inference_steps": 3});
        server.send("POST", "/v1/videos/sync", &asked).expect(500);
    }
    let (alone, next) = (Arc::new(alone), Arc::new(AtomicU64::new(0)));
    let early = Arc::new(AtomicU64::new(0));
    let senders: Vec<_> = (0..clients)
        .map(|_| {
            let (alone, next, early) = (Arc::clone(&alone), Arc::clone(&next), Arc::clone(&early));
            let client = Client(server.address);
            thread::spawn(move || {
                let mut counts = BTreeMap::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= requests {
                        return counts;
                    }
                    if number == requests / 10 {
                        early.store(resident_bytes().unwrap_or_default(), Ordering::Relaxed);
                    }
                    client.run(number, &alone);
                    *counts.entry(Does::of(number)).or_insert(0_u64) += 1;
                }
            })
        })
        .collect();
    let mut counts = BTreeMap::new();
    for sender in senders {
        for (does, count) in sender.join().unwrap() {
            *counts.entry(does).or_insert(0) += count;
        }
    }
    assert_eq!(counts.values().sum::<u64>(), requests, "{counts:?}");
    let late = resident_bytes().unwrap_or_default();
    let early = early.load(Ordering::Relaxed);
    assert!(late < early + MOST_GROWTH_BYTES, "{early} bytes, then {late}");
    server.settle();
    let text = server.text("/metrics");
    let sum = |name: &str| -> f64 {
        let lines = text.lines().filter(|line| line.starts_with(&format!("{name}{{")));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
    };
    let outcome = |name: &str| {
        let line = format!("bench_serve_requests_total{{model=\"clips\",outcome=\"{name}\"}} ");
        let found = text.lines().find_map(|found| found.strip_prefix(&line)).unwrap_or("0");
        found.parse::<u64>().unwrap()
    };
    assert_eq!(
        sum("bench_serve_requests_accepted_total"),
        sum("bench_serve_requests_total"),
        "{text}"
    );
    assert_eq!(outcome("failed"), counts[&Does::SendsPoison] + POISON.len() as u64, "{text}");
    let kept = counts[&Does::Waits] + counts[&Does::Polls];
    assert!(outcome("completed") >= kept + SUBJECTS, "{text}");
    assert!(outcome("hung_up") > 0 && outcome("cancelled") > 0, "{text}");
    assert_eq!(outcome("stopped"), 0, "{text}");
    assert!(server.script.steps().iter().any(|step| step.len() > 2), "requests shared batches");
    server.end();
}

/// What clients do.
trait Crowd {
    fn run(self, number: u64, alone: &[Vec<u8>]);
    fn create(self, asked: &Value) -> String;
    fn poll(self, id: &str) -> Vec<u8>;
    fn patiently(self, path: &str, asked: &Value) -> Reply;
}

impl Crowd for Client {
    fn run(self, number: u64, alone: &[Vec<u8>]) {
        let expected = &alone[(number % SUBJECTS) as usize];
        let asked = subject(number);
        let moment = Duration::from_micros(mixed(!number) % 12_000);
        match Does::of(number) {
            Does::Waits => {
                let made = self.patiently("/v1/videos/sync", &asked).expect(200);
                assert!(made.body == *expected, "request {number} has other bytes than alone");
            }
            Does::Polls => {
                let id = self.create(&asked);
                let made = self.poll(&id);
                assert!(made == *expected, "video {number} has other bytes than alone");
            }
            Does::HangsUp => {
                let mut stream = self.connect();
                stream.write_all(&request("POST", "/v1/videos/sync", Some(&asked))).unwrap();
                thread::sleep(moment);
            }
            Does::Deletes => {
                let id = self.create(&asked);
                thread::sleep(moment);
                self.send("DELETE", &format!("/v1/videos/{id}"), None).expect(200);
                self.send("GET", &format!("/v1/videos/{id}"), None).expect(404);
            }
            Does::SendsPoison => {
                let mut poison = asked;
                poison["prompt"] = POISON[(mixed(number) / 100 % 4) as usize].into();
                poison["num_inference_steps"] = 3.into();
                self.patiently("/v1/videos/sync", &poison).expect(500);
            }
        }
    }

    fn create(self, asked: &Value) -> String {
        let job = self.patiently("/v1/videos", asked).expect(200).json();
        job["id"].as_str().unwrap().to_owned()
    }

    fn poll(self, id: &str) -> Vec<u8> {
        let began = std::time::Instant::now();
        loop {
            let job = self.send("GET", &format!("/v1/videos/{id}"), None).expect(200).json();
            match job["status"].as_str().unwrap() {
                "completed" => {
                    let path = format!("/v1/videos/{id}/content");
                    return self.send("GET", &path, None).expect(200).body;
                }
                "failed" => panic!("{job}"),
                _ => thread::sleep(Duration::from_millis(10)),
            }
            assert!(began.elapsed() < PATIENCE, "{job} hangs");
        }
    }

    /// Again, as long as the queue is full.
    fn patiently(self, path: &str, asked: &Value) -> Reply {
        loop {
            let reply = self.send("POST", path, Some(asked));
            if reply.status != 429 {
                return reply;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Memory of this process, where the system says it.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kb: u64 = line.trim().split(' ').next()?.parse().ok()?;
    Some(kb * 1024)
}
