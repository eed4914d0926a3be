//! Names of files and folders that records are kept under, and addresses of commits.
//!
//! In: a model id, a timestamp, a commit. Out: the path component that FastVideo's tools would
//! choose, so that both find each other's files.

use crate::identity::fingerprint::sha256_hex;

/// `text` with everything but ASCII letters, digits, `.`, `_` and `-` replaced by `_`; empty text
/// and a leading dot get a `_` in front.
#[must_use]
pub fn sanitize(text: &str) -> String {
    let plain: String = text.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    if plain.is_empty() || plain.starts_with('.') { format!("_{plain}") } else { plain }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// `text` where it is short enough for a file's name, else its beginning and a digest.
#[must_use]
pub fn short_name(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}-{}", &text[..end], &sha256_hex(text)[..8]),
        None => text.to_owned(),
    }
}

/// The first seven characters of a commit, or `unknown`.
#[must_use]
pub fn short_commit(commit: &str) -> &str {
    match commit.char_indices().nth(7) {
        _ if commit.is_empty() => "unknown",
        Some((end, _)) => &commit[..end],
        None => commit,
    }
}

/// Whether two commits are the same one, either of which may be shortened to seven characters or
/// more.
#[must_use]
pub fn is_same_commit(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let length = one.len().min(other.len());
    length >= 7 && one[..length].eq_ignore_ascii_case(&other[..length])
}

/// The address of a repository that links may lead to: `https://host/…`, without what follows it in
/// the address of one of its commits or pull requests. `None` for any other text.
#[must_use]
pub fn repository_url(text: &str) -> Option<String> {
    if !text.starts_with("https://") {
        return None;
    }
    let within = ["/commit/", "/pull/", "/-/", "/tree/"];
    let ends = within.iter().filter_map(|part| text.find(part));
    let text = &text[..ends.min().unwrap_or(text.len())];
    let text = text.trim_end_matches('/').trim_end_matches(".git");
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':');
    let rest = text.strip_prefix("https://").filter(|rest| rest.chars().all(plain))?;
    rest.split_once('/').filter(|(host, path)| !host.is_empty() && !path.is_empty())?;
    Some(text.to_owned())
}

/// Address of a commit in the repository at `repository`; `None` for what is no commit.
#[must_use]
pub fn commit_url(repository: &str, commit: &str) -> Option<String> {
    is_commit(commit).then(|| format!("{repository}/commit/{commit}"))
}

/// Address of the changes after `from` up to `to` in the repository at `repository`.
#[must_use]
pub fn range_url(repository: &str, from: &str, to: &str) -> Option<String> {
    (is_commit(from) && is_commit(to)).then(|| format!("{repository}/compare/{from}...{to}"))
}

/// Address of a pull request of the repository at `repository`.
#[must_use]
pub fn pull_request_url(repository: &str, number: u32) -> String {
    format!("{repository}/pull/{number}")
}

/// Whether `text` could be the hash of a commit, whole or cut short.
#[must_use]
pub fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Where FastVideo's tools keep a record: `<model>/<timestamp>_<commit>.json`.
#[must_use]
pub fn fastvideo_path(model_id: &str, timestamp: &str, commit: &str) -> String {
    let commit = if commit.is_empty() { "unknown" } else { commit };
    format!("{}/{}_{}.json", sanitize(model_id), sanitize(timestamp), sanitize(commit))
}

/// Whether a path within a store is that of a record of ours, `records/<YYYY-MM>/…`, and not that of
/// a benchmark which happens to be called `records`.
#[must_use]
pub fn is_own_record_path(path: &str) -> bool {
    path.strip_prefix("records/")
        .is_some_and(|rest| is_month(rest.split('/').next().unwrap_or_default()))
}

/// Whether a folder's name is a month such as `2026-05`.
#[must_use]
pub fn is_month(name: &str) -> bool {
    let bytes = name.as_bytes();
    let digits = |range: &[u8]| range.iter().all(u8::is_ascii_digit);
    bytes.len() == 7 && bytes[4] == b'-' && digits(&bytes[..4]) && digits(&bytes[5..])
}

/// Whether a folder of a store holds the index or the trials of runs, by its name and by that of the
/// folder that it is in: no records, though a benchmark may be called so.
#[must_use]
pub fn holds_no_records(parent: &str, name: &str) -> bool {
    (parent == "index" && name == "v1") || (parent == "raw" && is_month(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_found_in_the_addresses_of_its_commits() {
        let repository = Some("https://github.com/owner/name".to_owned());
        for within in ["", "/", ".git", "/commit/3f2c1ab", "/pull/7/commits/3f2c1ab", "/tree/main"]
        {
            assert_eq!(
                repository_url(&format!("https://github.com/owner/name{within}")),
                repository
            );
        }
        let gitlab = repository_url("https://gitlab.com/a/b/c/-/commit/3f2c1ab");
        assert_eq!(gitlab.as_deref(), Some("https://gitlab.com/a/b/c"));
        for other in
            ["", "https://github.com", "javascript:alert(1)", "https://h/a\"b", "http://h/a"]
        {
            assert_eq!(repository_url(other), None, "{other}");
        }
    }

    #[test]
    fn a_short_commit_is_the_same_as_the_long_one_that_it_begins() {
        let long = "3f2c1ab9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3";
        assert!(is_same_commit(long, "3F2C1AB"));
        assert!(is_same_commit("3f2c1ab", long));
        assert!(!is_same_commit(long, "3f2c1ac"));
        assert!(!is_same_commit(long, "3f2c1a"), "six characters name no commit");
        assert!(!is_same_commit("", long) && !is_same_commit("", ""));
    }
}
