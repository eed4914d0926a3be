//! Every route: what it takes, what it replies, and what it refuses.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bench_serve::{AccessLog, Settings};
use serde_json::{Value, json};
use support::{
    Server, field, prompt,
    scripted::{Makes, Script},
};

async fn server() -> Server {
    let script = Script::default();
    let sources =
        vec![script.source("clips", Makes::Videos), script.source("stills", Makes::Images)];
    Server::of(sources, Settings::default()).await
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[tokio::test]
async fn models_are_listed_and_found_by_name() {
    let server = server().await;
    let list = server.get("/v1/models").await.expect(200).json();
    assert_eq!(list["object"], "list");
    let ids: Vec<&str> =
        list["data"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["clips", "stills"]);
    let one = server.get("/v1/models/stills").await.expect(200).json();
    assert_eq!((&one["object"], &one["owned_by"]), (&json!("model"), &json!("bench-runner")));
    let error = server.get("/v1/models/none").await.expect(404).error();
    assert_eq!(error, (Some("model".to_owned()), Some("model_not_found".to_owned())));
}

#[tokio::test]
async fn pictures_come_in_base64_with_a_seed_each() {
    let server = server().await;
    let asked = json!({"model": "stills", "prompt": "a fox", "n": 3, "size": "16x8",
                       "response_format": "b64_json", "seed": 5, "num_inference_steps": 2});
    let reply = server.post("/v1/images/generations", &asked).await.expect(200);
    let document = reply.json();
    assert_eq!((&document["size"], &document["output_format"]), (&json!("16x8"), &json!("png")));
    let pictures: Vec<String> = document["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|picture| picture["b64_json"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(pictures.len(), 3);
    assert!(pictures.iter().all(|picture| picture.starts_with("iVBORw0KGgo")));
    assert!(pictures[0] != pictures[1] && pictures[1] != pictures[2]);
    // the second is what its own seed makes alone
    let alone = json!({"model": "stills", "prompt": "a fox", "size": "16x8", "seed": 6,
                       "num_inference_steps": 2});
    let alone = server.post("/v1/images/generations", &alone).await.expect(200).json();
    assert_eq!(alone["data"][0]["b64_json"], json!(pictures[1]));
}

#[tokio::test]
async fn pictures_come_as_png_jpeg_or_webp() {
    let server = server().await;
    let made = |fields: Value| {
        let mut asked = json!({"prompt": "a fox", "size": "16x8"});
        asked.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let server = &server;
        async move {
            let reply = server.post("/v1/images/generations", &asked).await.expect(200).json();
            let picture = STANDARD.decode(reply["data"][0]["b64_json"].as_str().unwrap()).unwrap();
            (reply["output_format"].as_str().unwrap().to_owned(), picture)
        }
    };
    for (asked, name, begins) in [
        (json!({}), "png", &b"\x89PNG"[..]),
        (json!({"output_format": "png", "output_compression": 100}), "png", b"\x89PNG"),
        (json!({"output_format": "jpeg"}), "jpeg", b"\xff\xd8\xff"),
        (json!({"output_format": "jpeg", "output_compression": 0}), "jpeg", b"\xff\xd8\xff"),
        (json!({"output_format": "webp", "output_compression": 100}), "webp", b"RIFF"),
    ] {
        let (said, picture) = made(asked.clone()).await;
        assert_eq!(said, name, "{asked}");
        assert!(picture.starts_with(begins), "{asked}");
    }
    let jpeg = |quality: u64| made(json!({"output_format": "jpeg", "output_compression": quality}));
    let (small, large) = (jpeg(5).await.1, jpeg(100).await.1);
    assert!(small.len() < large.len(), "{} {}", small.len(), large.len());
    for format in ["webp", "png"] {
        let asked = json!({"prompt": "a", "output_format": format, "output_compression": 80});
        let reply = server.post("/v1/images/generations", &asked).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some("output_compression"));
    }
    // the same in a form, whose numbers are text
    let parts =
        [field("prompt", "a"), field("output_format", "jpeg"), field("output_compression", "7")];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    server.form("/v1/images/generations", &parts).await.expect(200);
    // beyond what JPEG and WebP hold, refused before it waits
    for (format, size) in [("jpeg", "65536x8"), ("webp", "16392x8")] {
        let asked = json!({"prompt": "a", "output_format": format, "size": size});
        let reply = server.post("/v1/images/generations", &asked).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some("output_format"), "{format}");
    }
}

#[cfg(feature = "mp4")]
#[tokio::test]
async fn videos_come_as_mp4_where_asked_for() {
    let server = server().await;
    let asked = json!({"prompt": "a", "size": "16x16", "output_format": "mp4"});
    let reply = server.post("/v1/videos/sync", &asked).await.expect(200);
    assert_eq!(
        (reply.header("content-type"), &reply.body[4..8]),
        (Some("video/mp4"), &b"ftyp"[..])
    );
    let job = server.post("/v1/videos", &asked).await.expect(200).json();
    let id = job["id"].as_str().unwrap();
    server.ended(id).await;
    let content = server.get(&format!("/v1/videos/{id}/content")).await.expect(200);
    assert_eq!((content.header("content-type"), &content.body), (Some("video/mp4"), &reply.body));
    server.delete(&format!("/v1/videos/{id}")).await.expect(200);
    let files = std::fs::read_dir(server.app.settings().jobs.join("files")).unwrap();
    assert_eq!(files.count(), 0);
    let asked = json!({"prompt": "a", "size": "8x8", "output_format": "mp4"});
    let reply = server.post("/v1/videos", &asked).await.expect(400);
    assert_eq!(reply.error().0.as_deref(), Some("output_format"));
}

#[cfg(not(feature = "mp4"))]
#[tokio::test]
async fn a_build_without_an_encoder_of_mp4_refuses_it() {
    let server = server().await;
    let asked = json!({"prompt": "a", "size": "16x16", "output_format": "mp4"});
    let reply = server.post("/v1/videos", &asked).await.expect(400);
    assert_eq!(reply.error().0.as_deref(), Some("output_format"));
}

#[tokio::test]
async fn seeds_that_do_not_fit_are_refused_and_the_largest_is_followed() {
    let server = server().await;
    let pictures = "/v1/images/generations";
    let asked = |seed: u64, n: u64| json!({"prompt": "a", "size": "8x8", "seed": seed, "n": n});
    let reply = server.post(pictures, &asked(u64::MAX, 2)).await.expect(400);
    assert_eq!(reply.error().0.as_deref(), Some("seed"));
    let both = server.post(pictures, &asked(u64::MAX - 1, 2)).await.expect(200).json();
    let last = server.post(pictures, &asked(u64::MAX, 1)).await.expect(200).json();
    assert_eq!(both["data"][1], last["data"][0]);
    assert_ne!(both["data"][0], last["data"][0]);
    // beyond 2^53, where numbers of JavaScript are no longer exact, and beyond 64 bits
    let (exact, next) = (9_007_199_254_740_993_u64, 9_007_199_254_740_992_u64);
    let made = |seed: u64| {
        let (server, asked) = (&server, json!({"prompt": "a", "seed": seed}));
        async move { server.post("/v1/videos/sync", &asked).await.expect(200).body }
    };
    assert_ne!(made(exact).await, made(next).await);
    for text in ["18446744073709551616", "1e3", "-1", "0x10"] {
        let parts = [field("prompt", "a"), field("seed", text)];
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let reply = server.form("/v1/videos", &parts).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some("seed"), "{text}");
    }
    let parts = [field("prompt", "a"), field("seed", &exact.to_string())];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let sent = server.form("/v1/videos/sync", &parts).await.expect(200).body;
    assert_eq!(sent, made(exact).await);
}

#[tokio::test]
async fn a_video_is_made_in_the_background() {
    let server = server().await;
    let asked = json!({"model": "clips", "prompt": "a fox", "seconds": "1", "size": "16x8"});
    let reply = server.post("/v1/videos", &asked).await.expect(200);
    assert!(reply.header("openai-poll-after-ms").is_some());
    let job = reply.json();
    let id = job["id"].as_str().unwrap();
    for (name, expected) in [
        ("object", json!("video")),
        ("model", json!("clips")),
        ("size", json!("16x8")),
        ("seconds", json!("1")),
        ("prompt", json!("a fox")),
        ("completed_at", Value::Null),
        ("expires_at", Value::Null),
        ("error", Value::Null),
        ("remixed_from_video_id", Value::Null),
    ] {
        assert_eq!(job[name], expected, "{name}");
    }
    let ended = server.ended(id).await;
    assert_eq!((&ended["status"], &ended["progress"]), (&json!("completed"), &json!(100)));
    assert!(ended["expires_at"].as_i64() > ended["completed_at"].as_i64());
    let content = server.get(&format!("/v1/videos/{id}/content?variant=video")).await.expect(200);
    assert_eq!(content.header("content-type"), Some("image/png"));
    assert!(content.body.starts_with(PNG));
    // 1 s at 8 frames a second is 8 frames, and the next length of the model is 9
    let frames = content.body.windows(4).filter(|chunk| *chunk == b"fcTL").count();
    assert_eq!(frames, 9);
    let deleted = server.delete(&format!("/v1/videos/{id}")).await.expect(200).json();
    assert_eq!(deleted, json!({"id": id, "deleted": true, "object": "video.deleted"}));
    for path in [format!("/v1/videos/{id}"), format!("/v1/videos/{id}/content")] {
        assert_eq!(
            server.get(&path).await.expect(404).error().1.as_deref(),
            Some("video_not_found")
        );
    }
    server.delete(&format!("/v1/videos/{id}")).await.expect(404);
}

#[tokio::test]
async fn forms_and_json_ask_for_the_same() {
    let server = server().await;
    let fields = [("model", "clips"), ("prompt", "a fox"), ("num_frames", "9"), ("seed", "3")];
    let parts: Vec<String> = fields.iter().map(|(name, value)| field(name, value)).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let by_form = server.form("/v1/videos/sync", &parts).await.expect(200);
    let asked = json!({"model": "clips", "prompt": "a fox", "num_frames": 9, "seed": 3});
    let by_json = server.post("/v1/videos/sync", &asked).await.expect(200);
    assert_eq!(by_form.body, by_json.body);
    assert_eq!(by_form.header("content-type"), Some("image/png"));
    let other = server.post("/v1/videos/sync", &prompt("a fox")).await.expect(200);
    assert_ne!(by_form.body, other.body);
}

#[tokio::test]
async fn stages_add_up_to_the_latency() {
    let server = server().await;
    for (path, asked) in [
        ("/v1/videos/sync", json!({"prompt": "a", "num_inference_steps": 200})),
        ("/v1/images/generations", json!({"prompt": "a", "num_inference_steps": 100, "n": 2})),
    ] {
        // a machine with other work may keep a reply waiting that is ready
        let mut least = f64::MAX;
        for _ in 0..3 {
            let began = std::time::Instant::now();
            let reply = server.post(path, &asked).await.expect(200);
            let latency_s = began.elapsed().as_secs_f64();
            let stages = reply.stages();
            let sum: f64 = stages.as_object().unwrap().values().map(|s| s.as_f64().unwrap()).sum();
            least = least.min((sum - latency_s).abs() / latency_s);
            assert!(stages["denoise"].as_f64().unwrap() >= 0.2, "{stages}");
        }
        assert!(least < 0.01, "{path}: {least}");
    }
}

#[tokio::test]
async fn a_field_that_cannot_be_followed_is_named() {
    let server = server().await;
    let (videos, images) = ("/v1/videos", "/v1/images/generations");
    for (path, field, value) in [
        (videos, "colour", json!("red")),
        (videos, "model", json!("stills")),
        (videos, "input_reference", json!("x")),
        (videos, "size", json!("16")),
        (videos, "size", json!("0x8")),
        (videos, "size", json!("12x8")),
        (videos, "width", json!(12)),
        (videos, "width", json!("16")),
        (videos, "num_frames", json!(6)),
        (videos, "num_frames", json!(true)),
        (videos, "seconds", json!("long")),
        (videos, "seconds", json!(-1)),
        (videos, "seed", json!(-1)),
        (videos, "seed", json!(1.5)),
        (videos, "seed", json!(18_446_744_073_709_551_616.0)),
        (videos, "fps", json!(0)),
        (videos, "fps", json!(u64::MAX)),
        (videos, "seconds", json!("900000")),
        (videos, "num_frames", json!(4_000_001)),
        (videos, "width", json!(8_000_000)),
        (videos, "height", json!(u64::MAX)),
        (videos, "num_inference_steps", json!(0)),
        (videos, "num_inference_steps", json!(1001)),
        (videos, "guidance_scale", json!("5")),
        (videos, "negative_prompt", json!(3)),
        (videos, "n", json!(2)),
        (images, "model", json!("clips")),
        (images, "n", json!(0)),
        (images, "n", json!(11)),
        (images, "num_frames", json!(5)),
        (images, "fps", json!(5)),
        (images, "seconds", json!("4")),
        (images, "response_format", json!("url")),
        (images, "output_format", json!("gif")),
        (images, "output_format", json!("mp4")),
        (images, "output_format", json!("JPEG")),
        (images, "output_compression", json!(50)),
        (images, "output_compression", json!(101)),
        (images, "output_compression", json!("50")),
        (videos, "output_format", json!("webp")),
        (videos, "output_format", json!("x".repeat(9000))),
        (videos, "output_compression", json!(50)),
        (images, "quality", json!("hd")),
        (images, "background", json!("transparent")),
        (images, "stream", json!(true)),
        (images, "partial_images", json!(2)),
        (images, "style", json!("vivid")),
        (images, "size", json!("100000x100000")),
        (images, "prompt", json!("x".repeat(9000))),
    ] {
        let mut asked = prompt("a fox");
        asked[field] = value.clone();
        let reply = server.post(path, &asked).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some(field), "{path} {field} {value}");
        assert_eq!(reply.json()["error"]["type"], "invalid_request_error");
    }
    for asked in [json!({}), json!({"prompt": ""}), json!({"prompt": null})] {
        let reply = server.post(videos, &asked).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some("prompt"));
    }
    let fast = json!({"prompt": "a", "seconds": "1", "fps": u64::MAX});
    assert_eq!(server.post(videos, &fast).await.expect(400).error().0.as_deref(), Some("fps"));
    let both = json!({"prompt": "a", "seconds": "1", "num_frames": 5});
    assert_eq!(server.post(videos, &both).await.expect(400).error().0.as_deref(), Some("seconds"));
    let unknown = json!({"prompt": "a", "model": "sora-2"});
    server.post(videos, &unknown).await.expect(404);
    assert!(server.app.models().len() == 2 && server.app.unfinished() == 0);
}

#[tokio::test]
async fn what_clients_send_without_effect_is_taken() {
    let server = server().await;
    let asked = json!({"prompt": "a", "n": 1, "quality": "auto", "background": "auto",
                       "moderation": "low", "output_format": "png", "stream": false,
                       "partial_images": 0, "user": "somebody", "size": "auto", "style": null});
    server.post("/v1/images/generations", &asked).await.expect(200);
}

#[tokio::test]
async fn size_wins_over_width_and_height() {
    let server = server().await;
    let asked = json!({"prompt": "a", "size": "16x24", "width": 8, "height": 8});
    let reply = server.post("/v1/images/generations", &asked).await.expect(200).json();
    assert_eq!(reply["size"], "16x24");
}

#[tokio::test]
async fn lists_have_pages() {
    let server = server().await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let job = server.post("/v1/videos", &prompt(&format!("{number}"))).await.expect(200).json();
        ids.push(job["id"].as_str().unwrap().to_owned());
    }
    ids.reverse();
    let first = server.get("/v1/videos?limit=2").await.expect(200).json();
    assert_eq!(first["object"], "list");
    assert_eq!((&first["first_id"], &first["last_id"]), (&json!(ids[0]), &json!(ids[1])));
    assert_eq!(first["has_more"], true);
    let path = format!("/v1/videos?limit=10&after={}", ids[1]);
    let rest = server.get(&path).await.expect(200).json();
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["has_more"]), (3, &json!(false)));
    let oldest = server.get("/v1/videos?order=asc&limit=1").await.expect(200).json();
    assert_eq!(oldest["first_id"], json!(ids[4]));
    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("order=up", "order"),
        ("after=video_none", "after"),
        ("before=x", "before"),
    ] {
        let reply = server.get(&format!("/v1/videos?{query}")).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some(param));
    }
}

#[tokio::test]
async fn operators_see_health_readiness_and_counts() {
    let server = server().await;
    server.get("/health").await.expect(200);
    server.get("/ready").await.expect(200);
    server.post("/v1/videos/sync", &prompt("a")).await.expect(200);
    let text = server.get("/metrics").await.expect(200).text();
    for line in [
        "vllm:omni_num_requests_running 0",
        "vllm:omni_num_requests_waiting 0",
        "vllm:omni_e2e_request_latency_s_count 1",
        "bench_serve_requests_total{model=\"clips\",outcome=\"completed\"} 1",
        "bench_serve_replies_total{route=\"/v1/videos/sync\",status=\"200\"} 1",
        "bench_serve_batch_size_count 4",
        "bench_serve_merge_rate 0",
    ] {
        assert!(text.lines().any(|found| found == line), "no {line} in\n{text}");
    }
}

#[tokio::test]
async fn a_page_runs_scripts_of_this_server_alone() {
    let server = server().await;
    let page = server.get("/").await.expect(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    for file in ["page.js", "page.css"] {
        assert!(page.text().contains(&format!("\"{file}\"")));
        server.get(&format!("/{file}")).await.expect(200);
    }
    assert!(!page.text().contains("<script>") && !page.text().contains("style="));
}

#[tokio::test]
async fn each_reply_has_a_line_without_prompts() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("access.ndjson");
    let access_log = Some(AccessLog::open(&path).unwrap());
    let sources = vec![Script::default().source("clips", Makes::Videos)];
    let server = Server::of(sources, Settings { access_log, ..Settings::default() }).await;
    let made = server.post("/v1/videos/sync", &prompt("a secret fox")).await.expect(200);
    server.get("/v1/videos/video_of_somebody").await.expect(404);
    let lines = std::fs::read_to_string(&path).unwrap();
    assert!(!lines.contains("secret") && !lines.contains("somebody"), "{lines}");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["request_id"].as_str(), made.header("x-request-id"));
    assert_eq!((&lines[0]["route"], &lines[0]["status"]), (&json!("/v1/videos/sync"), &json!(200)));
    assert_eq!((&lines[1]["route"], &lines[1]["status"]), (&json!("/v1/videos/{id}"), &json!(404)));
}

#[tokio::test]
async fn paths_and_methods_that_are_none_have_errors_as_the_others() {
    let server = server().await;
    assert_eq!(server.get("/v1/nothing").await.expect(404).error().1.as_deref(), Some("not_found"));
    server.get("/v1/images/generations").await.expect(405).error();
    server.post("/v1/videos/video_x/remix", &prompt("a")).await.expect(404).error();
    let reply = server.get("/v1/videos/video_x/content?variant=thumbnail").await.expect(400);
    assert_eq!(reply.error().0.as_deref(), Some("variant"));
}

#[tokio::test]
async fn what_an_address_asks_for_is_followed_or_refused_by_name() {
    let server = server().await;
    for path in ["/v1/videos", "/v1/videos/sync", "/v1/images/generations"] {
        let reply = server.post(&format!("{path}?seed=3"), &prompt("a")).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some("seed"), "{path}");
    }
    // a list has a limit, and what is made has none
    let reply = server.post("/v1/videos?limit=3", &prompt("a")).await.expect(400);
    assert_eq!(reply.error().0.as_deref(), Some("limit"));
    assert_eq!(server.app.unfinished(), 0);
    let id = server.post("/v1/videos", &prompt("a")).await.expect(200).json()["id"].clone();
    let video = format!("/v1/videos/{}", id.as_str().unwrap());
    server.ended(id.as_str().unwrap()).await;
    for (path, param) in [
        ("/v1/models?kind=video", "kind"),
        ("/v1/models/clips?x=", "x"),
        ("/v1/videos?limit=1&limit=2", "limit"),
        ("/v1/videos?limit=1&before=x", "before"),
        (&format!("{video}?variant=video"), "variant"),
        (&format!("{video}/content?variant=video&variant=video"), "variant"),
        (&format!("{video}/content?size=8x8"), "size"),
    ] {
        let reply = server.get(path).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some(param), "{path}");
    }
    let reply = server.delete(&format!("{video}?force=1")).await.expect(400);
    assert_eq!(reply.error().0.as_deref(), Some("force"));
    for path in [&format!("{video}?"), "/v1/models?", "/health?x=1", "/metrics?x=1", "/?x=1"] {
        server.get(path).await.expect(200);
    }
}
