//! A request for text: the stream, chunk by chunk.

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;

use super::{
    deadline::Deadline,
    drive::{Answered, Clock},
    exchange::{Next, Server},
};
use crate::{
    protocol::{Ending, StreamReader},
    request::Answer,
};

/// Asks for text, and reads it as it comes.
pub(super) async fn ask(
    server: &Server,
    clock: Clock,
    path: &str,
    body: Bytes,
    time: Duration,
) -> Answered {
    let mut deadline = Deadline::after(time);
    let mut exchange = match server.exchange(&mut deadline, Method::POST, path, body).await {
        Ok(exchange) => exchange,
        Err(problem) => return Answered::failed(clock, None, problem),
    };
    let status = Some(exchange.status.as_u16());
    if let Some(problem) = exchange.refusal(&mut deadline).await {
        let answered = Answered::failed(clock, status, problem);
        exchange.keep(server).await;
        return answered;
    }
    let mut reader = StreamReader::default();
    let ending = loop {
        let next = exchange.next(&mut deadline).await;
        match next {
            Next::Bytes(bytes) => reader.read(clock.now_s(), &bytes),
            Next::End => break Ending::Whole,
            Next::Cut(reason) => break Ending::Cut(reason),
            Next::TooLate => break Ending::TimedOut,
        }
        if reader.has_failed() {
            break Ending::Whole;
        }
    };
    let end_s = clock.now_s();
    if ending == Ending::Whole && !reader.has_failed() {
        exchange.keep(server).await;
    }
    let mut reply = reader.end(end_s, &ending);
    let problem = reply.problem.take();
    Answered { end_s, status, problem, answer: Answer::Text(reply) }
}
