//! Counts of a language model's answers, under the names that vLLM gives them.

use std::time::{Duration, Instant};

use super::{
    Counts, SECONDS,
    histogram::Histogram,
    text::{Text, escaped},
};

/// Bounds of the time of a token, in seconds.
const OF_A_TOKEN: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5];

/// An answer, for counts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Answered {
    /// Tokens of its prompt.
    pub prompt_tokens: u64,
    /// Tokens that were generated.
    pub output_tokens: u64,
    /// From the request to the first token.
    pub first: Duration,
    /// From the request to the last token.
    pub last: Duration,
}

impl Answered {
    /// An answer to a request that came at `arrived`, by when its tokens came.
    #[must_use]
    pub fn of(
        arrived: Instant,
        (prompt, output): (usize, usize),
        times: (Instant, Instant),
    ) -> Self {
        Self {
            prompt_tokens: prompt as u64,
            output_tokens: output as u64,
            first: times.0.saturating_duration_since(arrived),
            last: times.1.saturating_duration_since(arrived),
        }
    }

    /// Seconds per token after the first: (E2EL − TTFT) / (tokens − 1); `None` where there is but one.
    #[must_use]
    pub fn tpot_s(&self) -> Option<f64> {
        let after = self.output_tokens.checked_sub(1).filter(|after| *after > 0)?;
        Some(self.last.saturating_sub(self.first).as_secs_f64() / after as f64)
    }
}

/// Counts of a model.
#[derive(Debug)]
pub(super) struct OfModel {
    pub(super) prompt_tokens: u64,
    pub(super) generation_tokens: u64,
    pub(super) e2e: Histogram,
    ttft: Histogram,
    tpot: Histogram,
}

impl Default for OfModel {
    fn default() -> Self {
        Self {
            prompt_tokens: 0,
            generation_tokens: 0,
            e2e: Histogram::new(&SECONDS),
            ttft: Histogram::new(&SECONDS),
            tpot: Histogram::new(&OF_A_TOKEN),
        }
    }
}

impl OfModel {
    pub(super) fn hear(&mut self, answer: &Answered) {
        self.ttft.observe(answer.first.as_secs_f64());
        if let Some(seconds) = answer.tpot_s() {
            self.tpot.observe(seconds);
        }
    }
}

/// Writes the families of all models.
pub(super) fn write(counts: &Counts, text: &mut Text) {
    let (running, waiting) = (counts.running as f64, counts.waiting as f64);
    let help = "Requests on the device, as servers of language models name it.";
    text.one(("vllm:num_requests_running", "gauge"), help, running);
    let help = "Requests in the queue, as servers of language models name it.";
    text.one(("vllm:num_requests_waiting", "gauge"), help, waiting);
    let help = "Tokens of the KV cache that are in use, or reserved for running answers.";
    text.one(("bench_serve_kv_cache_tokens", "gauge"), help, counts.cache_tokens as f64);
    let mut each = |name: &str, kind: &str, help: &str, line: &dyn Fn(&str, &OfModel) -> String| {
        let lines = counts
            .answers
            .iter()
            .map(|(model, counts)| line(&format!("model_name=\"{}\"", escaped(model)), counts));
        text.family((name, kind), help, &lines.collect::<String>());
    };
    let name = "vllm:prompt_tokens_total";
    each(name, "counter", "Tokens of prompts that were read.", &|labels, counts| {
        format!("{name}{{{labels}}} {}\n", counts.prompt_tokens)
    });
    let name = "vllm:generation_tokens_total";
    each(name, "counter", "Tokens that were generated.", &|labels, counts| {
        format!("{name}{{{labels}}} {}\n", counts.generation_tokens)
    });
    let name = "vllm:time_to_first_token_seconds";
    let help = "Seconds from the arrival of a request to the first token of an answer.";
    each(name, "histogram", help, &|labels, counts| counts.ttft.labelled(name, labels));
    let name = "vllm:request_time_per_output_token_seconds";
    let help = "Seconds per token after the first, as the mean of an answer.";
    each(name, "histogram", help, &|labels, counts| counts.tpot.labelled(name, labels));
    let name = "vllm:e2e_request_latency_seconds";
    let help = "Seconds from the arrival of a request to the end of its answers.";
    each(name, "histogram", help, &|labels, counts| counts.e2e.labelled(name, labels));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_per_token_is_of_the_tokens_after_the_first() {
        let ms = Duration::from_millis;
        let answer = Answered { prompt_tokens: 3, output_tokens: 5, first: ms(100), last: ms(300) };
        assert!((answer.tpot_s().expect("several tokens") - 0.05).abs() < 1e-9);
        assert_eq!(Answered { output_tokens: 1, ..answer }.tpot_s(), None);
        assert_eq!(Answered { output_tokens: 0, ..answer }.tpot_s(), None);
    }
}
