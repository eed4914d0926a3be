//! Files in a published folder that publishing did not make: they stay.
//!
//! In: the folder that is there, and the one that takes its place. Out: the second with the first one's own
//! files, such as a `CNAME`; one that both have is an error.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::unlisted;

/// The list of what was published, beside it.
pub const LIST: &str = "published.txt";

/// The text of the list of these paths.
#[must_use]
pub fn list(paths: &BTreeSet<String>) -> String {
    paths.iter().map(|path| format!("{path}\n")).collect()
}

/// Copies what is not published from `out` to `new`; returns how many files that were.
///
/// # Errors
/// Where `new` has another file of that name, or a file cannot be copied.
pub fn carry_over(out: &Path, new: &Path) -> Result<usize> {
    let published = Published::of(out);
    let all = files(out).with_context(|| format!("cannot list {}", out.display()))?;
    if matches!(published, Published::Unlisted)
        && let Some(said) = unlisted::in_words(&all)
    {
        eprintln!("warning: {}: {said}", out.display());
    }
    let mut kept = 0;
    for path in all {
        if published.has(&path) {
            continue;
        }
        let (from, to) = (out.join(&path), new.join(&path));
        ensure!(
            fs::symlink_metadata(&to).is_err(),
            "{} was not published and would be replaced; move it elsewhere",
            from.display()
        );
        copy(&from, &to).with_context(|| format!("cannot keep {}", from.display()))?;
        kept += 1;
    }
    Ok(kept)
}

/// What of a folder was published.
enum Published {
    Listed(BTreeSet<PathBuf>),
    /// By a version that left no list.
    Unlisted,
}

impl Published {
    fn of(out: &Path) -> Self {
        match fs::read_to_string(out.join(LIST)) {
            Ok(text) => Self::Listed(text.lines().map(PathBuf::from).collect()),
            Err(_) => Self::Unlisted,
        }
    }

    fn has(&self, path: &Path) -> bool {
        match self {
            Self::Listed(paths) => paths.contains(path) || path == Path::new(LIST),
            Self::Unlisted => unlisted::is_of_a_dashboard(path),
        }
    }
}

/// Paths of files, links and empty folders below a folder, relative to it, in their order.
fn files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root.join(&folder))?.collect::<io::Result<Vec<_>>>()?;
        if entries.is_empty() && !folder.as_os_str().is_empty() {
            found.push(folder.clone());
        }
        for entry in entries {
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let kind = fs::symlink_metadata(from)?.file_type();
    if kind.is_dir() {
        return fs::create_dir_all(to);
    }
    #[cfg(unix)]
    if kind.is_symlink() {
        return std::os::unix::fs::symlink(fs::read_link(from)?, to);
    }
    fs::copy(from, to).map(drop)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::publish::folder::{PublishedFolder, Staging};

    fn place() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().join("dist");
        (folder, out)
    }

    fn publish(out: &Path) {
        let mut staging = Staging::beside(out).expect("writable");
        staging.put("index.html", PublishedFolder::Dashboard.mark().as_bytes()).expect("writable");
        staging.replace(out).expect("in place");
    }

    #[test]
    fn what_was_not_published_stays_where_it_is() {
        let (_folder, out) = place();
        publish(&out);
        fs::write(out.join("CNAME"), "my.site").expect("writable");
        fs::create_dir_all(out.join("mine/deep")).expect("writable");
        fs::create_dir(out.join("empty")).expect("writable");
        fs::write(out.join("mine/deep/index.html"), "own").expect("writable");
        for _ in 0..2 {
            let mut staging = Staging::beside(&out).expect("writable");
            staging
                .put("index.html", PublishedFolder::Dashboard.mark().as_bytes())
                .expect("writable");
            assert_eq!(staging.replace(&out).expect("in place").kept, 3);
            assert_eq!(fs::read_to_string(out.join("CNAME")).expect("kept"), "my.site");
            assert_eq!(fs::read_to_string(out.join("mine/deep/index.html")).expect("kept"), "own");
            assert!(out.join("empty").is_dir());
        }
    }

    #[test]
    fn a_file_of_somebody_else_in_the_way_is_named_and_nothing_is_replaced() {
        let (_folder, out) = place();
        publish(&out);
        fs::write(out.join("feed.xml"), "own").expect("writable");
        let mut staging = Staging::beside(&out).expect("writable");
        staging.put("feed.xml", b"ours").expect("writable");
        let error = staging.replace(&out).expect_err("in the way").to_string();
        assert!(error.contains("feed.xml was not published"), "{error}");
        assert_eq!(fs::read_to_string(out.join("feed.xml")).expect("as it was"), "own");
        assert!(out.join("index.html").exists());
    }

    #[test]
    fn of_a_dashboard_without_a_list_what_is_of_no_dashboard_stays() {
        let (_folder, out) = place();
        fs::create_dir_all(out.join("data/index")).expect("writable");
        let own = [
            "CNAME",
            "about.html",
            "app-2.js",
            "menu-feed.js",
            "mine.css",
            "sitemap.xml",
            "theme-1.css",
        ];
        for path in
            ["index.html", "old-1fe67282a0b4c9d3.wasm", "data/index/head.ndjson"].iter().chain(&own)
        {
            fs::write(out.join(path), PublishedFolder::Dashboard.mark()).expect("writable");
        }
        publish(&out);
        let there = |path: &str| out.join(path).exists();
        assert!(own.into_iter().all(there) && there("index.html"));
        assert!(!there("old-1fe67282a0b4c9d3.wasm") && !there("data"));
    }
}
