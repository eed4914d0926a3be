//! Doubles that answer as load tests need it.

use std::time::Duration;

use load_double::{Double, Request, Step, chunked, content, json, sse, stream_head};
use serde_json::{Value, json};

use crate::support::workspace::{Finished, Workspace};

const END: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
const USAGE: &str = r#"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":3}}"#;

/// The list of a server with these models.
pub fn list(models: &[&str]) -> Vec<Step> {
    let data: Vec<Value> = models.iter().map(|id| json!({"id": id, "object": "model"})).collect();
    vec![json("200 OK", &json!({"object": "list", "data": data}))]
}

/// Three tokens after `first_ms`.
pub fn chat(first_ms: u64) -> Vec<Step> {
    vec![
        stream_head("text/event-stream"),
        Step::Until(Duration::from_millis(first_ms)),
        sse(&content("a")),
        sse(&content("b")),
        sse(&content("c")),
        sse(END),
        sse(USAGE),
        sse("[DONE]"),
        chunked(b""),
    ]
}

/// A server of the model `m` that answers so.
pub fn server(answer: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static) -> Double {
    Double::start(move |request| match request.path.as_str() {
        "/v1/models" => list(&["m"]),
        _ if request.path.starts_with("/v1/models/") => {
            vec![json("404 Not Found", &json!({"error": {"message": "no such model"}}))]
        }
        _ => answer(request),
    })
}

/// A server of one model that makes everything at once.
pub fn any_server() -> Double {
    Double::start(|request| match request.path.as_str() {
        "/v1/models" => list(&["tiny-wan-cpu"]),
        "/v1/images/generations" => {
            vec![json("200 OK", &json!({"data": [{"b64_json": "AAAA"}]}))]
        }
        "/v1/chat/completions" | "/v1/completions" => chat(1),
        _ => vec![json("200 OK", &json!({"id": "video_1", "status": "completed"}))],
    })
}

/// Loads a double with these options.
pub fn load(workspace: &Workspace, double: &Double, options: &[&str]) -> Finished {
    let url = double.url();
    workspace.run(&[&["load", "--base-url", &url], options].concat())
}

/// The result of such a test.
#[track_caller]
pub fn result(workspace: &Workspace, double: &Double, options: &[&str]) -> Value {
    let options = [options, &["--result", "r.json"]].concat();
    load(workspace, double, &options).expect(0);
    serde_json::from_str(&workspace.read("r.json")).unwrap()
}

/// The prompts that a double was asked.
pub fn prompts(double: &Double) -> Vec<String> {
    let asked = double.heard().into_iter().filter(|request| request.method == "POST");
    let prompt =
        |request: Request| request.field("messages")[0]["content"].as_str().unwrap().to_owned();
    asked.map(prompt).collect()
}
