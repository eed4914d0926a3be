//! Lists of `{name, unit, value, range?, extra?}`: `customBiggerIsBetter` and its like.

use serde_json::Value;

use super::{
    super::{
        benches::{Bench, Placed},
        error::{ImportError, shown},
        source::{Source, stated},
    },
    not_of,
};

/// Reads a list.
pub fn read(source: &Source<'_>) -> Result<Vec<Placed>, ImportError> {
    let document = source.json(source.bytes)?;
    let Value::Array(entries) = &document else {
        return Err(not_of(
            source,
            "the document",
            &shown(&document),
            "a list of name, unit and value",
        ));
    };
    let is_entry = |entry: &Value| entry.get("name").is_some() || entry.get("value").is_some();
    if entries.iter().any(|entry| !is_entry(entry)) {
        return Err(not_of(source, "value", "missing", "a list of name, unit and value"));
    }
    let placed = |(index, entry): (usize, &Value)| {
        let name = stated(entry.get("name")).unwrap_or_else(|| format!("entry {}", index + 1));
        (name, Bench::read(entry))
    };
    Ok(entries.iter().enumerate().map(placed).collect())
}
