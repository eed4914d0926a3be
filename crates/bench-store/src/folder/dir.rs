//! A folder that is open, so that its files are found by name alone.
//!
//! In: names of files. Out: their sizes, modification times and bytes. The system looks up one name in
//! place of every folder on the way, which is half of what a small file costs.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

pub use system::Dir;
use system::seen;

use super::scan::FileStat;

impl Dir {
    /// A file as it is now; `None` where it is gone.
    #[must_use]
    pub fn stat(&self, name: String) -> Option<FileStat> {
        Some(self.seen(&name)?.named(name))
    }

    /// Appends the bytes of a file, in as few calls as possible; one that grows meanwhile is read to
    /// its end. Returns how the file was before it was read; one that is larger than `most_bytes` is
    /// not read.
    ///
    /// # Errors
    /// Where the file cannot be opened or read; `bytes` may have a part of it then.
    pub fn append(&self, name: &str, most_bytes: u64, bytes: &mut Vec<u8>) -> io::Result<Seen> {
        let mut file = self.file(name)?;
        let seen = seen(&file)?;
        if seen.size <= most_bytes {
            read_to_end(&mut file, usize::try_from(seen.size).unwrap_or_default(), bytes)?;
        }
        Ok(seen)
    }
}

/// How a file was when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Size in bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified_ns: i64,
}

impl Seen {
    /// The file of that name.
    #[must_use]
    pub fn named(self, name: String) -> FileStat {
        FileStat { name, size: self.size, modified_ns: self.modified_ns }
    }
}

/// Appends what a file holds, in one call where that has the expected size.
fn read_to_end(file: &mut File, expected: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    let begin = bytes.len();
    bytes.resize(begin + expected + 1, 0);
    let read = file.read(&mut bytes[begin..]);
    bytes.truncate(begin + read.as_ref().map_or(0, |read| *read));
    if read? != expected {
        file.read_to_end(bytes)?;
    }
    Ok(())
}

#[cfg(unix)]
mod system {
    use std::os::fd::OwnedFd;

    use rustix::fs::{AtFlags, Mode, OFlags, Stat, fstat, openat, statat};

    use super::{File, Path, Seen, io};

    /// An open folder.
    pub struct Dir(OwnedFd);

    impl Dir {
        /// Opens a folder.
        ///
        /// # Errors
        /// Where it is not there, or may not be read.
        pub fn open(path: &Path) -> io::Result<Self> {
            Ok(Self(File::open(path)?.into()))
        }

        pub(super) fn file(&self, name: &str) -> io::Result<File> {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            Ok(openat(&self.0, name, flags, Mode::empty())?.into())
        }

        /// How a file is now; `None` where it is gone.
        #[must_use]
        pub fn seen(&self, name: &str) -> Option<Seen> {
            Some(of(&statat(&self.0, name, AtFlags::empty()).ok()?))
        }
    }

    pub(super) fn seen(file: &File) -> io::Result<Seen> {
        Ok(of(&fstat(file)?))
    }

    fn of(stat: &Stat) -> Seen {
        let nanoseconds = i64::try_from(stat.st_mtime_nsec).unwrap_or_default();
        let modified_ns = stat.st_mtime.saturating_mul(1_000_000_000).saturating_add(nanoseconds);
        Seen { size: u64::try_from(stat.st_size).unwrap_or_default(), modified_ns }
    }
}

#[cfg(not(unix))]
mod system {
    use std::{fs::Metadata, path::PathBuf};

    use super::{super::scan::modified_ns, File, Path, Seen, io};

    /// The path of a folder.
    pub struct Dir(PathBuf);

    impl Dir {
        /// Takes a folder.
        ///
        /// # Errors
        /// None.
        pub fn open(path: &Path) -> io::Result<Self> {
            Ok(Self(path.to_owned()))
        }

        pub(super) fn file(&self, name: &str) -> io::Result<File> {
            File::open(self.0.join(name))
        }

        /// How a file is now; `None` where it is gone.
        #[must_use]
        pub fn seen(&self, name: &str) -> Option<Seen> {
            Some(of(&std::fs::metadata(self.0.join(name)).ok()?))
        }
    }

    pub(super) fn seen(file: &File) -> io::Result<Seen> {
        Ok(of(&file.metadata()?))
    }

    fn of(metadata: &Metadata) -> Seen {
        Seen { size: metadata.len(), modified_ns: modified_ns(metadata).unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_file_looks_the_same_by_name_and_once_it_is_open_even_one_of_before_1970() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = File::create(folder.path().join("a.json")).expect("a file");
        for modified in
            [UNIX_EPOCH + Duration::from_millis(1500), UNIX_EPOCH - Duration::from_secs(9)]
        {
            file.set_modified(modified).expect("its own file");
            let (dir, mut bytes) = (Dir::open(folder.path()).expect("it is there"), Vec::new());
            let read = dir.append("a.json", 10, &mut bytes).expect("it is there");
            assert_eq!(dir.seen("a.json"), Some(read), "{modified:?}");
        }
    }
}
