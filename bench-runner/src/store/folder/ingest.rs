//! Reading record files, on all cores.
//!
//! In: files to read. Out: for each its record, or the reason why it is set aside.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use bench_records::{
    lenient::{MAX_FILE_BYTES, SetAside},
    record::Record,
};
use rayon::prelude::*;

use super::scan::{FileStat, join};

/// Files that are read before their records are reduced to points; bounds memory.
pub const BATCH: usize = 8_192;

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
        .with_min_len(64)
        .map(|(folder, stat)| ReadFile {
            folder: folder.clone(),
            stat: stat.clone(),
            content: read(&root.join(join(folder, &stat.name)), stat.size),
        })
        .collect()
}

fn read(path: &Path, size: u64) -> Option<Result<Record, String>> {
    if size > MAX_FILE_BYTES {
        return Some(Err(SetAside::TooLarge { bytes: size }.to_string()));
    }
    match read_exactly(path, size) {
        Ok(bytes) => Some(Record::from_slice(&bytes).map_err(|reason| reason.to_string())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => Some(Err(format!("cannot be read ({error})"))),
    }
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
