//! All numbers of a load test.

use std::collections::BTreeMap;

use super::{
    count::{Count, count},
    gaps,
    goodput::Goals,
    lag::Lag,
    metric::{Metric, Origin, time_s},
    observe::observation,
    problems::{self, Group},
    rates::{Rates, rates},
    stats::Stats,
    tokens::{ChunkTokens, TokenEnds, Tokens, TokensBy},
};
use crate::{
    client::Run,
    observed::Observation,
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

fn cached(requests: &[Request]) -> Option<u64> {
    let replies = requests.iter().filter(|request| request.is_ok()).filter_map(Request::reply);
    let said = replies.filter_map(|reply| reply.usage?.cached_tokens());
    said.reduce(|a, b| a + b)
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
