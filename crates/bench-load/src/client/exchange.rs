//! One request and its reply over HTTP.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    body::Incoming,
    header::{ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, LOCATION, USER_AGENT},
};

use super::{
    connection::{Connection, Connections, Idle, broken, chain},
    deadline::{Deadline, TooLate},
    target::Target,
};
use crate::{
    outcome::{Outcome, Problem},
    protocol::error::words_of_body,
};

const AGENT: &str = concat!("bench-runner/", env!("CARGO_PKG_VERSION"));
/// Most bytes of a reply that says what went wrong.
const LARGEST_ERROR: usize = 64 << 10;
/// Most bytes of a reply that is read as a whole.
pub(super) const LARGEST_REPLY: usize = 1 << 30;

/// The server, and connections to it.
pub(super) struct Server {
    pub target: Target,
    pub connections: Connections,
    pub idle: Idle,
}

/// A reply whose head is there.
pub(super) struct Exchange {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: Incoming,
    connection: Connection,
}

/// What comes next of a body.
pub(super) enum Next {
    Bytes(Bytes),
    End,
    Cut(String),
    TooLate,
}

impl Server {
    /// Sends a request, and waits for the head of its reply.
    pub async fn exchange(
        &self,
        deadline: &mut Deadline,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Exchange, Problem> {
        let sending = async {
            let mut connection = self.connect().await?;
            let request = self.request(method, path, body)?;
            let sent = connection.send(request);
            let reply = connection.run(sent).await.map_err(|error| broken(&error))?;
            let (head, body) = reply.into_parts();
            Ok(Exchange { status: head.status, headers: head.headers, body, connection })
        };
        deadline.within(sending).await.unwrap_or_else(|TooLate| {
            Err(Problem::new(Outcome::Timeout, "there was no reply in time"))
        })
    }

    async fn connect(&self) -> Result<Connection, Problem> {
        if self.connections == Connections::Reused
            && let Some(connection) = self.idle.take().await
        {
            return Ok(connection);
        }
        Connection::open(&self.target).await
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, Problem> {
        let target = &self.target;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/{path}", target.path))
            .header(HOST, &target.authority)
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, "*/*");
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(key) = &target.key {
            request = request.header(AUTHORIZATION, key.header());
        }
        if self.connections == Connections::New {
            request = request.header(CONNECTION, "close");
        }
        for (name, value) in &target.headers {
            request = request.header(name, value);
        }
        let unsendable = |error: hyper::http::Error| {
            Problem::new(Outcome::Connection, &format!("cannot send the request: {error}"))
        };
        request.body(Full::new(body)).map_err(unsendable)
    }
}

impl Exchange {
    /// The next bytes of the body.
    pub async fn next(&mut self, deadline: &mut Deadline) -> Next {
        let Self { body, connection, .. } = self;
        loop {
            match deadline.within(connection.run(body.frame())).await {
                Err(TooLate) => return Next::TooLate,
                Ok(None) => return Next::End,
                Ok(Some(Err(error))) => return Next::Cut(chain(&error)),
                Ok(Some(Ok(frame))) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Next::Bytes(bytes);
                    }
                }
            }
        }
    }

    /// The whole body.
    pub async fn whole(
        &mut self,
        deadline: &mut Deadline,
        largest: usize,
    ) -> Result<Vec<u8>, Problem> {
        let mut whole = Vec::new();
        loop {
            match self.next(deadline).await {
                Next::Bytes(bytes) if whole.len() + bytes.len() > largest => {
                    let reason = format!("the reply is larger than {largest} bytes");
                    return Err(Problem::new(Outcome::InBandError, &reason));
                }
                Next::Bytes(bytes) => whole.extend_from_slice(&bytes),
                Next::End => return Ok(whole),
                Next::Cut(reason) => {
                    let reason = format!("the connection broke within the reply: {reason}");
                    return Err(Problem::new(Outcome::Truncated, &reason));
                }
                Next::TooLate => {
                    let reason = "the reply did not end in time";
                    return Err(Problem::new(Outcome::Timeout, reason));
                }
            }
        }
    }

    /// The body of a reply whose status says that it succeeded.
    pub async fn success(&mut self, deadline: &mut Deadline) -> Result<Vec<u8>, Problem> {
        match self.refusal(deadline).await {
            Some(problem) => Err(problem),
            None => self.whole(deadline, LARGEST_REPLY).await,
        }
    }

    /// What a status says that is none of success.
    pub async fn refusal(&mut self, deadline: &mut Deadline) -> Option<Problem> {
        if self.status.is_success() {
            return None;
        }
        let mut reason = self.status.to_string();
        if let Some(to) = self.headers.get(LOCATION).and_then(|to| to.to_str().ok()) {
            reason.push_str(&format!(" to {to}; name that as the base URL"));
        } else if let Ok(body) = self.whole(deadline, LARGEST_ERROR).await {
            reason.push_str(&format!(": {}", words_of_body(&body)));
        }
        Some(Problem::new(Outcome::HttpError, &reason))
    }

    /// Keeps the connection of a reply that was read to its end.
    pub async fn keep(self, server: &Server) {
        if server.connections == Connections::Reused {
            server.idle.keep(self.connection).await;
        }
    }
}
