//! The time that a request has: one timer for all that it waits for.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

pub(super) struct Deadline(Pin<Box<Sleep>>);

/// The time of a request was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLate;

impl Deadline {
    /// So long from now.
    pub fn after(time: Duration) -> Self {
        Self(Box::pin(sleep_until(Instant::now() + time)))
    }

    /// What comes first: the end of the work, or of the time.
    pub async fn within<T>(&mut self, work: impl Future<Output = T>) -> Result<T, TooLate> {
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Ok(done));
            }
            self.0.as_mut().poll(context).map(|()| Err(TooLate))
        })
        .await
    }
}
