//! One commit: what it puts and deletes, sent to the Hub.
//!
//! In: operations. Out: a request that can be sent again and again; content that the Hub keeps
//! beside the repository is uploaded before.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::uri::DatasetUri;
use crate::{
    client::{Client, MOST_JSON_BYTES, Sent},
    error::HubError,
    git,
};

/// What happens to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// It gets this content.
    Put {
        /// Path in the dataset.
        path: String,
        /// Content.
        bytes: Vec<u8>,
    },
    /// It goes.
    Delete {
        /// Path in the dataset.
        path: String,
    },
}

impl Operation {
    /// Path in the dataset.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Put { path, .. } | Self::Delete { path } => path,
        }
    }
}

/// A commit that is ready to be sent.
#[derive(Debug)]
pub struct Prepared {
    lines: Vec<String>,
}

impl Prepared {
    /// Asks how each file is kept, and uploads what is kept beside the repository. What the dataset
    /// has already is left out.
    ///
    /// # Errors
    /// Where the Hub does not answer, or a file is not to be uploaded.
    pub fn new(
        client: &Client,
        uri: &DatasetUri,
        operations: &[Operation],
    ) -> Result<Self, HubError> {
        let mut lines = Vec::with_capacity(operations.len());
        let mut puts = Vec::new();
        for operation in operations {
            match operation {
                Operation::Put { path, bytes } => puts.push((path.as_str(), bytes.as_slice())),
                Operation::Delete { path } => {
                    lines.push(line("deletedFile", &json!({"path": path})));
                }
            }
        }
        for chunk in puts.chunks(250) {
            let modes = preupload(client, uri, chunk)?;
            for ((path, bytes), mode) in chunk.iter().zip(modes) {
                lines.extend(put(client, uri, path, bytes, mode)?);
            }
        }
        Ok(Self { lines })
    }

    /// Whether the dataset has all of it already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Sends it once.
    ///
    /// # Errors
    /// Where the Hub refuses, or does not answer.
    pub fn send(
        &self,
        client: &Client,
        uri: &DatasetUri,
        summary: &str,
        parent: Option<&str>,
    ) -> Result<(), HubError> {
        let mut header = json!({"summary": summary, "description": ""});
        if let Some(parent) = parent {
            header["parentCommit"] = parent.into();
        }
        let mut body = line("header", &header);
        self.lines.iter().for_each(|line| body.push_str(line));
        let revision = uri.revision.replace('/', "%2F");
        let target = format!("/api/datasets/{}/commit/{revision}", uri.id());
        client.send(Sent::post(&target, "application/x-ndjson", body.as_bytes())).map(|_| ())
    }
}

/// How the Hub keeps a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    InCommit,
    Beside,
    ThereAlready,
}

fn preupload(
    client: &Client,
    uri: &DatasetUri,
    puts: &[(&str, &[u8])],
) -> Result<Vec<Mode>, HubError> {
    let files: Vec<Value> = puts
        .iter()
        .map(|(path, bytes)| {
            let sample = STANDARD.encode(&bytes[..bytes.len().min(512)]);
            json!({"path": path, "sample": sample, "size": bytes.len()})
        })
        .collect();
    let revision = uri.revision.replace('/', "%2F");
    let target = format!("/api/datasets/{}/preupload/{revision}", uri.id());
    let body = json!({"files": files}).to_string();
    let (answer, _) = client.read_json(Sent::post(&target, "application/json", body.as_bytes()))?;
    let unexpected =
        |problem: String| HubError::Unexpected { what: format!("POST {target}"), problem };
    let answers = answer.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
    puts.iter()
        .map(|(path, bytes)| {
            let named = |file: &&Value| file.get("path").and_then(Value::as_str) == Some(*path);
            let file = answers.iter().find(named);
            let file = file.ok_or_else(|| unexpected(format!("says nothing of {path}")))?;
            let field = |name: &str| file.get(name).and_then(Value::as_str);
            if file.get("shouldIgnore") == Some(&Value::Bool(true)) {
                let problem = format!("the dataset's .gitignore names {path}; change it there");
                return Err(unexpected(problem));
            }
            Ok(match field("uploadMode") {
                _ if field("oid") == Some(git::blob_id(bytes).as_str()) => Mode::ThereAlready,
                Some("lfs") => Mode::Beside,
                _ => Mode::InCommit,
            })
        })
        .collect()
}

fn put(
    client: &Client,
    uri: &DatasetUri,
    path: &str,
    bytes: &[u8],
    mode: Mode,
) -> Result<Option<String>, HubError> {
    Ok(match mode {
        Mode::ThereAlready => None,
        Mode::InCommit => {
            let content = STANDARD.encode(bytes);
            let value = json!({"content": content, "path": path, "encoding": "base64"});
            Some(line("file", &value))
        }
        Mode::Beside => {
            let oid = git::lfs_id(bytes);
            upload(client, uri, &oid, bytes)?;
            let size = bytes.len();
            let value = json!({"path": path, "algo": "sha256", "oid": oid, "size": size});
            Some(line("lfsFile", &value))
        }
    })
}

/// Uploads content to where git-lfs keeps it; what is there already is left alone.
fn upload(client: &Client, uri: &DatasetUri, oid: &str, bytes: &[u8]) -> Result<(), HubError> {
    let target = format!("/datasets/{}.git/info/lfs/objects/batch", uri.id());
    let object = json!({"oid": oid, "size": bytes.len()});
    let body = json!({
        "operation": "upload", "transfers": ["basic"], "objects": [object],
        "hash_algo": "sha256", "ref": {"name": uri.revision},
    })
    .to_string();
    let kind = "application/vnd.git-lfs+json";
    let accept = [("accept".to_owned(), kind.to_owned())];
    let sent = Sent { headers: &accept, ..Sent::post(&target, kind, body.as_bytes()) };
    let (answer, _) = client.read_json(sent)?;
    let answered = answer.get("objects").and_then(|objects| objects.get(0));
    if let Some(error) = answered.and_then(|object| object.get("error")) {
        let problem = format!("refuses the upload: {error}");
        return Err(HubError::Unexpected { what: format!("POST {target}"), problem });
    }
    let Some(actions) = answered.and_then(|object| object.get("actions")) else { return Ok(()) };
    act(client, actions.get("upload"), "PUT", ("application/octet-stream", bytes))?;
    let object = object.to_string();
    act(client, actions.get("verify"), "POST", (kind, object.as_bytes()))
}

fn act(
    client: &Client,
    action: Option<&Value>,
    method: &'static str,
    (content_type, body): (&'static str, &[u8]),
) -> Result<(), HubError> {
    let Some(href) = action.and_then(|action| action.get("href")?.as_str()) else { return Ok(()) };
    let headers = action.and_then(|action| action.get("header")?.as_object());
    let headers: Vec<(String, String)> = headers
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    let body = Some((content_type, body));
    let most_bytes = MOST_JSON_BYTES;
    client.read(Sent { method, target: href, body, headers: &headers, most_bytes }).map(|_| ())
}

fn line(key: &str, value: &Value) -> String {
    format!("{}\n", json!({"key": key, "value": value}))
}
