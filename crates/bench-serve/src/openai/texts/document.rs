//! Documents and chunks of both routes, as OpenAI's clients read them.

use bench_engine::Finish;
use serde_json::{Value, json};
use ulid::Ulid;

use super::{Route, answers::Answer};
use crate::jobs;

/// What all chunks of a reply have in common.
#[derive(Debug, Clone)]
pub struct Head {
    route: Route,
    id: String,
    created: i64,
    model: String,
}

impl Head {
    /// Of a reply that begins now.
    pub fn new(route: Route, model: String) -> Self {
        let prefix = match route {
            Route::Chat => "chatcmpl",
            Route::Completions => "cmpl",
        };
        Self { route, id: format!("{prefix}-{}", Ulid::generate()), created: jobs::now(), model }
    }

    /// Which route it is of.
    pub fn route(&self) -> Route {
        self.route
    }

    /// The document of answers that have ended.
    pub fn whole(&self, answers: &[Answer]) -> Value {
        let choices = answers.iter().enumerate().map(|(index, answer)| {
            let finish = reason(answer.finish);
            match self.route {
                Route::Chat => json!({
                    "index": index, "message": {"role": "assistant", "content": answer.text},
                    "logprobs": null, "finish_reason": finish,
                }),
                Route::Completions => json!({
                    "index": index, "text": answer.text, "logprobs": null, "finish_reason": finish,
                }),
            }
        });
        let object = match self.route {
            Route::Chat => "chat.completion",
            Route::Completions => "text_completion",
        };
        self.document(object, &choices.collect::<Vec<_>>(), Some(usage(answers)))
    }

    /// A chunk of a chat's answer, which has grown by `delta`.
    pub fn delta(&self, index: usize, delta: &Value, finish: Option<Finish>) -> Value {
        self.choice(json!({
            "index": index, "delta": delta, "logprobs": null, "finish_reason": finish.map(reason),
        }))
    }

    /// A chunk of a completion, which has grown by `text`.
    pub fn text(&self, index: usize, text: &str, finish: Option<Finish>) -> Value {
        self.choice(json!({
            "index": index, "text": text, "logprobs": null, "finish_reason": finish.map(reason),
        }))
    }

    /// The chunk that counts tokens.
    pub fn usage(&self, answers: &[Answer]) -> Value {
        self.document(self.object_of_chunks(), &[], Some(usage(answers)))
    }

    fn choice(&self, choice: Value) -> Value {
        self.document(self.object_of_chunks(), &[choice], None)
    }

    fn object_of_chunks(&self) -> &'static str {
        match self.route {
            Route::Chat => "chat.completion.chunk",
            Route::Completions => "text_completion",
        }
    }

    fn document(&self, object: &str, choices: &[Value], usage: Option<Value>) -> Value {
        let Self { id, created, model, .. } = self;
        let mut document = json!({
            "id": id, "object": object, "created": created, "model": model, "choices": choices,
        });
        if let Some(usage) = usage {
            document["usage"] = usage;
        }
        document
    }
}

fn reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
    }
}

fn usage(answers: &[Answer]) -> Value {
    let prompt: usize = answers.iter().map(|answer| answer.prompt_tokens).sum();
    let output: usize = answers.iter().map(|answer| answer.output_tokens).sum();
    json!({
        "prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output,
    })
}
