//! Requests about one repository of models; an answer or a failure comes out.

use ureq::{
    Body,
    http::{HeaderMap, Response, StatusCode},
};

use super::{
    Access,
    error::{ModelError, Result},
    repository::Repository,
};
use crate::{
    address::shown,
    client::{Sent, Transfer},
    error::HubError,
    patience::{self, Patience},
};

const ATTEMPTS: u32 = 3;

/// How a request asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// For headers; a redirect to another host is an answer.
    Headers,
    /// For everything from a byte on, wherever it is.
    From(u64),
}

/// Sends requests about one repository.
pub struct RepositoryClient<'a> {
    pub access: &'a Access,
    pub repository: &'a Repository,
}

impl RepositoryClient<'_> {
    /// Sends a request, again where that may help, and returns what was answered.
    ///
    /// # Errors
    /// No answer, or a redirect that is refused.
    pub fn send(&self, url: &str, ask: Ask) -> Result<Response<Body>> {
        let mut patience = Patience::of_a_read();
        loop {
            let outcome = self.send_once(url, ask);
            let asked = match &outcome {
                Err(ModelError::Unreachable { .. }) => None,
                Ok(response) if is_passing(response.status()) => {
                    let header = |name| text(response.headers(), name);
                    patience::asked(header("retry-after"), header("ratelimit"))
                }
                _ => return outcome,
            };
            let wait = patience.wait(asked).filter(|_| patience.attempts() < ATTEMPTS);
            let Some(wait) = wait else { return outcome };
            patience::pause(wait, asked);
        }
    }

    fn send_once(&self, url: &str, ask: Ask) -> Result<Response<Body>> {
        let headers = match ask {
            Ask::From(start @ 1..) => vec![("range".to_owned(), format!("bytes={start}-"))],
            Ask::Headers | Ask::From(0) => Vec::new(),
        };
        let (method, transfer) = match ask {
            Ask::Headers => ("HEAD", Transfer::WithinHost),
            Ask::From(_) => ("GET", Transfer::Stream),
        };
        let sent = Sent { method, headers: &headers, ..Sent::get(url, u64::MAX) };
        self.access.client.open(sent, transfer).map_err(|error| match error {
            HubError::Astray { found, .. } => not_a_hub(url, found),
            HubError::Transport { problem, .. } => self.unreachable(&problem),
            other => self.unreachable(&other),
        })
    }

    /// The failure of a transport.
    pub fn unreachable(&self, error: &impl ToString) -> ModelError {
        ModelError::Unreachable { endpoint: self.endpoint(), reason: error.to_string() }
    }

    /// What a status that is no success means; `revision` is what was asked for.
    pub fn refusal(&self, url: &str, response: &Response<Body>, revision: &str) -> ModelError {
        let status = response.status().as_u16();
        let repository = self.repository.as_str().to_owned();
        let code = text(response.headers(), "x-error-code").unwrap_or_default();
        match (status, code) {
            (_, "GatedRepo") => {
                let (endpoint, used) = (self.endpoint(), self.used_token());
                ModelError::Gated { repository, endpoint, used }
            }
            (404, "RevisionNotFound") => {
                ModelError::NoRevision { repository, revision: revision.to_owned() }
            }
            (404, "") if is_page(response.headers()) => {
                not_a_hub(url, "a web page (status 404)".to_owned())
            }
            (401 | 403 | 404, _) => {
                ModelError::Denied { repository, status, used: self.used_token() }
            }
            _ => ModelError::Status { url: shown(url).to_owned(), status },
        }
    }

    fn endpoint(&self) -> String {
        self.access.client.endpoint().to_string()
    }

    fn used_token(&self) -> String {
        match self.access.client.token() {
            Some(token) => format!("sent: the one from {}", token.origin()),
            None => "none was sent".to_owned(),
        }
    }
}

/// The failure of an answer that is not the Hub's.
pub fn not_a_hub(url: &str, found: String) -> ModelError {
    ModelError::NotAHub { url: shown(url).to_owned(), found }
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
