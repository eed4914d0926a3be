//! Names that an object of JSON has twice, of which parsers keep the last without a word.
//!
//! In: the text of a line or file. Out: the names.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

/// Names that stand twice in one object of a JSON text, at any depth; none where it is no JSON.
#[must_use]
pub fn names_said_twice(text: &str) -> Vec<String> {
    serde_json::from_str(text).map(|Twice(names)| names).unwrap_or_default()
}

struct Twice(Vec<String>);

impl<'de> Deserialize<'de> for Twice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Names)
    }
}

/// Walks through a value and keeps its names only.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Twice;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_unit<E: Error>(self) -> Result<Twice, E> {
        Ok(Twice(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Twice, A::Error> {
        let mut twice = Vec::new();
        while let Some(Twice(inner)) = values.next_element()? {
            twice.extend(inner);
        }
        Ok(Twice(twice))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Twice, A::Error> {
        let (mut seen, mut twice) = (BTreeSet::new(), Vec::new());
        while let Some((name, Twice(inner))) = fields.next_entry::<String, Twice>()? {
            twice.extend(inner);
            if !seen.insert(name.clone()) {
                twice.push(name);
            }
        }
        Ok(Twice(twice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_said_twice_only_within_one_object() {
        for (line, expected) in [
            (r#"{"a": 1, "b": 2, "a": 3}"#, ["a"].as_slice()),
            (r#"{"metrics": {"a": 1, "a": 1}}"#, &["a"]),
            (r#"[{"a": 1.5, "a": -1}]"#, &["a"]),
            (r#"{"a": 1, "metrics": {"a": null, "b": {"a": "x"}}}"#, &[]),
        ] {
            assert_eq!(names_said_twice(line), expected, "{line}");
        }
    }
}
