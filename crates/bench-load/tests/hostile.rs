//! The client against a server that answers wrongly.

mod support;

use std::{net::TcpListener, time::Duration};

use bench_load::{
    client::{Connections, Target, Tls},
    outcome::Outcome,
    protocol::Endpoint,
    request::Answer,
};
use load_double::{Double, Step, chunked, content, json, reply, sse, stream_head};
use serde_json::json;
use support::{TIMEOUT, once, send};

const EVENTS: &str = "text/event-stream";
const END: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const DONE: &str = "[DONE]";
const PATIENCE: Step = Step::Wait(Duration::from_secs(20));

/// A stream that begins well, then goes on so.
fn begun(rest: Vec<Step>) -> Vec<Step> {
    [vec![stream_head(EVENTS), sse(&content("one"))], rest].concat()
}

fn text(status: &str, kind: &str, body: &str) -> Vec<Step> {
    vec![reply(status, kind, body)]
}

fn raw(bytes: &[u8]) -> Step {
    Step::Send(bytes.to_vec())
}

#[test]
fn each_hostile_answer_has_the_outcome_that_it_is() {
    use Outcome::{Connection, HttpError, InBandError, Ok, Timeout, Truncated};

    let last = || chunked(b"");
    let error = json!({"error": {"message": "no memory", "type": "server_error"}});
    let whole = json!({"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]});
    let two = format!("data: {}\r\n\r\ndata: {}\r\n\r\n", content("a"), content("b"));
    let rocket = format!("data: {}\n\n", content("\u{1f680}"));
    let (head, tail) = rocket.as_bytes().split_at(rocket.find('\u{1f680}').expect("there") + 2);
    let cases: Vec<(&str, Vec<Step>, Outcome)> = vec![
        ("well", begun(vec![sse(END), sse(DONE), last()]), Ok),
        (
            "error object within",
            begun(vec![sse(&error.to_string()), sse(DONE), last()]),
            InBandError,
        ),
        (
            "error event",
            begun(vec![chunked(b"event: error\ndata: no memory\n\n"), last()]),
            InBandError,
        ),
        ("error, then nothing more", begun(vec![sse(&error.to_string()), PATIENCE]), InBandError),
        ("ends without finish_reason", begun(vec![last()]), Truncated),
        ("closed without the last chunk", begun(vec![Step::Close]), Truncated),
        ("reset within the stream", begun(vec![Step::Reset]), Truncated),
        ("cut within a chunk", begun(vec![raw(b"ff\r\ndata: {"), Step::Close]), Truncated),
        ("cut within an event", begun(vec![chunked(b"data: {\"choi"), last()]), Truncated),
        ("finished, then cut", begun(vec![sse(END), Step::Close]), Truncated),
        ("finish_reason without [DONE]", begun(vec![sse(END), last()]), Ok),
        ("[DONE] without finish_reason", begun(vec![sse(DONE), last()]), Ok),
        ("data after [DONE]", begun(vec![sse(END), sse(DONE), sse(&content("x")), last()]), Ok),
        (
            "no chunks, ends with the connection",
            {
                let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
                let body = format!("data: {}\n\ndata: {END}\n\ndata: {DONE}\n\n", content("a"));
                vec![raw(head), raw(body.as_bytes()), Step::Close]
            },
            Ok,
        ),
        (
            "fewer bytes than it has promised",
            {
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n";
                vec![raw(head), raw(format!("data: {}\n\n", content("a")).as_bytes()), Step::Close]
            },
            Truncated,
        ),
        (
            "events as text/plain",
            { vec![stream_head("text/plain"), sse(&content("a")), sse(END), sse(DONE), last()] },
            Ok,
        ),
        ("JSON labelled as events", text("200 OK", EVENTS, &error.to_string()), InBandError),
        ("a whole reply", vec![json("200 OK", &whole)], Ok),
        ("200 with a JSON error", vec![json("200 OK", &error)], InBandError),
        ("200 with a page", text("200 OK", "text/html", "<html>Sign in</html>"), InBandError),
        ("200 with nothing", text("200 OK", EVENTS, ""), Truncated),
        ("200 with half a JSON", text("200 OK", "application/json", "{\"choices\": [{"), Truncated),
        ("204", vec![raw(b"HTTP/1.1 204 No Content\r\n\r\n")], Truncated),
        ("429", vec![json("429 Too Many Requests", &error)], HttpError),
        (
            "500 with a page",
            text("500 Internal Server Error", "text/html", "<h1>Oh</h1>"),
            HttpError,
        ),
        (
            "503, never complete",
            vec![raw(b"HTTP/1.1 503 x\r\ncontent-length: 9\r\n\r\nab"), PATIENCE],
            HttpError,
        ),
        (
            "302",
            vec![raw(b"HTTP/1.1 302 Found\r\nlocation: /v2\r\ncontent-length: 0\r\n\r\n")],
            HttpError,
        ),
        ("404", vec![json("404 Not Found", &json!({"detail": "Not Found"}))], HttpError),
        ("never an answer", vec![PATIENCE], Timeout),
        ("head without end", vec![raw(b"HTTP/1.1 200 OK\r\nx: "), PATIENCE], Timeout),
        ("never ends", begun(vec![PATIENCE]), Timeout),
        ("closed before a head", vec![Step::Close], Connection),
        ("reset before a head", vec![Step::Reset], Connection),
        ("closed within the head", vec![raw(b"HTTP/1.1 200 O"), Step::Close], Connection),
        ("no HTTP", vec![raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), Step::Close], Connection),
        (
            "usage null",
            begun(vec![sse(r#"{"choices":[],"usage":null}"#), sse(END), sse(DONE), last()]),
            Ok,
        ),
        ("choices null", begun(vec![sse(r#"{"choices":null}"#), sse(END), sse(DONE), last()]), Ok),
        (
            "no JSON",
            begun(vec![sse("{\"choices\": nope}"), sse(END), sse(DONE), last()]),
            InBandError,
        ),
        ("a list", begun(vec![sse("[1]"), sse(END), sse(DONE), last()]), InBandError),
        (
            "broken UTF-8",
            begun(vec![
                chunked(b"data: {\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}\n\n"),
                sse(END),
                last(),
            ]),
            Ok,
        ),
        (
            "split within a character",
            begun(vec![
                chunked(head),
                Step::Wait(Duration::from_millis(20)),
                chunked(tail),
                sse(END),
                last(),
            ]),
            Ok,
        ),
        (
            "comments only, then cut",
            vec![stream_head(EVENTS), chunked(b": ping\n\n"), last()],
            Truncated,
        ),
        ("two events at once, CRLF", begun(vec![chunked(two.as_bytes()), sse(END), last()]), Ok),
        (
            "no space, CR",
            begun(vec![
                chunked(format!("data:{}\r\rdata:{END}\r\r", content("b")).as_bytes()),
                last(),
            ]),
            Ok,
        ),
        (
            "gone on, aborted",
            begun(vec![sse(&END.replace("stop", "abort")), sse(DONE), last()]),
            InBandError,
        ),
    ];
    assert!(cases.len() > 40);
    let mut wrong = Vec::new();
    for (name, steps, expected) in cases {
        let request = once(Endpoint::Chat, steps);
        if request.outcome() != expected {
            wrong.push(format!("{name}: {:?}, not {expected}", request.problem));
        }
        let reason = request.problem.map(|problem| problem.reason).unwrap_or_default();
        if (expected == Ok) != reason.is_empty() {
            wrong.push(format!("{name}: its reason is {reason:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nobody_who_listens_is_a_connection_that_names_the_server() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let target = Target::new(&format!("http://{address}/v1"), &Tls::public()).expect("a URL");
    let run = send(target, Endpoint::Chat, 1, Connections::Reused);
    let problem = run.requests[0].problem.clone().expect("it failed");
    assert_eq!(problem.outcome, Outcome::Connection);
    assert!(problem.reason.contains(&format!("cannot connect to {address}")), "{problem:?}");
}

#[test]
fn a_refusal_is_worded_as_the_server_does() {
    let refused = |status: &str, kind: &str, body: &str| {
        once(Endpoint::Chat, text(status, kind, body)).problem.expect("it failed").reason
    };
    assert_eq!(
        refused("404 Not Found", "application/json", r#"{"error": {"message": "no m"}}"#),
        "404 Not Found: no m"
    );
    assert_eq!(
        refused("500 Internal Server Error", "text/html", "<h1>Oh</h1>\n<p>no</p>"),
        "500 Internal Server Error: Oh no"
    );
    let long = refused("400 Bad Request", "text/plain", &"x".repeat(100_000));
    assert!(long.chars().count() < 400, "{}", long.len());
}

#[test]
fn a_timeout_counts_from_the_sending_and_keeps_what_came() {
    let request = once(Endpoint::Chat, begun(vec![PATIENCE]));
    assert_eq!(request.reply().expect("text").text.answer, "one");
    let took_s = request.end_s - request.sent_s;
    assert!((took_s - TIMEOUT.as_secs_f64()).abs() < 0.3, "{took_s}");
}

#[test]
fn a_connection_is_used_again_after_a_whole_reply_and_never_after_a_broken_one() {
    let connections = |reuse, steps: fn() -> Vec<Step>| {
        let double = Double::start(move |_| steps());
        let target = Target::new(&double.url(), &Tls::public()).expect("a URL");
        let run = send(target, Endpoint::Chat, 4, reuse);
        assert_eq!(run.requests.len(), 4);
        double.heard().iter().map(|request| request.connection).collect::<Vec<_>>()
    };
    let whole = || begun(vec![sse(END), sse(DONE), chunked(b"")]);
    let cut = || begun(vec![Step::Close]);
    assert_eq!(connections(Connections::Reused, whole), [0, 0, 0, 0]);
    assert_eq!(connections(Connections::New, whole), [0, 1, 2, 3]);
    assert_eq!(connections(Connections::Reused, cut), [0, 1, 2, 3]);
    let refused = || text("429 Too Many Requests", "application/json", "{}");
    assert_eq!(connections(Connections::Reused, refused), [0, 0, 0, 0]);
}

#[test]
fn a_server_that_closes_idle_connections_costs_no_request() {
    let double = Double::start(|_| begun(vec![sse(END), sse(DONE), chunked(b""), Step::Close]));
    let target = Target::new(&double.url(), &Tls::public()).expect("a URL");
    let run = send(target, Endpoint::Chat, 20, Connections::Reused);
    let failed: Vec<_> =
        run.requests.iter().filter_map(|request| request.problem.as_ref()).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn pictures_are_counted_and_hostile_ones_fail() {
    let picture = json!({"data": [{"b64_json": "AAAA"}, {"b64_json": "BBBB"}]});
    let well = once(Endpoint::Images, vec![json("200 OK", &picture)]);
    assert_eq!((well.outcome(), well.answer), (Outcome::Ok, Answer::Images(2)));
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"data\": [{\"b64_json\": \"AA";
    for (steps, expected) in [
        (vec![json("200 OK", &json!({"error": "no"}))], Outcome::InBandError),
        (vec![json("200 OK", &json!({"data": []}))], Outcome::InBandError),
        (vec![raw(cut), Step::Close], Outcome::Truncated),
        (vec![raw(cut), PATIENCE], Outcome::Timeout),
        (vec![json("503 Service Unavailable", &json!({"error": "full"}))], Outcome::HttpError),
    ] {
        assert_eq!(once(Endpoint::Images, steps.clone()).outcome(), expected, "{steps:?}");
    }
}
