//! Connections: opened, used again, and driven by the task whose request they carry.
//!
//! hyper gives a connection to whoever drives it. Were that a task of its own, each chunk would wake two
//! tasks, often on two processors; here the task that reads the reply drives the connection too.

use std::{
    future::{Future, poll_fn},
    io,
    pin::{Pin, pin},
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use super::target::Target;
use crate::outcome::{Outcome, Problem};

/// Whether connections carry several requests, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connections {
    /// They are kept open and used again.
    Reused,
    /// Each request has its own.
    New,
}

pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: Driver,
}

/// What moves bytes; nothing once the connection has ended.
struct Driver(Option<Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>>);

impl Driver {
    fn advance(&mut self, context: &mut Context<'_>) {
        if let Some(driver) = &mut self.0
            && driver.as_mut().poll(context).is_ready()
        {
            // why it ended, the request hears too
            self.0 = None;
        }
    }
}

impl Connection {
    /// Opens one.
    pub async fn open(target: &Target) -> Result<Self, Problem> {
        let failed = |error: &io::Error| {
            let reason = format!("cannot connect to {}: {}", target.authority, words(error));
            Problem::new(Outcome::Connection, &reason)
        };
        let stream =
            TcpStream::connect(&*target.addresses).await.map_err(|error| failed(&error))?;
        stream.set_nodelay(true).map_err(|error| failed(&error))?;
        match &target.tls {
            None => Self::over(stream).await,
            Some(tls) => {
                let name = ServerName::try_from(target.host.clone())
                    .map_err(|error| failed(&io::Error::other(error)))?;
                let stream = tls.0.connect(name, stream).await.map_err(|error| failed(&error))?;
                Self::over(stream).await
            }
        }
    }

    async fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<Self, Problem> {
        let shaken = http1::handshake(TokioIo::new(stream)).await;
        let (sender, driver) = shaken.map_err(|error| broken(&error))?;
        Ok(Self { sender, driver: Driver(Some(Box::pin(driver))) })
    }

    /// Begins a request; its reply comes while the connection is driven.
    pub fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> impl Future<Output = hyper::Result<Response<Incoming>>> + use<> {
        self.sender.send_request(request)
    }

    /// Drives the connection until the work is done.
    pub async fn run<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            self.driver.advance(context);
            // what came is there at once, without another round through the scheduler
            work.as_mut().poll(context)
        })
        .await
    }

    /// Looks once whether it can carry another request.
    async fn is_ready(&mut self) -> bool {
        let Self { sender, driver } = self;
        poll_fn(|context| {
            driver.advance(context);
            Poll::Ready(matches!(sender.poll_ready(context), Poll::Ready(Ok(()))))
        })
        .await
            && self.driver.0.is_some()
    }
}

/// Connections that carry nothing now; the last one that came is taken first.
#[derive(Default)]
pub(super) struct Idle(Mutex<Vec<Connection>>);

impl Idle {
    /// One that is still open.
    pub async fn take(&self) -> Option<Connection> {
        loop {
            let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if connection.is_ready().await {
                return Some(connection);
            }
        }
    }

    /// Keeps one whose reply has been read to its end.
    pub async fn keep(&self, mut connection: Connection) {
        if connection.is_ready().await {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

/// A connection that broke before there was a reply.
pub(super) fn broken(error: &hyper::Error) -> Problem {
    Problem::new(Outcome::Connection, &format!("no reply: {}", chain(error)))
}

/// The words of an error and of what is behind it, without repeats.
pub(super) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let more = inner.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        source = inner.source();
    }
    words
}

/// What the system says, with the remedy where it is the client's own limit.
fn words(error: &io::Error) -> String {
    const TOO_MANY_FILES: i32 = 24;
    match error.raw_os_error() {
        Some(TOO_MANY_FILES) => {
            format!("{error}; raise `ulimit -n`, or lower --max-concurrency")
        }
        _ => error.to_string(),
    }
}
