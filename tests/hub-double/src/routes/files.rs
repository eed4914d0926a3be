//! Content of files: `resolve` sends the reader on, to a cache or to the host of large files.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Place, located};
use crate::{
    blob::Blob,
    http::{Request, Response},
    server::{Shared, State},
};

const IN_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(super) fn resolve(request: &Request, shared: &Shared, place: &Place<'_>) -> Response {
    let state = shared.state();
    let (commit, blob) = match found(&state, place) {
        Ok(found) => found,
        Err(missing) => return missing,
    };
    let etag = blob.etag();
    let size = blob.bytes.len();
    let (status, location) = match &blob.lfs {
        Some(oid) => (302, format!("http://{}/__lfs/{oid}", shared.storage)),
        None => (307, cache_path(request, place, &commit, &etag)),
    };
    let text = format!("Redirecting to {location}").into_bytes();
    Response::new(status, "text/plain; charset=utf-8", text)
        .with("Location", location)
        .with("X-Repo-Commit", commit)
        .with("X-Linked-Size", size.to_string())
        .with("X-Linked-ETag", etag.clone())
        .with("ETag", etag)
        .with("Accept-Ranges", "bytes".to_owned())
}

pub(super) fn cached(request: &Request, shared: &Shared, place: &Place<'_>) -> Response {
    let state = shared.state();
    if let Some(canned) = state.canned.get(place.path) {
        return canned.response();
    }
    match found(&state, place) {
        Err(missing) => missing,
        Ok((commit, blob)) => {
            let lasting = "public, max-age=31536000, immutable".to_owned();
            content(request, &blob.bytes, &blob.etag())
                .with("Cache-Control", lasting)
                .with("X-Repo-Commit", commit)
        }
    }
}

fn found(state: &State, place: &Place<'_>) -> Result<(String, Blob), Response> {
    let (dataset, commit) = located(state, place)?;
    let oid = dataset.commits[commit].oid.clone();
    let blob = dataset.tree(commit).get(place.path).cloned();
    let listed = || state.canned.contains_key(place.path).then(|| Blob::new(place.path, b""));
    let blob = blob.or_else(listed).ok_or_else(|| {
        Response::new(404, "text/plain; charset=utf-8", b"Entry not found".to_vec())
            .with("X-Error-Code", "EntryNotFound".to_owned())
            .with("X-Error-Message", "Entry not found".to_owned())
            .with("X-Repo-Commit", oid.clone())
    })?;
    Ok((oid, blob))
}

/// Relative, as the Hub's is.
fn cache_path(request: &Request, place: &Place<'_>, commit: &str, etag: &str) -> String {
    let asked = request.target.split('?').next().unwrap_or_default();
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    format!(
        "/api/resolve-cache/{}/{commit}/{}?{}=&etag={}",
        place.address(),
        utf8_percent_encode(place.path, IN_PATH),
        encode(asked),
        encode(etag)
    )
}

/// Content, or the part of it that was asked for.
pub(super) fn content(request: &Request, bytes: &[u8], etag: &str) -> Response {
    if request.header("if-none-match") == etag {
        return Response { status: 304, ..Response::default() }.with("ETag", etag.to_owned());
    }
    let answer = match range(request.header("range"), bytes.len()) {
        Some((first, last)) => {
            let part = bytes[first..=last].to_vec();
            Response::new(206, "text/plain; charset=utf-8", part)
                .with("Content-Range", format!("bytes {first}-{last}/{}", bytes.len()))
        }
        None => Response::new(200, "text/plain; charset=utf-8", bytes.to_vec()),
    };
    answer
        .with("ETag", etag.to_owned())
        .with("Accept-Ranges", "bytes".to_owned())
        .with("Content-Disposition", "inline".to_owned())
        .with("Content-Security-Policy", "default-src 'none'; sandbox".to_owned())
}

fn range(header: &str, size: usize) -> Option<(usize, usize)> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let end = size.checked_sub(1)?;
    match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= end => Some((first, last.min(end))),
        (Ok(first), Err(_)) if first <= end => Some((first, end)),
        (Err(_), Ok(suffix)) => Some((size.saturating_sub(suffix), end)),
        _ => None,
    }
}
