//! Answers as server-sent events: one for each token that adds text, each in a `data:` line of its own.
//!
//! The first chunk of a chat, which names the role, goes out with the first token and not before it, so that
//! clients that take it for a token measure the right time.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_core::Stream;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Route, answers::Heard, document::Head, generation::UsageChunk, reply::Begun};
use crate::{queue::Failure, replies::ApiError};

/// Events that may wait for their client.
const BUFFERED: usize = 64;
/// Longest time for a client to take an event.
const STALLED: Duration = Duration::from_secs(60);
const DONE: &str = "[DONE]";

/// A reply of events, the first token being there.
pub fn reply(begun: Begun, first: Option<Heard>, usage: UsageChunk) -> Response {
    let (events, body) = mpsc::channel(BUFFERED);
    tokio::spawn(async move {
        let gone = events.clone();
        tokio::select! {
            // what is under way ends with its client
            () = gone.closed() => {}
            _ = write(begun, first, usage, &events) => {}
        }
    });
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(Events(body))).into_response()
}

/// Writes all events; `None` where the client takes no more.
async fn write(
    mut begun: Begun,
    first: Option<Heard>,
    usage: UsageChunk,
    events: &mpsc::Sender<Bytes>,
) -> Option<()> {
    let mut chunks = Chunks::new(begun.head.clone(), begun.answers.all().len(), usage);
    let mut next = Ok(first);
    while let Ok(Some(heard)) = next {
        for chunk in chunks.of(&heard) {
            send(events, &chunk.to_string()).await?;
        }
        next = begun.answers.next().await;
    }
    if let Err(failure) = next {
        return send(events, &begun.fail(failure).document().to_string()).await;
    }
    let counted = chunks.head.usage(begun.answers.all());
    begun.complete();
    if usage == UsageChunk::Included {
        send(events, &counted.to_string()).await?;
    }
    send(events, DONE).await
}

async fn send(events: &mpsc::Sender<Bytes>, data: &str) -> Option<()> {
    let event = Bytes::from(format!("data: {data}\n\n"));
    tokio::time::timeout(STALLED, events.send(event)).await.ok()?.ok()
}

impl Begun {
    /// Ends with a failure; says what clients hear.
    pub fn fail(self, failure: Failure) -> ApiError {
        self.ending.fail(&failure);
        failure.into()
    }
}

/// Makes chunks of tokens.
struct Chunks {
    head: Head,
    usage: UsageChunk,
    has_role: Vec<bool>,
}

impl Chunks {
    fn new(head: Head, answers: usize, usage: UsageChunk) -> Self {
        Self { head, usage, has_role: vec![false; answers] }
    }

    fn of(&mut self, (index, token): &Heard) -> Vec<Value> {
        let index = *index;
        let chunks = match self.head.route() {
            Route::Chat => {
                let mut chunks = Vec::new();
                if !std::mem::replace(&mut self.has_role[index], true) {
                    let role = json!({"role": "assistant", "content": ""});
                    chunks.push(self.head.delta(index, &role, None));
                }
                if !token.text.is_empty() {
                    let content = json!({"content": token.text});
                    chunks.push(self.head.delta(index, &content, None));
                }
                if token.finish.is_some() {
                    chunks.push(self.head.delta(index, &json!({}), token.finish));
                }
                chunks
            }
            Route::Completions if token.text.is_empty() && token.finish.is_none() => Vec::new(),
            Route::Completions => vec![self.head.text(index, &token.text, token.finish)],
        };
        chunks.into_iter().map(|chunk| self.counted(chunk)).collect()
    }

    /// Where the last chunk counts tokens, all others say that they do not.
    fn counted(&self, mut chunk: Value) -> Value {
        if self.usage == UsageChunk::Included {
            chunk["usage"] = Value::Null;
        }
        chunk
    }
}

/// Events as the body of a reply.
struct Events(mpsc::Receiver<Bytes>);

impl Stream for Events {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}
