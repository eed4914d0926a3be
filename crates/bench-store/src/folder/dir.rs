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

use super::scan::FileStat;

impl Dir {
    /// A file as it is now; `None` where it is gone.
    #[must_use]
    pub fn stat(&self, name: String) -> Option<FileStat> {
        let (size, modified_ns) = self.size_and_time(&name)?;
        Some(FileStat { name, size, modified_ns })
    }

    /// Appends the bytes of a file whose size is known, in as few calls as possible; one that grew
    /// since is read to its end.
    ///
    /// # Errors
    /// Where the file cannot be opened or read; `bytes` may have a part of it then.
    pub fn append(&self, name: &str, size: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
        let mut file = self.file(name)?;
        let begin = bytes.len();
        let expected = usize::try_from(size).unwrap_or_default();
        bytes.resize(begin + expected + 1, 0);
        let read = file.read(&mut bytes[begin..]);
        bytes.truncate(begin + read.as_ref().map_or(0, |read| *read));
        if read? != expected {
            file.read_to_end(bytes)?;
        }
        Ok(())
    }
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
