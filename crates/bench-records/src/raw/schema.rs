//! The JSON schema of raw records.

use schemars::schema_for;
use serde_json::{Value, json};

use super::{RawRecord, raw_key};
use crate::metric::METRICS;

/// Schema of the file; each metric is a property under its raw key.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schema_for!(RawRecord).to_value();
    let metrics = METRICS.iter().map(|metric| {
        let unit = if metric.unit.is_empty() { "" } else { ", in " };
        let about = format!("{}{unit}{}", metric.label, metric.unit);
        (raw_key(&metric.key).to_owned(), json!({"description": about, "type": ["number", "null"]}))
    });
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.extend(metrics);
    }
    schema
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_schema_is_the_committed_one() {
        let committed = include_str!("../../../../benchmarks/schema/raw-record.schema.json");
        let schema = serde_json::to_string_pretty(&super::schema()).expect("a schema is JSON");
        assert_eq!(schema + "\n", committed);
    }
}
