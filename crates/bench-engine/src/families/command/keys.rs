//! Keys that a message has, and the kind of value that each takes.

use serde_json::{Map, Value};

/// A key whose value is of another kind than it takes, and what it takes.
pub(super) fn unfit(fields: &Map<String, Value>) -> Option<(&'static str, &'static str)> {
    KINDS.into_iter().find_map(|(keys, fits, expected)| {
        let is_unfit =
            |key: &str| fields.get(key).is_some_and(|found| !found.is_null() && !fits(found));
        Some((keys.iter().copied().find(|key| is_unfit(key))?, expected))
    })
}

/// Whether this is one of the keys.
pub(super) fn is_known(key: &str) -> bool {
    KINDS.iter().any(|(keys, ..)| keys.contains(&key))
}

type IsFit = fn(&Value) -> bool;

/// All other keys, by what they hold.
const KINDS: [(&[&str], IsFit, &str); 4] = [
    (&["ready", "done"], Value::is_boolean, "true or false"),
    (
        &["seconds", "step", "peak_memory_mb", "latency_s", "startup_s"],
        Value::is_number,
        "a number",
    ),
    (&["images", "frames"], Value::is_u64, "a whole number"),
    (
        &[
            "error",
            "stage",
            "output",
            "device",
            "engine",
            "dtype",
            "attention_backend",
            "cuda_version",
            "revision",
        ],
        Value::is_string,
        "a text",
    ),
];
