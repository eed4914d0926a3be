//! Results that can be read and are not judged under `strict`: their limits are not what a configuration may
//! say, or a value is none that its metric can have.
//!
//! In: results. Out: the same without these, which are set aside by name.

use bench_records::{
    bounds, config::faults_of_given, metric::MetricTable, own_metrics, raw::RawRecord,
};
use serde_json::{Map, Value};

use super::results::{Input, Note, Results};
use crate::exit::Exit;

/// Sets aside what is not judged; `table` has the metrics of the history and of all results.
pub fn refuse(results: &mut Results, table: &MetricTable) {
    for (name, input) in std::mem::take(&mut results.results) {
        let (limits, values) = match &input {
            Input::Raw(raw) => (limit_faults(&raw.source.header, table), value_faults(raw)),
            // values of imports are looked at as they are read
            Input::Imported { record, .. } => (limit_faults(&record.extra, table), Vec::new()),
        };
        if !limits.is_empty() {
            results.exit = results.exit.or(Exit::Usage);
        }
        let faults = [values, limits].concat();
        if faults.is_empty() {
            results.results.push((name, input));
        } else {
            results.set_aside.push(Note::new(name, faults.join("; ")));
        }
    }
}

fn limit_faults(fields: &Map<String, Value>, table: &MetricTable) -> Vec<String> {
    let faults = faults_of_given(fields, |metric| table.get(metric).is_some());
    faults.iter().map(ToString::to_string).collect()
}

/// What is wrong with the values of a result.
pub(super) fn value_faults(raw: &RawRecord) -> Vec<String> {
    let own = own_metrics::of_result(raw);
    let outside = bounds::faults(&raw.benchmark_id, &raw.measured.metrics, &own).into_iter();
    let texts = bounds::fields_without_number(&raw.source.header).into_iter();
    texts.chain(outside.map(|(_, words)| words)).collect()
}
