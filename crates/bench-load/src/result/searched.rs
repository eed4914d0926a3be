//! The file of a search for the highest rate.
//!
//! In: what was found, and how the search was set up. Out: JSON whose head is that of a load test, without the
//! rates and counts that a search sets itself, with the objective; then the metrics that a history keeps.

use serde_json::{Map, Value, json};

use super::{SetUp, object, settings};
use crate::{
    capacity,
    search::{Found, Slo},
};

/// What a search sets itself.
const OF_A_TEST: [&str; 2] = ["num_prompts", "request_rate"];

/// What the file says before anything is searched: by it, searches are told apart.
#[must_use]
pub fn settings_of_search(slo: &Slo, set_up: &SetUp) -> Map<String, Value> {
    let mut head = settings(set_up, 0);
    OF_A_TEST.iter().for_each(|name| drop(head.shift_remove(*name)));
    head.insert("slo".to_owned(), slo.to_string().into());
    head
}

/// The file.
#[must_use]
pub fn document_of_search(found: &Found, slo: &Slo, set_up: &SetUp) -> Value {
    let mut file = settings_of_search(slo, set_up);
    let metrics = capacity::metrics(found).into_iter();
    let metrics: Map<String, Value> =
        metrics.map(|(key, value)| (key.to_owned(), value.into())).collect();
    file.extend(object(json!({"metrics": metrics, "search": found})));
    Value::Object(file)
}
