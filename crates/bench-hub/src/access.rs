//! How the Hub is reached: its address, and the token that it knows a job by.

use std::fmt;

use anyhow::{Result, ensure};
use ureq::http::Uri;

use crate::address::origin;

/// The Hub that everybody uses.
pub const DEFAULT_ENDPOINT: &str = "https://huggingface.co";

/// Variables that may hold a token, in the order in which they are looked at.
pub const TOKEN_VARIABLES: [&str; 4] =
    ["HF_API_KEY", "HUGGINGFACE_HUB_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN"];

/// Address of a Hub, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Reads the address that `origin`, a variable, holds.
    ///
    /// # Errors
    /// Where it is none, or has a password in it; the address itself is then not shown.
    pub fn parse(text: &str, origin: &str) -> Result<Self> {
        let address = text.trim().trim_end_matches('/').to_owned();
        let uri: Option<Uri> = address.parse().ok();
        let is_address = uri.as_ref().is_some_and(|uri| {
            let authority = uri.authority().map_or("@", |authority| authority.as_str());
            matches!(uri.scheme_str(), Some("http" | "https")) && !authority.contains('@')
        });
        // what has a password in it is not repeated
        let shown = if address.contains('@') { "…".to_owned() } else { format!("{address:?}") };
        ensure!(is_address, "{origin} is {shown}, expected an address such as {DEFAULT_ENDPOINT}");
        Ok(Self(address))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an address is of this host, so that the token may go there.
    pub(crate) fn is_host_of(&self, address: &str) -> bool {
        origin(&self.0) == origin(address)
    }
}

impl Default for Endpoint {
    fn default() -> Self {
        Self(DEFAULT_ENDPOINT.to_owned())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A secret; it is shown as where it came from.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    secret: String,
    origin: String,
}

impl Token {
    /// Takes the secret that `origin`, a variable or a file, holds.
    ///
    /// # Errors
    /// Where it has characters that no token has, which a request cannot carry.
    pub fn new(secret: &str, origin: String) -> Result<Self> {
        let secret = secret.trim().to_owned();
        let is_plain = secret.bytes().all(|byte| byte.is_ascii_graphic());
        ensure!(is_plain, "the token from {origin} has blanks or special characters; copy it anew");
        Ok(Self { secret, origin })
    }

    /// Value of the header `Authorization`.
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.secret)
    }

    /// The variable or file that it came from.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(from {})", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::new(" hf_secret\n", "HF_TOKEN".to_owned()).expect("a token");
        assert_eq!(format!("{token:?}"), "Token(from HF_TOKEN)");
        let error = Token::new("hf_se\ncret", "HF_TOKEN".to_owned()).expect_err("two lines");
        assert!(!error.to_string().contains("hf_se"), "{error}");
    }

    #[test]
    fn an_endpoint_is_an_address_without_a_password() {
        let endpoint = |text| Endpoint::parse(text, "HF_ENDPOINT");
        assert_eq!(endpoint(" http://127.0.0.1:8/ ").expect("one").as_str(), "http://127.0.0.1:8");
        for text in ["", "hub.example", "ftp://hub.example", "https://user:secret@hub.example"] {
            let error = endpoint(text).expect_err(text).to_string();
            assert!(error.starts_with("HF_ENDPOINT is ") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_token_goes_to_its_host_and_port_alone() {
        let endpoint = Endpoint::parse("https://hub.example", "HF_ENDPOINT").expect("an address");
        assert!(endpoint.is_host_of("https://hub.example/a/b?x"));
        for other in
            ["http://hub.example/a", "https://hub.example:8443/a", "https://cdn.example", "/a"]
        {
            assert!(!endpoint.is_host_of(other), "{other}");
        }
    }
}
