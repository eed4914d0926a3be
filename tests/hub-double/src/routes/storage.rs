//! Large files: where to put them, and the other host that keeps them.

use serde_json::{Value, json};

use super::files::content;
use crate::{
    blob::sha256,
    http::{Request, Response},
    server::Shared,
};

pub(super) fn batch(request: &Request, shared: &Shared) -> Response {
    let asked = request.json();
    let is_upload = asked.get("operation").and_then(Value::as_str) == Some("upload");
    let state = shared.state();
    let objects = asked.get("objects").and_then(Value::as_array).cloned().unwrap_or_default();
    let objects: Vec<Value> = objects
        .iter()
        .map(|object| {
            let oid = object.get("oid").and_then(Value::as_str).unwrap_or_default();
            let place = json!({
                "href": format!("http://{}/__lfs/{oid}", shared.storage), "header": {}
            });
            let verify = json!({
                "href": format!("http://{}/__lfsverify", shared.storage), "header": {}
            });
            let mut line = object.clone();
            line["authenticated"] = true.into();
            match (is_upload, state.objects.contains_key(oid)) {
                // what is there already needs no upload
                (true, true) => {}
                (true, false) => line["actions"] = json!({"upload": place, "verify": verify}),
                (false, _) => line["actions"] = json!({"download": place}),
            }
            line
        })
        .collect();
    let body = json!({"transfer": "basic", "objects": objects}).to_string().into_bytes();
    Response::new(200, "application/vnd.git-lfs+json", body)
}

/// A request to the host of large files. Its addresses are secrets in themselves: a token beside
/// them is refused, as by the real one.
pub(super) fn answer(request: &Request, shared: &Shared) -> Response {
    let oid = request.path.strip_prefix("/__lfs/").unwrap_or_default();
    let is_verify = request.path == "/__lfsverify";
    if request.headers.contains_key("authorization") && !is_verify {
        return Response::error(400, "Only one auth mechanism allowed");
    }
    let mut state = shared.state();
    match request.method.as_str() {
        "PUT" if sha256(&request.body) == oid => {
            state.objects.insert(oid.to_owned(), request.body.clone());
            Response::json(200, &json!({}))
        }
        "PUT" => Response::error(400, "the content has another SHA-256"),
        "POST" if is_verify => verified(request, &state.objects),
        "GET" | "HEAD" => match state.objects.get(oid) {
            Some(bytes) => content(request, bytes, &format!("\"{oid}\"")),
            None => Response::error(404, "no such object"),
        },
        _ => Response::error(404, "no such route"),
    }
}

fn verified(request: &Request, objects: &std::collections::BTreeMap<String, Vec<u8>>) -> Response {
    let asked = request.json();
    let size = asked.get("size").and_then(Value::as_u64);
    let oid = asked.get("oid").and_then(Value::as_str).unwrap_or_default();
    let is_there = objects.get(oid).is_some_and(|bytes| Some(bytes.len() as u64) == size);
    if is_there { Response::json(200, &json!({})) } else { Response::error(404, "not uploaded") }
}
