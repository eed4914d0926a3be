//! Requests: where they go, and what they say.

use std::fmt;

use serde_json::{Map, Value, json};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// `chat/completions`, streamed.
    Chat,
    /// `completions`, streamed.
    Completions,
    /// `images/generations`.
    Images,
    /// `videos`, asked for again until they are completed.
    Videos,
}

impl Endpoint {
    /// Its path behind the base URL.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Chat => "chat/completions",
            Self::Completions => "completions",
            Self::Images => "images/generations",
            Self::Videos => "videos",
        }
    }

    /// Whether it generates tokens.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Chat | Self::Completions)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chat => "chat",
            Self::Completions => "completions",
            Self::Images => "images",
            Self::Videos => "videos",
        })
    }
}

/// What all requests of a load test have in common.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What is asked for.
    pub endpoint: Endpoint,
    /// The model, as the server names it.
    pub model: String,
    /// Whether a model goes on after its own end of text.
    pub ignore_eos: bool,
    /// Fields that are added to each body, or take the place of one; null removes it.
    pub extra: Map<String, Value>,
}

impl Ask {
    /// The body of a request; `output_len` is the largest number of tokens that it may generate.
    #[must_use]
    pub fn body(&self, prompt: &str, output_len: Option<u64>) -> Vec<u8> {
        let mut body = json!({"model": self.model});
        let fields = body.as_object_mut().expect("it was made as an object");
        match self.endpoint {
            Endpoint::Chat => {
                let message = json!([{"role": "user", "content": prompt}]);
                fields.insert("messages".to_owned(), message);
            }
            Endpoint::Completions | Endpoint::Images | Endpoint::Videos => {
                fields.insert("prompt".to_owned(), prompt.into());
            }
        }
        if self.endpoint.is_text() {
            let limit = match self.endpoint {
                Endpoint::Chat => "max_completion_tokens",
                _ => "max_tokens",
            };
            fields.extend(output_len.map(|len| (limit.to_owned(), len.into())));
            fields.insert("stream".to_owned(), true.into());
            fields.insert("stream_options".to_owned(), json!({"include_usage": true}));
            fields.extend(self.ignore_eos.then(|| ("ignore_eos".to_owned(), true.into())));
        }
        for (name, value) in &self.extra {
            match value {
                Value::Null => drop(fields.shift_remove(name)),
                value => drop(fields.insert(name.clone(), value.clone())),
            }
        }
        body.to_string().into_bytes()
    }
}
