//! Requests as the steady state and the search look at them.

use super::{
    gaps,
    metric::{Metric, Origin, time_s},
    report::Measured,
    tokens::Tokens,
};
use crate::{
    observed::{Answer, Observation},
    request,
};

/// What became of a request.
#[must_use]
pub fn observation(measured: &Measured<'_>) -> Observation {
    let Measured { request, tokens } = measured;
    let ms =
        |metric| time_s(request, tokens, metric, Origin::Intended).map(|seconds| seconds * 1000.0);
    let outputs = match request.answer {
        request::Answer::Images(count) => Some(count),
        request::Answer::Video(_) => Some(1),
        _ => tokens.output,
    };
    let answer = ms(Metric::E2el).filter(|_| request.is_ok()).map(|e2el_ms| Answer {
        ttft_ms: ms(Metric::Ttft),
        e2el_ms,
        tpot_ms: ms(Metric::Tpot),
        itl_ms: itl_ms(request, tokens),
        output_tokens: outputs.and_then(|count| count.try_into().ok()).unwrap_or_default(),
    });
    Observation { scheduled_s: request.intended_s, ended_s: request.end_s, answer }
}

/// Times between tokens, or between chunks where their tokens are not known.
fn itl_ms(request: &request::Request, tokens: &Tokens) -> Vec<f64> {
    let Some(reply) = request.reply() else { return Vec::new() };
    let mut gaps_s = gaps::between_tokens(&reply.arrivals, &tokens.chunks);
    if gaps_s.is_empty() {
        gaps_s = gaps::between_chunks(&reply.arrivals).collect();
    }
    gaps_s.into_iter().map(|gap_s| gap_s * 1000.0).collect()
}
