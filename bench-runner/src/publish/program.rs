//! The built dashboard: its page, program and styles, without data.
//!
//! In: a folder that the site's build made, or what this binary carries. Out: its files.

use std::{borrow::Cow, collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};

const INDEX: &str = "index.html";
/// What a deployment adds to the program; a folder that was published can be published again.
const ADDED: [&str; 5] = [INDEX, "config.json", "latest.html", "summary.json", "feed.xml"];
const ADDED_FOLDERS: [&str; 2] = ["data/", "badges/"];

#[cfg(feature = "site")]
const CARRIED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/site.rs"));
#[cfg(not(feature = "site"))]
const CARRIED: &[(&str, &[u8])] = &[];

/// The files of a dashboard.
#[derive(Debug)]
pub struct Program {
    index: String,
    files: BTreeMap<String, Cow<'static, [u8]>>,
}

impl Program {
    /// The dashboard in `folder`, else the one that this binary carries.
    ///
    /// # Errors
    /// Where neither is one.
    pub fn load(folder: Option<&Path>) -> Result<Self> {
        match folder {
            Some(folder) => Self::read(folder),
            None if CARRIED.is_empty() => bail!(
                "this build of bench-runner carries no dashboard; name a built one with --site DIR \
                 (`cargo xtask site` makes target/site), or build it with the feature `site`"
            ),
            None => Self::of(CARRIED.iter().map(|(path, bytes)| (*path, Cow::Borrowed(*bytes)))),
        }
    }

    fn read(folder: &Path) -> Result<Self> {
        let mut found = Vec::new();
        // before anything else, for a folder that is no dashboard may hold a whole disk
        if folder.join(INDEX).is_file() {
            collect(folder, folder, &mut found)
                .with_context(|| format!("cannot read the dashboard in {}", folder.display()))?;
        }
        Self::of(found.iter().map(|(path, bytes)| (path.as_str(), Cow::Owned(bytes.clone()))))
            .with_context(|| {
                format!(
                    "--site {}: holds no built dashboard; `cargo xtask site` makes one in target/site",
                    folder.display()
                )
            })
    }

    fn of<'p>(files: impl Iterator<Item = (&'p str, Cow<'static, [u8]>)>) -> Result<Self> {
        let mut files: BTreeMap<String, Cow<'static, [u8]>> =
            files.map(|(path, bytes)| (path.to_owned(), bytes)).collect();
        let index = files.get(INDEX).context("index.html is missing")?;
        let index = String::from_utf8(index.to_vec()).context("index.html is not UTF-8")?;
        let is_added = |path: &str| {
            ADDED.contains(&path) || ADDED_FOLDERS.iter().any(|folder| path.starts_with(folder))
        };
        files.retain(|path, _| !is_added(path));
        ensure!(files.keys().any(|path| path.ends_with(".wasm")), "no .wasm file is in it");
        Ok(Self { index, files })
    }

    /// Text of its page.
    #[must_use]
    pub fn index(&self) -> &str {
        &self.index
    }

    /// Path and content of all other files.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_ref()))
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        let kind = entry.file_type()?;
        if kind.is_dir() && !ADDED_FOLDERS.contains(&format!("{name}/").as_str()) {
            collect(root, &path, found)?;
        } else if kind.is_file() {
            found.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for path in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(path, "x").expect("writable");
        }
        folder
    }

    #[test]
    fn a_folder_that_was_published_gives_its_program_without_its_data() {
        let folder = folder_with(&[
            "index.html",
            "a.wasm",
            "sub/b.js",
            "config.json",
            "feed.xml",
            "data/x.ndjson",
            "badges/a.svg",
        ]);
        let program = Program::load(Some(folder.path())).expect("a dashboard");
        assert_eq!(
            program.files().map(|(path, _)| path).collect::<Vec<_>>(),
            ["a.wasm", "sub/b.js"]
        );
        assert_eq!(program.index(), "x");
    }

    #[test]
    fn a_folder_that_is_no_dashboard_is_named() {
        for files in [&["a.wasm"][..], &["index.html"]] {
            let folder = folder_with(files);
            let error = format!("{:#}", Program::load(Some(folder.path())).expect_err("refused"));
            assert!(error.contains(&folder.path().display().to_string()), "{error}");
            assert!(error.contains("cargo xtask site"), "{error}");
        }
    }
}
