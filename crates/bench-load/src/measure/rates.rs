//! Things per second.

use super::{
    peaks,
    report::{Measured, Settings},
};
use crate::{
    client::Run,
    overlap::most_at_once,
    request::{Answer, Request},
};

/// Things per second.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    /// Requests as they should have been sent; `None` where they were not planned by time.
    pub offered_rps: Option<f64>,
    /// Requests as they were sent.
    pub achieved_rps: Option<f64>,
    /// Requests that are ok.
    pub requests_per_s: f64,
    /// Requests that meet the goals; `None` without goals.
    pub good_per_s: Option<f64>,
    /// Generated tokens; `None` where some are not counted.
    pub output_tokens_per_s: Option<f64>,
    /// Tokens of prompts and generated ones.
    pub total_tokens_per_s: Option<f64>,
    /// Pictures or videos.
    pub outputs_per_s: Option<f64>,
    /// The most tokens of a second.
    pub peak_output_tokens_per_s: Option<f64>,
    /// The most requests at a time.
    pub peak_concurrency: usize,
}

pub(super) fn rates(
    run: &Run,
    requests: &[Measured<'_>],
    settings: &Settings,
    offered_rps: Option<f64>,
    (input_tokens, output_tokens): (Option<u64>, Option<u64>),
) -> Rates {
    let per_s = |count: f64| if run.duration_s > 0.0 { count / run.duration_s } else { 0.0 };
    let ok = || requests.iter().filter(|measured| measured.request.is_ok());
    let good = ok().filter(|m| settings.goals.are_met(m.request, &m.tokens)).count();
    let outputs: Option<u64> = ok().map(|m| outputs(m.request)).sum();
    let total_tokens = input_tokens.zip(output_tokens).map(|(input, output)| input + output);
    Rates {
        offered_rps: offered_rps.filter(|rate| rate.is_finite()),
        achieved_rps: achieved_rps(&run.requests),
        requests_per_s: per_s(ok().count() as f64),
        good_per_s: (!settings.goals.0.is_empty()).then(|| per_s(good as f64)),
        output_tokens_per_s: output_tokens.map(|count| per_s(count as f64)),
        total_tokens_per_s: total_tokens.map(|count| per_s(count as f64)),
        outputs_per_s: outputs.filter(|count| *count > 0).map(|count| per_s(count as f64)),
        peak_output_tokens_per_s: peaks::tokens_per_second(ok().map(|m| (m.request, &m.tokens))),
        peak_concurrency: most_at_once(
            run.requests.iter().map(|request| (request.sent_s, request.end_s)),
        ),
    }
}

fn outputs(request: &Request) -> Option<u64> {
    match request.answer {
        Answer::Images(count) => Some(count),
        Answer::Video(_) => Some(1),
        Answer::Nothing | Answer::Text(_) => None,
    }
}

/// Gaps between requests by the time that they took, as a schedule has them.
fn achieved_rps(requests: &[Request]) -> Option<f64> {
    let sent = || requests.iter().map(|request| request.sent_s);
    let gaps = requests.len().checked_sub(1).filter(|gaps| *gaps > 0)?;
    let span_s = sent().fold(0.0, f64::max) - sent().fold(f64::INFINITY, f64::min);
    (span_s > 0.0).then(|| gaps as f64 / span_s)
}
