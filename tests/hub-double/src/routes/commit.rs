//! Writing: one commit at a time, refused where it is stale, late or too much.

use std::{
    sync::{Arc, PoisonError, TryLockError},
    thread,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Place, too_many};
use crate::{
    blob::{Blob, is_lfs},
    http::{Request, Response},
    repo::{Change, Tree, overfull},
    server::{Shared, State},
};

/// A commit as it was sent.
#[derive(Default)]
struct Wanted {
    title: String,
    parent: Option<String>,
    changes: Vec<(Arc<str>, Change)>,
    deleted_folders: Vec<String>,
}

pub(super) fn preupload(request: &Request, shared: &Shared, place: &Place<'_>) -> Response {
    let asked = request.json();
    let files = asked.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
    let state = shared.state();
    let tree = state.datasets.get(&place.dataset).map(|dataset| dataset.head_tree());
    let answer = |file: &Value| {
        let path = file.get("path").and_then(Value::as_str).unwrap_or_default();
        let mode = if is_lfs(path) { "lfs" } else { "regular" };
        let mut line = json!({"path": path, "uploadMode": mode, "shouldIgnore": false});
        if let Some(blob) = tree.as_ref().and_then(|tree| tree.get(path)) {
            line["oid"] = blob.oid.as_ref().into();
        }
        line
    };
    let files: Vec<Value> = files.iter().map(answer).collect();
    Response::json(200, &json!({"files": files}))
}

pub(super) fn commit(request: &Request, shared: &Shared, place: &Place<'_>) -> Response {
    let wanted = match parse(&request.body, &shared.state()) {
        Ok(wanted) => wanted,
        Err(problem) => return Response::error(400, &problem),
    };
    let _lock = match shared.committing.try_lock() {
        Ok(lock) => lock,
        Err(TryLockError::Poisoned(lock)) => PoisonError::into_inner(lock),
        Err(TryLockError::WouldBlock) => {
            let message = "Another commit is in progress on this repository, please retry later.";
            return Response::error(409, message);
        }
    };
    let (behaviour, roll) = {
        let mut state = shared.state();
        (state.behaviour.clone(), state.dice.roll() / state.behaviour.commit_failures)
    };
    thread::sleep(behaviour.commit_time);
    if roll < 0.5 {
        let limited = Response::error(429, "You have exceeded the rate limit for commits.");
        return too_many(limited, &behaviour);
    }
    let landed = land(&mut shared.state(), place, wanted);
    match landed {
        Ok(_) if roll < 0.75 => Response::error(504, "Gateway Timeout"),
        Ok(_) if roll < 1.0 => Response::error(500, "Internal Server Error"),
        Ok(oid) => {
            let url = format!("http://{}/{}/commit/{oid}", shared.address, place.address());
            let body = json!({
                "success": true, "commitOid": oid, "commitUrl": url, "hookOutput": ""
            });
            Response::json(200, &body)
        }
        Err(refusal) => refusal,
    }
}

pub(super) fn squash(shared: &Shared, place: &Place<'_>) -> Response {
    match shared.state().datasets.get_mut(&place.dataset) {
        Some(dataset) => dataset.squash(),
        None => return Response::error(404, "Repository not found"),
    }
    Response::json(200, &json!({}))
}

fn land(state: &mut State, place: &Place<'_>, wanted: Wanted) -> Result<String, Response> {
    let limit = state.behaviour.folder_limit;
    let Some(dataset) = state.datasets.get_mut(&place.dataset) else {
        let missing = Response::error(404, "Repository not found");
        return Err(missing.with("X-Error-Code", "RepoNotFound".to_owned()));
    };
    let names_head = wanted.parent.is_none_or(|parent| parent == dataset.head());
    if !names_head {
        let message = "A commit has happened since. Please refresh and try again.";
        return Err(Response::error(412, message));
    }
    let tree = dataset.head_tree();
    let mut changes = wanted.changes;
    for folder in wanted.deleted_folders {
        let prefix = format!("{folder}/");
        let below = tree.keys().filter(|path| path.starts_with(&prefix));
        changes.extend(below.map(|path| (path.clone(), Change::Delete)));
    }
    check_folders(&tree, &changes, limit)?;
    Ok(dataset.commit(&wanted.title, changes))
}

fn check_folders(
    tree: &Tree,
    changes: &[(Arc<str>, Change)],
    limit: usize,
) -> Result<(), Response> {
    // as long as there are fewer files in all, no folder has too many
    if tree.len() + changes.len() <= limit {
        return Ok(());
    }
    let mut after = tree.clone();
    for (path, change) in changes {
        match change {
            Change::Put(blob) => drop(after.insert(path.clone(), blob.clone())),
            Change::Delete => drop(after.remove(path)),
        }
    }
    match overfull(&after, limit) {
        None => Ok(()),
        Some((folder, count)) => {
            let message = format!(
                "Your push was rejected because it contains too many files in a directory: \
                 {folder:?} has {count}, the limit is {limit}"
            );
            Err(Response::error(400, &message))
        }
    }
}

fn parse(body: &[u8], state: &State) -> Result<Wanted, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let mut wanted = Wanted::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let line: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let value = &line["value"];
        let field = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        let path: Arc<str> = field("path").into();
        match line["key"].as_str().unwrap_or_default() {
            "header" => {
                wanted.title = field("summary").to_owned();
                let parent = value.get("parentCommit").and_then(Value::as_str);
                wanted.parent = parent.map(str::to_owned);
            }
            "file" => {
                let bytes = match field("encoding") {
                    "base64" => STANDARD.decode(field("content")).map_err(|e| e.to_string())?,
                    _ => field("content").as_bytes().to_vec(),
                };
                wanted.changes.push((path.clone(), Change::Put(Blob::new(&path, &bytes))));
            }
            "lfsFile" => {
                let found = state.objects.get(field("oid"));
                let bytes = found.ok_or_else(|| format!("{path} was not uploaded"))?;
                wanted.changes.push((path.clone(), Change::Put(Blob::new(&path, bytes))));
            }
            "deletedFile" => wanted.changes.push((path, Change::Delete)),
            "deletedFolder" => wanted.deleted_folders.push(field("path").to_owned()),
            other => return Err(format!("operation {other:?} is none")),
        }
    }
    Ok(wanted)
}
