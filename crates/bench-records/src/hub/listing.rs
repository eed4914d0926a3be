//! A dataset's listing.
//!
//! In: the text of a page. Out: its entries; and of several, those that are records, that changed,
//! and in which order to read them.

use std::collections::HashSet;

use serde_json::Value;

use crate::{
    lenient::MAX_FILE_BYTES,
    naming::{holds_no_records, is_own_record_path},
    order::in_order,
};

/// A file or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Path in the dataset.
    pub path: String,
    /// Git's id of what it holds: another content has another id.
    pub id: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Size of a file in bytes.
    pub size: u64,
}

/// The entries of a page; `None` where the text is no page. What is neither a file nor a folder, or
/// has a path that leads elsewhere, is passed over.
#[must_use]
pub fn entries(page: &str) -> Option<Vec<Entry>> {
    let page: Value = serde_json::from_str(page).ok()?;
    Some(page.as_array()?.iter().filter_map(entry).collect())
}

fn entry(line: &Value) -> Option<Entry> {
    let text = |field: &str| line.get(field).and_then(Value::as_str);
    let is_folder = match text("type")? {
        "directory" => true,
        "file" => false,
        _ => return None,
    };
    let path = text("path")?;
    let is_odd = |part: &str| part.is_empty() || part.starts_with('.') || part.contains('\\');
    let size = line.get("size").and_then(Value::as_u64).unwrap_or_default();
    let (path, id) =
        ((!path.split('/').any(is_odd)).then(|| path.to_owned())?, text("oid")?.to_owned());
    Some(Entry { path, id, is_folder, size })
}

/// Whether an entry is the file of a record, by its name.
#[must_use]
pub fn is_record(entry: &Entry) -> bool {
    let (first, rest) = entry.path.split_once('/').unwrap_or_default();
    let second = rest.split('/').next().unwrap_or_default();
    let is_json = !entry.is_folder && entry.path.ends_with(".json");
    is_json && !holds_no_records(first, second) && entry.size <= MAX_FILE_BYTES
}

/// The entries of `now` that `before` lacks or has with another content.
#[must_use]
pub fn changed(before: &[Entry], now: Vec<Entry>) -> Vec<Entry> {
    let known: HashSet<&Entry> = before.iter().collect();
    now.into_iter().filter(|entry| !known.contains(entry)).collect()
}

/// Records in the order of the times that their names hold, newest first; those whose names hold
/// none come last.
#[must_use]
pub fn newest_first(records: Vec<Entry>) -> Vec<Entry> {
    let dated = records.into_iter().map(|entry| (time_in(&entry.path), entry)).collect();
    let dated: Vec<(Option<String>, Entry)> = in_order(dated, |a, b| {
        let by_time = b.0.cmp(&a.0);
        by_time.then_with(|| b.1.path.cmp(&a.1.path))
    });
    dated.into_iter().map(|(_, entry)| entry).collect()
}

/// Digits of the time in a file's name, to the second: `<series>-<time>-<id>.json`, or
/// `<time>_<commit>.json`.
fn time_in(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let skipped = if is_own_record_path(path) { name.find('-')? } else { 0 };
    let name = &name[skipped..];
    (0..name.len()).filter_map(|start| digits(name.as_bytes().get(start..)?)).next()
}

/// Fourteen digits at the beginning, with what writes a time between them.
fn digits(text: &[u8]) -> Option<String> {
    let mut digits = String::new();
    for byte in text {
        match byte {
            b'0'..=b'9' => digits.push(char::from(*byte)),
            b'-' | b'_' | b':' | b'T' if !digits.is_empty() => {}
            _ => return None,
        }
        if digits.len() == 14 {
            return Some(digits);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn file(path: &str, id: &str) -> Entry {
        Entry { path: path.to_owned(), id: id.to_owned(), is_folder: false, size: 9 }
    }

    #[test]
    fn what_a_page_lists_is_taken_and_what_leads_elsewhere_is_not() {
        let line =
            |kind: &str, path: &str| json!({"type": kind, "path": path, "oid": "a", "size": 3});
        let page = json!([
            line("file", "wan/x.json"),
            line("directory", "wan"),
            line("symlink", "link.json"),
            line("file", "../x.json"),
            line("file", "/x.json"),
            line("file", "a\\b.json"),
            line("file", ".gitattributes"),
            {"type": "file", "path": 7},
            null,
        ]);
        let found = entries(&page.to_string()).expect("a page");
        let paths: Vec<&str> = found.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["wan/x.json", "wan"]);
        assert_eq!((entries("<html>"), entries("{}")), (None, None));
    }

    #[test]
    fn records_are_told_from_what_is_derived_or_beside_them() {
        for path in ["wan/x.json", "records/2026-05/01/x.json", "index/x.json", "raw/x.json"] {
            assert!(is_record(&file(path, "a")), "{path}");
        }
        for path in ["index/v1/x.json", "raw/2026-05/01/x.json", "README.md", "events.ndjson"] {
            assert!(!is_record(&file(path, "a")), "{path}");
        }
        assert!(!is_record(&Entry { size: MAX_FILE_BYTES + 1, ..file("wan/x.json", "a") }));
        assert!(!is_record(&Entry { is_folder: true, ..file("wan.json", "a") }));
    }

    #[test]
    fn what_is_new_and_what_has_another_content_changed() {
        let before = vec![file("b", "1"), file("a", "1"), file("gone", "1")];
        let now = vec![file("a", "1"), file("b", "2"), file("c", "1")];
        let paths: Vec<String> =
            changed(&before, now).into_iter().map(|entry| entry.path).collect();
        assert_eq!(paths, ["b", "c"]);
    }

    #[test]
    fn the_newest_comes_first_in_every_layout() {
        let records = [
            "wan/2026-05-08T22_00_00_00_00_3f2c1ab.json",
            "wan/notes.json",
            "records/2026-05/09/202605081234-20260509T100000Z-01JX.json",
            "flux/20260508T230000Z_3f2c1ab.json",
            "flux/2026-05-10T00_00_00.123456_00_00_3f2c1ab.json",
        ]
        .map(|path| file(path, "a"));
        let records = newest_first(records.to_vec());
        let days: Vec<Option<String>> = records.iter().map(|entry| time_in(&entry.path)).collect();
        let expected = ["20260510000000", "20260509100000", "20260508230000", "20260508220000"];
        assert_eq!(days[..4], expected.map(|digits| Some(digits.to_owned())));
        assert_eq!(days[4], None);
    }
}
