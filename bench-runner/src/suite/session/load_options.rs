//! Client parameters as options of `bench-runner load`.
//!
//! In: what a suite says for `vllm bench serve`. Out: the same for our client: what is asked of the server, and
//! sampling settings as fields of each request. What it cannot ask is an error.

use anyhow::{Context, Result, bail};
use bench_records::repeated::names_said_twice;
use serde_json::{Map, Value};

use super::super::{Parameters, shell};

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
/// Where the backend is one that is not asked in text, or `extra_body` is no JSON object.
pub(super) fn of(client: &Parameters) -> Result<Parameters> {
    let mut options = Parameters::default();
    options.push("endpoint", endpoint(client)?);
    let mut body = Map::new();
    for (name, text) in client.iter() {
        let plain = name.replace('-', "_");
        if SAMPLING.contains(&plain.as_str()) {
            let value = serde_json::from_str::<Value>(&text).unwrap_or_else(|_| text.into());
            body.insert(plain, value);
        } else if !["backend", "endpoint", "endpoint_type", "extra_body"].contains(&plain.as_str())
        {
            options.push(name, text);
        }
    }
    // what stands in both counts as `extra_body` has it, as with vLLM's client
    if let Some(text) = client.text("extra_body") {
        body.extend(extra_body(&text)?);
    }
    if !body.is_empty() {
        options.push("extra_body", shell::quoted(&Value::Object(body).to_string()));
    }
    Ok(options)
}

/// Fields of requests, which a suite writes as JSON between the quotes of a shell.
fn extra_body(text: &str) -> Result<Map<String, Value>> {
    let json = match text.trim_start().starts_with('{') {
        true => text.to_owned(),
        false => shell::words(text).join(" "),
    };
    if let Some(name) = names_said_twice(&json).first() {
        bail!("extra_body has {name} twice; write it once");
    }
    serde_json::from_str(&json)
        .with_context(|| format!("extra_body is {text}, expected a JSON object between quotes"))
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
    fn sampling_beside_an_extra_body_is_asked_for_too_and_the_extra_body_wins() {
        let client = json!({"temperature": 0, "top_p": 0.5});
        let client = client.as_object().cloned().expect("an object");
        for text in [r#"{"k": "it's", "top_p": 1}"#, r#"'{"k": "it'\''s", "top_p": 1}'"#] {
            let mut client = client.clone();
            client.insert("extra_body".to_owned(), text.into());
            assert_eq!(
                options(&client.into()).expect("options"),
                r#"--endpoint completions --extra-body '{"temperature":0,"top_p":1,"k":"it'\''s"}'"#
            );
        }
        let error = options(&json!({"extra_body": "k=1"})).expect_err("no JSON").to_string();
        assert!(error.contains("extra_body is k=1, expected a JSON object"), "{error}");
        let twice = options(&json!({"extra_body": r#"{"k": 1, "k": 2}"#})).expect_err("twice");
        assert!(twice.to_string().contains("extra_body has k twice"), "{twice}");
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
