//! Pages of the site stand apart: what two of them share is in a room that says what it is.
//!
//! In: the sources of the pages. Out: how many pages there are, or a file of one that names another.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Result, bail, ensure};

use super::{
    rooms::names_after,
    sources::{Tests, entries, visit},
};
use crate::workspace::Workspace;

/// A folder per page.
const PAGES: &str = "site/src/pages";

/// Holds that no page names another.
///
/// # Errors
/// Names the file and the page that it uses, or the folder if it has no page.
pub fn check(workspace: &Workspace) -> Result<String> {
    apart(&workspace.root.join(PAGES))
}

fn apart(folder: &Path) -> Result<String> {
    let folders: Vec<_> = entries(folder)?.into_iter().filter(|entry| entry.is_dir()).collect();
    let pages: BTreeSet<String> = folders.iter().map(|page| name(page)).collect();
    ensure!(
        !pages.is_empty(),
        "{} has no folder of a page; say in xtask/src/test/pages.rs where pages are",
        folder.display()
    );
    for page in &folders {
        let others = pages.iter().filter(|other| **other != name(page)).cloned().collect();
        check_page(page, &others)?;
    }
    Ok(format!("{} pages, and none uses another", pages.len()))
}

fn check_page(page: &Path, others: &BTreeSet<String>) -> Result<()> {
    visit(page, Tests::Read, &mut |path, text| {
        if let Some(other) = other_page(text, others) {
            bail!("{} uses the page {other}; move what both need out of {PAGES}", path.display());
        }
        Ok(())
    })
}

/// Another page that a source names, by its path in the crate or from beside it.
fn other_page(text: &str, others: &BTreeSet<String>) -> Option<String> {
    let names = ["pages::", "super::"].map(|path| names_after(path, text));
    names.into_iter().flatten().find(|name| others.contains(name))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn another_page_is_found_however_it_is_named() {
        let others = BTreeSet::from(["run", "series"].map(str::to_owned));
        let found = |text: &str| other_page(text, &others);
        let names = [
            "use crate::pages::run::trials;",
            "use crate::{\n    format,\n    pages::{overview::model, run},\n};",
            "use super::super::run::trials;",
            "fn f() { crate::pages::run::view::page() }",
        ];
        for text in names {
            assert_eq!(found(text).as_deref(), Some("run"), "{text}");
        }
        let own =
            "use super::{runs, trials};\nuse crate::{judged, query::Page::Run};\n// pages::run\n";
        assert_eq!(found(own), None);
    }

    #[test]
    fn a_folder_without_pages_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("mod.rs"), "").expect("writable");
        let error = apart(folder.path()).expect_err("no page").to_string();
        let expected = format!("{} has no folder of a page", folder.path().display());
        assert!(error.starts_with(&expected), "{error}");
    }

    #[test]
    fn a_page_that_uses_another_is_named_with_its_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |file: &str, text: &str| {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(path, text).expect("writable");
        };
        write("mod.rs", "pub mod run;\npub mod series;\n");
        write("run/view.rs", "use crate::trials;\n");
        write("series/view.rs", "use super::model;\n");
        assert_eq!(apart(folder.path()).expect("apart"), "2 pages, and none uses another");
        write("series/view.rs", "use crate::pages::run::view;\n");
        let error = apart(folder.path()).expect_err("one uses the other").to_string();
        assert!(error.contains("series/view.rs uses the page run;"), "{error}");
    }
}
