//! The wish to end: whoever hears signals has one end, the server the other.

use tokio::sync::watch;

/// Says that the server is to end.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Sender<bool>);

/// Hears that the server is to end.
#[derive(Debug, Clone)]
pub struct Wish(watch::Receiver<bool>);

/// Both ends.
#[must_use]
pub fn shutdown() -> (Shutdown, Wish) {
    let (sender, receiver) = watch::channel(false);
    (Shutdown(sender), Wish(receiver))
}

impl Shutdown {
    /// The server is to end.
    pub fn request(&self) {
        self.0.send_replace(true);
    }
}

impl Wish {
    /// Waits for it; for ever, where nobody can have it any more.
    pub async fn heard(&mut self) {
        if self.0.wait_for(|wanted| *wanted).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
