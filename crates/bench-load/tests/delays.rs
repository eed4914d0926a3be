//! The client against a server whose delays are known.
//!
//! A machine that is busy adds to every delay and never takes from one, so the least error of a few runs is
//! asserted.

mod support;

use std::{
    thread,
    time::{Duration, Instant},
};

use bench_load::{
    arrivals::{Arrivals, Length, Think, plan},
    client::{LoadPlan, Models, models, run, stop},
    measure::{Goals, Metric, Settings, Tokens, measure},
    outcome::Outcome,
    protocol::Endpoint,
    request::{Answer, EndedBy, Request},
    steady::Load,
};
use load_double::{Double, Step, chunked, content, json, reply, sse, stream_head};
use serde_json::json;
use support::{go, once, open, places, plan_of, target};

const END: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const ROLE: &str = r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#;
/// Largest error of a delay, in milliseconds.
const ERROR_MS: f64 = 5.0;

fn until(ms: u64) -> Step {
    Step::Until(Duration::from_millis(ms))
}

fn ended() -> Vec<Step> {
    vec![sse(END), sse("[DONE]"), chunked(b"")]
}

fn stream(steps: Vec<Step>, last: Vec<Step>) -> Vec<Step> {
    [vec![stream_head("text/event-stream")], steps, last].concat()
}

/// Measures a few times, and passes where the least error of one of them is small enough.
#[track_caller]
fn nearly(expected_ms: &[f64], measured_ms: impl Fn() -> Vec<f64>) {
    let mut seen = Vec::new();
    for _ in 0..5 {
        let ms = measured_ms();
        assert_eq!(ms.len(), expected_ms.len());
        let near = |(a, b): (&f64, &f64)| a - b > -0.5 && a - b < ERROR_MS;
        if ms.iter().zip(expected_ms).all(near) {
            return;
        }
        seen.push(ms);
    }
    panic!("{seen:?}, not {expected_ms:?}");
}

fn first_ms(request: &Request) -> f64 {
    (request.first_token_s().expect("a token") - request.intended_s) * 1e3
}

fn end_ms(request: &Request) -> f64 {
    (request.end_s - request.intended_s) * 1e3
}

#[test]
fn the_first_token_is_the_first_text_and_not_the_role() {
    let steps = || stream(vec![sse(ROLE), until(200), sse(&content("a"))], ended());
    nearly(&[200.0], || vec![first_ms(&once(Endpoint::Chat, steps()))]);
}

#[test]
fn reasoning_is_a_first_token_and_the_answer_has_its_own() {
    let thought = r#"{"choices":[{"delta":{"reasoning_content":"hm"}}]}"#;
    let steps = || stream(vec![until(100), sse(thought), until(300), sse(&content("a"))], ended());
    nearly(&[100.0, 300.0], || {
        let request = once(Endpoint::Chat, steps());
        let answer_s = request.first_answer_s().expect("an answer") - request.intended_s;
        vec![first_ms(&request), answer_s * 1e3]
    });
}

#[test]
fn a_request_ends_when_its_reply_does_and_not_with_its_last_token() {
    let late = [vec![until(400)], ended()].concat();
    nearly(&[100.0, 400.0], || {
        let steps = stream(vec![until(100), sse(&content("a"))], late.clone());
        let request = once(Endpoint::Chat, steps);
        vec![first_ms(&request), end_ms(&request)]
    });
    let held = vec![sse(END), sse("[DONE]"), until(400), chunked(b"")];
    nearly(&[400.0], || {
        vec![end_ms(&once(Endpoint::Chat, stream(vec![sse(&content("a"))], held.clone())))]
    });
}

#[test]
fn several_events_in_one_read_with_crlf_or_without_spaces_have_their_time() {
    for space in [" ", ""] {
        let event = format!("data:{space}{}\r\n\r\n", content("a"));
        let steps = || {
            let end = format!("data:{space}{END}\r\n\r\n");
            let both = [event.as_bytes(), event.as_bytes(), end.as_bytes()].concat();
            stream(vec![until(150), chunked(&both)], vec![chunked(b"")])
        };
        nearly(&[150.0], || vec![first_ms(&once(Endpoint::Chat, steps()))]);
    }
}

#[test]
fn chunks_of_several_tokens_have_gaps_of_chunks_and_of_tokens() {
    let usage = r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":12}}"#;
    let steps = || {
        let chunks = (1..=4).flat_map(|n| [until(100 * n), sse(&content("abc"))]).collect();
        stream(chunks, [vec![sse(usage)], ended()].concat())
    };
    nearly(&[100.0, 100.0 / 3.0], || {
        let double = Double::start(move |_| steps());
        let run = go(plan_of(target(&double), Endpoint::Chat, 1));
        let settings = Settings {
            percents: vec![50.0],
            goals: Goals::default(),
            load: Load::Open,
            prompt_tokens: Vec::new(),
        };
        let report = measure(&run, &settings, None, None);
        let median = |metric| report.from_intended[&metric].percentiles[0].all_s * 1e3;
        vec![median(Metric::Itl), median(Metric::ItlPerToken)]
    });
}

#[test]
fn an_open_schedule_goes_on_while_a_request_stalls() {
    // the first answer takes 500 ms; requests every 50 ms are sent all the same
    let double = Double::start(|request| {
        let is_first = request.field("messages")[0]["content"] == "prompt 0";
        stream(vec![until(if is_first { 500 } else { 0 }), sse(&content("a"))], ended())
    });
    let times_s: Vec<f64> = (0..8).map(|number| f64::from(number) * 0.05).collect();
    nearly(&[0.0, 0.0], || {
        let run = go(open(target(&double), Endpoint::Chat, &times_s));
        assert_eq!(run.requests.len(), 8);
        assert!(first_ms(&run.requests[0]) > 499.0);
        let lag = run.requests.iter().map(Request::send_lag_s).fold(0.0, f64::max);
        vec![lag * 1e3, run.requests[1..].iter().map(first_ms).fold(0.0, f64::max)]
    });
}

#[test]
fn a_stall_before_a_free_place_is_in_the_latency_of_those_that_waited() {
    // one place: the first request stalls it for 500 ms, and the others were due at once
    let double = Double::start(|request| {
        let is_first = request.field("messages")[0]["content"] == "prompt 0";
        stream(vec![until(if is_first { 500 } else { 0 }), sse(&content("a"))], ended())
    });
    nearly(&[500.0, 500.0, 0.0], || {
        let plan = open(target(&double), Endpoint::Chat, &[0.0, 0.0, 0.0]);
        let run = go(LoadPlan { max_concurrency: places(1), ..plan });
        let last = run.requests.iter().max_by(|a, b| a.sent_s.total_cmp(&b.sent_s)).expect("three");
        vec![first_ms(last), last.slot_wait_s * 1e3, last.send_lag_s() * 1e3]
    });
}

#[test]
fn users_send_one_after_the_other_and_no_more_at_a_time_than_there_are() {
    let double = Double::start(|_| stream(vec![until(20), sse(&content("a"))], ended()));
    let users = Arrivals::Closed { users: 3, think: Think::None };
    let arrivals = plan(&users, Length::Requests(12), 0).expect("users");
    let run = go(LoadPlan { arrivals, ..plan_of(target(&double), Endpoint::Chat, 12) });
    assert_eq!((run.requests.len(), run.sent), (12, 12));
    let settings = Settings {
        percents: vec![50.0],
        goals: Goals::default(),
        load: Load::Open,
        prompt_tokens: Vec::new(),
    };
    assert_eq!(measure(&run, &settings, None, None).rates.peak_concurrency, 3);
    let connections = double.heard().iter().map(|request| request.connection).max();
    assert_eq!(connections, Some(2));
}

#[test]
fn a_test_that_is_ended_keeps_what_it_measured() {
    let double = Double::start(|request| {
        let is_slow = request.field("messages")[0]["content"] == "prompt 1";
        stream(vec![until(if is_slow { 10_000 } else { 0 }), sse(&content("a"))], ended())
    });
    let stop = stop();
    let ending = stop.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        ending.request();
    });
    let began = Instant::now();
    let plan = LoadPlan {
        timeout: Duration::from_secs(60),
        ..open(target(&double), Endpoint::Chat, &[0.0, 0.01, 100.0])
    };
    let mut passed_on = 0;
    let run = run(plan, &stop, &mut |_| passed_on += 1).expect("threads");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!((run.planned, run.sent, run.requests.len(), passed_on), (3, 2, 1, 1));
    assert!(run.is_cut_short());
    assert!(run.requests[0].is_ok());
}

#[test]
fn the_interval_of_looks_is_no_part_of_a_videos_latency() {
    let video = |with_durations: bool| {
        let began = std::sync::Mutex::new(None::<Instant>);
        Double::start(move |request| {
            let mut began = began.lock().expect("no panic");
            let began = *began.get_or_insert(request.at);
            let is_done = request.method == "GET" && began.elapsed() >= Duration::from_millis(310);
            let status = if is_done { "completed" } else { "in_progress" };
            let body = json!({"id": "v", "status": status, "created_at": 1, "completed_at": 1})
                .to_string();
            let durations = if is_done && with_durations {
                "x-stage-durations: {\"queue\": 0.1, \"denoise\": 0.21}\r\n"
            } else {
                ""
            };
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\n{durations}content-length: {length}\r\n\r\n");
            vec![Step::Send((head + &body).into_bytes())]
        })
    };
    let asked = |with_durations, interval_ms| {
        let double = video(with_durations);
        let plan = plan_of(target(&double), Endpoint::Videos, 1);
        let poll_interval = Duration::from_millis(interval_ms);
        go(LoadPlan { poll_interval, ..plan }).requests.remove(0)
    };
    nearly(&[310.0], || {
        let request = asked(true, 250);
        assert!(matches!(&request.answer, Answer::Video(v) if v.end == EndedBy::Server));
        vec![end_ms(&request)]
    });
    let coarse = asked(false, 200);
    assert!(end_ms(&coarse) > 390.0, "{}", end_ms(&coarse));
    let Answer::Video(video) = coarse.answer else { panic!("{coarse:?}") };
    assert!(
        matches!(video.end, EndedBy::Look { within_s } if (0.19..0.3).contains(&within_s)),
        "{video:?}"
    );
    assert!(end_ms(&asked(false, 5)) < 330.0);
}

#[test]
fn a_video_that_fails_or_never_ends_is_no_success_and_is_deleted() {
    let failed = json!({"id": "v", "status": "failed", "error": {"message": "no memory"}});
    let problem = once(Endpoint::Videos, vec![json("200 OK", &failed)]).problem.expect("it failed");
    assert_eq!((problem.outcome, problem.reason.as_str()), (Outcome::InBandError, "no memory"));
    let double = Double::start(|_| vec![json("200 OK", &json!({"id": "v", "status": "queued"}))]);
    let run = go(plan_of(target(&double), Endpoint::Videos, 1));
    assert_eq!(run.requests[0].outcome(), Outcome::Timeout);
    let heard = double.heard();
    let last = heard.last().expect("requests");
    assert_eq!((last.method.as_str(), last.path.as_str()), ("DELETE", "/v1/videos/v"));
}

#[test]
fn a_servers_models_are_named_or_it_says_why_not() {
    let list = json!({"object": "list", "data": [{"id": "a"}, {"id": "b"}]});
    let double = Double::start(move |_| vec![json("200 OK", &list)]);
    let patience = Duration::from_secs(2);
    let named = models(&target(&double), patience).expect("a runtime");
    assert_eq!(named, Models::Named(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(double.heard()[0].path, "/v1/models");
    let double = Double::start(|_| vec![reply("404 Not Found", "text/plain", "nothing here")]);
    let Models::Unknown(problem) = models(&target(&double), patience).expect("a runtime") else {
        panic!("no models");
    };
    assert_eq!(problem.reason, "404 Not Found: nothing here");
}

#[test]
fn tokens_of_a_prompt_are_the_servers_where_it_counts() {
    let request = once(Endpoint::Chat, stream(vec![sse(&content("a"))], ended()));
    assert_eq!(Tokens::of(&request, Some(7), None).input, Some(7));
}
