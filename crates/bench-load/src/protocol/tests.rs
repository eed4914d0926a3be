//! Replies and how they end.

use serde_json::{Map, Value, json};

use super::*;
use crate::outcome::Outcome;

const ROLE: &str = r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#;
const END: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const USAGE: &str = r#"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":12,
    "prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":null}}"#;

fn content(text: &str) -> String {
    json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]})
        .to_string()
}

/// Events, one a second.
fn streamed(events: &[&str], ending: &Ending) -> Reply {
    let mut reader = StreamReader::default();
    for (second, event) in (1..).zip(events) {
        let data = event.replace('\n', "\ndata: ");
        reader.read(f64::from(second), format!("data: {data}\n\n").as_bytes());
    }
    reader.end(99.0, ending)
}

fn outcome(reply: &Reply) -> Outcome {
    reply.problem.as_ref().map_or(Outcome::Ok, |problem| problem.outcome)
}

fn whole(body: &str) -> Reply {
    let mut reader = StreamReader::default();
    reader.read(1.0, body.as_bytes());
    reader.end(2.0, &Ending::Whole)
}

#[test]
fn an_empty_role_chunk_is_no_token() {
    let reply =
        streamed(&[ROLE, &content("a"), &content("b"), END, USAGE, "[DONE]"], &Ending::Whole);
    assert_eq!(outcome(&reply), Outcome::Ok);
    let at: Vec<f64> = reply.arrivals.iter().map(|arrival| arrival.at_s).collect();
    assert_eq!(at, [2.0, 3.0]);
    assert_eq!(reply.text.answer, "ab");
    let usage = reply.usage.expect("it is stated");
    assert_eq!((usage.completion_tokens, usage.cached_tokens()), (Some(12), Some(4)));
    assert_eq!(usage.reasoning_tokens(), None);
}

#[test]
fn reasoning_tools_and_answers_are_counted_and_kept_apart() {
    let delta = |delta: Value| json!({"choices": [{"delta": delta}]}).to_string();
    let both = json!({"reasoning_content": "hm", "reasoning": "hm", "content": null});
    let tool = json!({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": ""}}]});
    let arguments = json!({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]});
    let parts = json!({"content": [{"type": "text", "text": "yes"}]});
    let events = [
        delta(both),
        delta(json!({"reasoning": "!"})),
        delta(tool),
        delta(arguments),
        delta(parts),
        delta(json!({"content": null, "reasoning": null, "tool_calls": null})),
    ];
    let mut events: Vec<&str> = events.iter().map(String::as_str).collect();
    events.push("[DONE]");
    let reply = streamed(&events, &Ending::Whole);
    assert_eq!(reply.text.reasoning, "hm!");
    assert_eq!(reply.text.tools, "f{}");
    assert_eq!(reply.text.answer, "yes");
    assert_eq!(reply.arrivals.len(), 5);
    assert_eq!(reply.arrivals[1].written, Written { answer: 0, reasoning: 3, tools: 0 });
}

#[test]
fn how_a_stream_ends_decides_its_outcome() {
    let a = content("a");
    let broken = Ending::Cut("reset".to_owned());
    let cases: [(&str, &[&str], &Ending, Outcome); 12] = [
        ("all there", &[&a, END, "[DONE]"], &Ending::Whole, Outcome::Ok),
        ("no [DONE], but finish_reason", &[&a, END], &Ending::Whole, Outcome::Ok),
        ("no finish_reason, but [DONE]", &[&a, "[DONE]"], &Ending::Whole, Outcome::Ok),
        ("neither", &[&a], &Ending::Whole, Outcome::Truncated),
        ("role only", &[ROLE], &Ending::Whole, Outcome::Truncated),
        ("nothing", &[], &Ending::Whole, Outcome::Truncated),
        ("cut", &[&a], &broken, Outcome::Truncated),
        ("cut before usage", &[&a, END], &broken, Outcome::Truncated),
        ("cut after [DONE]", &[&a, END, "[DONE]"], &broken, Outcome::Ok),
        ("never ends", &[&a], &Ending::TimedOut, Outcome::Timeout),
        ("never ends after [DONE]", &[&a, "[DONE]"], &Ending::TimedOut, Outcome::Timeout),
        ("no text at all", &[END, "[DONE]"], &Ending::Whole, Outcome::Ok),
    ];
    for (name, events, ending, expected) in cases {
        assert_eq!(outcome(&streamed(events, ending)), expected, "{name}");
    }
}

#[test]
fn errors_within_a_stream_are_failures_whatever_comes_next() {
    let a = content("a");
    let errors = [
        r#"{"error": {"message": "out of memory", "code": 500}}"#,
        r#"{"error": "out of memory"}"#,
        r#"{"object": "error", "message": "out of memory", "code": 400}"#,
        r#"{"type": "error", "message": "out of memory"}"#,
        r#"{"detail": "out of memory"}"#,
        r#"{"choices": [], "error": {"message": "out of memory"}}"#,
        "out of memory",
        "{\"choices\": [{\"delta\": {\"content\": \"out of memory",
        r#"["out of memory"]"#,
    ];
    for error in errors {
        for after in [&["[DONE]"][..], &[END, "[DONE]"], &[]] {
            let events = [&[a.as_str(), error], after].concat();
            let reply = streamed(&events, &Ending::Whole);
            assert_eq!(outcome(&reply), Outcome::InBandError, "{error} {after:?}");
            let reason = reply.problem.expect("it failed").reason;
            assert!(reason.contains("out of memory"), "{reason}");
        }
    }
    for reason in ["error", "abort"] {
        let end = END.replace("stop", reason);
        assert_eq!(outcome(&streamed(&[&a, &end, "[DONE]"], &Ending::Whole)), Outcome::InBandError);
    }
}

#[test]
fn an_event_that_is_named_error_is_one_whatever_its_data_says() {
    for data in ["", "no memory", r#"{"message": "no memory"}"#, r#"{"choices": []}"#] {
        let mut reader = StreamReader::default();
        reader.read(1.0, format!("event: error\ndata: {data}\n\ndata: [DONE]\n\n").as_bytes());
        assert!(reader.has_failed(), "{data:?}");
        assert_eq!(outcome(&reader.end(2.0, &Ending::Whole)), Outcome::InBandError, "{data:?}");
    }
}

#[test]
fn null_fields_mean_nothing() {
    let null = r#"{"choices": null, "usage": null, "error": null}"#;
    let reply = streamed(&[null, &content("a"), END, "[DONE]"], &Ending::Whole);
    assert_eq!((outcome(&reply), reply.usage), (Outcome::Ok, None));
}

#[test]
fn what_comes_after_done_is_noted_and_not_read() {
    let error = r#"{"error": "late"}"#;
    let reply = streamed(&[&content("a"), END, "[DONE]", &content("b"), error], &Ending::Whole);
    assert_eq!(outcome(&reply), Outcome::Ok);
    assert_eq!((reply.text.answer.as_str(), reply.notes.events_after_done), ("a", 2));
}

#[test]
fn a_reply_that_is_no_stream_is_read_as_what_it_is() {
    let answer = r#"{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}],
                     "usage": {"prompt_tokens": 1, "completion_tokens": 2}}"#;
    let reply = whole(answer);
    assert_eq!(outcome(&reply), Outcome::Ok);
    assert!(reply.notes.is_not_streamed);
    assert_eq!((reply.text.answer.as_str(), reply.arrivals[0].at_s), ("hi", 2.0));
    for (body, expected, words) in [
        (r#"{"error": {"message": "no such model"}}"#, Outcome::InBandError, "no such model"),
        (r#"{"object": "error", "message": "bad"}"#, Outcome::InBandError, "bad"),
        ("<html><body>welcome</body></html>", Outcome::InBandError, "welcome"),
        ("{}", Outcome::InBandError, "no choices"),
        (&answer[..40], Outcome::Truncated, "stops before its end"),
        ("", Outcome::Truncated, "without finish_reason"),
        ("\n", Outcome::Truncated, "without finish_reason"),
        ("data: {\"choices\": [", Outcome::Truncated, "without finish_reason"),
    ] {
        let reply = whole(body);
        assert_eq!(outcome(&reply), expected, "{body}");
        let reason = reply.problem.expect("it failed").reason;
        assert!(reason.contains(words), "{reason}");
    }
}

#[test]
fn tokens_are_counted_as_the_stream_goes_where_the_server_does() {
    let counted = |text: &str, tokens: u64| {
        json!({"choices": [{"text": text}], "usage": {"completion_tokens": tokens}}).to_string()
    };
    let reply = streamed(&[&counted("ab", 3), &counted("c", 4), "[DONE]"], &Ending::Whole);
    let tokens: Vec<_> = reply.arrivals.iter().map(|arrival| arrival.tokens_so_far).collect();
    assert_eq!(tokens, [Some(3), Some(4)]);
}

#[test]
fn a_body_asks_for_a_stream_with_usage() {
    let ask = |endpoint| Ask {
        endpoint,
        model: "m".to_owned(),
        ignore_eos: true,
        extra: Map::from_iter([
            ("temperature".to_owned(), json!(0)),
            ("size".to_owned(), json!("8x8")),
        ]),
    };
    let read = |body: Vec<u8>| serde_json::from_slice::<Value>(&body).expect("JSON");
    let mut chat = ask(Endpoint::Chat);
    assert_eq!(
        read(chat.body("hi", Some(7))),
        json!({"model": "m", "messages": [{"role": "user", "content": "hi"}],
               "max_completion_tokens": 7, "stream": true, "stream_options": {"include_usage": true},
               "ignore_eos": true, "temperature": 0, "size": "8x8"})
    );
    chat.extra.insert("stream_options".to_owned(), Value::Null);
    assert_eq!(read(chat.body("hi", None)).get("stream_options"), None);
    assert_eq!(
        read(ask(Endpoint::Videos).body("fox", Some(7))),
        json!({"model": "m", "prompt": "fox", "temperature": 0, "size": "8x8"})
    );
}

#[test]
fn pictures_are_counted_and_an_error_in_their_place_is_one() {
    assert_eq!(count_images(br#"{"data": [{"b64_json": "AA"}, {"url": "x"}]}"#), Ok(2));
    for (body, expected) in [
        (r#"{"data": []}"#, Outcome::InBandError),
        (r#"{"data": [{"revised_prompt": "x"}]}"#, Outcome::InBandError),
        (r#"{"data": [{"b64_json": null}]}"#, Outcome::InBandError),
        (r#"{"error": {"message": "no"}, "data": [{"url": "x"}]}"#, Outcome::InBandError),
        ("<html>", Outcome::InBandError),
        (r#"{"data": [{"b64_json": "AA"#, Outcome::Truncated),
    ] {
        assert_eq!(count_images(body.as_bytes()).expect_err(body).outcome, expected, "{body}");
    }
}

#[test]
fn a_job_says_how_far_it_is_and_whole_seconds_are_no_latency() {
    let read = |job_fields: Value| job(job_fields.to_string().as_bytes()).expect("a job");
    let waiting = read(json!({"id": "v", "status": "in_progress", "error": null}));
    assert_eq!((waiting.progress, waiting.own_s), (Progress::Waiting, None));
    let done =
        json!({"id": "v", "status": "completed", "created_at": 10.25, "completed_at": 12.75});
    assert_eq!(read(done).own_s, Some(2.5));
    let coarse = json!({"id": "v", "status": "completed", "created_at": 10, "completed_at": 12});
    assert_eq!(read(coarse).own_s, None);
    for status in ["failed", "cancelled", "expired"] {
        let failed = read(json!({"id": "v", "status": status})).progress;
        assert!(matches!(failed, Progress::Failed(_)), "{status}");
    }
    assert_eq!(job(br#"{"error": {"message": "no"}}"#).expect_err("no id").reason, "no");
    assert_eq!(durations_s(r#"{"queue": 0.5, "denoise": 1.25}"#), Some(1.75));
    assert_eq!(durations_s(r#"{"queue": "x"}"#).or(durations_s("{}")), None);
}
