//! All numbers of a load test.

use std::collections::BTreeMap;

use super::{
    gaps,
    goodput::Goals,
    lag::Lag,
    metric::{Metric, Origin, time_s},
    observe::observation,
    peaks,
    problems::{self, Group},
    stats::Stats,
    tokens::{ChunkTokens, TokenEnds, Tokens, TokensBy},
};
use crate::{
    client::Run,
    observed::Observation,
    outcome::Outcome,
    request::{Answer, EndedBy, Request},
    steady::{Load, SteadyState, steady_state},
};

/// What is asked of the numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Percentiles besides the median.
    pub percents: Vec<f64>,
    /// What a good request is.
    pub goals: Goals,
    /// Who decided when a request was sent.
    pub load: Load,
    /// Tokens of each prompt, in the order of requests, where they are known.
    pub prompt_tokens: Vec<Option<u64>>,
}

/// How many requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Were planned.
    pub planned: usize,
    /// Ended by themselves, well or not.
    pub ended: usize,
    /// Were running when the test was ended.
    pub given_up: usize,
    /// Ended how.
    pub outcomes: BTreeMap<Outcome, usize>,
    /// Are ok and have no token.
    pub without_token: usize,
    /// Are ok and came whole rather than as a stream.
    pub not_streamed: usize,
}

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

/// A request with its tokens.
#[derive(Debug)]
pub struct Measured<'a> {
    /// The request.
    pub request: &'a Request,
    /// Its tokens.
    pub tokens: Tokens,
}

/// All numbers of a load test.
#[derive(Debug)]
pub struct Report<'a> {
    /// Each request.
    pub requests: Vec<Measured<'a>>,
    /// How many.
    pub count: Count,
    /// Failures by what they say.
    pub problems: Vec<Group>,
    /// Seconds from the start to the end of the last request.
    pub duration_s: f64,
    /// Tokens of prompts; `None` where some are not counted.
    pub input_tokens: Option<u64>,
    /// Generated tokens; `None` where some are not counted.
    pub output_tokens: Option<u64>,
    /// Tokens of prompts that the server had in its cache, where it says so.
    pub cached_tokens: Option<u64>,
    /// Who counted the generated tokens.
    pub tokens_by: TokensBy,
    /// Whether times between tokens come from chunks whose tokens are known on average only.
    pub has_mean_chunks: bool,
    /// Latencies from when requests should have been sent.
    pub from_intended: BTreeMap<Metric, Stats>,
    /// The same from when they were sent.
    pub from_sent: BTreeMap<Metric, Stats>,
    /// Whether the test was steady, and where.
    pub steady: SteadyState,
    /// Latencies from when requests should have been sent, of the steady part; none without one.
    pub steady_from_intended: BTreeMap<Metric, Stats>,
    /// Waits for a free place, in seconds; `None` where none waited.
    pub slot_wait: Option<Stats>,
    /// How late the client sent.
    pub lag: Option<Lag>,
    /// Things per second.
    pub rates: Rates,
    /// The longest time within which the end of a video is not known, in seconds.
    pub resolution_s: Option<f64>,
}

/// The numbers of a run. `ends` counts tokens where the server does not.
#[must_use]
pub fn measure<'a>(
    run: &'a Run,
    settings: &Settings,
    offered_rps: Option<f64>,
    ends: Option<TokenEnds<'_>>,
) -> Report<'a> {
    let measured = run.requests.iter().map(|request| {
        let prompt = settings.prompt_tokens.get(request.index).copied().flatten();
        Measured { request, tokens: Tokens::of(request, prompt, ends) }
    });
    let requests: Vec<Measured<'_>> = measured.collect();
    let ok = || requests.iter().filter(|measured| measured.request.is_ok());
    let sum = |of: fn(&Tokens) -> Option<u64>| {
        ok().map(|measured| of(&measured.tokens)).sum::<Option<u64>>().filter(|sum| *sum > 0)
    };
    let (input_tokens, output_tokens) = (sum(|t| t.input), sum(|t| t.output));
    let latencies = |part: &[&Measured<'a>], origin| {
        let of = |metric| Some((metric, stats(part, metric, origin, &settings.percents)?));
        Metric::ALL.into_iter().filter_map(of).collect::<BTreeMap<_, _>>()
    };
    let all: Vec<&Measured<'_>> = requests.iter().collect();
    let (steady, part) = steady_part(&all, settings.load);
    let waits: Vec<f64> = run.requests.iter().map(|request| request.slot_wait_s).collect();
    let has_waited = waits.iter().any(|wait_s| *wait_s > 0.0);
    let is_mean = |measured: &Measured<'_>| matches!(measured.tokens.chunks, ChunkTokens::Mean(_));
    Report {
        count: count(run),
        problems: problems::groups(&run.requests),
        duration_s: run.duration_s,
        input_tokens,
        output_tokens,
        cached_tokens: cached(&run.requests),
        tokens_by: ok()
            .map(|m| m.tokens.by)
            .max_by_key(|by| *by as u8)
            .unwrap_or(TokensBy::Unknown),
        has_mean_chunks: ok().any(is_mean),
        from_intended: latencies(&all, Origin::Intended),
        from_sent: latencies(&all, Origin::Sent),
        steady,
        steady_from_intended: latencies(&part, Origin::Intended),
        slot_wait: Stats::of(waits, 0, &settings.percents).filter(|_| has_waited),
        lag: Lag::of(&run.requests),
        rates: rates(run, &requests, settings, offered_rps, (input_tokens, output_tokens)),
        resolution_s: run.requests.iter().filter_map(resolution_s).reduce(f64::max),
        requests,
    }
}

/// Whether the requests were steady, and those that were.
fn steady_part<'m, 'a>(
    requests: &[&'m Measured<'a>],
    load: Load,
) -> (SteadyState, Vec<&'m Measured<'a>>) {
    let observed: Vec<Observation> =
        requests.iter().map(|measured| observation(measured)).collect();
    let steady = steady_state(&observed, load);
    let SteadyState::Steady(window) = steady else { return (steady, Vec::new()) };
    let pairs = requests.iter().zip(&observed).filter(|(_, observed)| window.has(observed));
    let part = pairs.map(|(measured, _)| *measured).collect();
    (steady, part)
}

fn stats(
    requests: &[&Measured<'_>],
    metric: Metric,
    origin: Origin,
    percents: &[f64],
) -> Option<Stats> {
    if metric != Metric::E2el && !requests.iter().any(|m| m.request.reply().is_some()) {
        return None;
    }
    let ok = requests.iter().filter(|measured| measured.request.is_ok());
    let values: Vec<f64> = match metric {
        Metric::Itl => {
            let replies = ok.filter_map(|measured| measured.request.reply());
            replies.flat_map(|reply| gaps::between_chunks(&reply.arrivals)).collect()
        }
        Metric::ItlPerToken => {
            let replies = ok.filter_map(|m| Some((m.request.reply()?, &m.tokens.chunks)));
            replies
                .flat_map(|(reply, chunks)| gaps::between_tokens(&reply.arrivals, chunks))
                .collect()
        }
        metric => ok.filter_map(|m| time_s(m.request, &m.tokens, metric, origin)).collect(),
    };
    let failed = requests.iter().filter(|measured| !measured.request.is_ok()).count();
    Stats::of(values, if metric.is_of_a_request() { failed } else { 0 }, percents)
}

fn count(run: &Run) -> Count {
    let mut outcomes = BTreeMap::new();
    for request in &run.requests {
        *outcomes.entry(request.outcome()).or_default() += 1;
    }
    let ok_replies = || run.requests.iter().filter(|r| r.is_ok()).filter_map(Request::reply);
    Count {
        planned: run.planned,
        ended: run.requests.len(),
        given_up: run.sent.saturating_sub(run.requests.len()),
        outcomes,
        without_token: ok_replies().filter(|reply| reply.arrivals.is_empty()).count(),
        not_streamed: ok_replies().filter(|reply| reply.notes.is_not_streamed).count(),
    }
}

fn cached(requests: &[Request]) -> Option<u64> {
    let replies = requests.iter().filter(|request| request.is_ok()).filter_map(Request::reply);
    let said = replies.filter_map(|reply| reply.usage?.cached_tokens());
    said.reduce(|a, b| a + b)
}

fn rates(
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
        peak_concurrency: peaks::concurrency(&run.requests),
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

fn resolution_s(request: &Request) -> Option<f64> {
    match request.answer {
        Answer::Video(video) => match video.end {
            EndedBy::Look { within_s } => Some(within_s),
            EndedBy::Server => None,
        },
        _ => None,
    }
}
