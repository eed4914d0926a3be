//! Client parameters as options of `bench-runner load`.
//!
//! In: what a suite says for `vllm bench serve`. Out: the same for our client: what is asked of the server, and
//! sampling settings as fields of each request. What it cannot ask is an error.

use anyhow::{Result, bail};
use serde_json::{Map, Value};

use super::super::Parameters;

/// Backends of vLLM's client, and the endpoint that each asks.
const ENDPOINTS: [(&str, &str); 5] = [
    ("vllm", "completions"),
    ("openai", "completions"),
    ("sglang", "completions"),
    ("lmdeploy", "completions"),
    ("openai-chat", "chat"),
];

/// Settings that travel within each request.
const SAMPLING: [&str; 7] = [
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
];

/// The options.
///
/// # Errors
/// Where the backend is one that is not asked in text.
pub(super) fn of(client: &Parameters) -> Result<Parameters> {
    let mut options = Parameters::default();
    options.push("endpoint", endpoint(client)?);
    let mut body = Map::new();
    for (name, text) in client.iter() {
        let plain = name.replace('-', "_");
        if SAMPLING.contains(&plain.as_str()) {
            let value = serde_json::from_str::<Value>(&text).unwrap_or_else(|_| text.into());
            body.insert(plain, value);
        } else if !["backend", "endpoint", "endpoint_type"].contains(&plain.as_str()) {
            options.push(name, text);
        }
    }
    if !body.is_empty() && !client.has("extra_body") {
        options.push("extra_body", format!("'{}'", Value::Object(body)));
    }
    Ok(options)
}

/// What is asked: by the path, else by the backend; vLLM's client asks for completions by default.
fn endpoint(client: &Parameters) -> Result<&'static str> {
    let backend = client.text("backend").or_else(|| client.text("endpoint_type"));
    let backend = backend.unwrap_or_else(|| "openai".to_owned());
    let Some((_, by_backend)) = ENDPOINTS.iter().find(|(name, _)| *name == backend) else {
        let known: Vec<&str> = ENDPOINTS.iter().map(|(name, _)| *name).collect();
        bail!(
            "backend is {backend:?}, expected one of {}; use --client engine for others",
            known.join(", ")
        );
    };
    match client.text("endpoint").as_deref() {
        None => Ok(by_backend),
        Some("/v1/completions") => Ok("completions"),
        Some("/v1/chat/completions") => Ok("chat"),
        Some(path) => bail!(
            "endpoint is {path:?}, expected /v1/completions or /v1/chat/completions; use --client engine for \
             others"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn options(value: &Value) -> Result<String> {
        let client: Parameters = value.as_object().cloned().expect("an object").into();
        of(&client).map(|options| options.as_flags())
    }

    #[test]
    fn a_backend_is_an_endpoint_and_sampling_is_part_of_requests() {
        let said = options(
            &json!({"backend": "vllm", "ignore-eos": "", "temperature": 0, "num_prompts": 200}),
        );
        assert_eq!(
            said.expect("options"),
            "--endpoint completions --ignore-eos --num-prompts 200 --extra-body '{\"temperature\":0}'"
        );
        let said = options(&json!({"backend": "openai-chat", "endpoint": "/v1/chat/completions"}));
        assert_eq!(said.expect("options"), "--endpoint chat");
        assert_eq!(options(&json!({})).expect("options"), "--endpoint completions");
    }

    #[test]
    fn what_is_not_asked_in_text_is_named() {
        for client in [
            json!({"backend": "openai-embeddings"}),
            json!({"endpoint": "/v1/audio/transcriptions"}),
        ] {
            let error = options(&client).expect_err("an error").to_string();
            assert!(error.contains("use --client engine"), "{error}");
        }
    }
}
