//! Clients: one request after the other on a connection that stays.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use ureq::Agent;

/// Longest wait for a reply.
const PATIENCE: Duration = Duration::from_secs(300);
/// Largest reply.
const MOST_BYTES: u64 = 1 << 28;

/// A client of one server.
pub struct Client {
    agent: Agent,
    url: String,
}

/// What one request took.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timed {
    /// From sending to the last byte of the reply.
    pub latency_s: f64,
    /// Seconds by stage, as the server says; empty where it does not.
    pub stages: BTreeMap<String, f64>,
}

impl Timed {
    /// Seconds of these stages.
    pub fn of(&self, stages: &[&str]) -> f64 {
        stages.iter().filter_map(|name| self.stages.get(*name)).sum()
    }
}

impl Client {
    /// A client of the server on this port of this machine.
    pub fn of(port: u16) -> Self {
        let config = Agent::config_builder().timeout_global(Some(PATIENCE));
        let agent = config.http_status_as_error(false).proxy(None).build().new_agent();
        Self { agent, url: format!("http://127.0.0.1:{port}/v1/videos/sync") }
    }

    /// Asks for a video and reads it.
    pub fn video(&self, asked: &Value) -> Result<Timed> {
        let text = asked.to_string();
        let began = Instant::now();
        let request = self.agent.post(&self.url).header("content-type", "application/json");
        let mut reply = request.send(&text).with_context(|| format!("POST {}", self.url))?;
        let stages = reply.headers().get("x-stage-durations").cloned();
        let body = reply.body_mut().with_config().limit(MOST_BYTES).read_to_vec()?;
        let latency_s = began.elapsed().as_secs_f64();
        let status = reply.status();
        ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
        ensure!(body.starts_with(b"\x89PNG"), "the reply to {text} is no PNG");
        let stages = match stages {
            Some(stages) => serde_json::from_slice(stages.as_bytes())
                .with_context(|| format!("x-stage-durations is {stages:?}"))?,
            None => BTreeMap::new(),
        };
        Ok(Timed { latency_s, stages })
    }
}

/// What a load took.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// From the first request to the last reply.
    pub wall_s: f64,
    /// Each request.
    pub requests: Vec<Timed>,
}

/// Sends `count` requests from so many clients, each of which sends its next one after a reply.
pub fn closed_loop(
    port: u16,
    clients: usize,
    count: u64,
    asked: &(dyn Fn(u64) -> Value + Sync),
) -> Result<Load> {
    let next = AtomicU64::new(0);
    let one = || -> Result<Vec<Timed>> {
        let client = Client::of(port);
        let mut requests = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(requests);
            }
            requests.push(client.video(&asked(number))?);
        }
    };
    let began = Instant::now();
    let lists = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(one)).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|list| list.expect("a client does not panic")).collect::<Result<Vec<_>>>()
    })?;
    let wall_s = began.elapsed().as_secs_f64();
    Ok(Load { wall_s, requests: lists.concat() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_that_a_server_does_not_name_take_no_time() {
        let stages = BTreeMap::from([("queue".to_owned(), 0.5), ("denoise".to_owned(), 2.0)]);
        let timed = Timed { latency_s: 3.0, stages };
        assert_eq!(timed.of(&["queue", "denoise", "batch"]), 2.5);
        assert_eq!(Timed::default().of(&["queue"]), 0.0);
    }
}
