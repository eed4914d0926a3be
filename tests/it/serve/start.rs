//! How a server starts, what it says, and how it ends.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    client,
    server::{Server, fake, tiny_sd, tiny_wan},
};
use crate::support::{waiting::wait_until, workspace::Workspace};

#[test]
fn a_server_says_where_it_listens_and_gives_a_line_that_works() {
    let workspace = Workspace::new();
    let wan = tiny_wan(&workspace);
    let server = Server::of(&workspace, &[wan.to_str().unwrap()]);
    let said = server.said();
    assert!(said.contains("for this machine only"), "{said}");
    assert!(said.contains("ready: tiny-wan-cpu (videos, 32x16, 5 frames, 2 steps)"), "{said}");
    let line = said.lines().find_map(|line| line.strip_prefix("try: ")).unwrap();
    let document = line.split(" -d '").nth(1).unwrap().split('\'').next().unwrap();
    let document = serde_json::from_str(document).unwrap();
    server.post("/v1/videos/sync", &document).expect(200);
    assert!(line.contains(&format!("http://127.0.0.1:{}/v1/videos/sync", server.port)), "{line}");
}

#[test]
fn a_development_build_is_said_once_however_many_models_are_loaded() {
    let workspace = Workspace::new();
    let (wan, sd) = (tiny_wan(&workspace), tiny_sd(&workspace));
    let server = Server::of(&workspace, &[wan.to_str().unwrap(), sd.to_str().unwrap()]);
    let said = server.said();
    assert!(said.contains("ready: tiny-sd (pictures"), "{said}");
    // none from a released build
    assert!(said.matches("this is a development build").count() <= 1, "{said}");
}

#[test]
fn sigterm_lets_what_runs_end_and_fails_what_waits() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "slow", 0.2);
    let config = config.to_str().unwrap();
    let mut server = Server::of(&workspace, &[config, "--drain-seconds", "20"]);
    let running = server.create(&json!({"prompt": "a"}));
    server.wait_for(&running, &["in_progress"]);
    let waiting = server.create(&json!({"prompt": "b"}));
    server.signal("-TERM");
    server.wait_until("running ones have 20 s to finish");
    let refused = server.post("/v1/videos", &json!({"prompt": "c"})).expect(503);
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(server.wait_for(&waiting, &["failed"])["error"]["code"], "server_stopped");
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    let again = Server::of(&workspace, &[config]);
    assert_eq!(again.wait_for(&running, &["completed"])["progress"], 100);
    again.wait_for(&waiting, &["failed"]);
}

#[test]
fn sigterm_while_loading_keeps_the_videos_of_the_last_server() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.2);
    let config = config.to_str().unwrap();
    let server = Server::of(&workspace, &[config]);
    let ids = ["a", "b"].map(|prompt| server.create(&json!({"prompt": prompt})));
    server.kill();
    let quick = workspace.read("fake.json");
    workspace.write("fake.json", &quick.replace("\"step_s\"", "\"load_s\":60,\"step_s\""));
    let loading = Server::loading(&workspace, &[config]);
    loading.signal("-TERM");
    let (code, said) = loading.ended();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("stopped while loading; videos kept for the next start: 2"), "{said}");
    workspace.write("fake.json", &quick);
    let again = Server::of(&workspace, &[config]);
    assert!(again.said().contains("resuming videos of the last server: 2"));
    for id in &ids {
        again.wait_for(id, &["completed"]);
    }
}

#[test]
fn a_client_that_waits_has_its_reply_before_the_server_ends() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "slow", 0.2);
    let mut server = Server::of(&workspace, &[config.to_str().unwrap()]);
    let port = server.port;
    let body = br#"{"prompt": "a"}"#;
    let headers = [("content-type", "application/json")];
    let waiting =
        thread::spawn(move || client::send(port, "POST", "/v1/videos/sync", &headers, body));
    server.wait_until_running();
    server.signal("-TERM");
    server.wait_until("new requests are refused");
    waiting.join().unwrap().expect(200);
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_drain_ends_in_its_time_though_a_video_does_not() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "slow", 0.1);
    let config = config.to_str().unwrap();
    let server = Server::of(&workspace, &[config, "--drain-seconds", "2.5"]);
    let running = server.create(&json!({"prompt": "a", "num_inference_steps": 900}));
    server.wait_for(&running, &["in_progress"]);
    let began = Instant::now();
    server.signal("-TERM");
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let again = Server::of(&workspace, &[config]);
    assert_eq!(again.wait_for(&running, &["failed"])["error"]["code"], "server_stopped");
}

#[test]
fn what_keeps_a_server_from_starting_is_said_with_its_exit_code() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let config = config.to_str().unwrap();
    let rules = workspace.write("rules.json", r#"[{"model": "fake", "max_batch": 2}]"#);
    let keys = workspace.write("keys.txt", "# none\n");
    let several = workspace.write(
        "several.json",
        &workspace.read("fake.json").replace("\"fps\":5", "\"num_videos_per_prompt\":2"),
    );
    let breaks = workspace.write(
        "breaks.json",
        &workspace.read("fake.json").replace("\"step_s\":0.001", "\"fails\":\"load\""),
    );
    for (args, code, words) in [
        (&["none.json"][..], 2, "none.json"),
        (&[config, config], 2, "twice"),
        (&[several.to_str().unwrap()], 2, "num_videos_per_prompt is 2"),
        (
            &[config, "--batching-config", rules.to_str().unwrap()],
            2,
            "[0].max_batch: is no known key",
        ),
        (&[config, "--batching-config", "none.json"], 2, "cannot read none.json"),
        (&[config, "--api-key-file", keys.to_str().unwrap()], 2, "holds no key"),
        (&[config, "--batching-max-size", "0"], 2, "1 or more"),
        (&[config, "--jobs", "fake.json"], 3, "--jobs"),
        (&[breaks.to_str().unwrap(), "--port", "0"], 3, "loading fake failed"),
    ] {
        let mut all = vec!["serve", "--device", "cpu"];
        all.extend(args);
        let finished = workspace.run(&all).expect(code);
        assert!(finished.stderr.contains(words), "{args:?}: {}", finished.stderr);
    }
}

#[test]
fn a_port_or_folder_in_use_is_said() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let config = config.to_str().unwrap();
    let server = Server::of(&workspace, &[config]);
    let port = server.port.to_string();
    let taken = workspace.run(&["serve", config, "--port", &port, "--jobs", "other"]).expect(3);
    assert!(taken.stderr.contains("choose another --port"), "{}", taken.stderr);
    let shared = workspace.run(&["serve", config, "--port", "0"]).expect(3);
    assert!(shared.stderr.contains("used by another server"), "{}", shared.stderr);
}

#[test]
fn keys_open_the_server_and_are_never_shown() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    workspace.write("keys.txt", "open-sesame-1\n");
    let server = Server::of(&workspace, &[config.to_str().unwrap(), "--api-key-file", "keys.txt"]);
    server.get("/v1/models").expect(401);
    let key = [("authorization", "Bearer open-sesame-1")];
    client::send(server.port, "GET", "/v1/models", &key, b"").expect(200);
    let headers = [key[0], ("content-type", "application/json")];
    let send = |method, path: &str, body| client::send(server.port, method, path, &headers, body);
    let job = send("POST", "/v1/videos", b"{\"prompt\": \"a\"}").expect(200).json();
    let path = format!("/v1/videos/{}", job["id"].as_str().unwrap());
    wait_until("the video is made", || {
        send("GET", &path, b"").expect(200).json()["status"] == "completed"
    });
    assert!(!server.said().contains("sesame"), "{}", server.said());
    for file in workspace.files("jobs") {
        let bytes = std::fs::read(workspace.path(&format!("jobs/{file}"))).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("sesame"), "{file}");
    }
}

#[test]
fn a_video_expires_with_its_file() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let server = Server::of(&workspace, &[config.to_str().unwrap(), "--job-ttl", "1"]);
    let id = server.create(&json!({"prompt": "a"}));
    server.wait_for(&id, &["completed"]);
    let path = format!("/v1/videos/{id}");
    wait_until("the video is gone", || server.get(&path).status == 404);
    server.get(&format!("{path}/content")).expect(404);
    wait_until("its files are gone", || workspace.files("jobs") == ["lock"]);
}
