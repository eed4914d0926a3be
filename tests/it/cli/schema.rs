//! Whether a value is as a JSON schema says: those keywords of draft 2020-12 that our schemas use.

use serde_json::{Map, Value};

/// Keywords that state no condition.
const ANNOTATIONS: [&str; 7] =
    ["$schema", "$defs", "title", "description", "default", "format", "examples"];

/// Panics with each place that is not as the schema says.
#[track_caller]
pub fn assert_valid(schema: &Value, value: &Value) {
    let faults = Checker { root: schema }.faults(schema, value, "");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whether the schema says so.
pub fn is_valid(schema: &Value, value: &Value) -> bool {
    Checker { root: schema }.faults(schema, value, "").is_empty()
}

struct Checker<'s> {
    root: &'s Value,
}

impl Checker<'_> {
    fn faults(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let Value::Object(keywords) = schema else {
            let is_refused = *schema == Value::Bool(false);
            return is_refused
                .then(|| format!("{place}: nothing is allowed here"))
                .into_iter()
                .collect();
        };
        let conditions = keywords.iter().filter(|(key, _)| !ANNOTATIONS.contains(&key.as_str()));
        conditions
            .flat_map(|(key, said)| self.keyword(key, said, keywords, (value, place)))
            .collect()
    }

    fn keyword(
        &self,
        key: &str,
        said: &Value,
        keywords: &Map<String, Value>,
        (value, place): (&Value, &str),
    ) -> Vec<String> {
        let fails = |holds: bool| match holds {
            true => Vec::new(),
            false => vec![format!("{place}: {value} does not keep {key} {said}")],
        };
        let matching = || {
            let options = said.as_array().unwrap().iter();
            options.filter(|option| self.faults(option, value, place).is_empty()).count()
        };
        match key {
            "$ref" => {
                let target = self.root.pointer(said.as_str().unwrap().trim_start_matches('#'));
                self.faults(target.unwrap(), value, place)
            }
            "type" => fails(has_type(said, value)),
            "enum" => fails(said.as_array().unwrap().contains(value)),
            "const" => fails(said == value),
            "minimum" => {
                fails(value.as_f64().is_none_or(|number| number >= said.as_f64().unwrap()))
            }
            "maximum" => {
                fails(value.as_f64().is_none_or(|number| number <= said.as_f64().unwrap()))
            }
            "exclusiveMinimum" => {
                fails(value.as_f64().is_none_or(|number| number > said.as_f64().unwrap()))
            }
            "anyOf" => fails(matching() > 0),
            "oneOf" => fails(matching() == 1),
            "allOf" => fails(matching() == said.as_array().unwrap().len()),
            "required" => {
                let names = said.as_array().unwrap().iter().map(|name| name.as_str().unwrap());
                let missing = |name: &&str| value.is_object() && value.get(*name).is_none();
                names.filter(missing).map(|name| format!("{place} lacks {name}")).collect()
            }
            "properties" => self.each(value, place, |name| said.get(name)),
            "additionalProperties" => {
                let known = keywords.get("properties");
                let is_known = |name: &str| known.is_some_and(|known| known.get(name).is_some());
                self.each(value, place, |name| (!is_known(name)).then_some(said))
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                items
                    .flat_map(|(i, item)| self.faults(said, item, &format!("{place}/{i}")))
                    .collect()
            }
            other => vec![format!("{place}: {other} is a keyword that is not checked")],
        }
    }

    /// Faults of the members that have a schema.
    fn each<'s>(
        &self,
        value: &Value,
        place: &str,
        schema: impl Fn(&str) -> Option<&'s Value>,
    ) -> Vec<String> {
        let members = value.as_object().into_iter().flatten();
        let checked = members.filter_map(|(name, member)| Some((name, member, schema(name)?)));
        checked
            .flat_map(|(name, member, schema)| {
                self.faults(schema, member, &format!("{place}/{name}"))
            })
            .collect()
    }
}

fn has_type(said: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    };
    match said {
        Value::Array(names) => names.iter().any(is),
        name => is(name),
    }
}
