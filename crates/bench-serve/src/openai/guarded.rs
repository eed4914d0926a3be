//! A handler that panics has a reply all the same.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use axum::response::{IntoResponse, Response};

use crate::replies::ApiError;

/// A reply in the making, which is an error 500 where making it panics.
pub struct Guarded<F>(Pin<Box<F>>);

impl<F: Future<Output = Response>> Guarded<F> {
    pub fn of(reply: F) -> Self {
        Self(Box::pin(reply))
    }
}

impl<F: Future<Output = Response>> Future for Guarded<F> {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        // it is not polled again after a panic
        let polled = catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(context)));
        polled.unwrap_or_else(|_| {
            log::error!("a handler panicked; see above for where");
            let message = "the server failed at this request; others are not affected";
            Poll::Ready(ApiError::internal(message).finally().into_response())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_reply() {
        let reply = Guarded::of(async { panic!("a panic as asked") }).await;
        assert_eq!(reply.status(), 500);
        let reply = Guarded::of(async { ApiError::loading().into_response() }).await;
        assert_eq!(reply.status(), 503);
    }
}
