//! Sources of a crate, as its checks read them.
//!
//! In: a folder. Out: what it holds, or the text of each source below it, with or without tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Whether files and folders that are called `tests` are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tests {
    /// As all others.
    Read,
    /// They are passed over.
    Aside,
}

/// What a folder holds, by name.
///
/// # Errors
/// Names a folder that cannot be listed.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = || format!("cannot list {}", folder.display());
    let entries = fs::read_dir(folder).with_context(cannot)?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Shows each source below a folder, or the one at `path`, by name.
///
/// # Errors
/// Names what cannot be read, or says what `look` does.
pub fn visit(
    path: &Path,
    tests: Tests,
    look: &mut impl FnMut(&Path, &str) -> Result<()>,
) -> Result<()> {
    if path.is_dir() {
        for entry in entries(path)? {
            let is_of_tests = entry.file_stem().is_some_and(|stem| stem == "tests");
            if tests == Tests::Read || !is_of_tests {
                visit(&entry, tests, look)?;
            }
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        let cannot = || format!("cannot read {}", path.display());
        look(path, &fs::read_to_string(path).with_context(cannot)?)?;
    }
    Ok(())
}

/// A source up to the module of its tests.
pub fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visited(folder: &Path, tests: Tests) -> Vec<String> {
        let mut names = Vec::new();
        let mut look = |path: &Path, text: &str| {
            let path = path.strip_prefix(folder).context("it lies elsewhere")?;
            names.push(format!("{} {text}", path.display()));
            Ok(())
        };
        visit(folder, tests, &mut look).expect("readable");
        names
    }

    #[test]
    fn sources_are_read_by_name_and_those_of_tests_where_they_are_wanted() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path().join("tests");
        for file in ["b.rs", "a/tests/one.rs", "a/mod.rs", "a/tests.rs", "a/style.css"] {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(path, "x").expect("writable");
        }
        assert_eq!(visited(&folder, Tests::Aside), ["a/mod.rs x", "b.rs x"]);
        let all = ["a/mod.rs x", "a/tests/one.rs x", "a/tests.rs x", "b.rs x"];
        assert_eq!(visited(&folder, Tests::Read), all);
    }

    #[test]
    fn a_source_ends_where_the_module_of_its_tests_begins() {
        let text = "fn a() {}\n#[cfg(test)]\nfn b() {}\n";
        assert_eq!(without_tests(text), text);
        assert_eq!(without_tests(&format!("{text}#[cfg(test)]\nmod tests {{\n}}\n")), text);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = entries(Path::new("/nowhere/src")).expect_err("not there").to_string();
        assert_eq!(error, "cannot list /nowhere/src");
    }
}
