//! What files there are: page by page, or some of them by name.

use serde_json::{Value, json};

use super::{Place, located};
use crate::{
    blob::Blob,
    http::{Request, Response},
    repo::{Entry, list},
    server::Shared,
};

pub(super) fn tree(request: &Request, shared: &Shared, place: &Place<'_>) -> Response {
    let state = shared.state();
    let (dataset, commit) = match located(&state, place) {
        Ok(found) => found,
        Err(missing) => return missing,
    };
    if let Some(canned) = &state.canned_listing {
        return canned.response();
    }
    let is_recursive = request.query.get("recursive").is_some_and(|value| value != "false");
    let files = dataset.tree(commit);
    let listed = list(&files, place.path, is_recursive);
    if listed.is_empty() && !place.path.is_empty() {
        let missing = Response::error(404, "Entry not found");
        return missing.with("X-Error-Code", "EntryNotFound".to_owned());
    }
    let mut entries: Vec<Value> = listed.iter().map(line).collect();
    entries.extend(state.also_listed.iter().cloned());
    let behaviour = &state.behaviour;
    let number = |key: &str| request.query.get(key).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").unwrap_or(behaviour.page_size).clamp(1, behaviour.page_size);
    let from = number("cursor").unwrap_or(0);
    let start = if behaviour.lists_endlessly { from % entries.len().max(1) } else { from };
    let page: Vec<&Value> = entries.iter().skip(start).take(limit).collect();
    let has_more = behaviour.lists_endlessly || from + limit < entries.len();
    let answer = Response::json(200, &json!(page));
    if !has_more {
        return answer;
    }
    let next = format!(
        "<http://{}{}?recursive={is_recursive}&limit={limit}&cursor={}>; rel=\"next\"",
        shared.address,
        request.target.split('?').next().unwrap_or_default(),
        from + limit
    );
    answer.with("Link", next)
}

pub(super) fn paths_info(request: &Request, shared: &Shared, place: &Place<'_>) -> Response {
    let state = shared.state();
    let (dataset, commit) = match located(&state, place) {
        Ok(found) => found,
        Err(missing) => return missing,
    };
    let paths = paths_of(request);
    let files = dataset.tree(commit);
    let found = paths.iter().filter_map(|path| {
        let (path, blob) = files.get_key_value(path.as_str())?;
        Some(line(&Entry::File(path, blob)))
    });
    Response::json(200, &Value::Array(found.collect()))
}

/// The paths that are asked for: as JSON by some clients, as a form by others.
fn paths_of(request: &Request) -> Vec<String> {
    if request.header("content-type").starts_with("application/x-www-form-urlencoded") {
        let form = String::from_utf8_lossy(&request.body).into_owned();
        let pairs = form.split('&').filter_map(crate::http::pair);
        return pairs.filter(|(key, _)| key == "paths").map(|(_, path)| path).collect();
    }
    let asked = request.json();
    let paths = asked.get("paths").and_then(Value::as_array).cloned().unwrap_or_default();
    paths.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn line(entry: &Entry<'_>) -> Value {
    match entry {
        Entry::File(path, blob) => file(path, blob),
        Entry::Folder(path, oid) => {
            json!({"type": "directory", "oid": oid, "size": 0, "path": path})
        }
    }
}

fn file(path: &str, blob: &Blob) -> Value {
    let size = blob.bytes.len();
    let mut line = json!({"type": "file", "oid": blob.oid.as_ref(), "size": size, "path": path});
    if let Some(oid) = &blob.lfs {
        let pointer_size = blob.pointer_size();
        line["lfs"] = json!({"oid": oid.as_ref(), "size": size, "pointerSize": pointer_size});
    }
    line
}
