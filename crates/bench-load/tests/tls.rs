//! The client against servers behind TLS: whom it trusts, and what a connection that breaks is.

#[path = "support/tls.rs"]
mod certificate;
mod support;

use std::{fs, time::Duration};

use bench_load::{
    client::{Connections, Target, Tls},
    outcome::Outcome,
    protocol::Endpoint,
    request::{Answer, Request},
};
use certificate::Certificate;
use load_double::{Double, Step, chunked, content, sse, stream_head};
use support::send;
use tempfile::NamedTempFile;

const HOST: &str = "127.0.0.1";
const END: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;

/// A stream whose first token comes after 100 ms.
fn stream(rest: Vec<Step>) -> Vec<Step> {
    let first = Step::Until(Duration::from_millis(100));
    let begun = vec![first, stream_head("text/event-stream"), sse(&content("one"))];
    [begun, rest].concat()
}

fn well() -> Vec<Step> {
    stream(vec![sse(END), sse("[DONE]"), chunked(b"")])
}

/// What trusts the certificates of a file with this text.
fn trusting(pem: &str) -> Tls {
    let file = NamedTempFile::new().expect("a file");
    fs::write(file.path(), pem).expect("it can be written");
    Tls::with_authorities(file.path()).expect("certificates")
}

/// Two requests of one user.
fn two(url: &str, tls: &Tls) -> Vec<Request> {
    let target = Target::new(url, tls).expect("a URL");
    send(target, Endpoint::Chat, 2, Connections::Reused).requests
}

fn reason(request: &Request) -> &str {
    &request.problem.as_ref().expect("it failed").reason
}

#[test]
fn a_stream_over_tls_is_timed_and_its_connection_is_used_again() {
    let double = Double::start(|_| well());
    let certificate = Certificate::of(HOST);
    let requests = two(&certificate.serve(&double), &trusting(&certificate.pem));
    for request in &requests {
        assert!(request.is_ok(), "{:?}", request.problem);
        let Answer::Text(reply) = &request.answer else { panic!("{:?}", request.answer) };
        let ttft_s = reply.arrivals[0].at_s - request.sent_s;
        assert!((0.099..0.4).contains(&ttft_s), "{ttft_s}");
    }
    let connections: Vec<usize> = double.heard().iter().map(|one| one.connection).collect();
    assert_eq!(connections, [0, 0]);
}

#[test]
fn a_server_that_signed_its_own_certificate_is_not_trusted_by_default() {
    let double = Double::start(|_| well());
    for request in two(&Certificate::of(HOST).serve(&double), &Tls::public()) {
        assert_eq!(request.outcome(), Outcome::Connection);
        assert!(reason(&request).contains("invalid peer certificate"), "{}", reason(&request));
    }
    assert!(double.heard().is_empty());
}

#[test]
fn a_trusted_certificate_of_another_host_is_refused() {
    let double = Double::start(|_| well());
    let certificate = Certificate::of("models.example");
    for request in two(&certificate.serve(&double), &trusting(&certificate.pem)) {
        assert_eq!(request.outcome(), Outcome::Connection);
        assert!(
            reason(&request).contains("certificate not valid for name"),
            "{}",
            reason(&request)
        );
    }
    assert!(double.heard().is_empty());
}

#[test]
fn a_stream_over_tls_that_breaks_is_truncated() {
    let double = Double::start(|_| stream(vec![Step::Reset]));
    let certificate = Certificate::of(HOST);
    for request in two(&certificate.serve(&double), &trusting(&certificate.pem)) {
        assert_eq!(request.outcome(), Outcome::Truncated, "{}", reason(&request));
    }
}

#[test]
fn a_file_without_certificates_is_named_with_the_remedy() {
    let file = NamedTempFile::new().expect("a file");
    let error = Tls::with_authorities(file.path()).expect_err("it is empty").to_string();
    assert!(error.contains(&file.path().display().to_string()), "{error}");
    assert!(error.ends_with("name a PEM file"), "{error}");
}
