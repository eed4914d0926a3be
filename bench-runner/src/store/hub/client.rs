//! The client: requests to the Hub, one at a time, from any thread.
//!
//! In: a path below the endpoint. Out: the whole answer, whatever hosts it came through. The token
//! goes to the endpoint and to no other host.

use std::{io::Read, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use ureq::{
    Agent, Body,
    http::{Request, Response, Uri},
};

use super::{
    error::HubError,
    patience::{self, Patience},
    token::Token,
};
use crate::variables::var;

const DEFAULT_ENDPOINT: &str = "https://huggingface.co";
const MOST_REDIRECTS: usize = 5;
/// The Hub gives a commit up after 60 s.
const ANSWER: Duration = Duration::from_secs(100);
/// The largest answer that is no file.
pub const MOST_JSON_BYTES: u64 = 32 * 1024 * 1024;

/// A client of one endpoint.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    /// Scheme and authority, and what stands before each path.
    endpoint: String,
    token: Option<Token>,
}

/// An answer with status 200 or 206.
#[derive(Debug)]
pub struct Answer {
    /// Address of the next page, where there is one.
    pub next: Option<String>,
    /// Its body, whole.
    pub body: Vec<u8>,
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
}

impl Client {
    /// The client of `HF_ENDPOINT`, with the token that the environment has.
    ///
    /// # Errors
    /// Where a variable holds nothing usable.
    pub fn from_variables() -> Result<Self> {
        let endpoint = var("HF_ENDPOINT").unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned());
        let endpoint = endpoint.trim().trim_end_matches('/').to_owned();
        let uri: Option<Uri> = endpoint.parse().ok();
        let is_address = uri.as_ref().is_some_and(|uri| {
            let authority = uri.authority().map_or("@", |authority| authority.as_str());
            matches!(uri.scheme_str(), Some("http" | "https")) && !authority.contains('@')
        });
        ensure!(is_address, "HF_ENDPOINT is no address such as {DEFAULT_ENDPOINT}; set it again");
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(20)))
            .timeout_global(Some(ANSWER))
            .max_idle_connections_per_host(16)
            .user_agent(concat!("bench-runner/", env!("CARGO_PKG_VERSION")));
        let agent = Agent::new_with_config(config.build());
        Ok(Self { agent, endpoint, token: Token::from_variables()? })
    }

    /// Whether there is a token to write with.
    #[must_use]
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Where it asks.
    #[must_use]
    pub fn endpoint(&self) -> &str {
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
            what: shown(sent.method, sent.target),
            problem: format!("{} where JSON is expected ({error})", kind(&answer.body)),
        })?;
        Ok((value, answer.next))
    }

    /// Asks once, following redirects.
    ///
    /// # Errors
    /// Where there is no answer, or one of another status than 200 or 206.
    pub fn send(&self, sent: Sent<'_>) -> Result<Answer, HubError> {
        let what = shown(sent.method, sent.target);
        let mut address = self.address(sent.target);
        for _ in 0..=MOST_REDIRECTS {
            let response = self.send_once(&sent, &address, &what)?;
            let status = response.status().as_u16();
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                return answer(response, &what, sent.most_bytes);
            }
            let location = header(&response, "location").unwrap_or_default();
            address = join(&address, location).ok_or_else(|| HubError::Unexpected {
                what: what.clone(),
                problem: "leads to no address; check HF_ENDPOINT".to_owned(),
            })?;
        }
        let problem = format!("leads on more than {MOST_REDIRECTS} times");
        Err(HubError::Unexpected { what, problem })
    }

    fn send_once(
        &self,
        sent: &Sent<'_>,
        address: &str,
        what: &str,
    ) -> Result<Response<Body>, HubError> {
        let transport = |problem: String| HubError::Transport { what: what.to_owned(), problem };
        let mut request = Request::builder().method(sent.method).uri(address);
        if let Some(token) = self.token.as_ref().filter(|_| self.is_own(address)) {
            request = request.header("authorization", token.header());
        }
        for (name, value) in sent.headers {
            request = request.header(name, value);
        }
        let answered = match sent.body {
            Some((content_type, body)) => {
                let request = request.header("content-type", content_type).body(body);
                request.map_err(|error| transport(error.to_string())).map(|r| self.agent.run(r))?
            }
            None => {
                let request = request.body(());
                request.map_err(|error| transport(error.to_string())).map(|r| self.agent.run(r))?
            }
        };
        answered.map_err(|error| transport(error.to_string()))
    }

    fn address(&self, target: &str) -> String {
        if target.starts_with('/') {
            format!("{}{target}", self.endpoint)
        } else {
            target.to_owned()
        }
    }

    /// Whether an address is of the host that the token is for.
    fn is_own(&self, address: &str) -> bool {
        let origin = |text: &str| {
            let uri: Uri = text.parse().ok()?;
            Some((uri.scheme_str()?.to_owned(), uri.authority()?.as_str().to_owned()))
        };
        let own = origin(&self.endpoint);
        own.is_some() && own == origin(address)
    }
}

/// How often it is worth asking again: a busy server recovers, a broken file does not.
fn attempts(error: &HubError) -> u32 {
    if error.status().is_some() { 6 } else { 2 }
}

/// The answer with its body, where its status is a good one.
fn answer(response: Response<Body>, what: &str, most_bytes: u64) -> Result<Answer, HubError> {
    let status = response.status().as_u16();
    let next = header(&response, "link").and_then(next_page);
    let asked = patience::asked(header(&response, "retry-after"), header(&response, "ratelimit"));
    let words = header(&response, "x-error-message").map(str::to_owned);
    let is_good = matches!(status, 200 | 206);
    let limit = if is_good { most_bytes } else { 64 * 1024 };
    let announced = header(&response, "content-length").and_then(|text| text.parse::<u64>().ok());
    if is_good && announced.is_some_and(|length| length > limit) {
        let length = announced.unwrap_or_default();
        let problem = format!("has {length} bytes, more than the {limit} that are read");
        return Err(HubError::Unexpected { what: what.to_owned(), problem });
    }
    let mut body = Vec::new();
    let read = response.into_body().into_reader().take(limit + 1).read_to_end(&mut body);
    if !is_good {
        let message = words.unwrap_or_else(|| words_of(&body));
        return Err(HubError::Status { what: what.to_owned(), status, message, asked });
    }
    if let Err(error) = read {
        let problem = error.to_string();
        return Err(HubError::Transport { what: what.to_owned(), problem });
    }
    if body.len() as u64 > limit {
        let problem = format!("has more than the {limit} bytes that are read");
        return Err(HubError::Unexpected { what: what.to_owned(), problem });
    }
    Ok(Answer { next, body })
}

fn header<'r>(response: &'r Response<Body>, name: &str) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

/// The address that a `Link` header calls `next`.
fn next_page(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    let (_, rest) = next.split_once('<')?;
    rest.split_once('>').map(|(address, _)| address.to_owned())
}

/// Where a `Location` leads from an address; never from https to http.
fn join(from: &str, location: &str) -> Option<String> {
    let from: Uri = from.parse().ok()?;
    let (scheme, authority) = (from.scheme_str()?, from.authority()?.as_str());
    if location.starts_with('/') && !location.starts_with("//") {
        return Some(format!("{scheme}://{authority}{location}"));
    }
    let to: Uri = location.parse().ok()?;
    let leads_to = to.scheme_str()?;
    (leads_to == "https" || (leads_to == "http" && scheme == "http")).then(|| location.to_owned())
}

/// Method and path; a query can be a secret.
fn shown(method: &str, target: &str) -> String {
    let path = target.split('?').next().unwrap_or_default();
    format!("{method} {path}")
}

/// What the Hub says is wrong: its `error`, else the beginning of its words.
fn words_of(body: &[u8]) -> String {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let said = json.as_ref().and_then(|value| value.get("error")?.as_str());
    match said {
        Some(words) => bench_records::lenient::shorten(words),
        None => kind(body),
    }
}

/// What a body is that is not what it should be.
pub(super) fn kind(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(256)]).trim().to_lowercase();
    match text {
        text if text.is_empty() => "nothing".to_owned(),
        text if text.starts_with("<!doctype html") || text.starts_with("<html") => {
            "an HTML page".to_owned()
        }
        text => format!("{:?}", bench_records::lenient::shorten(&text)),
    }
}

/// A path within an address: what is not plain is percent-encoded, `/` stays.
#[must_use]
pub fn encode_path(path: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}

/// A field of an answer that is text.
///
/// # Errors
/// Where it is missing.
pub fn text_of<'v>(value: &'v Value, field: &str, what: &str) -> Result<&'v str> {
    value
        .get(field)
        .and_then(Value::as_str)
        .with_context(|| format!("{what}: the answer has no {field:?}; check HF_ENDPOINT"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_one_that_the_link_calls_next() {
        let link = r#"<https://h/a?x=1>; rel="prev", <https://h/b?cursor=2&limit=3>; rel="next""#;
        assert_eq!(next_page(link).as_deref(), Some("https://h/b?cursor=2&limit=3"));
        assert_eq!(next_page(r#"<https://h/a>; rel="prev""#), None);
    }

    #[test]
    fn a_redirect_is_relative_or_absolute_and_never_less_secure() {
        let from = "https://h.example/datasets/a/b/resolve/main/c";
        assert_eq!(join(from, "/api/x").as_deref(), Some("https://h.example/api/x"));
        assert_eq!(join(from, "https://cdn.example/y").as_deref(), Some("https://cdn.example/y"));
        for bad in ["http://cdn.example/y", "//cdn.example/y", "file:///etc/passwd", "", "y"] {
            assert_eq!(join(from, bad), None, "{bad}");
        }
    }

    #[test]
    fn addresses_hold_paths_of_any_spelling() {
        assert_eq!(
            encode_path("data/month=2026-05/a b+ü.json"),
            "data/month%3D2026-05/a%20b%2B%C3%BC.json"
        );
    }

    #[test]
    fn what_is_shown_of_an_address_ends_before_its_query() {
        assert_eq!(shown("GET", "https://s.example/x?signature=secret"), "GET https://s.example/x");
    }
}
