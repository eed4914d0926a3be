//! A stand-in for servers of generative models on this machine.
//!
//! In: a function from a request to [`Step`]s: bytes to send, waits, and ways to break a connection. Out:
//! a server on a port of its own that does exactly that, and a list of what it was asked.

mod answers;
mod connection;

use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

pub use answers::{chunked, content, json, reply, sse, stream_head};

/// What the server does, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Does nothing for so long.
    Wait(Duration),
    /// Does nothing until so long after the request came.
    Until(Duration),
    /// Closes the connection in order.
    Close,
    /// Breaks the connection.
    Reset,
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Request {
    /// When its head was complete.
    pub at: Instant,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its header lines, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
    /// Which connection it came on, from 0.
    pub connection: usize,
}

impl Request {
    /// A field of its body; null where there is none.
    #[must_use]
    pub fn field(&self, name: &str) -> serde_json::Value {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        body.get(name).cloned().unwrap_or_default()
    }
}

/// What answers requests.
pub type Answer = dyn Fn(&Request) -> Vec<Step> + Send + Sync;

/// A server that runs until the process ends.
pub struct Double {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Request>>>,
}

impl Double {
    /// Starts one.
    ///
    /// # Panics
    /// Where this machine has no free port.
    #[must_use]
    pub fn start(answer: impl Fn(&Request) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let heard = Arc::<Mutex<Vec<Request>>>::default();
        let (answer, list): (Arc<Answer>, _) = (Arc::new(answer), Arc::clone(&heard));
        thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let (answer, list) = (Arc::clone(&answer), Arc::clone(&list));
                thread::spawn(move || connection::serve(&stream, number, &*answer, &list));
            }
        });
        Self { address, heard }
    }

    /// Its base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What it was asked so far.
    #[must_use]
    pub fn heard(&self) -> Vec<Request> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
