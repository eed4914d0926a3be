//! Every route of a server of two models, behind a socket.

use serde_json::json;

use super::{
    client,
    server::{Server, tiny_sd, tiny_wan},
};
use crate::support::workspace::Workspace;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[test]
fn two_models_answer_by_name_on_every_route() {
    let workspace = Workspace::new();
    let (wan, sd) = (tiny_wan(&workspace), tiny_sd(&workspace));
    let server = Server::of(&workspace, &[wan.to_str().unwrap(), sd.to_str().unwrap()]);
    server.get("/health").expect(200);
    server.get("/ready").expect(200);
    let models = server.get("/v1/models").expect(200).json();
    let ids: Vec<&str> =
        models["data"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["tiny-wan-cpu", "tiny-sd"]);
    server.get("/v1/models/tiny-sd").expect(200);

    let asked = json!({"model": "tiny-sd", "prompt": "a fox", "n": 2, "size": "16x16"});
    let pictures = server.post("/v1/images/generations", &asked).expect(200).json();
    assert_eq!(pictures["data"].as_array().unwrap().len(), 2);

    let asked = json!({"model": "tiny-wan-cpu", "prompt": "a fox", "seed": 3, "flow_shift": 3.0});
    let made = server.post("/v1/videos/sync", &asked).expect(200);
    assert!(made.body.starts_with(PNG) && made.headers.contains_key("x-stage-durations"));

    let id = server.create(&asked);
    let job = server.wait_for(&id, &["completed"]);
    assert_eq!((&job["size"], &job["seconds"]), (&json!("32x16"), &json!("0.625")));
    let content = server.get(&format!("/v1/videos/{id}/content")).expect(200);
    assert_eq!(content.body, made.body);
    assert_eq!(server.get("/v1/videos?limit=1").expect(200).json()["first_id"], json!(id));
    server.delete(&format!("/v1/videos/{id}")).expect(200);
    server.get(&format!("/v1/videos/{id}")).expect(404);
    assert!(workspace.files("jobs").iter().all(|file| !file.contains(&id)));
    assert!(workspace.files("jobs/files").is_empty());
    let metrics = String::from_utf8(server.get("/metrics").expect(200).body).unwrap();
    let line = "bench_serve_requests_total{model=\"tiny-sd\",outcome=\"completed\"} 1";
    assert!(metrics.contains(line), "{metrics}");
}

#[test]
fn a_form_as_clients_send_it_makes_a_video() {
    let workspace = Workspace::new();
    let wan = tiny_wan(&workspace);
    let server = Server::of(&workspace, &[wan.to_str().unwrap()]);
    let fields = [
        ("model", "tiny-wan-cpu"),
        ("prompt", "a fox"),
        ("seconds", "1"),
        ("size", "32x16"),
        ("num_inference_steps", "1"),
    ];
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!(
            "--f0\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str("--f0--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=f0")];
    let reply = client::send(server.port, "POST", "/v1/videos", &headers, body.as_bytes());
    let job = reply.expect(200).json();
    let id = job["id"].as_str().unwrap();
    assert_eq!(server.wait_for(id, &["completed"])["seconds"], "1");
    let content = server.get(&format!("/v1/videos/{id}/content")).expect(200).body;
    // 8 frames are asked for, and the next length of the model is 9
    assert_eq!(content.windows(4).filter(|chunk| *chunk == b"fcTL").count(), 9);
}

#[test]
fn a_size_that_the_model_has_not_is_refused_at_once_with_what_would_do() {
    let workspace = Workspace::new();
    let wan = tiny_wan(&workspace);
    let server = Server::of(&workspace, &[wan.to_str().unwrap()]);
    for (field, value) in [
        ("size", json!("33x16")),
        ("num_frames", json!(6)),
        ("num_inference_steps", json!(0)),
        ("flow_shift", json!(-1.0)),
    ] {
        let mut asked = json!({"prompt": "a"});
        asked[field] = value;
        let error = server.post("/v1/videos", &asked).expect(400).json();
        assert_eq!(error["error"]["param"], json!(field), "{error}");
    }
    let error = server.post("/v1/videos", &json!({"prompt": "a", "size": "33x16"})).json();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("32 or 48 would do"), "{message}");
}
