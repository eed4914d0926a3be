//! Sending: requests to the Hub, one at a time, from any thread.
//!
//! In: a path below the endpoint. Out: the answer, whatever hosts it came through. The token goes to
//! the endpoint and to no other host.

use std::time::Duration;

use serde_json::Value;
use ureq::{
    Agent, AsSendBody, Body,
    http::{Request, Response},
};

use crate::{
    access::{Endpoint, Token},
    address::{origin, shown, target},
    answer::{Answer, header, kind, read_answer},
    error::HubError,
    patience::{self, Patience},
};

const CONNECT: Duration = Duration::from_secs(20);
const MOST_REDIRECTS: usize = 5;
/// The Hub gives a commit up after 60 s.
const ANSWER: Duration = Duration::from_secs(100);
/// Longest silence within a stream.
const SILENCE: Duration = Duration::from_secs(60);
/// The largest answer that is no file.
pub const MOST_JSON_BYTES: u64 = 32 * 1024 * 1024;

/// A client of one endpoint.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    endpoint: Endpoint,
    token: Option<Token>,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Method.
    pub method: &'static str,
    /// Address, or path below the endpoint.
    pub target: &'a str,
    /// Content type and content, where there is some.
    pub body: Option<(&'static str, &'a [u8])>,
    /// Further headers.
    pub headers: &'a [(String, String)],
    /// The most bytes that the answer may have.
    pub most_bytes: u64,
}

impl<'a> Sent<'a> {
    /// A request to read something.
    #[must_use]
    pub fn get(target: &'a str, most_bytes: u64) -> Self {
        Self { method: "GET", target, body: None, headers: &[], most_bytes }
    }

    /// A request with content.
    #[must_use]
    pub fn post(target: &'a str, content_type: &'static str, body: &'a [u8]) -> Self {
        let body = Some((content_type, body));
        Self { method: "POST", target, body, headers: &[], most_bytes: MOST_JSON_BYTES }
    }

    /// Method and address; a query can be a secret.
    fn shown(&self) -> String {
        format!("{} {}", self.method, shown(self.target))
    }
}

/// How an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transfer {
    /// Whole, within a time.
    Whole,
    /// As a stream, however long it takes while something comes.
    Stream,
    /// As a stream; a redirect to another host is an answer.
    WithinHost,
}

impl Client {
    /// A client of a Hub that has sent nothing yet.
    #[must_use]
    pub fn new(endpoint: Endpoint, token: Option<Token>) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .max_idle_connections_per_host(16)
            .user_agent(concat!("bench-runner/", env!("CARGO_PKG_VERSION")));
        Self { agent: Agent::new_with_config(config.build()), endpoint, token }
    }

    /// The token that goes to the endpoint.
    #[must_use]
    pub fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// Where it asks.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Asks, and asks again while that may help.
    ///
    /// # Errors
    /// The last error, when patience ends.
    pub fn read(&self, sent: Sent<'_>) -> Result<Answer, HubError> {
        let mut patience = Patience::of_a_read();
        loop {
            let error = match self.send(sent) {
                Err(error) if error.is_passing() && patience.attempts() < attempts(&error) => error,
                settled => return settled,
            };
            let Some(wait) = patience.wait(error.asked()) else { return Err(error) };
            patience::pause(wait, error.asked());
        }
    }

    /// As [`Client::read`], of an answer in JSON.
    ///
    /// # Errors
    /// As [`Client::read`], and where the answer is no JSON.
    pub fn read_json(&self, sent: Sent<'_>) -> Result<(Value, Option<String>), HubError> {
        let answer = self.read(sent)?;
        let value = serde_json::from_slice(&answer.body).map_err(|error| HubError::Unexpected {
            what: sent.shown(),
            problem: format!("{} where JSON is expected ({error})", kind(&answer.body)),
        })?;
        Ok((value, answer.next))
    }

    /// Asks once, following redirects.
    ///
    /// # Errors
    /// Where there is no answer, or one of another status than 200 or 206.
    pub fn send(&self, sent: Sent<'_>) -> Result<Answer, HubError> {
        read_answer(self.open(sent, Transfer::Whole)?, sent.shown(), sent.most_bytes)
    }

    /// Asks once, following redirects; an answer of any other status is returned as it comes.
    ///
    /// # Errors
    /// Where there is no answer, or a redirect leads nowhere.
    pub fn open(&self, sent: Sent<'_>, transfer: Transfer) -> Result<Response<Body>, HubError> {
        let mut address = self.address(sent.target);
        for _ in 0..=MOST_REDIRECTS {
            let response = self.send_once(&sent, &address, transfer)?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(response);
            }
            let location = header(&response, "location").unwrap_or_default();
            let next = target(&address, location).ok_or_else(|| HubError::Astray {
                what: sent.shown(),
                found: format!("a redirect to {:?}, which is not followed", shown(location)),
            })?;
            if transfer == Transfer::WithinHost && origin(&next) != origin(&address) {
                return Ok(response);
            }
            address = next;
        }
        let found = format!("more than {MOST_REDIRECTS} redirects");
        Err(HubError::Astray { what: sent.shown(), found })
    }

    fn send_once(
        &self,
        sent: &Sent<'_>,
        address: &str,
        transfer: Transfer,
    ) -> Result<Response<Body>, HubError> {
        let transport = |problem: String| HubError::Transport { what: sent.shown(), problem };
        let mut request = Request::builder().method(sent.method).uri(address);
        if let Some(token) = self.token.as_ref().filter(|_| self.endpoint.is_host_of(address)) {
            request = request.header("authorization", token.bearer());
        }
        for (name, value) in sent.headers {
            request = request.header(name, value);
        }
        let answered = match sent.body {
            Some((content_type, body)) => {
                let request = request.header("content-type", content_type).body(body);
                request
                    .map_err(|error| transport(error.to_string()))
                    .map(|request| self.agent.run(self.timed(request, transfer)))?
            }
            None => request
                .body(())
                .map_err(|error| transport(error.to_string()))
                .map(|request| self.agent.run(self.timed(request, transfer)))?,
        };
        answered.map_err(|error| transport(error.to_string()))
    }

    /// A request with the time limits of its kind; a stream comes as it is, so that its length counts.
    fn timed<B: AsSendBody>(&self, request: Request<B>, transfer: Transfer) -> Request<B> {
        let config = self.agent.configure_request(request);
        match transfer {
            Transfer::Whole => config.timeout_global(Some(ANSWER)).build(),
            Transfer::Stream | Transfer::WithinHost => config
                .timeout_recv_response(Some(SILENCE))
                .timeout_per_read(Some(SILENCE))
                .accept_encoding("identity")
                .build(),
        }
    }

    fn address(&self, target: &str) -> String {
        if target.starts_with('/') {
            format!("{}{target}", self.endpoint)
        } else {
            target.to_owned()
        }
    }
}

/// How often it is worth asking again: a busy server recovers, a broken file does not.
fn attempts(error: &HubError) -> u32 {
    if error.status().is_some() { 6 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_request_ends_before_its_query() {
        let sent = Sent::get("https://s.example/x?signature=secret", 1);
        assert_eq!(sent.shown(), "GET https://s.example/x");
    }
}
