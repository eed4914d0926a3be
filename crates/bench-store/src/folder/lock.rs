//! The lock under which the index is rewritten.

use std::{
    fs::{self, File, TryLockError},
    io,
    thread::sleep,
    time::{Duration, Instant},
};

use super::FolderStore;
use bench_records::index::INDEX_DIR;

/// How long to wait for another process that rewrites the index.
const PATIENCE: Duration = Duration::from_secs(60);

/// Held while the index is rewritten; the system releases it when the process ends, however it
/// ends.
#[derive(Debug)]
pub struct StoreLock {
    _file: File,
}

impl FolderStore {
    /// Takes the lock, waiting for another process; `None` where the folder cannot be written or
    /// the other process takes too long.
    pub(super) fn lock(&self) -> Option<StoreLock> {
        fs::create_dir_all(self.path(INDEX_DIR)).ok()?;
        let file = File::options()
            .create(true)
            .append(true)
            .open(self.path(&format!("{INDEX_DIR}/.lock")))
            .ok()?;
        let begun = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            match file.try_lock() {
                Ok(()) => return Some(StoreLock { _file: file }),
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => sleep(pause),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
            pause = (pause * 2).min(Duration::from_millis(100));
        }
    }
}
