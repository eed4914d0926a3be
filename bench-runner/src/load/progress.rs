//! What a terminal shows while a load test runs.

use std::time::{Duration, Instant};

use bench_load::{measure::percentile, request::Request};
use indicatif::{ProgressBar, ProgressStyle};

use super::{options::Options, server};
use crate::terminal::plain;

/// How often the numbers change.
const EVERY: Duration = Duration::from_millis(250);
/// The last so many latencies are shown.
const RECENT: usize = 512;

/// A bar with the percentiles of the last requests; nothing where there is no terminal.
pub struct Progress {
    bar: ProgressBar,
    name: &'static str,
    is_text: bool,
    recent_s: Vec<f64>,
    ended: usize,
    failed: usize,
    shown: Instant,
}

impl Progress {
    /// One of so many requests.
    pub fn new(options: &Options, requests: usize) -> Self {
        let bar = ProgressBar::new(requests as u64);
        let style = ProgressStyle::with_template("[{bar:30}] {human_pos}/{human_len} {msg}");
        bar.set_style(style.expect("the template is well-formed"));
        bar.enable_steady_tick(EVERY);
        let is_text = server::endpoint(options).is_text();
        let name = if is_text { "ttft" } else { "e2el" };
        let (recent_s, shown) = (Vec::with_capacity(RECENT), Instant::now());
        Self { bar, name, is_text, recent_s, ended: 0, failed: 0, shown }
    }

    /// A request has ended.
    pub fn ended(&mut self, request: &Request) {
        self.ended += 1;
        let end_s = if self.is_text { request.first_token_s() } else { Some(request.end_s) };
        let latency_s = match end_s.filter(|_| request.is_ok()) {
            Some(end_s) => end_s - request.intended_s,
            None => f64::INFINITY,
        };
        self.failed += usize::from(!request.is_ok());
        if self.recent_s.len() < RECENT {
            self.recent_s.push(latency_s);
        } else {
            self.recent_s[self.ended % RECENT] = latency_s;
        }
        if self.shown.elapsed() >= EVERY && !self.bar.is_hidden() {
            self.show();
        }
    }

    fn show(&mut self) {
        let mut sorted = self.recent_s.clone();
        sorted.sort_by(f64::total_cmp);
        let of = |percent| percentile(&sorted, percent).unwrap_or(f64::INFINITY) * 1000.0;
        let (p50, p99, name) = (of(50.0), of(99.0), self.name);
        let failed = match self.failed {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        let message = format!("{name} p50 {p50:.0} ms, p99 {p99:.0} ms{failed}");
        self.bar.set_position(self.ended as u64);
        self.bar.set_message(plain(&message));
        self.shown = Instant::now();
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
