//! The sample of a regression: laid out from the fixtures; reports read back.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

const FIXTURES: &str = "tests/fixtures/demo";

/// Empties `demo` and copies history and results into it.
pub fn lay_out(root: &Path, demo: &Path) -> Result<String> {
    if demo.exists() {
        fs::remove_dir_all(demo).with_context(|| format!("cannot empty {}", demo.display()))?;
    }
    let files = copy(&root.join(FIXTURES), demo)
        .with_context(|| format!("cannot copy {FIXTURES} to {}", demo.display()))?;
    Ok(format!("{files} files from {FIXTURES}"))
}

pub(super) fn copy(from: &Path, to: &Path) -> std::io::Result<usize> {
    fs::create_dir_all(to)?;
    let mut files = 0;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            files += copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
            files += 1;
        }
    }
    Ok(files)
}

/// The Markdown of a reports folder, then the names of the other reports.
pub fn reports(folder: &Path) -> Result<String> {
    let (mut markdown, mut others) = (String::new(), Vec::new());
    let listing = fs::read_dir(folder);
    for entry in listing.with_context(|| format!("no reports in {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md")
            && !path.ends_with("comment.md")
        {
            markdown += &fs::read_to_string(&path)?;
        } else {
            others.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    ensure!(!markdown.is_empty(), "no Markdown report in {}", folder.display());
    others.sort();
    Ok(format!("{}\n\nbeside it: {}", markdown.trim_end(), others.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laying_out_twice_leaves_nothing_of_the_first_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let demo = folder.path().join("demo");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let first = lay_out(&root, &demo).expect("copied");
        fs::write(demo.join("left-over"), "").expect("writable");
        assert_eq!(lay_out(&root, &demo).expect("copied again"), first);
        assert!(!demo.join("left-over").exists());
        assert!(demo.join("history/tiny-wan-cpu").is_dir());
    }

    #[test]
    fn a_missing_report_is_an_error_that_names_the_folder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = reports(folder.path()).expect_err("nothing there").to_string();
        assert!(error.starts_with("no Markdown report in "), "{error}");
    }
}
