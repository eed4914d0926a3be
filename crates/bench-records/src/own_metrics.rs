//! Metrics of a result that the built-in table lacks.
//!
//! In: the numbers of a result or a record, and the definitions that it carries. Out: a [`Metric`] for
//! each number that is not built in: as it was defined, else as its name describes it.

use serde_json::{Map, Value};

use crate::{
    metric::{Metric, MetricTable, built_in},
    metric_name::described_by,
    raw::RawRecord,
    record::{Metrics, Record},
};

/// Field of results and records in which their own metrics are defined.
pub const DEFINITIONS_FIELD: &str = "metric_definitions";

/// The metrics among `metrics` that are not built in, by key: as `defined`, else as their names describe
/// them.
#[must_use]
pub fn own_metrics(metrics: &Metrics, defined: &[Metric]) -> Vec<Metric> {
    let own = metrics.keys().filter(|key| built_in(key).is_none());
    own.map(|key| {
        let metric = defined.iter().find(|metric| metric.key == key.as_str());
        metric.cloned().unwrap_or_else(|| described_by(key))
    })
    .collect()
}

/// The metrics of a record that are not built in.
#[must_use]
pub fn of_record(record: &Record) -> Vec<Metric> {
    own_metrics(&record.metrics, &definitions(&record.extra))
}

/// The metrics of a result that are not built in.
#[must_use]
pub fn of_result(raw: &RawRecord) -> Vec<Metric> {
    own_metrics(&raw.measured.metrics, &raw.measured.metric_definitions)
}

/// Metrics of a record that are known as something else: in another unit, or better the other way. By either
/// definition, values of the other one would be judged wrongly.
#[must_use]
pub fn contradictions(record: &Record, known: &MetricTable) -> Vec<String> {
    let defined = definitions(&record.extra);
    // a result can define what is built in only as it is
    let is_redefined =
        |said: &&Metric| built_in(&said.key).is_some() && record.metrics.contains_key(&*said.key);
    let redefined = defined.iter().filter(is_redefined).cloned();
    let own = of_record(record).into_iter().chain(redefined);
    let contradicting = own.filter_map(|metric| {
        let known = known.get(&metric.key)?;
        let is_stated = defined.iter().any(|said| said.key == metric.key)
            || metric.is_directed()
            || !metric.unit.is_empty();
        let is_opposite =
            known.is_directed() && metric.is_directed() && known.better != metric.better;
        let is_other = known.unit != metric.unit || is_opposite;
        (is_stated && is_other).then(|| {
            let (key, [known, said]) = (&metric.key, [known, &metric].map(in_words));
            format!(
                "{key} is {said} in this result, and was {known} before; give one of them another name"
            )
        })
    });
    contradicting.collect()
}

/// What a reader of a record should know of its own metrics: those whose direction nobody knows, and
/// those that were known as something else before.
#[must_use]
pub fn remarks(record: &Record, known: &MetricTable) -> Vec<String> {
    let defined = definitions(&record.extra);
    let own = of_record(record);
    own.iter()
        .filter_map(|metric| {
            let key = &metric.key;
            match known.get(key) {
                Some(known) if (&known.unit, known.better) != (&metric.unit, metric.better) => {
                    let [known, said] = [known, metric].map(in_words);
                    Some(format!(
                        "{key} is {said} in this result and was {known} before, which counts; give one \
                         of them another name"
                    ))
                }
                Some(_) => None,
                None if !metric.is_directed() && !defined.iter().any(|said| said.key == *key) => {
                    Some(format!(
                        "{key} is reported and not gated: its name does not say which way is better; \
                         define it in {DEFINITIONS_FIELD}"
                    ))
                }
                None => None,
            }
        })
        .collect()
}

fn definitions(fields: &Map<String, Value>) -> Vec<Metric> {
    let Some(Value::Array(defined)) = fields.get(DEFINITIONS_FIELD) else { return Vec::new() };
    defined.iter().filter_map(|metric| serde_json::from_value(metric.clone()).ok()).collect()
}

fn in_words(metric: &Metric) -> String {
    let unit = if metric.unit.is_empty() { "a plain number" } else { &*metric.unit };
    format!("{unit}, better {}", metric.better.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::metric::Better;

    fn record(fields: &Value) -> Record {
        let Value::Object(fields) = fields.clone() else { panic!("an object") };
        Record::from_fields(fields).expect("a record")
    }

    #[test]
    fn what_a_record_defines_comes_before_what_a_name_says() {
        let record = record(&json!({
            "model_id": "m", "latency": 1.0,
            "metrics": {"prefill_time_s": 0.5, "acceptance": 0.7},
            "metric_definitions": [
                {"metric": "acceptance", "label": "Acceptance", "unit": "", "better": "higher"},
            ],
        }));
        let own = of_record(&record);
        let found: Vec<_> = own.iter().map(|metric| (&*metric.key, metric.better)).collect();
        assert_eq!(found, [("acceptance", Better::Higher), ("prefill_time_s", Better::Lower)]);
        assert_eq!(remarks(&record, &MetricTable::default()), [""; 0]);
    }

    #[test]
    fn a_metric_without_direction_and_one_that_the_dataset_knows_otherwise_are_remarked_on() {
        let record = record(&json!({"model_id": "m", "metrics": {"score": 0.5, "decode_ms": 2.0}}));
        let known = Metric { unit: "s".into(), ..described_by("decode_ms") };
        let remarks = remarks(&record, &MetricTable::with_own([known]));
        assert_eq!(remarks.len(), 2, "{remarks:?}");
        assert!(remarks[0].starts_with(
            "decode_ms is ms, better lower in this result and was s, better lower before"
        ));
        assert!(remarks[1].starts_with("score is reported and not gated"));
    }
}
