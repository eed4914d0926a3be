//! The index of a dataset, from that of its local copy.
//!
//! In: a copy whose index is up to date. Out: what a commit has to put and delete, so that the
//! dataset's index is the same.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use bench_records::index::{HEAD_PATH, HeadHeader, PAGES_DIR, SERIES_DIR};

use bench_hub::dataset::{Listed, Operation};

use super::{Dataset, Freshness, Replacement, Wanted, is_same};

/// Makes the dataset's index that of the local copy, which is synced before; `refresh` then brings
/// the copy's index up to date. Returns whether there was anything to do.
///
/// # Errors
/// Where the dataset cannot be read or written, and the error of `refresh`.
pub fn publish(dataset: &Dataset, mut refresh: impl FnMut() -> Result<()>) -> Result<bool> {
    dataset.replace(|| {
        let parent = dataset.sync(Freshness::Now, Wanted::History)?.commit;
        refresh()?;
        let operations = operations(dataset, &parent, &dataset.list(&parent)?)?;
        let summary = "Index of the performance records".to_owned();
        Ok((!operations.is_empty()).then_some(Replacement { parent, summary, operations }))
    })
}

/// What the dataset's index lacks or has too much as of a commit.
///
/// # Errors
/// Where the copy's index cannot be read.
pub fn operations(
    dataset: &Dataset,
    commit: &str,
    listed: &BTreeMap<String, Listed>,
) -> Result<Vec<Operation>> {
    let mut own = files_of(dataset.root(), SERIES_DIR)?;
    own.extend(files_of(dataset.root(), PAGES_DIR)?);
    let mut operations: Vec<Operation> = own
        .iter()
        .filter(|(path, bytes)| !listed.get(*path).is_some_and(|there| is_same(there, bytes)))
        .map(|(path, bytes)| Operation::Put { path: path.clone(), bytes: bytes.clone() })
        .collect();
    let prefixes = [SERIES_DIR, PAGES_DIR].map(|folder| format!("{folder}/"));
    let is_of_index = |path: &str| prefixes.iter().any(|prefix| path.starts_with(prefix));
    let gone = listed.keys().filter(|path| is_of_index(path) && !own.contains_key(*path));
    operations.extend(gone.map(|path| Operation::Delete { path: path.clone() }));
    let text = fs::read_to_string(dataset.root().join(HEAD_PATH));
    let text = text.context("the local copy has no index; run `bench-runner index --rebuild`")?;
    let there = match listed.get(HEAD_PATH) {
        Some(_) => dataset.read(commit, HEAD_PATH)?,
        None => Vec::new(),
    };
    let there = String::from_utf8_lossy(&there);
    // a head of an earlier commit that says the same will do
    let is_known =
        with_commit(&there, None).is_some_and(|there| Some(there) == with_commit(&text, None));
    if !is_known {
        let text = with_commit(&text, Some(commit)).context("the local copy's index is broken")?;
        operations.push(Operation::Put { path: HEAD_PATH.to_owned(), bytes: text.into_bytes() });
    }
    Ok(operations)
}

/// The head's text with another commit in its first line.
fn with_commit(text: &str, commit: Option<&str>) -> Option<String> {
    let (_, rest) = text.split_once('\n')?;
    let header = HeadHeader::of_text(text)?;
    let header = HeadHeader { base_commit: commit.map(str::to_owned), ..header };
    Some(format!("{}\n{rest}", serde_json::to_string(&header).ok()?))
}

/// Content of the index's files in one folder, by path in the store.
fn files_of(root: &Path, folder: &str) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten() {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".ndjson") && !name.starts_with('.') {
            let path = format!("{folder}/{name}");
            let bytes = fs::read(root.join(&path));
            files.insert(path.clone(), bytes.with_context(|| format!("cannot read {path}"))?);
        }
    }
    Ok(files)
}
