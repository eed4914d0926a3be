//! Writing files so that nobody ever sees half of one.
//!
//! In: a path and its bytes. Out: the file in place, or the old one untouched.

#[cfg(not(target_os = "linux"))]
use std::collections::BTreeSet;
use std::{
    fs::{self, File},
    hash::{BuildHasher, Hasher, RandomState},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;

/// Whether a write must survive the machine losing power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// File and folder reach the disk before the call returns.
    Synced,
    /// Derived data: a crash of the machine may cost it, a crash of the process may not.
    Derived,
}

/// Writes `bytes` to a temporary file beside `path` and renames it into place.
///
/// # Errors
/// Where a folder or file cannot be written; the temporary file is removed.
pub fn write(path: &Path, bytes: &[u8], durability: Durability) -> anyhow::Result<()> {
    let folder = path.parent().context("a file to write has a folder")?;
    // a bare name is in the current folder
    if !folder.as_os_str().is_empty() {
        create_folders(folder, durability)
            .with_context(|| format!("cannot create folder {}", folder.display()))?;
    }
    let temporary = temporary_beside(path);
    let written = write_and_rename(&temporary, path, bytes, durability);
    if written.is_err() {
        // the error that matters is the one of writing
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(|error| cannot_write(path, error))
}

fn cannot_write(path: &Path, error: io::Error) -> anyhow::Error {
    let remedy = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free space",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "choose a folder that you may write to"
        }
        _ => "choose another folder",
    };
    anyhow::Error::new(error).context(format!("cannot write {}; {remedy}", path.display()))
}

/// Makes a folder where it is missing, and makes sure that it can be written to.
///
/// # Errors
/// Where it cannot.
pub fn check_folder(folder: &Path) -> anyhow::Result<()> {
    let probe = || {
        create_folders(folder, Durability::Derived)?;
        probe(folder)
    };
    probe().map_err(|error| cannot_write(folder, error))
}

/// Makes sure that a folder can be written to, or made where it is missing, and makes none.
///
/// # Errors
/// Where it cannot.
pub fn check_writable(folder: &Path) -> anyhow::Result<()> {
    let there = folder.ancestors().find(|place| place.exists() || place.as_os_str().is_empty());
    let there = there.filter(|place| !place.as_os_str().is_empty()).unwrap_or(Path::new("."));
    probe(there).map_err(|error| cannot_write(folder, error))
}

/// Bytes of the file that is written and removed to see whether there is room for a result.
const PROBE_BYTES: usize = 64 * 1024;

fn probe(folder: &Path) -> io::Result<()> {
    let named = tempfile::Builder::new().prefix(".probe-").suffix(".tmp").tempfile_in(folder);
    named?.write_all(&[0; PROBE_BYTES])
}

/// Writes `bytes` to the first of `paths` that nobody has written yet, and returns that.
///
/// # Errors
/// As [`write()`].
pub fn write_new(
    paths: impl IntoIterator<Item = PathBuf>,
    bytes: &[u8],
    durability: Durability,
) -> anyhow::Result<PathBuf> {
    let mut paths = paths.into_iter().peekable();
    let first = paths.peek().context("a file to write has a name")?;
    let temporary = temporary_beside(first);
    write(&temporary, bytes, durability)?;
    let taken = paths.find_map(|path| match take_name(&temporary, &path) {
        Ok(()) => Some(Ok(path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
        Err(error) => Some(Err(cannot_write(&path, error))),
    });
    let _ = fs::remove_file(&temporary);
    let path = taken.context("a file to write has a free name")??;
    match path.parent() {
        Some(folder) if durability == Durability::Synced => sync_folder(folder)?,
        _ => {}
    }
    Ok(path)
}

/// Gives a written file a name that nobody has: by a link, or by way of an empty file where the file
/// system has no links.
fn take_name(written: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(written, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            File::create_new(path)?;
            fs::rename(written, path)
        }
        linked => linked,
    }
}

fn write_and_rename(
    temporary: &Path,
    path: &Path,
    bytes: &[u8],
    durability: Durability,
) -> io::Result<()> {
    let mut file = File::create_new(temporary)?;
    file.write_all(bytes)?;
    if durability == Durability::Synced {
        file.sync_all()?;
    }
    drop(file);
    fs::rename(temporary, path)?;
    match path.parent() {
        Some(folder) if durability == Durability::Synced => sync_folder(folder),
        _ => Ok(()),
    }
}

/// Makes files that were written as [`Durability::Derived`], and the folders above them, reach the
/// disk.
///
/// # Errors
/// Where that fails.
pub fn sync(paths: &[PathBuf]) -> anyhow::Result<()> {
    let Some(first) = paths.first() else { return Ok(()) };
    sync_written(first, paths).context("cannot sync what was written to the disk")
}

/// One call for the whole file system: thousands of files would take one each.
#[cfg(target_os = "linux")]
fn sync_written(first: &Path, _paths: &[PathBuf]) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(first)?)?)
}

#[cfg(not(target_os = "linux"))]
fn sync_written(_first: &Path, paths: &[PathBuf]) -> io::Result<()> {
    let folders: BTreeSet<&Path> =
        paths.iter().flat_map(|path| path.ancestors().skip(1).take(3)).collect();
    paths.iter().try_for_each(|path| File::open(path)?.sync_all())?;
    folders.into_iter().try_for_each(sync_folder)
}

/// Ends in `.tmp`, so that no reader takes it for a record.
fn temporary_beside(path: &Path) -> PathBuf {
    // process numbers repeat in containers; a hasher's keys are random
    let unique = RandomState::new().build_hasher().finish();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{unique:016x}.tmp"))
}

fn create_folders(folder: &Path, durability: Durability) -> io::Result<()> {
    // the parent of a bare file name is empty: the current folder
    if folder.is_dir() || folder.as_os_str().is_empty() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_folders(parent, durability)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => other?,
    }
    match folder.parent() {
        Some(parent) if durability == Durability::Synced => sync_folder(parent),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file; renames there are durable on their own.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "same signature on every system")]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Appends one line to a file that only grows, as a single write that reaches the disk. A last line
/// that an interrupted writer left unfinished is closed first, so that it harms nothing but itself.
///
/// # Errors
/// Where the file cannot be written.
pub fn append_line(path: &Path, line: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        create_folders(folder, Durability::Synced)?;
    }
    let append = || -> io::Result<()> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
        let close = if ends_mid_line(path)? { "\n" } else { "" };
        file.write_all(format!("{close}{line}\n").as_bytes())?;
        file.sync_all()
    };
    append().with_context(|| format!("cannot append to {}", path.display()))
}

fn ends_mid_line(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(io::SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}
