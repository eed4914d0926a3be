//! Who asks, and what a dataset is.

use serde_json::{Value, json};

use super::{Place, located};
use crate::{
    http::{Request, Response},
    repo::Dataset,
    server::Shared,
};

pub(super) fn whoami() -> Response {
    let token = json!({"displayName": "ci", "role": "write"});
    Response::json(
        200,
        &json!({
            "type": "user", "id": "000000000000000000000001", "name": "tester",
            "fullname": "Tester", "email": "t@example.org", "emailVerified": true,
            "canPay": false, "periodEnd": null, "isPro": false, "avatarUrl": "", "orgs": [],
            "auth": {"type": "access_token", "accessToken": token},
        }),
    )
}

pub(super) fn valid_yaml() -> Response {
    Response::json(200, &json!({"errors": [], "warnings": []}))
}

pub(super) fn create(request: &Request, shared: &Shared) -> Response {
    let asked = request.json();
    let part = |key: &str| asked.get(key).and_then(Value::as_str).map(str::to_owned);
    let owner = part("organization").unwrap_or_else(|| "tester".to_owned());
    let kind = if part("type").as_deref() == Some("space") { "spaces" } else { "datasets" };
    let name = part("name").unwrap_or_default();
    let url = format!("http://{}/{kind}/{owner}/{name}", shared.address);
    let id = super::named(kind, &owner, &name).expect("a kind of those above");
    let mut state = shared.state();
    if state.datasets.contains_key(&id) {
        let error = format!("You already created this dataset repo: {id}");
        return Response::json(409, &json!({"error": error, "url": url}));
    }
    state.datasets.insert(id.clone(), Dataset::new());
    Response::json(200, &json!({"url": url, "name": id, "id": "000000000000000000000003"}))
}

pub(super) fn dataset(shared: &Shared, place: &Place<'_>) -> Response {
    let state = shared.state();
    let (dataset, commit) = match located(&state, place) {
        Ok(found) => found,
        Err(missing) => return missing,
    };
    let tree = dataset.tree(commit);
    let siblings: Vec<Value> =
        tree.keys().map(|path| json!({"rfilename": path.as_ref()})).collect();
    Response::json(
        200,
        &json!({
            "_id": "000000000000000000000003", "id": place.dataset,
            "author": place.dataset.split('/').next(), "sha": dataset.commits[commit].oid,
            "lastModified": "2026-01-01T00:00:00.000Z", "private": state.behaviour.is_private,
            "gated": false, "disabled": false, "tags": [], "downloads": 0, "likes": 0,
            "siblings": siblings, "createdAt": "2026-01-01T00:00:00.000Z", "usedStorage": 0,
        }),
    )
}

pub(super) fn commits(shared: &Shared, place: &Place<'_>) -> Response {
    let state = shared.state();
    match located(&state, place) {
        Err(missing) => missing,
        Ok((dataset, commit)) => {
            let author = json!([{"user": "tester", "avatar": ""}]);
            let line = |commit: &crate::repo::Commit| {
                json!({
                    "id": commit.oid, "title": commit.title, "message": "", "authors": author,
                    "date": "2026-01-01T00:00:00.000Z",
                })
            };
            let lines: Vec<Value> = dataset.commits[..=commit].iter().rev().map(line).collect();
            Response::json(200, &json!(lines)).with("X-Total-Count", (commit + 1).to_string())
        }
    }
}

pub(super) fn refs(shared: &Shared, place: &Place<'_>) -> Response {
    let state = shared.state();
    match located(&state, place) {
        Err(missing) => missing,
        Ok((dataset, commit)) => {
            let target = &dataset.commits[commit].oid;
            let main = json!({"name": "main", "ref": "refs/heads/main", "targetCommit": target});
            Response::json(200, &json!({"branches": [main], "converts": [], "tags": []}))
        }
    }
}
