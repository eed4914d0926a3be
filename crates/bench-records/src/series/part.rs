//! Points that are a part of another: a run of which fewer metrics were imported first.
//!
//! In: points in order. Out: the same without those of whose run another point has more.

use super::{Flags, Point};

impl Point {
    /// Whether `whole` is the same run with more metrics: of the same time, commit and pull request,
    /// with every value of this one and further ones. A run without a time is never a part.
    #[must_use]
    pub fn is_part_of(&self, whole: &Self) -> bool {
        let is_same_run =
            (self.time, &self.commit, self.pr) == (whole.time, &whole.commit, whole.pr);
        is_same_run && !self.flags.any(Flags::UNDATED) && self.has_fewer_values_of(whole)
    }

    fn has_fewer_values_of(&self, whole: &Self) -> bool {
        let count = |point: &Self| point.values.iter().flatten().count();
        let mut own = self.values.iter().enumerate().filter(|(_, value)| value.is_some());
        let own_count = count(self);
        own_count > 0
            && own_count < count(whole)
            && own.all(|(column, value)| whole.values.get(column) == Some(value))
    }
}

/// Drops the points that are a part of another; `points` are in the order of their times.
pub(super) fn drop_parts(points: &mut Vec<Point>) {
    let is_part = |same: &[Point], point: &Point| same.iter().any(|whole| point.is_part_of(whole));
    let runs = points.chunk_by(|one, next| one.time == next.time);
    let mut are_parts: Vec<bool> = Vec::with_capacity(points.len());
    for run in runs {
        are_parts.extend(run.iter().map(|point| run.len() > 1 && is_part(run, point)));
    }
    let mut are_parts = are_parts.into_iter();
    points.retain(|_| !are_parts.next().unwrap_or(false));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{record::Record, series::group_into_series};

    fn latest_values(records: &[Value]) -> Vec<(usize, Option<f64>)> {
        let record = |fields: &Value| {
            let mut record = json!({"model_id": "wan", "gpu_type": "L40S", "commit_sha": "abc",
                "timestamp": "2026-05-01T00:00:00Z"});
            for (key, value) in fields.as_object().expect("fields") {
                record[key] = value.clone();
            }
            Record::from_slice(record.to_string().as_bytes()).expect("a record")
        };
        let records: Vec<Record> = records.iter().map(record).collect();
        let paths: Vec<String> = (0..records.len()).map(|at| format!("wan/{at}.json")).collect();
        let pairs = records.iter().zip(paths.iter().map(String::as_str));
        let series = group_into_series(pairs).into_values().next().expect("one series");
        let counts = |point: &super::Point| point.values.iter().flatten().count();
        series.points.iter().map(|point| (counts(point), series.value(point, "latency"))).collect()
    }

    #[test]
    fn a_run_of_which_a_part_came_first_is_one_point_in_either_order() {
        let part = json!({"latency": 1.0});
        let whole = json!({"latency": 1.0, "throughput": 2.0});
        assert_eq!(latest_values(&[part.clone(), whole.clone()]), [(2, Some(1.0))]);
        assert_eq!(latest_values(&[whole, part]), [(2, Some(1.0))]);
    }

    #[test]
    fn other_values_commits_times_and_pull_requests_are_runs_of_their_own() {
        let whole = json!({"latency": 1.0, "throughput": 2.0});
        for other in [
            json!({"latency": 1.5}),
            json!({"latency": 1.0, "commit_sha": "def"}),
            json!({"latency": 1.0, "timestamp": "2026-05-02T00:00:00Z"}),
            json!({"latency": 1.0, "pr_number": "7"}),
            json!({"latency": 1.0, "throughput": 2.0}),
            json!({}),
        ] {
            assert_eq!(latest_values(&[other.clone(), whole.clone()]).len(), 2, "{other}");
        }
    }

    #[test]
    fn runs_without_a_time_are_never_parts() {
        let part = json!({"latency": 1.0, "timestamp": ""});
        let whole = json!({"latency": 1.0, "throughput": 2.0, "timestamp": ""});
        assert_eq!(latest_values(&[part, whole]).len(), 2);
    }
}
