//! Files of a dashboard that was published without a list of them.
//!
//! In: paths in its folder. Out: whether one is of a dashboard, by the names that these have, and what
//! people should hear before anything is replaced. What no dashboard is sure to have stays.

use std::{
    collections::BTreeSet,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use super::kept::LIST;
use crate::words::{counted, named};

/// What every dashboard has at the top, and its folders.
const FILES: [&str; 5] = ["config.json", "feed.xml", "index.html", "latest.html", "summary.json"];
const FOLDERS: [&str; 2] = ["badges", "data"];

/// Kinds of the program's files and pictures, whose names end with a hash: `site-1fe67282a0b4c9d3.js`.
const HASHED: [&str; 5] = ["css", "js", "png", "svg", "wasm"];
/// Digits of a hash: 64 bits without leading zeros. People's own names end with numbers, dates and words
/// such as `feed`.
const HASH_DIGITS: RangeInclusive<usize> = 13..=16;

/// Names that a sentence has at most.
const NAMED: usize = 3;

/// Whether only a dashboard has a file of this name.
pub fn is_of_a_dashboard(path: &Path) -> bool {
    if let Some(folder) = folder(path) {
        return FOLDERS.contains(&folder.as_str());
    }
    let name = path.to_string_lossy();
    let (stem, kind) = name.rsplit_once('.').unwrap_or((&name, ""));
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    let hash = stem.rsplit_once('-').map(|(_, hash)| hash);
    FILES.contains(&&*name) || (HASHED.contains(&kind) && hash.is_some_and(is_hash))
}

fn is_hash(text: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_time = || text.bytes().all(|byte| byte.is_ascii_digit());
    HASH_DIGITS.contains(&text.len()) && text.bytes().all(is_digit) && !is_time()
}

/// Which files are taken for those of a dashboard, and which stay; `None` where none is there.
pub fn in_words(all: &[PathBuf]) -> Option<String> {
    let (taken, kept): (Vec<&Path>, Vec<&Path>) =
        all.iter().map(PathBuf::as_path).partition(|path| is_of_a_dashboard(path));
    if taken.is_empty() {
        return None;
    }
    let mut said = format!(
        "has no {LIST}, so names decide; taken for an earlier dashboard and replaced: {}",
        listed(&taken)
    );
    if !kept.is_empty() {
        said +=
            &format!("; kept: {}, to be deleted by hand if a dashboard left them", listed(&kept));
    }
    Some(said)
}

/// `12 files (badges/, data/, index.html and 2 more)`
fn listed(paths: &[&Path]) -> String {
    let name = |path: &&Path| folder(path).map_or(path.display().to_string(), |top| top + "/");
    let names: BTreeSet<String> = paths.iter().map(name).collect();
    format!("{} ({})", counted(paths.len(), "file"), named(names, NAMED))
}

/// The folder at the top that a path is in.
fn folder(path: &Path) -> Option<String> {
    let mut parts = path.components();
    let first = parts.next()?;
    parts.next().map(|_| first.as_os_str().to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_only_dashboards_have_are_theirs() {
        for path in [
            "index.html",
            "site-1fe67282a0b4c9d3_bg.wasm",
            "site-1fe67282a0b4c9d3.js",
            "site-1fe67282a0b4c9d3.css",
            "icon-7c62409fac5ccbfb.png",
            "site-62ea6334a544a87.css",
            "data/a/b.json",
        ] {
            assert!(is_of_a_dashboard(Path::new(path)), "{path}");
        }
        for path in [
            "about.html",
            "mine.css",
            "robots.js",
            "app-2.js",
            "theme-1.css",
            "menu-feed.js",
            "theme-20260401.css",
            "theme-20260401120000.css",
            "lib-3f2c1ab.wasm",
            "plot-1.png",
            "mine/index.html",
            "CNAME",
        ] {
            assert!(!is_of_a_dashboard(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn what_goes_and_what_stays_is_counted_and_named() {
        let paths = [
            "a-1fe67282a0b4c9d3.js",
            "b-1fe67282a0b4c9d3.js",
            "data/x",
            "data/y",
            "index.html",
            "about.html",
            "CNAME",
        ];
        let said = in_words(&paths.map(PathBuf::from)).expect("a dashboard is there");
        assert_eq!(
            said,
            "has no published.txt, so names decide; taken for an earlier dashboard and replaced: 5 \
             files (a-1fe67282a0b4c9d3.js, b-1fe67282a0b4c9d3.js, data/ and 1 more); kept: 2 files \
             (CNAME, about.html), to be deleted by hand if a dashboard left them"
        );
        assert_eq!(in_words(&[PathBuf::from("CNAME")]), None);
    }
}
