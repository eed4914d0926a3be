//! The token that the Hub knows a job by.
//!
//! In: environment variables. Out: a value that only the client's header shows.

use std::fmt;

use anyhow::{Result, ensure};

use crate::variables::{HUB_TOKENS, var};

/// A token; it prints as nothing but that it is one.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The first variable that holds one.
    ///
    /// # Errors
    /// Where it holds what no header can; the words name the variable and not the value.
    pub fn from_variables() -> Result<Option<Self>> {
        let mut set = HUB_TOKENS.iter().filter_map(|name| Some((name, var(name)?)));
        let Some((name, value)) = set.next() else { return Ok(None) };
        let value = value.trim().to_owned();
        let is_sendable = value.bytes().all(|byte| byte.is_ascii_graphic());
        ensure!(is_sendable, "{name} holds characters that no token has; set it again");
        Ok(Some(Self(value)))
    }

    /// Value of the header `Authorization`.
    #[must_use]
    pub fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_is_printed_does_not_show() {
        assert_eq!(format!("{:?}", Some(Token("hf_secret".to_owned()))), "Some(Token(…))");
    }
}
