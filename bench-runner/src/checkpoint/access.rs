//! How the Hub is reached: endpoint, token, cache, and whether the network is used at all.

use std::{fmt, path::PathBuf};

use anyhow::{Result, ensure};

/// What a user has set, or the defaults of huggingface_hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Address of the Hub, without a slash at its end.
    pub endpoint: String,
    /// Sent with requests to that host alone.
    pub token: Option<Token>,
    /// The folder of `models--owner--name`.
    pub cache: PathBuf,
    /// Whether requests are made.
    pub mode: Mode,
}

/// Whether requests are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What the cache lacks is fetched.
    Online,
    /// The cache has to do.
    Offline,
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
    #[cfg(feature = "hub")]
    pub(super) fn bearer(&self) -> String {
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
}
