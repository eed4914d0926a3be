//! From when tokens came to the metrics of a trial.
//!
//! Latencies count from the beginning of the trial, when all its requests are there. TTFT is the time to
//! the first token, ITL each time between tokens, TPOT (E2EL − TTFT) / (tokens − 1), E2EL the time to the
//! last token.

use std::time::Instant;

use anyhow::Result;
use bench_records::stats::{self, Summary};

use super::settings::Settings;
use crate::Text;
use crate::stage_clock::StageClock;

const BYTES_PER_MB: f64 = 1_048_576.0;

/// Bytes that a model and its cache take.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Of the weights.
    pub model_bytes: u64,
    /// Of a token in the cache.
    pub bytes_per_token: u64,
}

impl Memory {
    /// What a run takes of it, in words.
    pub fn line(&self, settings: &Settings) -> String {
        let mb = |bytes: f64| bytes / BYTES_PER_MB;
        let (weights, per_token) = (mb(self.model_bytes as f64), self.bytes_per_token);
        let requests = settings.batch_size.min(settings.requests);
        let answers = settings.output_tokens();
        let tokens = match settings.input_tokens {
            Some(input) => format!("{input} + {answers} tokens"),
            None => format!("their prompts + {answers} tokens"),
        };
        format!(
            "memory: {weights:.1} MB of weights, {per_token} bytes of KV cache a token, for {requests} \
             requests of {tokens} at a time"
        )
    }
}

/// What is known of the requests of a trial so far.
#[derive(Debug)]
pub struct Timings {
    began: Instant,
    memory: Memory,
    most_tokens: usize,
    ttft_ms: Vec<f64>,
    itl_ms: Vec<f64>,
    tpot_ms: Vec<f64>,
    e2el_ms: Vec<f64>,
    last: Option<Instant>,
}

impl Timings {
    /// Of a trial that begins now.
    pub fn begin(began: Instant, memory: Memory) -> Self {
        Self {
            began,
            memory,
            most_tokens: 0,
            ttft_ms: Vec::new(),
            itl_ms: Vec::new(),
            tpot_ms: Vec::new(),
            e2el_ms: Vec::new(),
            last: None,
        }
    }

    /// Hears how many tokens each sequence under way has in its cache.
    ///
    /// # Errors
    /// Those of the numbers.
    pub fn hold(&mut self, tokens: impl Iterator<Item = Result<usize>>) -> Result<()> {
        let tokens: usize = tokens.sum::<Result<_>>()?;
        self.most_tokens = self.most_tokens.max(tokens);
        Ok(())
    }

    /// Hears when the tokens of a request came.
    pub fn end(&mut self, times: &[Instant]) {
        let ms = |from: Instant, to: Instant| (to - from).as_secs_f64() * 1000.0;
        let (Some(&first), Some(&last)) = (times.first(), times.last()) else { return };
        self.ttft_ms.push(ms(self.began, first));
        self.e2el_ms.push(ms(self.began, last));
        self.itl_ms.extend(times.windows(2).map(|pair| ms(pair[0], pair[1])));
        if times.len() > 1 {
            self.tpot_ms.push(ms(first, last) / (times.len() - 1) as f64);
        }
        self.last = self.last.max(Some(last));
    }

    /// Tells the metrics of the trial.
    ///
    /// # Errors
    /// A number that is not finite.
    pub fn tell(&self, texts: &[Text], clock: &mut StageClock<'_>) -> Result<()> {
        let Some(last) = self.last else { return Ok(()) };
        let seconds = (last - self.began).as_secs_f64();
        let output: usize = texts.iter().map(|text| text.tokens.len()).sum();
        let input: usize = texts.iter().map(|text| text.prompt_tokens).sum();
        let counts = [
            ("requests_per_s", texts.len()),
            ("output_tokens_per_s", output),
            ("tokens_per_s", input + output),
        ];
        for (name, count) in counts.into_iter().filter(|_| seconds > 0.0) {
            clock.record_metric(name, count as f64 / seconds)?;
        }
        let kv_cache = self.most_tokens as u64 * self.memory.bytes_per_token;
        clock.record_metric("kv_cache_mb", kv_cache as f64 / BYTES_PER_MB)?;
        clock.record_metric("model_memory_mb", self.memory.model_bytes as f64 / BYTES_PER_MB)?;
        let samples = [
            ("ttft", &self.ttft_ms),
            ("tpot", &self.tpot_ms),
            ("itl", &self.itl_ms),
            ("e2el", &self.e2el_ms),
        ];
        samples.into_iter().try_for_each(|(name, samples)| tell_summary(name, samples, clock))
    }
}

fn tell_summary(name: &str, samples: &[f64], clock: &mut StageClock<'_>) -> Result<()> {
    let Some(summary) = Summary::of(samples) else { return Ok(()) };
    // of few requests a tail is the slowest one, which is no percentile
    let tail = |percent, value| stats::has_samples_beyond(samples.len(), percent).then_some(value);
    let values = [
        ("mean", Some(summary.mean)),
        ("p50", Some(summary.p50.value)),
        ("p90", tail(90.0, summary.p90.value)),
        ("p95", tail(95.0, summary.p95.value)),
        ("p99", tail(99.0, summary.p99.value)),
        ("std", summary.std_dev),
    ];
    for (kind, value) in values {
        if let Some(value) = value {
            clock.record_metric(&format!("{name}_{kind}_ms"), value)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Finish;
    use crate::stage_clock::Mode;

    #[test]
    fn times_of_tokens_become_the_fields_of_the_metric_table() {
        let began = Instant::now();
        let at = |ms: u64| began + Duration::from_millis(ms);
        let mut timings =
            Timings::begin(began, Memory { model_bytes: 3 << 20, bytes_per_token: 1 << 20 });
        timings.hold([Ok(3), Ok(4)].into_iter()).expect("numbers");
        timings.end(&[at(100), at(150), at(300)]);
        timings.end(&[at(200)]);
        let text = |count: usize| Text {
            text: String::new(),
            tokens: vec![0; count],
            prompt_tokens: 5,
            finish: Finish::Length,
        };
        let wait = || Ok(());
        let mut clock = StageClock::new(Mode::Clean, &wait, &|_| {});
        timings.tell(&[text(3), text(1)], &mut clock).expect("sound numbers");
        let metrics = clock.read().metrics;
        let close = |name: &str, expected: f64| {
            let found = metrics[name];
            assert!((found - expected).abs() < 1e-6, "{name}: {found}");
        };
        close("ttft_mean_ms", 150.0);
        close("itl_mean_ms", 100.0);
        close("tpot_mean_ms", 100.0);
        close("e2el_mean_ms", 250.0);
        close("kv_cache_mb", 7.0);
        close("model_memory_mb", 3.0);
        close("requests_per_s", 2.0 / 0.3);
        close("output_tokens_per_s", 4.0 / 0.3);
        close("tokens_per_s", 14.0 / 0.3);
        assert!(!metrics.contains_key("ttft_p99_ms"));
    }
}
