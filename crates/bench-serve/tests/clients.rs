//! What clients do beside asking: keys, further attempts, odd bodies.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use std::{
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderValue, Request},
};
use bench_serve::{AccessLog, Keys, Limits, Settings};
use serde_json::json;
use support::{
    Server, field, prompt,
    scripted::{Makes, Script},
};

async fn server(script: &Script, settings: Settings) -> Server {
    let sources =
        vec![script.source("clips", Makes::Videos), script.source("stills", Makes::Images)];
    Server::of(sources, settings).await
}

#[tokio::test]
async fn three_attempts_at_a_video_make_one() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    let mut ids = Vec::new();
    for retries in ["0", "1", "2"] {
        let headers = [("x-stainless-retry-count", retries)];
        let reply = server.post_with("/v1/videos", &prompt("a"), &headers).await.expect(200);
        ids.push(reply.json()["id"].clone());
    }
    assert!(ids[0] == ids[1] && ids[1] == ids[2], "{ids:?}");
    let headers = [("x-stainless-retry-count", "1")];
    let other = server.post_with("/v1/videos", &prompt("b"), &headers).await.expect(200);
    assert_ne!(other.json()["id"], ids[0]);
    // two in the same words: a third attempt may mean either, and is a video of its own
    let headers = [("x-stainless-retry-count", "0")];
    let again = server.post_with("/v1/videos", &prompt("a"), &headers).await.expect(200).json();
    assert_ne!(again["id"], ids[0]);
    let headers = [("x-stainless-retry-count", "1")];
    let third = server.post_with("/v1/videos", &prompt("a"), &headers).await.expect(200).json();
    assert!(third["id"] != ids[0] && third["id"] != again["id"]);
}

/// Polls a request a number of times, between which others go on; then its client is gone.
async fn hang_up(request: impl Future, polls: usize) {
    let mut request = std::pin::pin!(request);
    for _ in 0..polls {
        let poll = |context: &mut Context<'_>| Poll::Ready(request.as_mut().poll(context));
        if std::future::poll_fn(poll).await.is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_video_whose_client_hangs_up_while_it_is_taken_is_made() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    for number in 0..20 {
        let asked = prompt(&number.to_string());
        hang_up(server.post("/v1/videos", &asked), number % 5).await;
    }
    // those that are still being taken
    tokio::time::sleep(Duration::from_millis(200)).await;
    let list = server.get("/v1/videos?limit=100").await.expect(200).json();
    let taken: Vec<&str> =
        list["data"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap()).collect();
    // without a poll nothing was sent
    assert!((1..=16).contains(&taken.len()), "{}", taken.len());
    for id in taken {
        assert_eq!(server.ended(id).await["status"], "completed");
    }
    assert_eq!(server.app.unfinished(), 0);
}

#[tokio::test]
async fn each_way_to_end_is_counted_once() {
    let script = Script::default();
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("access.ndjson");
    let access_log = Some(AccessLog::open(&path).unwrap());
    let server = server(&script, Settings { access_log, ..Settings::default() }).await;
    let moment = Duration::from_millis(60);
    // done, failed, and refused before it was taken
    server.post("/v1/videos/sync", &prompt("a")).await.expect(200);
    server.post("/v1/videos/sync", &prompt("fail 1")).await.expect(500);
    server.post("/v1/videos/sync", &json!({"prompt": "a", "seed": -1})).await.expect(400);
    // left while running, in each route that waits
    for (route, model) in [("/v1/videos/sync", "clips"), ("/v1/images/generations", "stills")] {
        let asked = json!({"prompt": "long", "model": model, "num_inference_steps": 1000});
        let waiting = server.post(route, &asked);
        assert!(tokio::time::timeout(moment, waiting).await.is_err());
    }
    // left while waiting
    script.hold();
    let kept = server.post("/v1/videos", &prompt("kept")).await.expect(200).json();
    let asked = prompt("waits");
    let waiting = server.post("/v1/videos/sync", &asked);
    assert!(tokio::time::timeout(moment, waiting).await.is_err());
    // deleted while waiting
    let gone = server.post("/v1/videos", &prompt("gone")).await.expect(200).json();
    server.delete(&format!("/v1/videos/{}", gone["id"].as_str().unwrap())).await.expect(200);
    script.release();
    server.ended(kept["id"].as_str().unwrap()).await;
    tokio::time::sleep(moment).await;
    let count = |model: &str, outcome: &str| {
        format!("bench_serve_requests_total{{model=\"{model}\",outcome=\"{outcome}\"}}")
    };
    for (name, expected) in [
        (count("clips", "completed"), 2.0),
        (count("clips", "failed"), 1.0),
        (count("clips", "hung_up"), 2.0),
        (count("stills", "hung_up"), 1.0),
        (count("clips", "cancelled"), 1.0),
        ("bench_serve_requests_accepted_total{model=\"clips\"}".to_owned(), 6.0),
        ("bench_serve_requests_accepted_total{model=\"stills\"}".to_owned(), 1.0),
        ("bench_serve_hung_up_total{route=\"/v1/videos/sync\"}".to_owned(), 2.0),
        ("bench_serve_hung_up_total{route=\"/v1/images/generations\"}".to_owned(), 1.0),
    ] {
        assert_eq!(server.count(&name).await, expected, "{name}");
    }
    let log = std::fs::read_to_string(&path).unwrap();
    assert_eq!(log.matches("\"status\":499").count(), 3, "{log}");
}

#[tokio::test]
async fn a_server_that_ends_counts_what_it_stopped() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    script.hold();
    for text in ["runs", "waits"] {
        server.post("/v1/videos", &prompt(text)).await.expect(200);
    }
    server.app.abort();
    server.app.drain();
    script.release();
    while server.app.unfinished() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    let name = "bench_serve_requests_total{model=\"clips\",outcome=\"stopped\"}";
    assert_eq!(server.count(name).await, 2.0);
}

#[tokio::test]
async fn a_key_makes_one_generation_of_one_request() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    for path in ["/v1/videos", "/v1/videos/sync", "/v1/images/generations"] {
        let headers = [("idempotency-key", path)];
        let first = server.post_with(path, &prompt(path), &headers).await.expect(200);
        let again = server.post_with(path, &prompt(path), &headers).await.expect(200);
        match path {
            "/v1/videos" => assert_eq!(first.json()["id"], again.json()["id"]),
            _ => assert_eq!(first.body, again.body),
        }
        let other = server.post_with(path, &prompt("other"), &headers).await.expect(422);
        assert_eq!(other.error().1.as_deref(), Some("idempotency_key_reused"));
        assert_eq!(other.header("x-should-retry"), Some("false"));
    }
    let ids: Vec<String> = server.get("/v1/videos").await.json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(script.steps_of("/v1/videos/sync"), 4);
    assert_eq!(script.steps_of("/v1/images/generations"), 4);
}

#[tokio::test]
async fn a_key_that_cannot_be_read_or_is_there_twice_makes_nothing() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    for path in ["/v1/videos", "/v1/videos/sync", "/v1/images/generations"] {
        for (name, values) in [
            ("Idempotency-Key", &[&b"a"[..], b"a"][..]),
            ("Idempotency-Key", &[b"a", b"b"]),
            ("Idempotency-Key", &[b"", b"b"]),
            ("Idempotency-Key", &["schl\u{fc}ssel".as_bytes()]),
            ("Idempotency-Key", &[b"\xff"]),
            ("Idempotency-Key", &[b""]),
            ("Idempotency-Key", &[b"  "]),
            ("Idempotency-Key", &[&[b'x'; 257]]),
            ("x-stainless-retry-count", &[b"0", b"1"]),
            ("x-stainless-retry-count", &[b"one"]),
            ("x-stainless-retry-count", &[b"-1"]),
            ("x-stainless-retry-count", &[b""]),
            ("content-type", &[b"multipart/form-data; boundary=XX"]),
        ] {
            let mut request = Request::post(path).header("content-type", "application/json");
            for value in values {
                request = request.header(name, HeaderValue::from_bytes(value).unwrap());
            }
            let body = Body::from(prompt("a").to_string());
            let reply = server.send(request.body(body).unwrap()).await.expect(400);
            assert_eq!(reply.error().0.as_deref(), Some(name), "{path} {values:?}");
        }
    }
    assert_eq!(server.app.unfinished(), 0);
    assert!(script.steps().is_empty());
}

#[tokio::test]
async fn two_api_keys_open_nothing() {
    let script = Script::default();
    let keys = Keys::read("alpha\nbeta\n").unwrap();
    let server = server(&script, Settings { keys, ..Settings::default() }).await;
    let (alpha, beta) = (("authorization", "Bearer alpha"), ("authorization", "Bearer beta"));
    for headers in [[alpha, beta], [alpha, alpha]] {
        let reply = server.post_with("/v1/videos", &prompt("a"), &headers).await.expect(401);
        assert!(reply.text().contains("several times"), "{}", reply.text());
    }
}

#[tokio::test]
async fn a_key_opens_own_jobs_only() {
    let script = Script::default();
    let keys = Keys::read("alpha\nbeta\n").unwrap();
    let server = server(&script, Settings { keys, ..Settings::default() }).await;
    for headers in [&[][..], &[("authorization", "Bearer gamma")], &[("authorization", "alpha")]] {
        let reply = server.post_with("/v1/videos", &prompt("a"), headers).await.expect(401);
        assert_eq!(reply.error().1.as_deref(), Some("invalid_api_key"));
        assert!(!reply.text().contains("gamma"));
    }
    let (alpha, beta) = (("authorization", "Bearer alpha"), ("authorization", "Bearer beta"));
    let job = server.post_with("/v1/videos", &prompt("a"), &[alpha]).await.expect(200).json();
    let path = format!("/v1/videos/{}", job["id"].as_str().unwrap());
    let get = |key: (&'static str, &'static str), path: String| {
        server.send(Request::get(path).header(key.0, key.1).body(Body::empty()).unwrap())
    };
    get(alpha, path.clone()).await.expect(200);
    get(beta, path.clone()).await.expect(404);
    let list = get(beta, "/v1/videos".to_owned()).await.expect(200).json();
    assert_eq!(list["data"], json!([]));
    for open in ["/health", "/ready", "/metrics"] {
        server.get(open).await.expect(200);
    }
    let kept = std::fs::read_dir(server.app.settings().jobs.clone()).unwrap();
    for entry in kept.filter_map(Result::ok).filter(|entry| entry.path().is_file()) {
        assert!(!std::fs::read_to_string(entry.path()).unwrap_or_default().contains("alpha"));
    }
}

#[tokio::test]
async fn more_pictures_than_may_ever_wait_are_refused_for_good() {
    let script = Script::default();
    let limits = Limits { max_queue: 2, ..Limits::default() };
    let server = server(&script, Settings { limits, ..Settings::default() }).await;
    let asked = json!({"prompt": "a", "n": 3});
    let reply = server.post("/v1/images/generations", &asked).await.expect(400);
    assert_eq!(reply.error().0.as_deref(), Some("n"));
}

#[tokio::test]
async fn addresses_that_are_none_have_errors_as_the_others() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    for path in ["/v1/videos/%FF", "/v1/models/%FF", "/v1/videos/%FF/content"] {
        server.get(path).await.expect(400).error();
    }
    for path in ["/v1/videos/..%2Flock", "/v1/videos/..%2F..%2Fetc%2Fpasswd/content"] {
        server.get(path).await.expect(404).error();
    }
}

#[tokio::test]
async fn a_page_of_another_site_cannot_ask() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    let headers = [("host", "127.0.0.1:8000"), ("origin", "https://example.org")];
    let reply = server.post_with("/v1/videos", &prompt("a"), &headers).await.expect(403);
    assert_eq!(reply.error().1.as_deref(), Some("foreign_origin"));
    let headers = [("host", "127.0.0.1:8000"), ("origin", "http://127.0.0.1:8000")];
    server.post_with("/v1/videos/sync", &prompt("a"), &headers).await.expect(200);
}

#[tokio::test]
async fn bodies_that_are_none_are_refused_in_words() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    let post = |kind: &'static str, body: &'static str| {
        let request = Request::post("/v1/videos").header("content-type", kind);
        server.send(request.body(Body::from(body)).unwrap())
    };
    let json = "application/json";
    for body in ["", "{", "[]", "3", "null", "{\"prompt\": \"a\"} x", "{\"prompt\": NaN}"] {
        post(json, body).await.expect(400).error();
    }
    let twice = post(json, r#"{"prompt": "a", "prompt": "b"}"#).await.expect(400);
    assert_eq!(twice.error().0.as_deref(), Some("prompt"));
    let error = post("application/x-www-form-urlencoded", "prompt=a").await.expect(415);
    assert!(error.text().contains("content-type: application/json"), "{}", error.text());
    let form = "multipart/form-data; boundary=XX";
    for body in ["", "--XX", "--YY--", "--XX\r\n\r\nno header", "garbage"] {
        post(form, body).await.expect(400).error();
    }
    post("multipart/form-data", "--XX--").await.expect(400).error();
}

#[tokio::test]
async fn forms_are_held_to_their_names() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    let prompt = field("prompt", "a");
    for (part, param) in [
        (field("flag", "true"), "flag"),
        (field("nested[a]", "1"), "nested[a]"),
        (field("prompt", "b"), "prompt"),
        (field("seed", "one"), "seed"),
        (field("guidance_scale", "inf"), "guidance_scale"),
        (
            "Content-Disposition: form-data; name=\"input_reference\"; filename=\"a.png\"\r\n\
             Content-Type: image/png\r\n\r\nx"
                .to_owned(),
            "input_reference",
        ),
        (
            "Content-Disposition: form-data; name=\"seed\"; filename=\"../../seed\"\r\n\r\n1"
                .to_owned(),
            "seed",
        ),
    ] {
        let reply = server.form("/v1/videos", &[&prompt, &part]).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some(param), "{part}");
    }
    let mut bytes = format!("--XX\r\n{}", field("prompt", "")).into_bytes();
    bytes.extend_from_slice(b"\xff\xfea\x00\r\n--XX--\r\n");
    let request =
        Request::post("/v1/videos").header("content-type", "multipart/form-data; boundary=XX");
    let reply = server.send(request.body(Body::from(bytes)).unwrap()).await.expect(400);
    assert!(reply.text().contains("UTF-8"), "{}", reply.text());
    let many: Vec<String> = (0..200).map(|n| field(&format!("f{n}"), "x")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    server.form("/v1/videos", &many).await.expect(400).error();
    assert_eq!(server.app.unfinished(), 0);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whatever_it_says_of_its_length() {
    let script = Script::default();
    let server = server(&script, Settings::default()).await;
    let chunk = axum::body::Bytes::from(vec![b' '; 1 << 16]);
    for said in [None, Some("104857600")] {
        let frames = (0..1600).map({
            let chunk = chunk.clone();
            move |_| Ok::<_, std::io::Error>(chunk.clone())
        });
        let body = Body::from_stream(Frames(frames));
        let mut request = Request::post("/v1/videos").header("content-type", "application/json");
        if let Some(said) = said {
            request = request.header("content-length", said);
        }
        let reply = server.send(request.body(body).unwrap()).await.expect(413);
        assert_eq!(reply.error().1.as_deref(), Some("body_too_large"));
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let script = Script::default();
    let limits = Limits { body_timeout: Duration::from_millis(50), ..Limits::default() };
    let server = server(&script, Settings { limits, ..Settings::default() }).await;
    let never = Body::from_stream(Never);
    let request = Request::post("/v1/videos").header("content-type", "application/json");
    let reply = server.send(request.body(never).unwrap()).await.expect(408);
    assert_eq!(reply.error().1.as_deref(), Some("body_timeout"));
}

struct Frames<I>(I);

impl<I: Iterator<Item = T> + Unpin, T> futures_core::Stream for Frames<I> {
    type Item = T;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<T>> {
        std::task::Poll::Ready(self.0.next())
    }
}

struct Never;

impl futures_core::Stream for Never {
    type Item = Result<axum::body::Bytes, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Pending
    }
}
