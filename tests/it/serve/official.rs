//! OpenAI's Python client against the server, unchanged.

use serde_json::{Value, json};

use super::server::{Server, tiny_sd, tiny_wan};
use crate::support::{python, workspace::Workspace};

const PNG: &str = "89504e47";

#[test]
fn the_official_client_uses_every_route() {
    let Some(python) = python::with(&["openai"]) else { return };
    let workspace = Workspace::new();
    let (wan, sd) = (tiny_wan(&workspace), tiny_sd(&workspace));
    let server = Server::of(&workspace, &[wan.to_str().unwrap(), sd.to_str().unwrap()]);
    let url = format!("http://127.0.0.1:{}/v1", server.port);
    let said = python.run(include_str!("../../python/openai_client.py"), &[&url]);
    let said: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    for (what, expected) in [
        ("models", json!(["tiny-wan-cpu", "tiny-sd"])),
        ("model", json!("bench-runner")),
        ("pictures", json!([PNG, PNG])),
        ("picture_size", json!("16x32")),
        ("jpeg", json!(["jpeg", "ffd8ffe0"])),
        ("webp", json!(["webp", "52494646"])),
        ("png", json!(["png", PNG])),
        ("video", json!(["video", "completed", 100, "1", "32x16"])),
        ("content", json!(PNG)),
        ("newest", json!(true)),
        ("pages", json!(2)),
        ("deleted", json!([true, true, "video.deleted"])),
        ("stages", json!(["batch", "denoise", "encode", "queue", "text_encoder", "vae_decode"])),
        (
            "refused",
            json!([
                ["NotFoundError", null, "video_not_found"],
                ["NotFoundError", "model", "model_not_found"],
                ["BadRequestError", "flag", null],
                ["BadRequestError", "nested[a]", null],
                ["BadRequestError", "input_reference", null],
                ["BadRequestError", "style", null],
                ["NotFoundError", null, "not_found"],
                ["BadRequestError", "output_compression", null],
                ["BadRequestError", "seed", null],
                ["BadRequestError", "Idempotency-Key", null],
            ]),
        ),
    ] {
        assert_eq!(said[what], expected, "{what}");
    }
}
