//! Requests from any bytes: no panic, a reply of bounded size, and no order beyond the limits.
//!
//! The first line is the route, `images` or `videos`, a space, and the content type; the rest is the body. They go
//! through the router to a model that computes nothing, and checks what it is asked.

#![no_main]

mod checking;

use std::sync::LazyLock;

use axum::{Router, body::Body, http::Request};
use bench_serve::{App, Limits, Settings, start};
use http_body_util::BodyExt;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower_service::Service;

/// Errors quote what was sent, but not all.
const MOST_ERROR_BYTES: usize = 4096;
/// Ten pictures of the most pixels, in Base64.
const MOST_REPLY_BYTES: usize = 10 * (checking::MOST_PIXELS as usize * 4 + 4096);

struct Server {
    runtime: Runtime,
    router: Router,
    /// The folder of jobs is there as long as the server.
    _app: App,
}

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a temporary folder").keep();
    let limits = Limits {
        max_output_pixels: Some(checking::MOST_PIXELS),
        max_steps: checking::MOST_STEPS,
        max_prompt_chars: checking::MOST_PROMPT_CHARS,
        max_body_bytes: 1 << 14,
        ..Limits::default()
    };
    let settings = Settings { jobs: folder, limits, ..Settings::default() };
    let app = runtime.block_on(async {
        let (app, served) = start(checking::sources(), settings).expect("two models");
        app.loaded(served).await.expect("they load");
        app
    });
    Server { runtime, router: app.router(), _app: app }
});

fuzz_target!(|bytes: &[u8]| {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let (head, body) = (&bytes[..end], &bytes[end + 1..]);
    let (path, kind) = match head {
        [b'i', b'm', b'a', b'g', b'e', b's', b' ', kind @ ..] => ("/v1/images/generations", kind),
        [b'v', b'i', b'd', b'e', b'o', b's', b' ', kind @ ..] => ("/v1/videos/sync", kind),
        _ => return,
    };
    let request = Request::post(path).header("content-type", kind);
    let Ok(request) = request.body(Body::from(body.to_vec())) else { return };
    let (status, reply) = SERVER.runtime.block_on(async {
        let reply = SERVER.router.clone().call(request).await.expect("every request has a reply");
        let status = reply.status();
        (status, reply.into_body().collect().await.expect("a whole reply").to_bytes())
    });
    if status.is_success() {
        assert!(reply.len() <= MOST_REPLY_BYTES, "{} bytes", reply.len());
        return;
    }
    assert!(status.is_client_error(), "{status}: {}", String::from_utf8_lossy(&reply));
    assert!(reply.len() <= MOST_ERROR_BYTES, "{} bytes: {:?}", reply.len(), &reply[..200]);
    let document: Value = serde_json::from_slice(&reply).expect("errors are JSON");
    let message = document["error"]["message"].as_str();
    assert!(message.is_some_and(|message| !message.is_empty()), "{document}");
});
