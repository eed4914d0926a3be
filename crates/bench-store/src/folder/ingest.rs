//! Reading record files, on all cores: first their bytes, then what these hold.
//!
//! In: files to read. Out: for each its record, which borrows its text from the bytes, or the reason
//! why it is set aside.

use std::{
    borrow::Cow,
    io,
    ops::Range,
    path::Path,
};

use bench_records::{
    lenient::{MAX_FILE_BYTES, SetAside},
    record::{Keep, Reader, Record},
};
use rayon::prelude::*;

use super::{dir::Dir, refresh::Place, scan::FileStat};

/// Files of a batch at most: what they hold stays in a processor's cache.
const MOST_FILES: usize = 256;
/// Bytes of a batch at most, unless it is one file; bounds memory.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// Files that one thread reads in a row.
const CHUNK: usize = 32;

/// Files that are read together: the bytes of one batch are read while the records of another are
/// sorted into their series.
pub fn batches(mut files: &[Place]) -> impl Iterator<Item = &[Place]> {
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |(_, stat): &&Place| {
            bytes += stat.size;
            bytes <= MOST_BYTES
        };
        let count = files.iter().take(MOST_FILES).take_while(fits).count();
        let (batch, rest) = files.split_at(count.max(1).min(files.len()));
        files = rest;
        (!batch.is_empty()).then_some(batch)
    })
}

/// The bytes of some files, one after another.
pub struct Chunk<'f> {
    files: &'f [Place],
    bytes: Vec<u8>,
    /// Where those of each file are; `None` where it vanished since it was listed.
    places: Vec<Option<Result<Range<usize>, String>>>,
}

/// A file with what it holds.
pub struct ReadFile<'f, 'c> {
    /// The file, with its folder within the store.
    pub place: &'f Place,
    /// Its record, or why it is set aside; `None` where it vanished since it was listed.
    pub content: Option<Result<Record<Cow<'c, str>>, String>>,
}

/// Reads the bytes of files below `root`.
#[must_use]
pub fn read_bytes<'f>(root: &Path, files: &'f [Place]) -> Vec<Chunk<'f>> {
    files.par_chunks(CHUNK).map(|files| Chunk::read(root, files)).collect()
}

/// The records in these bytes, in order.
#[must_use]
pub fn records<'f: 'c, 'c>(chunks: &'c [Chunk<'f>]) -> Vec<Vec<ReadFile<'f, 'c>>> {
    chunks.par_iter().map(Chunk::records).collect()
}

impl<'f> Chunk<'f> {
    fn read(root: &Path, files: &'f [Place]) -> Self {
        let total: u64 = files.iter().map(|(_, stat)| stat.size.min(MAX_FILE_BYTES)).sum();
        let mut bytes = Vec::with_capacity(usize::try_from(total).unwrap_or_default() + 1);
        let mut places = Vec::with_capacity(files.len());
        for files in files.chunk_by(|(a, _), (b, _)| a == b) {
            let dir = Dir::open(&root.join(&files[0].0));
            places.extend(files.iter().map(|(_, stat)| held(&dir, stat, &mut bytes)));
        }
        Self { files, bytes, places }
    }

    fn records(&self) -> Vec<ReadFile<'f, '_>> {
        let read = |(place, bytes): (&'f Place, &Option<Result<Range<usize>, String>>)| {
            let content = bytes.as_ref().map(|bytes| match bytes {
                Ok(range) => {
                    let reader = reader(&place.0, Keep::WhatSeriesNeed);
                    reader.read(&self.bytes[range.clone()]).map_err(|reason| reason.to_string())
                }
                Err(reason) => Err(reason.clone()),
            });
            ReadFile { place, content }
        };
        self.files.iter().zip(&self.places).map(read).collect()
    }
}

/// Where the bytes of a file were put.
fn held(
    dir: &io::Result<Dir>,
    stat: &FileStat,
    bytes: &mut Vec<u8>,
) -> Option<Result<Range<usize>, String>> {
    if stat.size > MAX_FILE_BYTES {
        return Some(Err(SetAside::TooLarge { bytes: stat.size }.to_string()));
    }
    let begin = bytes.len();
    let read = dir.as_ref().map_err(|error| io::Error::new(error.kind(), error.to_string()));
    match read.and_then(|dir| dir.append(&stat.name, stat.size, bytes)) {
        Ok(()) => Some(Ok(begin..bytes.len())),
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
    let mut bytes = Vec::new();
    Dir::open(&root.join(folder)).ok()?.append(&stat.name, stat.size, &mut bytes).ok()?;
    Some(reader(folder, Keep::Everything).read(&bytes).ok()?.into_owned())
}

/// A record that does not name its benchmark is one of its folder's, as in FastVideo's suite.
fn reader(folder: &str, keep: Keep) -> Reader<'_> {
    let benchmark = folder.split('/').next().filter(|name| !name.is_empty());
    Reader { keep, benchmark }
}
