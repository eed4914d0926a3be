//! Reading record files, on all cores.
//!
//! In: files to read. Out: for each its record, or the reason why it is set aside.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use bench_records::{
    gate::BROKEN_LIMITS_FIELD,
    lenient::{self, MAX_FILE_BYTES, SetAside},
    metric::CORE,
    record::Record,
    series::LIMITS_FIELD,
};
use rayon::prelude::*;
use serde_json::{Map, Value};

use super::scan::{FileStat, join};

/// Files that are read before their records are reduced to points; bounds memory.
pub const BATCH: usize = 1_024;

/// A file with what it holds.
pub struct ReadFile {
    /// Its folder within the store.
    pub folder: String,
    /// The file.
    pub stat: FileStat,
    /// Its record, or why it is set aside; `None` where it vanished since it was listed.
    pub content: Option<Result<Record, String>>,
}

/// Reads a batch of files below `root`.
#[must_use]
pub fn read_batch(root: &Path, files: &[(String, FileStat)]) -> Vec<ReadFile> {
    files
        .par_iter()
        .with_min_len(16)
        .map(|(folder, stat)| ReadFile {
            folder: folder.clone(),
            stat: stat.clone(),
            content: read(&root.join(join(folder, &stat.name)), folder, stat.size),
        })
        .collect()
}

fn read(path: &Path, folder: &str, size: u64) -> Option<Result<Record, String>> {
    if size > MAX_FILE_BYTES {
        return Some(Err(SetAside::TooLarge { bytes: size }.to_string()));
    }
    match read_exactly(path, size) {
        Ok(bytes) => Some(parse(&bytes, folder).map_err(|reason| reason.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(Err(format!("cannot be read ({error})"))),
    }
}

/// The record of a file with every field that it has; `None` where it cannot be read.
#[must_use]
pub fn read_whole(root: &Path, folder: &str, stat: &FileStat) -> Option<Record> {
    if stat.size > MAX_FILE_BYTES {
        return None;
    }
    let bytes = read_exactly(&root.join(join(folder, &stat.name)), stat.size).ok()?;
    parse_whole(&bytes, folder).ok()
}

fn parse(bytes: &[u8], folder: &str) -> Result<Record, SetAside> {
    let mut record = parse_whole(bytes, folder)?;
    let mut extra = std::mem::take(&mut record.extra);
    let kept = [LIMITS_FIELD, BROKEN_LIMITS_FIELD].into_iter();
    // the index has no use for the rest, and here it is freed on the thread that made it
    record.extra = kept.filter_map(|field| extra.swap_remove_entry(field)).collect();
    Ok(record)
}

/// A record that does not name its benchmark is one of its folder's, as in FastVideo's suite.
fn parse_whole(bytes: &[u8], folder: &str) -> Result<Record, SetAside> {
    let mut fields = lenient::read_object(bytes)?;
    let benchmark = folder.split('/').next().filter(|name| !name.is_empty());
    if let Some(benchmark) =
        benchmark.filter(|_| !fields.contains_key("model_id") && is_measured(&fields))
    {
        fields.insert("model_id".to_owned(), benchmark.into());
    }
    Record::from_fields(fields)
}

/// Whether an object holds a core metric, as a record does and any other JSON file does not.
fn is_measured(fields: &Map<String, Value>) -> bool {
    CORE.iter().any(|(key, _)| fields.contains_key(*key))
}

/// Reads a file whose size is known, in as few calls as possible; one that grew since is read to
/// its end.
fn read_exactly(path: &Path, size: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let expected = usize::try_from(size).unwrap_or_default();
    let mut bytes = vec![0; expected + 1];
    let read = file.read(&mut bytes)?;
    bytes.truncate(read);
    if read != expected {
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
