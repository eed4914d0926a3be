//! Ending a load test early.

use std::sync::Arc;

use tokio::sync::watch;

/// Ends a load test: no more requests are sent, and those that run are given up.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

/// Hears of it.
#[derive(Debug, Clone)]
pub(super) struct Stopped(watch::Receiver<bool>);

/// What ends a load test.
#[must_use]
pub fn stop() -> Stop {
    Stop(Arc::new(watch::Sender::new(false)))
}

impl Stop {
    /// Ends it.
    pub fn request(&self) {
        self.0.send_replace(true);
    }

    pub(super) fn listen(&self) -> Stopped {
        Stopped(self.0.subscribe())
    }
}

impl Stopped {
    pub(super) fn is_so(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it.
    pub(super) async fn wait(&mut self) {
        if self.0.wait_for(|is_stopped| *is_stopped).await.is_err() {
            // nobody is left who could end it
            std::future::pending::<()>().await;
        }
    }
}
