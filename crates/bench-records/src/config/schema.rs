//! The JSON schema of a benchmark file, draft 2020-12, from the types and the known keys.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::fields;
use super::kwargs::{GENERATION_KWARGS, INIT_KWARGS, KnownKey, ValueKind};
use super::{BenchmarkConfig, MetricLimits, StaticLimits};
use crate::metric::METRICS;

/// The schema by which editors complete and check `benchmarks/*.json`.
pub fn config_schema() -> Value {
    let mut schema = schemars::schema_for!(BenchmarkConfig).to_value();
    label(&mut schema);
    own_metrics_where_there_are_some(&mut schema);
    let definitions = schema["$defs"].as_object_mut();
    definitions.into_iter().flat_map(Map::values_mut).for_each(label);
    schema
}

/// Adds title and example to each property of an object's schema.
fn label(schema: &mut Value) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        if let Some(field) = fields::field(name) {
            property["title"] = field.title.into();
            property["examples"] = json!([field.example_value()]);
        }
    }
}

pub(super) fn init_kwargs(_: &mut SchemaGenerator) -> Schema {
    open_map(INIT_KWARGS)
}

pub(super) fn generation_kwargs(_: &mut SchemaGenerator) -> Schema {
    open_map(GENERATION_KWARGS)
}

pub(super) fn thresholds(generator: &mut SchemaGenerator) -> Schema {
    named::<StaticLimits>(generator, &json!({"pattern": r"\S"}))
}

pub(super) fn regression_thresholds(generator: &mut SchemaGenerator) -> Schema {
    named::<MetricLimits>(generator, &json!({"minLength": 1}))
}

/// Programs (`command`), language models and load tests have metrics of their own; other pipelines have the
/// built-in ones.
fn own_metrics_where_there_are_some(schema: &mut Value) {
    let built_in: Vec<&str> = METRICS.iter().map(|metric| metric.key.as_ref()).collect();
    let command = json!({"properties": {"pipeline": {"enum": ["command", "llama"]}}, "required": ["pipeline"]});
    let is_loaded = json!({"required": ["load"]});
    schema["if"] = json!({"anyOf": [{"properties": {"model": command}}, is_loaded]});
    schema["else"] =
        json!({"properties": {"regression_thresholds": {"propertyNames": {"enum": built_in}}}});
}

fn named<V: JsonSchema>(generator: &mut SchemaGenerator, names: &Value) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": names,
        "additionalProperties": generator.subschema_for::<V>(),
    })
}

fn open_map(known: &[KnownKey]) -> Schema {
    let properties =
        known.iter().map(|(name, kind, about)| ((*name).to_owned(), property(*kind, about)));
    json_schema!({
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": true,
    })
}

fn property(kind: ValueKind, about: &str) -> Value {
    match kind {
        ValueKind::Count => {
            json!({"description": about, "type": ["integer", "null"], "minimum": 1})
        }
        ValueKind::Whole => {
            json!({"description": about, "type": ["integer", "null"], "minimum": 0})
        }
        ValueKind::Number => json!({"description": about, "type": ["number", "null"]}),
        ValueKind::Flag => json!({"description": about, "type": ["boolean", "null"]}),
        ValueKind::Text => json!({"description": about, "type": ["string", "null"]}),
        ValueKind::List => json!({"description": about, "type": ["array", "null"]}),
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::*;

    const COMMITTED: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../benchmarks/schema/benchmark.schema.json");

    #[test]
    fn the_committed_schema_is_current() {
        let mut current = serde_json::to_string_pretty(&config_schema()).expect("plain JSON");
        current.push('\n');
        if env::var("UPDATE_SCHEMA").is_ok_and(|value| value == "1") {
            fs::write(COMMITTED, &current).expect("benchmarks/schema is writable");
        }
        let committed = fs::read_to_string(COMMITTED).unwrap_or_default();
        assert!(
            committed == current,
            "benchmarks/schema/benchmark.schema.json is stale; run \
             UPDATE_SCHEMA=1 cargo test -p bench-records --features schema schema and commit it"
        );
    }

    #[test]
    fn the_schema_names_its_draft_and_closes_its_objects() {
        let schema = config_schema();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["$defs"]["RunConfig"]["additionalProperties"], false);
        assert_eq!(schema["properties"]["init_kwargs"]["additionalProperties"], true);
    }

    #[test]
    fn every_field_has_a_title_and_a_description() {
        let schema = config_schema();
        let defs = schema["$defs"].as_object().expect("named types");
        for part in defs.values().chain([&schema]) {
            let Some(properties) = part.get("properties") else {
                continue;
            };
            for (name, property) in properties.as_object().expect("named properties") {
                assert!(property["title"].is_string(), "{name} has no title");
                assert!(property["description"].is_string(), "{name} has no description");
            }
        }
    }
}
