//! Servers whose delays are known: in, how an answer is spread over time; out, a double, and how late
//! requests came.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use load_double::{Double, Step, chunked, content, sse, stream_head};

const END: &str = r#"{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;

/// A stream of tokens.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    /// To the first token.
    pub first_ms: u64,
    /// From each token to the next.
    pub gap_ms: u64,
    /// How many.
    pub tokens: u64,
}

impl Stream {
    /// A server that answers each request so.
    pub fn serve(self) -> Double {
        let steps = self.steps();
        Double::start(move |_| steps.clone())
    }

    fn steps(self) -> Vec<Step> {
        let token = |at: u64| {
            let time = Duration::from_millis(self.first_ms + at * self.gap_ms);
            // the head comes with the first token: one write, one wake-up of the client
            let head = (at == 0).then(|| stream_head("text/event-stream"));
            let sent = head.into_iter().chain([sse(&content("word "))]);
            [Step::Until(time), joined(sent)]
        };
        let ending = joined([sse(END), sse("[DONE]"), chunked(b"")]);
        (0..self.tokens).flat_map(token).chain([ending]).collect()
    }
}

/// A server that answers at once.
pub fn at_once() -> Double {
    let head = stream_head("text/event-stream");
    let answer = joined([head, sse(&content("word")), sse(END), sse("[DONE]"), chunked(b"")]);
    let answer = Arc::new(vec![answer]);
    Double::start(move |_| answer.to_vec())
}

fn joined(steps: impl IntoIterator<Item = Step>) -> Step {
    let bytes = steps.into_iter().filter_map(|step| match step {
        Step::Send(bytes) => Some(bytes),
        _ => None,
    });
    Step::Send(bytes.collect::<Vec<_>>().concat())
}

/// By how many milliseconds each request came later than a schedule of evenly spaced ones, ascending.
/// The schedule begins as late as it can: none came before its time.
pub fn lags_ms(mut came: Vec<Instant>, rate_rps: f64) -> Vec<f64> {
    came.sort();
    let Some(first) = came.first().copied() else { return Vec::new() };
    let late = |(at, time): (usize, &Instant)| {
        (time.duration_since(first).as_secs_f64() - at as f64 / rate_rps) * 1000.0
    };
    let mut lags: Vec<f64> = came.iter().enumerate().map(late).collect();
    lags.sort_by(f64::total_cmp);
    let least = lags.first().copied().unwrap_or(0.0);
    lags.iter().map(|lag| lag - least).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_late_by_what_it_came_after_its_place_in_an_even_schedule() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        // 100 a second: the first one came 2 ms late, and the third 5 ms
        let lags = lags_ms(vec![at(2), at(10), at(25), at(30)], 100.0);
        let rounded: Vec<f64> = lags.iter().map(|lag| lag.round()).collect();
        assert_eq!(rounded, [0.0, 0.0, 2.0, 5.0]);
        assert!(lags_ms(Vec::new(), 100.0).is_empty());
    }

    #[test]
    fn a_stream_waits_before_each_token_and_ends_at_once() {
        let steps = Stream { first_ms: 200, gap_ms: 10, tokens: 3 }.steps();
        let waits: Vec<u128> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Until(time) => Some(time.as_millis()),
                _ => None,
            })
            .collect();
        assert_eq!(waits, [200, 210, 220]);
        assert_eq!(steps.len(), 7);
    }
}
