//! Results of `bench-runner load --search`: the highest rate at which a server keeps an objective.

use serde_json::{Map, Value};

use super::{
    super::{
        error::{Unusable, shown},
        load::{LoadTest, Suite, capacity_in, put_capacity},
        source::{measured, stated},
    },
    serve::date,
    workload::Context,
};

const CAPACITY: &str = "capacity_rps";

/// Fields that are in no record as they are: what names it, and its probes.
const TOLD: [&str; 4] = ["model_id", "date", "metrics", "search"];

/// The capacity record of a search; one that found no capacity is a failed run.
pub fn capacity(context: &Context<'_>, result: &Map<String, Value>) -> Result<LoadTest, Unusable> {
    let metrics = capacity_in(result).filter(|metrics| !metrics.is_empty());
    let metrics = metrics.ok_or_else(|| Unusable::RunFailed { error: reason(result) })?;
    if let Some((key, value)) = metrics.iter().find(|(_, value)| measured(value).is_none()) {
        let error = format!("metrics.{key} of the search is {}, no number", shown(value));
        return Err(Unusable::RunFailed { error });
    }
    if !metrics.contains_key(CAPACITY) {
        return Err(Unusable::RunFailed { error: reason(result) });
    }
    let mut test = context.test(Suite::Serving, result, date(result))?;
    put_capacity(&mut test, metrics);
    for (field, value) in result.iter().filter(|(field, _)| !TOLD.contains(&field.as_str())) {
        test.keep(field, value);
    }
    if let Some(conclusion) = result.get("search").and_then(|search| search.get("conclusion")) {
        test.keep("conclusion", conclusion);
    }
    Ok(test)
}

/// Why there is no capacity.
fn reason(result: &Map<String, Value>) -> String {
    let conclusion = result.get("search").and_then(|search| search.get("conclusion"));
    let said = |field: &str| conclusion.and_then(|conclusion| stated(conclusion.get(field)));
    match (said("outcome"), said("reason")) {
        (Some(outcome), Some(reason)) => {
            format!("{}: {}", outcome.replace('_', " "), shown(&reason.into()))
        }
        _ => "the search found no capacity".to_owned(),
    }
}
