//! Names of files and folders that records are kept under.
//!
//! In: a model id, a timestamp, a commit. Out: the path component that FastVideo's tools would
//! choose, so that both find each other's files.

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

/// The first seven characters of a commit, or `unknown`.
#[must_use]
pub fn short_commit(commit: &str) -> &str {
    match commit.char_indices().nth(7) {
        _ if commit.is_empty() => "unknown",
        Some((end, _)) => &commit[..end],
        None => commit,
    }
}

/// Where FastVideo's tools keep a record: `<model>/<timestamp>_<commit>.json`.
#[must_use]
pub fn fastvideo_path(model_id: &str, timestamp: &str, commit: &str) -> String {
    let commit = if commit.is_empty() { "unknown" } else { commit };
    format!("{}/{}_{}.json", sanitize(model_id), sanitize(timestamp), sanitize(commit))
}
