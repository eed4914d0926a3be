//! The files of a server: a folder on disk, and others laid over it.

use std::{collections::HashMap, fs, io::Write, path::PathBuf, sync::Mutex};

use flate2::{Compression, write::GzEncoder};

/// A folder, files in place of some of its own, and what was packed of both.
#[derive(Default)]
pub struct Files {
    root: Option<PathBuf>,
    over: Mutex<HashMap<String, Vec<u8>>>,
    packed: Mutex<HashMap<String, Vec<u8>>>,
}

impl Files {
    /// The files below a folder.
    #[must_use]
    pub fn below(root: PathBuf) -> Self {
        Self { root: Some(root), ..Self::default() }
    }

    /// Lays a file over the folder.
    pub fn put(&self, path: &str, bytes: Vec<u8>) {
        lock(&self.packed).remove(path);
        lock(&self.over).insert(path.to_owned(), bytes);
    }

    /// The bytes of a file.
    pub fn get(&self, path: &str) -> Option<Vec<u8>> {
        if let Some(bytes) = lock(&self.over).get(path) {
            return Some(bytes.clone());
        }
        if path.split('/').any(|part| part == "..") {
            return None;
        }
        fs::read(self.root.as_ref()?.join(path)).ok()
    }

    /// A file as a static host sends it: packed once, with the highest level.
    pub fn packed(&self, path: &str) -> Option<Vec<u8>> {
        if let Some(bytes) = lock(&self.packed).get(path) {
            return Some(bytes.clone());
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.get(path)?).ok()?;
        let bytes = encoder.finish().ok()?;
        lock(&self.packed).insert(path.to_owned(), bytes.clone());
        Some(bytes)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
