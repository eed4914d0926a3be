//! What a dataset holds at a commit: its listing, page by page.
//!
//! In: the pages of `tree`. Out: the files that can be told apart by path and id, and the entries
//! that cannot.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context, Result, ensure};
use bench_records::lenient::shorten;
use serde_json::Value;

use super::{path, uri::DatasetUri};
use crate::{
    address::encode_path,
    answer::text_of,
    client::{Client, MOST_JSON_BYTES, Sent},
};

/// More entries than the Hub keeps in a dataset that it can still serve.
const MOST_ENTRIES: usize = 500_000;

/// A file that a dataset lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Id of the content: git's, or that of git-lfs.
    pub id: String,
    /// Whether `id` is that of git-lfs.
    pub is_lfs: bool,
    /// Size in bytes.
    pub size: u64,
}

/// The files of a dataset.
#[derive(Debug, Default)]
pub struct Listing {
    /// By path.
    pub files: BTreeMap<String, Listed>,
    /// Entries that are set aside, with the reason.
    pub set_aside: Vec<(String, String)>,
    /// Entries so far, of any kind.
    entries: usize,
}

/// The commit that a revision stands for now.
///
/// # Errors
/// Where the dataset or the revision cannot be read.
pub fn head(client: &Client, uri: &DatasetUri) -> Result<String> {
    let revision = uri.revision.replace('/', "%2F");
    let target = format!("/api/datasets/{}/revision/{revision}", uri.id());
    let read = client.read_json(Sent::get(&target, MOST_JSON_BYTES));
    let (info, _) = read.with_context(|| format!("cannot read {uri}"))?;
    let sha = text_of(&info, "sha", &format!("{uri}"))?;
    let is_commit = sha.len() == 40 && sha.bytes().all(|byte| byte.is_ascii_hexdigit());
    ensure!(is_commit, "{uri}: its commit is {:?}; check HF_ENDPOINT", shorten(sha));
    Ok(sha.to_owned())
}

/// All files as of a commit.
///
/// # Errors
/// Where a page cannot be read, comes twice, or there is no end to them.
pub fn list(client: &Client, uri: &DatasetUri, commit: &str) -> Result<Listing> {
    let mut listing = Listing::default();
    let mut page = format!("/api/datasets/{}/tree/{commit}?recursive=true&expand=false", uri.id());
    let mut pages = HashSet::new();
    loop {
        let read = client.read_json(Sent::get(&page, MOST_JSON_BYTES));
        let (value, next) = read.with_context(|| format!("cannot list {uri}"))?;
        let Value::Array(lines) = value else {
            anyhow::bail!("cannot list {uri}: a page holds {}", shorten(&value.to_string()));
        };
        lines.iter().for_each(|line| listing.take(line));
        ensure!(
            listing.entries <= MOST_ENTRIES,
            "cannot list {uri}: more than {MOST_ENTRIES} entries; compact the dataset"
        );
        let Some(next) = next else { return Ok(listing) };
        let is_new = !lines.is_empty() && pages.insert(next.clone());
        ensure!(is_new, "cannot list {uri}: its pages have no end; check HF_ENDPOINT");
        page = next;
    }
}

/// The files among `paths` that a branch has now.
///
/// # Errors
/// Where the Hub does not answer.
pub fn look_up(
    client: &Client,
    uri: &DatasetUri,
    paths: &[&str],
) -> Result<BTreeMap<String, Listed>> {
    let mut listing = Listing::default();
    let revision = uri.revision.replace('/', "%2F");
    let target = format!("/api/datasets/{}/paths-info/{revision}", uri.id());
    for chunk in paths.chunks(500) {
        let body = serde_json::json!({"paths": chunk, "expand": false}).to_string();
        let read = client.read_json(Sent::post(&target, "application/json", body.as_bytes()));
        let (found, _) = read.with_context(|| format!("cannot look into {uri}"))?;
        found.as_array().into_iter().flatten().for_each(|line| listing.take(line));
    }
    Ok(listing.files)
}

/// Content of a file as of a commit; `None` where it has none.
///
/// # Errors
/// Where the Hub does not answer.
pub fn read_file(
    client: &Client,
    uri: &DatasetUri,
    commit: &str,
    path: &str,
    most_bytes: u64,
) -> Result<Option<Vec<u8>>> {
    match client.read(Sent::get(&file_target(uri, commit, path), most_bytes)) {
        Ok(answer) => Ok(Some(answer.body)),
        Err(error) if error.status() == Some(404) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {path} of {uri}")),
    }
}

/// Where a file's content is.
#[must_use]
pub fn file_target(uri: &DatasetUri, commit: &str, path: &str) -> String {
    format!("/datasets/{}/resolve/{commit}/{}", uri.id(), encode_path(path))
}

impl Listing {
    fn take(&mut self, line: &Value) {
        self.entries += 1;
        let text = |field: &str| line.get(field).and_then(Value::as_str);
        let Some(path) = text("path") else {
            let name = format!("entry {} of the listing", self.entries);
            let problem = format!("has no path: {}", shorten(&line.to_string()));
            return self.set_aside.push((name, problem));
        };
        if text("type") == Some("directory") {
            return;
        }
        match file(line).and_then(|listed| path::check(path).map(|()| listed)) {
            Ok(listed) => {
                if self.files.insert(path.to_owned(), listed).is_some() {
                    self.set_aside(path, "is listed twice; the last one counts");
                }
            }
            // what tools of the Hub keep in every dataset
            Err(_) if path.starts_with(".git") && !path.contains('/') => {}
            Err(problem) => self.set_aside(path, &problem),
        }
    }

    fn set_aside(&mut self, path: &str, problem: &str) {
        let path = path.escape_debug().to_string();
        self.set_aside.push((bench_records::lenient::shorten(&path), problem.to_owned()));
    }
}

fn file(line: &Value) -> Result<Listed, String> {
    let kind = line.get("type").and_then(Value::as_str).unwrap_or_default();
    if kind != "file" {
        return Err(format!("is a {:?}, neither a file nor a directory", shorten(kind)));
    }
    let lfs = line.get("lfs").filter(|lfs| !lfs.is_null());
    let source = lfs.unwrap_or(line);
    let id = source.get("oid").and_then(Value::as_str).unwrap_or_default();
    let length = if lfs.is_some() { 64 } else { 40 };
    if id.len() != length || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(format!("has the id {:?}", shorten(id)));
    }
    let size = source.get("size").and_then(Value::as_u64);
    let size = size.ok_or_else(|| "is listed without a size".to_owned())?;
    Ok(Listed { id: id.to_ascii_lowercase(), is_lfs: lfs.is_some(), size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entries_of_any_shape_are_taken_or_set_aside() {
        let oid = "a".repeat(40);
        let mut listing = Listing::default();
        for line in [
            json!({"type": "file", "path": "a.json", "oid": oid, "size": 3}),
            json!({"type": "directory", "path": "b", "oid": oid, "size": 0}),
            json!({"type": "file", "path": ".gitattributes", "oid": oid, "size": 3}),
            json!({"type": "symlink", "path": "link.json", "oid": oid, "size": 3}),
            json!({"type": "file", "path": "../x.json", "oid": oid, "size": 3}),
            json!({"type": "file", "path": "b.json", "oid": 7, "size": 3}),
            json!({"type": "file", "path": "c.json", "oid": oid, "size": -1}),
            json!({"type": "file", "path": 7}),
            json!("text"),
            json!(null),
            json!({"type": "file", "path": "p.parquet", "oid": oid, "size": 9, "lfs": {"oid": "b", "size": 1}}),
        ] {
            listing.take(&line);
        }
        assert_eq!(listing.files.keys().collect::<Vec<_>>(), ["a.json"]);
        let named: Vec<&str> = listing.set_aside.iter().map(|(path, _)| path.as_str()).collect();
        let nameless = [8, 9, 10].map(|number| format!("entry {number} of the listing"));
        let [first, second, third] = nameless.each_ref().map(String::as_str);
        assert_eq!(
            named,
            ["link.json", "../x.json", "b.json", "c.json", first, second, third, "p.parquet"]
        );
    }
}
