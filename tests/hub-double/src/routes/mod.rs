//! From a request to its answer.

mod commit;
mod files;
mod info;
mod listing;
mod storage;

use crate::{
    faults::Behaviour,
    http::{Request, Response},
    repo::Dataset,
    server::{Shared, State, for_browsers},
};

/// A dataset's part of a request.
pub(super) struct Place<'r> {
    /// `owner/name`, of a Space `spaces/owner/name`.
    pub(super) dataset: String,
    /// What is asked of it, such as `tree`.
    pub(super) what: &'r str,
    /// Branch or commit.
    pub(super) revision: &'r str,
    /// Path within it.
    pub(super) path: &'r str,
}

impl Place<'_> {
    /// Where its repository is on the host.
    pub(super) fn address(&self) -> String {
        let is_space = self.dataset.starts_with("spaces/");
        if is_space { self.dataset.clone() } else { format!("datasets/{}", self.dataset) }
    }
}

/// Answers a request.
pub(crate) fn answer(request: &Request, shared: &Shared, is_storage: bool) -> Response {
    let response = match request.method.as_str() {
        "OPTIONS" => preflight(),
        _ if is_storage => storage::answer(request, shared),
        _ => api(request, shared),
    };
    for_browsers(response)
}

fn preflight() -> Response {
    Response { status: 204, ..Response::default() }
        .with("Access-Control-Allow-Methods", "GET,HEAD,POST,OPTIONS".to_owned())
        .with(
            "Access-Control-Allow-Headers",
            "authorization,content-type,range,if-none-match".to_owned(),
        )
}

fn api(request: &Request, shared: &Shared) -> Response {
    if let Some(refusal) = refuse(request, shared) {
        return refusal;
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/api/whoami-v2") => info::whoami(),
        ("POST", "/api/repos/create") => info::create(request, shared),
        ("POST", "/api/validate-yaml") => info::valid_yaml(),
        ("POST", path) if path.ends_with(".git/info/lfs/objects/batch") => {
            storage::batch(request, shared)
        }
        _ => match place(&request.path) {
            Some(place) => of_dataset(request, shared, &place),
            None => Response::error(404, "Sorry, we can't find the page you are looking for."),
        },
    }
}

fn of_dataset(request: &Request, shared: &Shared, place: &Place<'_>) -> Response {
    match (request.method.as_str(), place.what) {
        ("GET", "" | "revision") => info::dataset(shared, place),
        ("GET", "tree") => listing::tree(request, shared, place),
        ("POST", "paths-info") => listing::paths_info(request, shared, place),
        ("GET", "commits") => info::commits(shared, place),
        ("GET", "refs") => info::refs(shared, place),
        ("GET" | "HEAD", "resolve") => files::resolve(request, shared, place),
        ("GET" | "HEAD", "resolve-cache") => files::cached(request, shared, place),
        ("POST", "preupload") => commit::preupload(request, shared, place),
        ("POST", "commit") => commit::commit(request, shared, place),
        ("POST", "super-squash") => commit::squash(shared, place),
        _ => Response::error(404, "no such route"),
    }
}

/// Why a request is not answered: no token, or bad luck.
fn refuse(request: &Request, shared: &Shared) -> Option<Response> {
    let mut state = shared.state();
    let behaviour = state.behaviour.clone();
    let is_read =
        matches!(request.method.as_str(), "GET" | "HEAD") || request.path.contains("/paths-info/");
    let sent = request.header("authorization");
    let is_known = sent == format!("Bearer {}", behaviour.token);
    let needs_token = !is_read || behaviour.is_private || request.path == "/api/whoami-v2";
    if (needs_token || !sent.is_empty()) && !is_known {
        let message = "Invalid username or password.";
        return Some(Response::error(401, message));
    }
    if is_read && behaviour.reads_left == Some(0) {
        return Some(too_many(Response::error(429, "busy"), &behaviour));
    }
    if let Some(left) = state.behaviour.reads_left.as_mut().filter(|_| is_read) {
        *left -= 1;
    }
    if is_read && state.dice.roll() < behaviour.read_failures {
        let is_limit = state.dice.roll() < 0.5;
        let status = if is_limit { 429 } else { 503 };
        return Some(too_many(Response::error(status, "busy"), &behaviour));
    }
    None
}

/// What the Hub says of its limits with a 429.
fn too_many(mut response: Response, behaviour: &Behaviour) -> Response {
    let seconds = behaviour.retry_after_s;
    if response.status != 429 {
        return response;
    }
    if behaviour.says_retry_after {
        response = response.with("Retry-After", seconds.to_string());
    }
    response
        .with("RateLimit", format!("\"api\";r=0;t={seconds}"))
        .with("RateLimit-Policy", "\"fixed window\";\"api\";q=1000;w=300".to_owned())
}

fn place(path: &str) -> Option<Place<'_>> {
    let (rest, what) = match path.strip_prefix("/api/resolve-cache/") {
        Some(rest) => (rest, Some("resolve-cache")),
        None => (path.strip_prefix("/api").unwrap_or(path).strip_prefix('/')?, None),
    };
    let (kind, rest) = rest.split_once('/')?;
    let (owner, rest) = rest.split_once('/')?;
    let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let dataset = named(kind, owner, name)?;
    let (what, rest) = match what {
        Some(what) => (what, rest),
        None => rest.split_once('/').unwrap_or((rest, "")),
    };
    let (revision, path) = rest.split_once('/').unwrap_or((rest, ""));
    let revision = if revision.is_empty() { "main" } else { revision };
    Some(Place { dataset, what, revision, path })
}

/// What a repository goes by here: a dataset by its name, a Space by `spaces/` and its name.
fn named(kind: &str, owner: &str, name: &str) -> Option<String> {
    match kind {
        "datasets" => Some(format!("{owner}/{name}")),
        "spaces" => Some(format!("spaces/{owner}/{name}")),
        _ => None,
    }
}

/// The dataset and the commit that a place names, or the answer that says which one is missing.
fn located<'s>(state: &'s State, place: &Place<'_>) -> Result<(&'s Dataset, usize), Response> {
    let Some(dataset) = state.datasets.get(&place.dataset) else {
        let missing = Response::error(404, "Repository not found");
        return Err(missing.with("X-Error-Code", "RepoNotFound".to_owned()));
    };
    let found = dataset.find(place.revision, state.behaviour.head_lag).ok_or_else(|| {
        let message = format!("Invalid rev id: {}", place.revision);
        Response::error(404, &message).with("X-Error-Code", "RevisionNotFound".to_owned())
    })?;
    Ok((dataset, found))
}
