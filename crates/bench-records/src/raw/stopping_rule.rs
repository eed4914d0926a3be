//! Which rule ended a run, as its raw record says.

use std::fmt;

use serde::{Serialize, Serializer};

/// Which rule ended a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoppingRule {
    /// All trials that the configuration asks for.
    Count,
    /// The median of the clean trials is stable.
    Stable,
    /// The time was up.
    TimeLimit,
    /// Ctrl-C.
    Interrupted,
    /// A word that this code does not know.
    Other(String),
}

impl StoppingRule {
    /// The word in records.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Count => "count",
            Self::Stable => "stable",
            Self::TimeLimit => "time_limit",
            Self::Interrupted => "interrupted",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for StoppingRule {
    fn from(word: &str) -> Self {
        let known = [Self::Count, Self::Stable, Self::TimeLimit, Self::Interrupted];
        let known = known.into_iter().find(|rule| rule.as_str() == word);
        known.unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

impl Serialize for StoppingRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for StoppingRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_read_as_it_is_written_and_unknown_ones_are_kept() {
        for word in ["count", "stable", "time_limit", "interrupted", "budget"] {
            assert_eq!(StoppingRule::from(word).as_str(), word);
        }
        assert_eq!(StoppingRule::from("interrupted"), StoppingRule::Interrupted);
        assert_eq!(StoppingRule::from("budget"), StoppingRule::Other("budget".to_owned()));
    }
}
