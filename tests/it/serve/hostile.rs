//! Clients that send too much, too slowly or nothing: clear errors, bounded memory, and others are served.

use std::{io::Write, thread, time::Duration};

use serde_json::json;

use super::{
    client,
    server::{Server, fake},
};
use crate::support::workspace::Workspace;

const MB: usize = 1 << 20;

#[test]
fn large_bodies_are_refused_in_bounded_memory() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let server = Server::of(&workspace, &[config.to_str().unwrap()]);
    let port = server.port;
    let senders: Vec<_> =
        (0..4).map(|number| thread::spawn(move || send_100_mb(port, number % 2 == 0))).collect();
    for sender in senders {
        let reply = sender.join().unwrap().expect(413);
        assert_eq!(reply.json()["error"]["code"], "body_too_large");
    }
    server.post("/v1/videos/sync", &json!({"prompt": "a"})).expect(200);
    if let Some(peak) = server.peak_bytes() {
        assert!(peak < 200 << 20, "{peak} bytes");
    }
}

/// With its length said beforehand, or in chunks.
fn send_100_mb(port: u16, says_length: bool) -> client::Reply {
    let mut stream = client::connect(port).unwrap();
    let length = match says_length {
        true => format!("content-length: {}", 100 * MB),
        false => "transfer-encoding: chunked".to_owned(),
    };
    let head = format!(
        "POST /v1/videos HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/json\r\n{length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let block = vec![b' '; MB];
    for _ in 0..100 {
        if says_length {
            stream.write_all(&block).unwrap();
        } else {
            stream.write_all(format!("{MB:x}\r\n").as_bytes()).unwrap();
            stream.write_all(&block).unwrap();
            stream.write_all(b"\r\n").unwrap();
        }
    }
    if !says_length {
        stream.write_all(b"0\r\n\r\n").unwrap();
    }
    client::read(&mut stream).unwrap()
}

/// Forms that take much to read: one huge field, fields without end, names and headers without end, parts that
/// never end, boundaries of all lengths.
#[test]
fn hostile_forms_are_refused_in_bounded_memory() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let server = Server::of(&workspace, &[config.to_str().unwrap()]);
    let part = |head: &str, text: &str| format!("--XX\r\n{head}\r\n\r\n{text}\r\n");
    let named = |name: &str, text: &str| {
        part(&format!("Content-Disposition: form-data; name=\"{name}\""), text)
    };
    let prompt = named("prompt", "a");
    let large = "x".repeat(100 * MB);
    let (most, long) = ("x".repeat(900_000), "y".repeat(70_000));
    for (form, status) in [
        (named("prompt", &large), 413),
        (named(&large, "a"), 413),
        (part(&format!("Content-Disposition: form-data; name=\"a\"\r\nx-long: {large}"), "a"), 413),
        (named("f", "x").repeat(12_000), 400),
        (named(&most, "a"), 400),
        (
            part(
                &format!(
                    "Content-Disposition: form-data; name=\"a\"\r\n{}",
                    "x: y\r\n".repeat(9000)
                ),
                "a",
            ),
            400,
        ),
        (part("Content-Disposition: form-data; name=\"prompt\"; filename=\"a\"", &most), 400),
        (
            part(
                &format!("Content-Disposition: form-data; name=\"{long}\"; filename=\"{long}\""),
                "a",
            ),
            400,
        ),
        ("--XX\r\n".repeat(100_000), 400),
        (named("seed", &"9".repeat(900_000)), 400),
        // what stands before the first boundary counts for nothing
        ("\r\n".repeat(400_000), 200),
    ] {
        let body = format!("{form}{prompt}--XX--\r\n");
        let kind = [("content-type", "multipart/form-data; boundary=XX")];
        let reply = client::send(server.port, "POST", "/v1/videos", &kind, body.as_bytes());
        let begins: String = form.chars().take(80).collect();
        assert_eq!(reply.status, status, "{begins}: {}", String::from_utf8_lossy(&reply.body));
        assert!(reply.body.len() < 4096, "{begins}: {} bytes of reply", reply.body.len());
    }
    for boundary in ["", "X".repeat(71).as_str(), "X".repeat(7000).as_str()] {
        let kind = format!("multipart/form-data; boundary={boundary}");
        let body = format!("--{boundary}\r\n--{boundary}--\r\n");
        let kind = [("content-type", kind.as_str())];
        client::send(server.port, "POST", "/v1/videos", &kind, body.as_bytes()).expect(400);
    }
    server.post("/v1/videos/sync", &json!({"prompt": "a"})).expect(200);
    if let Some(peak) = server.peak_bytes() {
        assert!(peak < 200 << 20, "{peak} bytes");
    }
}

#[test]
fn clients_that_send_nothing_or_garbage_keep_nobody_from_being_served() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let server = Server::of(&workspace, &[config.to_str().unwrap()]);
    let mut silent: Vec<_> = (0..100).map(|_| client::connect(server.port).unwrap()).collect();
    for (number, stream) in silent.iter_mut().enumerate() {
        let begun: &[u8] = match number % 4 {
            0 => b"",
            1 => b"POST /v1/videos HT",
            2 => b"POST /v1/videos HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{\"prom",
            _ => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        };
        stream.write_all(begun).unwrap();
    }
    server.post("/v1/videos/sync", &json!({"prompt": "a"})).expect(200);
    drop(silent);
    let id = server.create(&json!({"prompt": "b"}));
    server.wait_for(&id, &["completed"]);
}

#[test]
fn a_client_that_hangs_up_frees_the_device() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "slow", 0.02);
    let server = Server::of(&workspace, &[config.to_str().unwrap()]);
    let body = json!({"prompt": "a", "num_inference_steps": 1000}).to_string();
    let mut stream = client::connect(server.port).unwrap();
    let head = format!(
        "POST /v1/videos/sync HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    server.wait_until_running();
    drop(stream);
    // 1000 steps would take 20 s
    let began = std::time::Instant::now();
    server.post("/v1/videos/sync", &json!({"prompt": "b"})).expect(200);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let metrics = String::from_utf8(server.get("/metrics").body).unwrap();
    assert!(metrics.contains("vllm:omni_num_requests_running 0"), "{metrics}");
}

#[test]
fn a_video_whose_client_closes_after_the_body_is_made_or_not_taken() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let mut server = Server::of(&workspace, &[config.to_str().unwrap()]);
    for number in 0..20 {
        let body = json!({"prompt": number.to_string()}).to_string();
        let mut stream = client::connect(server.port).unwrap();
        let head = format!(
            "POST /v1/videos HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
    }
    // some are taken, and a client's end may be noticed before its request is read
    server.wait_for_status(|status| {
        status["under_way"] == json!([]) && status["counts"]["ended"] != json!({})
    });
    let list = server.get("/v1/videos?limit=100").expect(200).json();
    for job in list["data"].as_array().unwrap() {
        server.wait_for(job["id"].as_str().unwrap(), &["completed"]);
    }
    let began = std::time::Instant::now();
    server.signal("-TERM");
    server.wait_until("new requests are refused");
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert!(!said.contains("unfinished"), "{said}");
}
