//! Reading record files, on all cores: first their bytes, then what these hold.
//!
//! In: files to read. Out: for each its record, which borrows its text from the bytes, or the reason
//! why it is set aside.

use std::{borrow::Cow, io, ops::Range, path::Path};

use bench_records::{
    lenient::{MAX_FILE_BYTES, SetAside},
    record::{Keep, Reader, Record},
};
use rayon::prelude::*;

use super::{
    dir::{Dir, Seen},
    refresh::Place,
    scan::FileStat,
};

/// Files of a batch at most: what they hold stays in a processor's cache.
const MOST_FILES: usize = 256;
/// Bytes that a batch aims at, at most; bounds memory.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// Files that one thread reads in a row.
const CHUNK: usize = 16;
/// Bytes of a file, until some are known; the first batch is small therefore.
const FIRST_BYTES: usize = 512 * 1024;

/// Reads the bytes of files batch by batch, so that those of one are read while the records of another
/// are sorted into their series.
pub struct Batches<'r, 'f> {
    root: &'r Path,
    files: &'f [Place],
    /// Bytes of a file, as those of the batch before had on average.
    usual_bytes: usize,
    /// Memory of batches that are done with.
    spare: Vec<Vec<u8>>,
}

impl<'r, 'f> Batches<'r, 'f> {
    /// All files below `root`.
    #[must_use]
    pub fn of(root: &'r Path, files: &'f [Place]) -> Self {
        Self { root, files, usual_bytes: FIRST_BYTES, spare: Vec::new() }
    }

    /// Takes back a batch, for its memory.
    pub fn take_back(&mut self, chunks: Vec<Chunk<'f>>) {
        self.spare.extend(chunks.into_iter().map(|chunk| chunk.bytes));
    }
}

impl<'f> Iterator for Batches<'_, 'f> {
    type Item = Vec<Chunk<'f>>;

    fn next(&mut self) -> Option<Self::Item> {
        let count = (MOST_BYTES / self.usual_bytes).clamp(1, MOST_FILES);
        let (batch, rest) = self.files.split_at(count.min(self.files.len()));
        if batch.is_empty() {
            return None;
        }
        self.files = rest;
        let parts: Vec<(&[Place], Vec<u8>)> = batch
            .chunks(CHUNK)
            .map(|files| (files, self.spare.pop().unwrap_or_default()))
            .collect();
        let read = |(files, spare)| Chunk::read(self.root, files, spare);
        let chunks: Vec<Chunk<'_>> = parts.into_par_iter().map(read).collect();
        let bytes: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
        self.usual_bytes = bytes / batch.len() + 1;
        Some(chunks)
    }
}

/// The bytes of some files, one after another.
pub struct Chunk<'f> {
    files: &'f [Place],
    bytes: Vec<u8>,
    /// What was found of each file; `None` where it vanished since it was listed.
    found: Vec<Option<Found>>,
}

/// A file that was there.
struct Found {
    seen: Seen,
    /// Where its bytes are, or why they are not.
    bytes: Result<Range<usize>, String>,
}

/// A file with what it holds.
pub struct ReadFile<'f, 'c> {
    /// The file, with its folder within the store.
    pub place: &'f Place,
    /// How it was when it was read.
    pub seen: Seen,
    /// Its record, or why it is set aside.
    pub content: Result<Record<Cow<'c, str>>, String>,
}

/// The records in these bytes, in order; files that vanished have none.
#[must_use]
pub fn records<'f: 'c, 'c>(chunks: &'c [Chunk<'f>]) -> Vec<Vec<ReadFile<'f, 'c>>> {
    chunks.par_iter().map(Chunk::records).collect()
}

impl<'f> Chunk<'f> {
    /// Reads files into memory that is there already.
    fn read(root: &Path, files: &'f [Place], mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        let mut found = Vec::with_capacity(files.len());
        for files in files.chunk_by(|(a, _), (b, _)| a == b) {
            let dir = Dir::open(&root.join(&*files[0].0));
            found.extend(files.iter().map(|(_, name)| Found::of(dir.as_ref(), name, &mut bytes)));
        }
        Self { files, bytes, found }
    }

    fn records(&self) -> Vec<ReadFile<'f, '_>> {
        let read = |(place, found): (&'f Place, &Option<Found>)| {
            let Found { seen, bytes } = found.as_ref()?;
            let content = bytes.clone().and_then(|range| {
                let reader = reader(&place.0, Keep::WhatSeriesNeed);
                reader.read(&self.bytes[range]).map_err(|reason| reason.to_string())
            });
            Some(ReadFile { place, seen: *seen, content })
        };
        let mut records = Vec::with_capacity(self.files.len());
        records.extend(self.files.iter().zip(&self.found).filter_map(read));
        records
    }
}

impl Found {
    /// Reads a file of an open folder; a folder that vanished has none.
    fn of(dir: Result<&Dir, &io::Error>, name: &str, bytes: &mut Vec<u8>) -> Option<Self> {
        let unreadable = |error: &io::Error| Err(format!("cannot be read ({error})"));
        let dir = match dir {
            Ok(dir) => dir,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            // as changed, whenever it is looked at: it is read then
            Err(error) => {
                return Some(Self { seen: Seen::default(), bytes: unreadable(error) });
            }
        };
        let begin = bytes.len();
        match dir.append(name, MAX_FILE_BYTES, bytes) {
            Ok(seen) if seen.size > MAX_FILE_BYTES => {
                let reason = SetAside::TooLarge { bytes: seen.size }.to_string();
                Some(Self { seen, bytes: Err(reason) })
            }
            Ok(seen) => Some(Self { seen, bytes: Ok(begin..bytes.len()) }),
            Err(error) => {
                bytes.truncate(begin);
                Some(Self { seen: dir.seen(name)?, bytes: unreadable(&error) })
            }
        }
    }
}

/// The record of a file with every field that it has, and how the file was then; `None` where it cannot
/// be read.
#[must_use]
pub fn read_whole(root: &Path, (folder, name): &Place) -> Option<(Record, FileStat)> {
    let mut bytes = Vec::new();
    let dir = Dir::open(&root.join(&**folder)).ok()?;
    let seen = dir.append(name, MAX_FILE_BYTES, &mut bytes).ok()?;
    let record = reader(folder, Keep::Everything).read(&bytes).ok()?;
    Some((record.into_owned(), seen.named(name.clone())))
}

/// A record that does not name its benchmark is one of its folder's, as in FastVideo's suite.
fn reader(folder: &str, keep: Keep) -> Reader<'_> {
    let benchmark = folder.split('/').next().filter(|name| !name.is_empty());
    Reader { keep, benchmark }
}
