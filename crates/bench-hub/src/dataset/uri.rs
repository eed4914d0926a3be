//! Names of datasets: `hf://datasets/<owner>/<name>[@revision]`.

use std::fmt;

use anyhow::{Result, ensure};

/// A dataset, and the branch or commit of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetUri {
    /// User or organisation.
    pub owner: String,
    /// Its name.
    pub name: String,
    /// Branch, tag or commit; `main` where none is named.
    pub revision: String,
}

impl DatasetUri {
    /// Reads a store's name.
    ///
    /// # Errors
    /// Where it is no dataset; says what one looks like.
    pub fn parse(uri: &str) -> Result<Self> {
        let expected =
            "expected hf://datasets/<owner>/<name> or hf://datasets/<owner>/<name>@<revision>";
        let rest = uri.strip_prefix("hf://datasets/").unwrap_or_default();
        let (id, revision) = rest.split_once('@').unwrap_or((rest, "main"));
        let (owner, name) = id.split_once('/').unwrap_or((id, ""));
        let is_plain = |part: &str| {
            let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !part.is_empty() && part.chars().all(of_name) && !part.starts_with('.')
        };
        ensure!(is_plain(owner) && is_plain(name), "store {uri}: {expected}");
        let is_revision =
            !revision.is_empty() && revision.split('/').all(|part| is_plain(part) && part != "..");
        ensure!(is_revision, "store {uri}: revision {revision:?} is none; {expected}");
        let [owner, name, revision] = [owner, name, revision].map(str::to_owned);
        Ok(Self { owner, name, revision })
    }

    /// `owner/name`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// Whether the revision is a commit, which cannot be written to.
    #[must_use]
    pub fn is_commit(&self) -> bool {
        self.revision.len() == 40 && self.revision.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

impl fmt::Display for DatasetUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hf://datasets/{}/{}", self.owner, self.name)?;
        if self.revision == "main" { Ok(()) } else { write!(f, "@{}", self.revision) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_is_named_with_or_without_a_revision() {
        for (text, revision) in [
            ("hf://datasets/FastVideo/performance-tracking", "main"),
            ("hf://datasets/FastVideo/performance-tracking@v1", "v1"),
            ("hf://datasets/FastVideo/performance-tracking@refs/pr/3", "refs/pr/3"),
        ] {
            let uri = DatasetUri::parse(text).expect(text);
            assert_eq!(
                (uri.id().as_str(), uri.revision.as_str()),
                ("FastVideo/performance-tracking", revision)
            );
            assert_eq!(uri.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_dataset_is_refused_with_an_example() {
        for text in [
            "hf://models/a/b",
            "hf://datasets/a",
            "hf://datasets/a/",
            "hf://datasets//b",
            "hf://datasets/a/b/c",
            "hf://datasets/../b",
            "hf://datasets/a/b@",
            "hf://datasets/a/b@x/../y",
        ] {
            let error = DatasetUri::parse(text).expect_err(text).to_string();
            assert!(error.contains("hf://datasets/<owner>/<name>"), "{error}");
        }
    }
}
