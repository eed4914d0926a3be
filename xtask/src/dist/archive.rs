//! An archive that is the same, byte for byte, whenever and by whomever it is made.
//!
//! In: files. Out: a packed tar without times, owners or the machine's modes, and the line of its sum.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use bench_records::identity::fingerprint::sha256_hex;
use flate2::{Compression, GzBuilder};
use tar::{Builder, Header};

/// A file of the archive.
pub struct Entry {
    name: &'static str,
    path: PathBuf,
    mode: u32,
}

/// What was written.
pub struct Written {
    /// Size of the archive.
    pub bytes: u64,
    /// Its sum, in hexadecimal digits.
    pub sha256: String,
}

impl Entry {
    /// A file that is started.
    pub fn program(name: &'static str, path: PathBuf) -> Self {
        Self { name, path, mode: 0o755 }
    }

    /// A file that is read.
    pub fn text(name: &'static str, path: PathBuf) -> Self {
        Self { name, path, mode: 0o644 }
    }
}

/// Packs the entries into one folder of an archive; a file that is there before is replaced as a whole.
pub fn write(file: &Path, folder: &str, entries: &[Entry]) -> Result<Written> {
    let temporary = file.with_extension("partial");
    pack(&temporary, folder, entries)
        .with_context(|| format!("cannot write {}", temporary.display()))?;
    fs::rename(&temporary, file).with_context(|| format!("cannot write {}", file.display()))?;
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Written { bytes: bytes.len() as u64, sha256: sha256_hex(&bytes) })
}

fn pack(file: &Path, folder: &str, entries: &[Entry]) -> Result<()> {
    let file = BufWriter::new(File::create(file)?);
    let mut builder = Builder::new(GzBuilder::new().mtime(0).write(file, Compression::best()));
    for entry in entries {
        let bytes = fs::read(&entry.path)
            .with_context(|| format!("{} cannot be read", entry.path.display()))?;
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(entry.mode);
        header.set_mtime(0);
        builder.append_data(&mut header, format!("{folder}/{}", entry.name), &*bytes)?;
    }
    builder.into_inner()?.finish()?.flush()?;
    Ok(())
}

/// Puts the line of a file into `SHA256SUMS` beside it, in place of an older one of the same name.
pub fn add_sum(file: &Path, sha256: &str) -> Result<PathBuf> {
    let sums = file.with_file_name("SHA256SUMS");
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let before = fs::read_to_string(&sums).unwrap_or_default();
    let ending = format!("  {name}");
    let mut lines: Vec<String> =
        before.lines().filter(|line| !line.ends_with(&ending)).map(str::to_owned).collect();
    lines.push(format!("{sha256}{ending}"));
    lines.sort_by(|a, b| a.get(64..).cmp(&b.get(64..)));
    fs::write(&sums, lines.join("\n") + "\n")
        .with_context(|| format!("cannot write {}", sums.display()))?;
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_make_the_same_archive_whenever_they_were_made() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let written = |name: &str| {
            let program = folder.path().join(name);
            fs::write(&program, "program").expect("writable");
            let entries = [Entry::program("bench-runner", program)];
            write(&folder.path().join(format!("{name}.tar.gz")), "folder", &entries)
                .expect("packed")
        };
        let first = written("first");
        std::thread::sleep(std::time::Duration::from_millis(1100));
        assert_eq!(first.sha256, written("second").sha256);
        assert_eq!(first.sha256.len(), 64);
    }

    #[test]
    fn a_file_that_is_missing_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let entries = [Entry::text("LICENSE", folder.path().join("nowhere"))];
        let error = write(&folder.path().join("a.tar.gz"), "a", &entries).err().expect("missing");
        assert!(format!("{error:#}").contains("nowhere cannot be read"), "{error:#}");
    }

    #[test]
    fn sums_keep_the_other_files_and_replace_their_own() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (a, b) = (folder.path().join("a.tar.gz"), folder.path().join("b.tar.gz"));
        let (old, new) = ("0".repeat(64), "f".repeat(64));
        for (file, sum) in [(&b, &old), (&a, &old), (&b, &new)] {
            add_sum(file, sum).expect("writable");
        }
        let sums = fs::read_to_string(folder.path().join("SHA256SUMS")).expect("written");
        assert_eq!(sums, format!("{old}  a.tar.gz\n{new}  b.tar.gz\n"));
    }
}
