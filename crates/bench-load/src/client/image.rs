//! A request for pictures.

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;

use super::{
    deadline::Deadline,
    drive::{Answered, Clock},
    exchange::Server,
};
use crate::{protocol::count_images, request::Answer};

/// Asks for pictures, and reads them to the end.
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
    let body = exchange.success(&mut deadline).await;
    let end_s = clock.now_s();
    match body.and_then(|body| count_images(&body)) {
        Err(problem) => Answered { end_s, status, problem: Some(problem), answer: Answer::Nothing },
        Ok(count) => {
            exchange.keep(server).await;
            Answered { end_s, status, problem: None, answer: Answer::Images(count) }
        }
    }
}
