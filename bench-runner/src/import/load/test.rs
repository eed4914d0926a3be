//! One load test, as an importer fills it.
//!
//! In: values, counts and what remains of a result. Out: a record with its metrics, the metrics that
//! its dataset needs, and what people should hear.

use bench_records::{
    metric::{Metric, built_in},
    record::Record,
    requests::{FAILED_REQUESTS, Requests, SUCCESS_RATE},
    verdict::Verdict,
};
use serde_json::Value;

use super::{Quantity, Statistic, TimeUnit, time_metric};
use crate::import::workload::Workload;

/// One load test.
#[derive(Debug, Clone)]
pub struct LoadTest {
    /// Its record.
    pub record: Record,
    /// What was measured.
    pub workload: Workload,
    /// What earlier versions called it.
    pub former_names: Vec<String>,
    /// Metrics that it has and the built-in table may lack.
    pub metrics: Vec<Metric>,
    /// What people should hear, without the place.
    pub notices: Vec<String>,
    /// What they should hear once of all results of a file.
    pub of_file: Vec<String>,
}

impl LoadTest {
    /// A load test without any value.
    pub fn new(record: Record, workload: Workload) -> Self {
        Self {
            record,
            workload,
            former_names: Vec::new(),
            metrics: Vec::new(),
            notices: Vec::new(),
            of_file: Vec::new(),
        }
    }

    /// Adds a value; one that is not finite was not measured.
    pub fn put(&mut self, metric: Metric, value: f64) {
        if value.is_finite() {
            self.record.metrics.insert(metric.key.to_string(), value);
            self.metrics.push(metric);
        }
    }

    /// Adds a value of the built-in metric `key`, where it was measured.
    pub fn put_built_in(&mut self, key: &str, value: Option<f64>) {
        if let (Some(metric), Some(value)) = (built_in(key), value) {
            self.put(metric.clone(), value);
        }
    }

    /// Adds a statistic of a time.
    pub fn put_time(&mut self, of: Quantity, statistic: &Statistic, value: f64, unit: TimeUnit) {
        let (metric, value) = time_metric(of, statistic, value, unit);
        self.put(metric, value);
    }

    /// Adds how many requests succeeded. Where more than `most` of them failed, the record counts as
    /// failed.
    pub fn count(&mut self, requests: Requests, most: f64) {
        self.put_built_in(SUCCESS_RATE, requests.success_rate());
        self.put_built_in(FAILED_REQUESTS, Some(requests.failed as f64));
        if requests.failed == 0 {
            return;
        }
        if !requests.failed_more_than(most) {
            self.notices.push(requests.in_words());
            return;
        }
        self.fail(requests.in_words());
    }

    /// Marks the record as failed for `reason`.
    pub fn fail(&mut self, reason: String) {
        self.notices.push(format!("{reason}; kept as a failed run that enters no baseline"));
        self.record.success = false;
        self.record.provenance.baseline_eligible = Some(false);
        self.record.verdict = Some(Verdict::InfraError);
        self.record.verdict_reason = Some(reason);
    }

    /// Keeps what no metric takes, but for lists of single requests and what says nothing.
    pub fn keep(&mut self, field: &str, value: &Value) {
        let says_something = !value.is_null() && !value.is_array() && *value != "";
        if says_something {
            self.record.extra.insert(field.to_owned(), value.clone());
        }
    }
}
