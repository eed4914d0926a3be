//! Absolute paths in what leaves a machine: the last part of each stays, its folders go.
//!
//! In: text that a record, a run or a message has, or its JSON. Out: the same, with
//! `/home/somebody/models/wan` as `…/wan`, which says the same on every machine.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Where machines keep what belongs to somebody, to a job or to the moment, and what is large.
const OWN_ROOTS: [&str; 21] = [
    "home",
    "Users",
    "root",
    "tmp",
    "var",
    "private",
    "mnt",
    "media",
    "opt",
    "srv",
    "usr",
    "workspace",
    "workspaces",
    "builds",
    "github",
    "__w",
    "data",
    "scratch",
    "nfs",
    "fsx",
    "lustre",
];

/// `text`, which was written on the machine that measured, without the folders of its absolute paths.
/// Addresses of the web, fractions and units stay as they are: a path begins the text or follows what
/// separates words, and has two parts or more, unless it is alone within quotes.
#[must_use]
pub fn without_folders(text: &str) -> Cow<'_, str> {
    shortening(text, |_| true)
}

/// As [`without_folders`], of a text that may be anything, such as a name that another tool gave: only
/// folders below the roots of homes, jobs and mounts go, so that `/v1/completions` and
/// `/v2/completions` stay two names.
#[must_use]
pub fn without_own_folders(text: &str) -> Cow<'_, str> {
    shortening(text, |root| OWN_ROOTS.contains(&root))
}

/// `text` without the folders of those absolute paths whose first part `goes`.
fn shortening(text: &str, goes: impl Fn(&str) -> bool) -> Cow<'_, str> {
    let mut short = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find('/') {
        let start = at + found;
        at = start + 1;
        if !begins_a_path(&text[..start], &text[start..]) {
            continue;
        }
        let end = start + text[start..].find(ends_a_path).unwrap_or(text.len() - start);
        if let Some(last) = shortened(text, start, end, &goes) {
            short.push_str(&text[copied..start]);
            short.push_str(&last);
            (copied, at) = (end, end);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    short.push_str(&text[copied..]);
    Cow::Owned(short)
}

/// `value` with all its texts [`without_folders`]; names of fields stay.
#[must_use]
pub fn value_without_folders(value: Value) -> Value {
    each_text(value, without_folders)
}

/// `value` with all its texts [`without_own_folders`].
#[must_use]
pub fn value_without_own_folders(value: Value) -> Value {
    each_text(value, without_own_folders)
}

/// As [`value_without_folders`], for the members of an object.
#[must_use]
pub fn fields_without_folders(fields: Map<String, Value>) -> Map<String, Value> {
    fields.into_iter().map(|(name, member)| (name, value_without_folders(member))).collect()
}

fn each_text(mut value: Value, change: fn(&str) -> Cow<'_, str>) -> Value {
    change_texts(&mut value, change);
    value
}

/// In place: a history has millions of values.
fn change_texts(value: &mut Value, change: fn(&str) -> Cow<'_, str>) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(changed) = change(text) {
                *text = changed;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| change_texts(item, change)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|member| change_texts(member, change));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What no path goes on after, in sentences, lists, calls and JSON.
fn ends_a_path(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '"' | '\'' | '`' | '\\' | ',' | ';' | ':' | '|')
        || matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>')
}

/// Whether the slash between `before` and `after` begins a path: not within a word, and not that of
/// an address such as `https://host`. The path of a `file://` address has three slashes.
fn begins_a_path(before: &str, after: &str) -> bool {
    let is_address = |scheme: &str| scheme.ends_with(|c: char| c.is_ascii_alphanumeric());
    if let Some(scheme) = before.strip_suffix("://") {
        return is_address(scheme);
    }
    if before.strip_suffix(':').is_some_and(is_address) && after.starts_with("//") {
        return false;
    }
    // a line's break in JSON
    let is_escape = ["\\n", "\\r", "\\t"].iter().any(|escape| before.ends_with(escape));
    let last = before.chars().next_back();
    let closes = matches!(last, Some(')' | ']' | '}' | '\\'));
    is_escape || last.is_none_or(|c| !closes && ends_a_path(c) || matches!(c, '=' | '@' | '&'))
}

/// The path from `start` to `end` as `…` and its last part; `None` for what is too short to be one, or
/// stays.
fn shortened(text: &str, start: usize, end: usize, goes: impl Fn(&str) -> bool) -> Option<String> {
    let parts: Vec<&str> =
        text[start..end].split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    let is_alone = (start == 0 || text[..start].ends_with(is_quote))
        && (end == text.len() || text[end..].starts_with(is_quote));
    match parts.as_slice() {
        [] => None,
        [root, ..] if !goes(root) => None,
        [_] if !is_alone => None,
        ["home" | "Users", _] => Some("…".to_owned()),
        [.., last] => Some(format!("…/{last}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_part_of_an_absolute_path_stays() {
        for (text, expected) in [
            ("/home/me/models/wan", "…/wan"),
            ("//home/me//models/./wan/", "…/wan"),
            ("/models", "…/models"),
            ("/home/me", "…"),
            ("--model=/data/wan --out /tmp/a/b.png", "--model=…/wan --out …/b.png"),
            ("/data/lib:/opt/lib/x", "…/lib:…/x"),
            ("cannot read \"/root/x\": no such file", "cannot read \"…/x\": no such file"),
            ("(see /var/log/gpu.log)", "(see …/gpu.log)"),
            ("file:///home/me/wan", "file://…/wan"),
            (r#"{"a":"one\n/home/me/x"}"#, r#"{"a":"one\n…/x"}"#),
            (r#"{"a":"/models"}"#, r#"{"a":"…/models"}"#),
        ] {
            assert_eq!(without_folders(text), expected, "{text}");
        }
    }

    #[test]
    fn addresses_fractions_units_and_names_stay() {
        for text in [
            "Wan-AI/Wan2.1-T2V-1.3B-Diffusers",
            "./models/wan",
            "../models/wan",
            "https://example.org/owner/name",
            "hf://datasets/owner/name",
            "4.2 frames/s, 1/2 of it, a / b, and/or",
            "60 /s",
            "s/one/two/",
            "feature/x",
            "{output_dir}/a/b",
            "",
        ] {
            assert_eq!(without_folders(text), text);
            assert!(matches!(without_folders(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn names_that_only_look_like_paths_stay_where_the_text_may_be_anything() {
        for text in ["/v1/completions", "POST /api/users/list", "\"/models\"", "/models/x"] {
            assert_eq!(without_own_folders(text), text);
        }
        assert_eq!(without_own_folders("bench /home/me/repo/a.rs::x"), "bench …/a.rs::x");
        assert_eq!(value_without_own_folders(json!(["/tmp/a/b"])), json!(["…/b"]));
    }

    #[test]
    fn texts_at_any_depth_are_shortened_and_names_of_fields_are_not() {
        let value = json!({"/a/b": ["/a/b", {"c": "/a/b", "d": 1.5}], "e": null});
        let expected = json!({"/a/b": ["…/b", {"c": "…/b", "d": 1.5}], "e": null});
        assert_eq!(value_without_folders(value), expected);
    }

    proptest! {
        #[test]
        fn what_was_shortened_once_stays(text in "[a-z/:=\"' .,…]{0,40}") {
            let once = without_folders(&text).into_owned();
            prop_assert_eq!(without_folders(&once), once.as_str());
        }
    }
}
