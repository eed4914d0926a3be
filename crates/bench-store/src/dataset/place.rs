//! Where a listed file may be put: which are wanted, and under which name.
//!
//! In: a path that a server listed. Out: whether it is fetched, and under which name it is kept.

use std::collections::HashMap;

use bench_records::{lenient::MAX_FILE_BYTES, naming::is_month};

use bench_hub::git;

use crate::layout::LINE_FILES;

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
