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

use super::scan::{FileStat, modified_ns};

impl Dir {
    /// A file as it is now; `None` where it is gone.
    #[must_use]
    pub fn stat(&self, name: String) -> Option<FileStat> {
        let (size, modified_ns) = self.size_and_time(&name)?;
        Some(FileStat { name, size, modified_ns })
    }

    /// Appends the bytes of a file, in as few calls as possible; one that grows meanwhile is read to
    /// its end. Returns how the file was before it was read; one that is larger than `most_bytes` is
    /// not read.
    ///
    /// # Errors
    /// Where the file cannot be opened or read; `bytes` may have a part of it then.
    pub fn append(&self, name: &str, most_bytes: u64, bytes: &mut Vec<u8>) -> io::Result<FileStat> {
        let mut file = self.file(name)?;
        let metadata = file.metadata()?;
        let (size, modified_ns) = (metadata.len(), modified_ns(&metadata).unwrap_or_default());
        let stat = FileStat { name: name.to_owned(), size, modified_ns };
        if size <= most_bytes {
            read_to_end(&mut file, usize::try_from(size).unwrap_or_default(), bytes)?;
        }
        Ok(stat)
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

    use rustix::fs::{AtFlags, Mode, OFlags, openat, statat};

    use super::{File, Path, io};

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

        pub(super) fn size_and_time(&self, name: &str) -> Option<(u64, i64)> {
            let found = statat(&self.0, name, AtFlags::empty()).ok()?;
            let seconds = found.st_mtime.checked_mul(1_000_000_000)?;
            let modified_ns = seconds.checked_add(i64::try_from(found.st_mtime_nsec).ok()?)?;
            Some((found.st_size.cast_unsigned(), modified_ns)).filter(|_| modified_ns >= 0)
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::path::PathBuf;

    use super::{super::scan::modified_ns, File, Path, io};

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

        pub(super) fn size_and_time(&self, name: &str) -> Option<(u64, i64)> {
            let found = std::fs::metadata(self.0.join(name)).ok()?;
            Some((found.len(), modified_ns(&found)?))
        }
    }
}
