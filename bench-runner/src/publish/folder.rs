//! The published folder: made beside its place, then put there as a whole.
//!
//! In: paths and bytes. Out: the folder in place, or what was there, untouched.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use bench_records::paths::without_own_folders;
use tempfile::TempDir;

use super::kept;

/// What a published folder is, as its `index.html` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishedFolder {
    /// A dashboard.
    Dashboard,
    /// A list of builds, each in a folder of its own.
    Builds,
}

impl PublishedFolder {
    /// The line of its page that says so.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Dashboard => {
                r#"<meta data-published name="generator" content="bench-runner dashboard">"#
            }
            Self::Builds => {
                r#"<meta data-published name="generator" content="bench-runner builds">"#
            }
        }
    }

    fn of(folder: &Path) -> Option<Self> {
        let page = fs::read_to_string(folder.join("index.html")).ok()?;
        [Self::Dashboard, Self::Builds].into_iter().find(|kind| page.contains(kind.mark()))
    }
}

/// Says why `out` cannot become a folder of this kind: publishing replaces only what it made.
///
/// # Errors
/// Where something else is there.
pub fn check_replaceable(out: &Path, kind: PublishedFolder) -> Result<()> {
    let name = out.display();
    if out.is_file() {
        bail!("--out {name}: is a file, expected a folder");
    }
    let is_vacant = || fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
    match PublishedFolder::of(out) {
        Some(found) if found == kind => Ok(()),
        Some(PublishedFolder::Dashboard) => bail!(
            "--out {name}: holds a dashboard that is no build; choose another folder for builds"
        ),
        Some(PublishedFolder::Builds) => bail!(
            "--out {name}: holds builds; give this one a name with --build, or choose another folder"
        ),
        None if is_vacant() => Ok(()),
        None => bail!(
            "--out {name}: holds files that were not published; choose another folder, or remove them"
        ),
    }
}

/// A folder that is in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Number of files that were published.
    pub files: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// Number of files that were there and not published: they stay.
    pub kept: usize,
}

/// A folder that is being made.
#[derive(Debug)]
pub struct Staging {
    root: TempDir,
    paths: BTreeSet<String>,
    bytes: u64,
}

impl Staging {
    /// An empty one on the disk of `out`.
    ///
    /// # Errors
    /// Where nothing can be written beside `out`.
    pub fn beside(out: &Path) -> Result<Self> {
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let make = || -> io::Result<Self> {
            fs::create_dir_all(parent)?;
            let root = tempfile::Builder::new().prefix(".publish-").tempdir_in(parent)?;
            // a temporary folder is for its owner alone; what is in it is not
            fs::create_dir(root.path().join("new"))?;
            Ok(Self { root, paths: BTreeSet::new(), bytes: 0 })
        };
        make().with_context(|| format!("cannot write in {}", parent.display()))
    }

    /// Adds a file.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let to = self.new_folder().join(path);
        let folder = to.parent().context("a file to publish is in a folder")?;
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&to, bytes));
        written.with_context(|| {
            format!("cannot write {}; free space or choose another folder", to.display())
        })?;
        self.paths.insert(path.to_owned());
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Adds a file of what is known of records, without the folders of the machines that they come
    /// from.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn put_text(&mut self, path: &str, text: &str) -> Result<()> {
        self.put(path, without_own_folders(text).as_bytes())
    }

    /// Puts the folder in the place of `out`, whose own files it keeps.
    ///
    /// # Errors
    /// Where it cannot be moved there, or a file of `out` that was not published is in its way; what was
    /// there is then there again.
    pub fn replace(mut self, out: &Path) -> Result<Placed> {
        let listed = kept::list(&self.paths);
        self.put(kept::LIST, listed.as_bytes())?;
        let new = self.new_folder();
        let kept = if out.is_dir() { kept::carry_over(out, &new)? } else { 0 };
        let old = self.root.path().join("old");
        let had_one = match fs::rename(out, &old) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error).with_context(|| in_the_way(out)),
        };
        if let Err(error) = fs::rename(self.new_folder(), out) {
            if had_one {
                fs::rename(&old, out).with_context(|| {
                    format!("what was in {} is in {}", out.display(), old.display())
                })?;
            }
            return Err(error).with_context(|| in_the_way(out));
        }
        Ok(Placed { files: self.paths.len(), bytes: self.bytes, kept })
    }

    fn new_folder(&self) -> PathBuf {
        self.root.path().join("new")
    }
}

fn in_the_way(out: &Path) -> String {
    format!(
        "cannot replace {}; where it is a mounted volume, publish to a folder within it",
        out.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().join("dist");
        (folder, out)
    }

    fn publish(out: &Path, kind: PublishedFolder) {
        let mut staging = Staging::beside(out).expect("writable");
        staging.put("index.html", kind.mark().as_bytes()).expect("writable");
        let placed = staging.replace(out).expect("in place");
        assert_eq!(placed.files, 2, "the page, and the list of what was published");
    }

    #[test]
    fn only_what_was_published_is_replaced() {
        let (_folder, out) = place();
        assert!(check_replaceable(&out, PublishedFolder::Dashboard).is_ok());
        fs::create_dir(&out).expect("writable");
        assert!(check_replaceable(&out, PublishedFolder::Dashboard).is_ok());
        fs::write(out.join("thesis.txt"), "").expect("writable");
        let error =
            check_replaceable(&out, PublishedFolder::Dashboard).expect_err("not ours").to_string();
        assert!(error.contains("dist") && error.contains("choose another folder"), "{error}");
    }

    #[test]
    fn builds_and_a_dashboard_do_not_replace_each_other() {
        let (_folder, out) = place();
        publish(&out, PublishedFolder::Dashboard);
        assert!(check_replaceable(&out, PublishedFolder::Dashboard).is_ok());
        assert!(check_replaceable(&out, PublishedFolder::Builds).is_err());
        publish(&out, PublishedFolder::Builds);
        assert!(check_replaceable(&out, PublishedFolder::Dashboard).is_err());
    }

    #[test]
    fn nothing_that_was_published_before_is_left() {
        let (folder, out) = place();
        let mut staging = Staging::beside(&out).expect("writable");
        staging.put("index.html", PublishedFolder::Dashboard.mark().as_bytes()).expect("writable");
        staging.put("old-site.wasm", b"").expect("writable");
        staging.replace(&out).expect("in place");
        publish(&out, PublishedFolder::Dashboard);
        assert!(!out.join("old-site.wasm").exists());
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
    }
}
