//! Where a listed file may be put: which paths are safe, and which are wanted.
//!
//! In: a path that a server listed. Out: whether it is fetched, and under which name it is kept.

use std::collections::HashMap;

use bench_records::{lenient::MAX_FILE_BYTES, naming::is_month};

use crate::store::{git, layout::LINE_FILES};

const MOST_COMPONENTS: usize = 32;
const LONGEST_COMPONENT: usize = 240;
/// The largest compacted part that is read, in bytes.
const MAX_PART_BYTES: u64 = 1024 * 1024 * 1024;
/// The largest file of lines that is read, in bytes.
const MAX_LINES_BYTES: u64 = 256 * 1024 * 1024;

/// Which files of a dataset are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// What judging and drawing need.
    History,
    /// The trials of every run as well.
    HistoryAndTrials,
}

/// The most bytes that a wanted file may have; `None` for a file that is not wanted.
#[must_use]
pub fn limit(path: &str, wanted: Wanted) -> Option<u64> {
    let (first, rest) = path.split_once('/').unwrap_or(("", path));
    let second = rest.split('/').next().unwrap_or_default();
    let ends = |ending: &str| path.ends_with(ending);
    match first {
        // derived here from the records, so that nobody has to trust it
        "index" if second == "v1" => None,
        "raw" if is_month(second) => {
            let is_wanted = wanted == Wanted::HistoryAndTrials && ends(".ndjson");
            is_wanted.then_some(MAX_FILE_BYTES)
        }
        "data" if ends(".parquet") => Some(MAX_PART_BYTES),
        "" if LINE_FILES.contains(&path) => Some(MAX_LINES_BYTES),
        _ => ends(".json").then_some(MAX_FILE_BYTES),
    }
}

/// Why a path cannot be kept in a folder.
///
/// # Errors
/// Names what is wrong with it.
pub fn check(path: &str) -> Result<(), String> {
    if path.is_empty() || path.starts_with('/') {
        return Err("is not relative".to_owned());
    }
    let components: Vec<&str> = path.split('/').collect();
    if components.len() > MOST_COMPONENTS {
        return Err(format!("has {} components, at most {MOST_COMPONENTS}", components.len()));
    }
    match components.into_iter().find_map(wrong_with) {
        Some(problem) => Err(problem),
        None => Ok(()),
    }
}

fn wrong_with(component: &str) -> Option<String> {
    let odd = component.chars().find(|c| c.is_control() || matches!(c, '\\' | ':'));
    if let Some(odd) = odd {
        return Some(format!("has the character {odd:?}, which no plain path has"));
    }
    match component {
        "" => Some("has an empty component".to_owned()),
        "." | ".." => Some(format!("has the component {component:?}")),
        _ if component.starts_with('.') => Some("is hidden".to_owned()),
        _ if component.len() > LONGEST_COMPONENT => Some(format!(
            "has a component of {} bytes, at most {LONGEST_COMPONENT}",
            component.len()
        )),
        _ => None,
    }
}

/// Names under which files are kept, so that two which differ in case only do not meet in a file
/// system that takes them for one.
#[derive(Debug, Default)]
pub struct Names {
    taken: HashMap<String, String>,
}

impl Names {
    /// The path under which a listed path is kept; another one where its own is taken.
    pub fn keep(&mut self, path: &str) -> String {
        let folded = path.to_lowercase();
        let holder = self.taken.entry(folded).or_insert_with(|| path.to_owned());
        if holder == path {
            return path.to_owned();
        }
        let (stem, ending) = path.rsplit_once('.').unwrap_or((path, "json"));
        format!("{stem}~{}.{ending}", &git::blob_id(path.as_bytes())[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_or_hide_in_it_are_refused() {
        for path in [
            "",
            "/etc/x.json",
            "../x.json",
            "a/../../x.json",
            "a/./x.json",
            "a//x.json",
            "a/",
            "a\\..\\x.json",
            "C:/x.json",
            "a/\u{0}.json",
            "a/b\n.json",
            ".hub/x.json",
            "a/.x.json",
            &"a/".repeat(40),
            &"x".repeat(300),
        ] {
            assert!(check(path).is_err(), "{path:?}");
        }
        for path in
            ["a.json", "records/2026-05/01/x-y.json", "ü/é 1.json", "data/month=2026-05/p.parquet"]
        {
            assert_eq!(check(path), Ok(()), "{path:?}");
        }
    }

    #[test]
    fn what_judging_does_not_need_is_not_fetched() {
        let wanted = |path| limit(path, Wanted::History).is_some();
        for path in [
            "wan/x.json",
            "records/2026-05/01/x.json",
            "x.json",
            "events.ndjson",
            "index/x.json",
            "raw/x.json",
            "data/month=2026-05/part-1.parquet",
        ] {
            assert!(wanted(path), "{path}");
        }
        for path in [
            "index/v1/head.ndjson",
            "index/v1/x.json",
            "raw/2026-05/01/x.ndjson",
            "README.md",
            "a/events.ndjson",
            "x.parquet",
        ] {
            assert!(!wanted(path), "{path}");
        }
        assert!(limit("raw/2026-05/01/x.ndjson", Wanted::HistoryAndTrials).is_some());
    }

    #[test]
    fn paths_that_differ_in_case_only_get_different_names_in_any_case() {
        let mut names = Names::default();
        assert_eq!(names.keep("a/x.json"), "a/x.json");
        let other = names.keep("A/x.json");
        assert!(other.starts_with("A/x~") && other.ends_with(".json"), "{other}");
        assert_eq!(names.keep("a/x.json"), "a/x.json");
    }
}
