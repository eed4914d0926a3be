//! A copy of the tiny checkpoint, to be damaged in one place.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

/// A folder or file of the tiny checkpoint and its reference, which tests only read.
pub fn tiny_wan(relative: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tiny-wan");
    fixtures.join(relative).display().to_string()
}

/// A folder or file of the tiny image checkpoints, which tests only read.
pub fn tiny_images(relative: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tiny-images");
    fixtures.join(relative).display().to_string()
}

/// The copy.
pub struct Checkpoint {
    folder: TempDir,
}

impl Checkpoint {
    pub fn copy() -> Self {
        Self::copy_of(&tiny_wan("checkpoint"))
    }

    /// A copy of another one.
    pub fn copy_of(source: &str) -> Self {
        let folder = TempDir::new().unwrap();
        copy_folder(Path::new(source), folder.path());
        Self { folder }
    }

    pub fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Sets a field of a JSON file.
    pub fn set(&self, file: &str, field: &str, value: Value) {
        let path = self.path(file);
        let mut config: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        config[field] = value;
        fs::write(path, config.to_string()).unwrap();
    }

    /// Changes the header of a safetensors file: its length, as JSON, then the data.
    pub fn set_header(&self, file: &str, change: impl FnOnce(&mut Value)) {
        let path = self.path(file);
        let bytes = fs::read(&path).unwrap();
        let (mut header, data) = split(&bytes);
        change(&mut header);
        let header = header.to_string();
        let length = (header.len() as u64).to_le_bytes();
        fs::write(path, [&length, header.as_bytes(), data].concat()).unwrap();
    }

    /// Adds one to the first values of an f32 tensor.
    pub fn corrupt(&self, file: &str, tensor: &str, count: usize) {
        self.change(file, tensor, count, |value| value + 1.0);
    }

    /// Replaces the first value of an f32 tensor.
    pub fn set_first(&self, file: &str, tensor: &str, first: f32) {
        self.change(file, tensor, 1, |_| first);
    }

    fn change(&self, file: &str, tensor: &str, count: usize, change: impl Fn(f32) -> f32) {
        let path = self.path(file);
        let mut bytes = fs::read(&path).unwrap();
        let (header, data) = split(&bytes);
        let first = bytes.len() - data.len();
        let offset = first + header[tensor]["data_offsets"][0].as_u64().unwrap() as usize;
        for value in bytes[offset..offset + 4 * count].chunks_exact_mut(4) {
            let changed = change(f32::from_le_bytes(value.try_into().unwrap()));
            value.copy_from_slice(&changed.to_le_bytes());
        }
        fs::write(path, bytes).unwrap();
    }
}

/// The header and the data of a safetensors file.
pub fn split(safetensors: &[u8]) -> (Value, &[u8]) {
    let (length, rest) = safetensors.split_at(8);
    let length = u64::from_le_bytes(length.try_into().unwrap()) as usize;
    let (header, data) = rest.split_at(length);
    (serde_json::from_slice(header).unwrap(), data)
}

/// Copies a folder with all that is in it.
pub fn copy_folder(source: &Path, copy: &Path) {
    fs::create_dir_all(copy).unwrap();
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let target = copy.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::write(&target, fs::read(&path).unwrap()).unwrap();
        }
    }
}
