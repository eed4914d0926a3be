//! Numbers of requests whose times are known.

use std::time::SystemTime;

use super::*;
use crate::{
    client::Run,
    outcome::{Outcome, Problem},
    protocol::{Arrival, Reply, Text, Usage, Written},
    request::{Answer, Request},
    steady::Load,
};

/// A request that got chunks of `ab` at these times.
fn request(index: usize, sent_s: f64, chunks_s: &[f64], tokens: Option<u64>) -> Request {
    let arrivals: Vec<Arrival> = (1..)
        .zip(chunks_s)
        .map(|(number, at_s)| Arrival {
            at_s: *at_s,
            written: Written { answer: 2 * number, ..Written::default() },
            tokens_so_far: None,
        })
        .collect();
    let usage = tokens.map(|tokens| {
        let text = format!(r#"{{"prompt_tokens": 10, "completion_tokens": {tokens}}}"#);
        serde_json::from_str::<Usage>(&text).expect("a usage")
    });
    let text = Text { answer: "ab".repeat(chunks_s.len()), ..Text::default() };
    Request {
        index,
        intended_s: sent_s,
        slot_wait_s: 0.0,
        sent_s,
        end_s: chunks_s.last().copied().unwrap_or(sent_s),
        status: Some(200),
        problem: None,
        answer: Answer::Text(Reply { arrivals, text, usage, ..Reply::default() }),
    }
}

fn failed(index: usize, sent_s: f64, end_s: f64, outcome: Outcome, reason: &str) -> Request {
    let problem = Some(Problem::new(outcome, reason));
    Request { end_s, problem, answer: Answer::Nothing, ..request(index, sent_s, &[], None) }
}

fn run(requests: Vec<Request>) -> Run {
    let duration_s = requests.iter().map(|request| request.end_s).fold(0.0, f64::max);
    let planned = requests.len();
    Run { requests, planned, sent: planned, began: SystemTime::UNIX_EPOCH, duration_s }
}

fn settings(goals: &[&str]) -> Settings {
    let goals = goals.iter().map(|goal| goal.parse().expect("a goal")).collect();
    Settings {
        percents: vec![50.0, 99.0],
        goals: Goals(goals),
        load: Load::Open,
        prompt_tokens: Vec::new(),
    }
}

fn ms(stats: Option<&Stats>, percent: f64) -> f64 {
    let value = stats.and_then(|stats| stats.percentile(percent)).expect("it is measured");
    (value.all_s * 1e6).round() / 1e3
}

#[test]
fn four_chunks_of_three_tokens_have_three_gaps_of_chunks_and_nine_of_tokens() {
    let run = run(vec![request(0, 0.0, &[0.2, 0.5, 0.8, 1.1], Some(12))]);
    let report = measure(&run, &settings(&[]), None, None);
    let (chunks, tokens) =
        (&report.from_intended[&Metric::Itl], &report.from_intended[&Metric::ItlPerToken]);
    assert_eq!((chunks.count, ms(Some(chunks), 50.0)), (3, 300.0));
    assert_eq!((tokens.count, ms(Some(tokens), 50.0)), (9, 100.0));
    assert!(report.has_mean_chunks);
    let tpot = report.from_intended[&Metric::Tpot].mean_s.expect("12 tokens");
    assert!((tpot - 0.9 / 11.0).abs() < 1e-12, "{tpot}");
    assert_eq!(report.rates.peak_output_tokens_per_s, Some(9.0));
}

#[test]
fn a_tokenizer_counts_where_the_server_does_not_and_says_in_which_chunk() {
    let run = run(vec![request(0, 0.0, &[0.1, 0.2, 0.4], None)]);
    assert_eq!(measure(&run, &settings(&[]), None, None).output_tokens, None);
    // tokens end after 1, 2, 5 and 6 bytes; the chunks after 2, 4 and 6
    let ends = |_: &str| Some(vec![1, 2, 5, 6]);
    let report = measure(&run, &settings(&[]), None, Some(&ends));
    assert_eq!((report.output_tokens, report.tokens_by), (Some(4), TokensBy::Tokenizer));
    assert_eq!(report.requests[0].tokens.chunks, ChunkTokens::Counted(vec![2, 0, 2]));
    // the gap of the chunk that ended no token goes to the next one
    let gaps = &report.from_intended[&Metric::ItlPerToken];
    assert_eq!((gaps.count, ms(Some(gaps), 50.0)), (2, 150.0));
    assert!(!report.has_mean_chunks);
}

#[test]
fn unknown_tokens_are_not_the_number_of_chunks() {
    let run = run(vec![request(0, 0.0, &[0.1, 0.2], Some(2)), request(1, 0.0, &[0.1, 0.2], None)]);
    let report = measure(&run, &settings(&[]), None, None);
    assert_eq!((report.output_tokens, report.rates.output_tokens_per_s), (None, None));
    assert_eq!(report.from_intended[&Metric::Tpot].count, 1);
    assert_eq!(report.rates.peak_output_tokens_per_s, None);
}

#[test]
fn failures_are_infinite_in_percentiles_and_the_others_stand_beside() {
    let mut requests: Vec<Request> =
        (0..8).map(|index| request(index, 0.0, &[0.1, 0.2], Some(2))).collect();
    requests.push(failed(8, 0.0, 0.001, Outcome::HttpError, "429 full, ask 1"));
    requests.push(failed(9, 0.0, 0.001, Outcome::HttpError, "429 full, ask 2"));
    let run = run(requests);
    let report = measure(&run, &settings(&["ttft:100.1"]), None, None);
    let ttft = &report.from_intended[&Metric::Ttft];
    assert_eq!((ttft.count, ttft.failed), (8, 2));
    assert_eq!(ms(Some(ttft), 50.0), 100.0);
    let p99 = ttft.percentile(99.0).expect("asked for");
    assert_eq!((p99.all_s, p99.ok_s.map(|s| (s * 1e3).round())), (f64::INFINITY, Some(100.0)));
    assert!(!p99.is_enough);
    assert_eq!(report.problems.len(), 1);
    assert_eq!((report.problems[0].count, report.problems[0].outcome), (2, Outcome::HttpError));
    assert_eq!(report.rates.requests_per_s, 8.0 / 0.2);
    assert_eq!(report.rates.good_per_s, Some(8.0 / 0.2));
}

#[test]
fn latency_counts_from_when_a_request_should_have_been_sent() {
    let mut late = request(0, 0.5, &[0.6, 0.7], Some(2));
    late.intended_s = 0.0;
    let run = run(vec![late]);
    let report = measure(&run, &settings(&["e2el:300"]), None, None);
    assert_eq!(ms(report.from_intended.get(&Metric::Ttft), 50.0), 600.0);
    assert_eq!(ms(report.from_sent.get(&Metric::Ttft), 50.0), 100.0);
    assert_eq!(ms(report.from_intended.get(&Metric::E2el), 99.0), 700.0);
    let lag = report.lag.expect("one request");
    assert_eq!((lag.p99_s, lag.is_client_limited()), (0.5, true));
    assert_eq!(report.rates.good_per_s, Some(0.0));
}

#[test]
fn a_wait_for_a_free_place_is_latency_and_no_lag_of_the_client() {
    let mut waited = request(0, 0.5, &[0.6], Some(1));
    (waited.intended_s, waited.slot_wait_s) = (0.0, 0.5);
    let run = run(vec![waited]);
    let report = measure(&run, &settings(&[]), None, None);
    assert_eq!(ms(report.from_intended.get(&Metric::E2el), 50.0), 600.0);
    assert!(!report.lag.expect("one").is_client_limited());
    assert_eq!(ms(report.slot_wait.as_ref(), 50.0), 500.0);
}

#[test]
fn requests_one_after_the_other_never_overlap() {
    let run = run((0..5)
        .map(|index| request(index, index as f64, &[index as f64 + 1.0], None))
        .collect());
    assert_eq!(measure(&run, &settings(&[]), None, None).rates.peak_concurrency, 1);
}

#[test]
fn one_token_has_no_time_per_token_and_meets_any_goal_of_it() {
    let run = run(vec![request(0, 0.0, &[0.5], Some(1)), request(1, 0.0, &[0.5], None)]);
    let report = measure(&run, &settings(&["tpot:10"]), None, None);
    assert!(!report.from_intended.contains_key(&Metric::Tpot));
    assert_eq!(report.rates.good_per_s, Some(2.0), "one of two in half a second");
}

#[test]
fn a_reply_that_came_whole_has_no_time_per_token() {
    let mut whole = request(0, 0.0, &[0.5], Some(20));
    if let Answer::Text(reply) = &mut whole.answer {
        reply.notes.is_not_streamed = true;
    }
    let run = run(vec![whole]);
    let report = measure(&run, &settings(&[]), None, None);
    assert!(!report.from_intended.contains_key(&Metric::Tpot));
    assert_eq!((report.count.not_streamed, report.output_tokens), (1, Some(20)));
}

#[test]
fn goals_that_say_nothing_are_refused_with_an_example() {
    for text in ["ttft", "ttft:", "ttft:-1", "itl:5", "500", "ttft:nan"] {
        let error = text.parse::<Goal>().expect_err(text).to_string();
        assert!(error.contains("such as ttft:500"), "{error}");
    }
}
