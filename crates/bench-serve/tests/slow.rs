//! Clients that send slowly, or never end: each is given up in time, and the others are served.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use bench_serve::{Limits, Settings};
use support::{
    prompt,
    socket::{Client, Running},
};

const TIMEOUT: Duration = Duration::from_millis(400);
/// Clients that send slowly, as many as there are connections.
const SLOW: usize = 32;

fn server() -> Running {
    let limits = Limits {
        header_timeout: TIMEOUT,
        body_timeout: TIMEOUT,
        max_connections: SLOW,
        ..Limits::default()
    };
    Running::of(Settings { limits, ..Settings::default() })
}

/// Sends a byte now and then, until the other side has enough; says how long that took.
fn drip(mut stream: TcpStream, bytes: &'static [u8]) -> (Duration, String) {
    let began = Instant::now();
    stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let mut heard = Vec::new();
    for byte in bytes.iter().cycle() {
        let mut block = [0; 1024];
        match stream.read(&mut block) {
            Ok(0) => break,
            Ok(count) => heard.extend_from_slice(&block[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
        if stream.write_all(&[*byte]).is_err() || began.elapsed() > 20 * TIMEOUT {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    (began.elapsed(), String::from_utf8_lossy(&heard).into_owned())
}

/// All connections are slow at once: each is given up, then others are served.
fn slow_clients_are_given_up(begin: &'static [u8], bytes: &'static [u8]) -> Vec<String> {
    let server = server();
    let client = Client(server.address);
    let slow: Vec<_> = (0..SLOW)
        .map(|_| {
            let mut stream = client.connect();
            stream.write_all(begin).unwrap();
            thread::spawn(move || drip(stream, bytes))
        })
        .collect();
    let began = Instant::now();
    server.send("POST", "/v1/videos/sync", &prompt("a")).expect(200);
    assert!(began.elapsed() < 10 * TIMEOUT, "{:?}", began.elapsed());
    let heard = slow.into_iter().map(|slow| {
        let (took, heard) = slow.join().unwrap();
        assert!(took < 10 * TIMEOUT, "{took:?}");
        heard
    });
    let heard = heard.collect();
    server.end();
    heard
}

#[test]
fn headers_that_drip_are_given_up() {
    slow_clients_are_given_up(b"POST /v1/videos HTTP/1.1\r\nhost: x\r\nx-slow: ", b"a");
    slow_clients_are_given_up(b"", b"P");
}

#[test]
fn bodies_that_drip_are_given_up_with_an_answer() {
    let begin = b"POST /v1/videos/sync HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                  connection: close\r\ncontent-length: 100000\r\n\r\n{\"prompt\": \"";
    let heard = slow_clients_are_given_up(begin, b"a");
    assert!(heard.iter().all(|heard| heard.starts_with("HTTP/1.1 408 ")), "{heard:?}");
    let begin = b"POST /v1/videos HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                  content-type: multipart/form-data; boundary=XX\r\ncontent-length: 100000\r\n\r\n--XX";
    let heard = slow_clients_are_given_up(begin, b"\r\n");
    assert!(heard.iter().all(|heard| heard.starts_with("HTTP/1.1 408 ")), "{heard:?}");
}
