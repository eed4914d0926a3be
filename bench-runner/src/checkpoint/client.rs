//! Requests to the Hub: redirects, retries and time limits; an answer or a failure comes out.

use std::{thread, time::Duration};

use ureq::{
    Agent, Body,
    http::{HeaderMap, Response, StatusCode, header},
};

use super::{
    access::Access,
    error::{HubError, Result},
    redirect::{origin, shown, target},
    repository::Repository,
};

const ATTEMPTS: u32 = 3;
const MOST_REDIRECTS: usize = 5;
const CONNECT: Duration = Duration::from_secs(10);
/// Longest silence within an answer.
const SILENCE: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How a request asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// For headers; a redirect to another host is an answer.
    Headers,
    /// For everything from a byte on, wherever it is.
    From(u64),
}

/// Sends requests about one repository.
pub struct Client<'a> {
    pub access: &'a Access,
    pub repository: &'a Repository,
    agent: Agent,
}

impl<'a> Client<'a> {
    /// A client that has sent nothing yet.
    pub fn new(access: &'a Access, repository: &'a Repository) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .accept_encoding("identity")
            .user_agent(concat!("bench-runner/", env!("CARGO_PKG_VERSION")));
        Self { access, repository, agent: config.build().into() }
    }

    /// Sends a request, again where that may help, and returns what was answered.
    ///
    /// # Errors
    /// No answer, or a redirect that is refused.
    pub fn send(&self, url: &str, ask: Ask) -> Result<Response<Body>> {
        let mut attempt = 1;
        loop {
            let outcome = self.follow(url, ask);
            let wait = match &outcome {
                _ if attempt == ATTEMPTS => None,
                Err(HubError::Unreachable { .. }) => Some(None),
                Ok(response) if is_passing(response.status()) => {
                    Some(retry_after(response.headers()))
                }
                _ => None,
            };
            let Some(asked) = wait else { return outcome };
            thread::sleep(asked.unwrap_or_else(|| backoff(attempt)).min(LONGEST_WAIT));
            attempt += 1;
        }
    }

    fn follow(&self, url: &str, ask: Ask) -> Result<Response<Body>> {
        let mut url = url.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let response = self.once(&url, ask)?;
            let Some(next) = self.redirected(&url, &response)? else { return Ok(response) };
            if ask == Ask::Headers && origin(&next) != origin(&url) {
                return Ok(response);
            }
            url = next;
        }
        Err(not_a_hub(&url, format!("more than {MOST_REDIRECTS} redirects")))
    }

    fn redirected(&self, url: &str, response: &Response<Body>) -> Result<Option<String>> {
        if !response.status().is_redirection() {
            return Ok(None);
        }
        let location = text(response.headers(), header::LOCATION.as_str()).unwrap_or_default();
        match target(url, location) {
            Some(next) => Ok(Some(next)),
            None => {
                let found = format!("a redirect to {:?}, which is not followed", shown(location));
                Err(not_a_hub(url, found))
            }
        }
    }

    fn once(&self, url: &str, ask: Ask) -> Result<Response<Body>> {
        let mut request = match ask {
            Ask::Headers => self.agent.head(url),
            Ask::From(_) => self.agent.get(url),
        };
        if let Ask::From(start @ 1..) = ask {
            request = request.header(header::RANGE, format!("bytes={start}-"));
        }
        let is_hub = origin(url) == origin(&self.access.endpoint);
        if let Some(token) = self.access.token.as_ref().filter(|_| is_hub) {
            request = request.header(header::AUTHORIZATION, token.bearer());
        }
        request.call().map_err(|error| self.unreachable(&error))
    }

    /// The failure of a transport.
    pub fn unreachable(&self, error: &impl ToString) -> HubError {
        let reason = error.to_string();
        HubError::Unreachable { endpoint: self.access.endpoint.clone(), reason }
    }

    /// What a status that is no success means; `revision` is what was asked for.
    pub fn refusal(&self, url: &str, response: &Response<Body>, revision: &str) -> HubError {
        let status = response.status().as_u16();
        let repository = self.repository.as_str().to_owned();
        let code = text(response.headers(), "x-error-code").unwrap_or_default();
        match (status, code) {
            (_, "GatedRepo") => {
                let endpoint = self.access.endpoint.clone();
                HubError::Gated { repository, endpoint, used: self.used_token() }
            }
            (404, "RevisionNotFound") => {
                HubError::NoRevision { repository, revision: revision.to_owned() }
            }
            (404, "") if is_page(response.headers()) => {
                not_a_hub(url, "a web page (status 404)".to_owned())
            }
            (401 | 403 | 404, _) => {
                HubError::Denied { repository, status, used: self.used_token() }
            }
            _ => HubError::Status { url: shown(url).to_owned(), status },
        }
    }

    fn used_token(&self) -> String {
        match &self.access.token {
            Some(token) => format!("sent: the one from {}", token.origin()),
            None => "none was sent".to_owned(),
        }
    }
}

/// The failure of an answer that is not the Hub's.
pub fn not_a_hub(url: &str, found: String) -> HubError {
    HubError::NotAHub { url: shown(url).to_owned(), found }
}

/// A header as text.
pub fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Whether an answer is a web page.
pub fn is_page(headers: &HeaderMap) -> bool {
    text(headers, "content-type").is_some_and(|kind| kind.starts_with("text/html"))
}

fn is_passing(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    text(headers, "retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

/// Waits grow by a factor of four, from a half to one and a half times their middle, so that
/// machines that failed together do not come back together.
pub fn backoff(attempt: u32) -> Duration {
    let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let jitter = f64::from(nanos.map_or(0, |since| since.subsec_nanos()) % 1000) / 1000.0;
    Duration::from_millis(100 * 4_u64.pow(attempt.min(5))).mul_f64(0.5 + jitter)
}
