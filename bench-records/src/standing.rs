//! Standing of a series: which of its records and metrics stand for it, and its rank among others.
//!
//! In: a series, its judgements. Out: what cards, badges, `summary.json` and `history` show of it
//! where nobody chose.

use std::cmp::Ordering;

use crate::{
    gate::{Finding, Gate, Judgement},
    series::{Flags, Series},
    status::Status,
    time::Micros,
};

/// Records that tell nothing of the state of the measured repository.
pub const TELLS_NOTHING: Flags =
    Flags(Flags::PULL_REQUEST.0 | Flags::OTHER_BRANCH.0 | Flags::EXCLUDED.0 | Flags::UNDATED.0);

/// Position of the record that a series stands by: the newest that tells of the measured repository,
/// and where none does, the newest. `None` where all are in the future.
#[must_use]
pub fn index(series: &Series, now: Micros) -> Option<usize> {
    let told = series
        .points
        .iter()
        .rposition(|point| !point.time.is_future(now) && !point.flags.any(TELLS_NOTHING));
    told.or_else(|| series.latest_index(now))
}

/// Key of the metric that stands for a series: the worst that fails, else the first gated one that
/// the series has, else its first.
#[must_use]
pub fn metric<'s>(series: &'s Series, judgement: &Judgement) -> Option<&'s str> {
    let there = || {
        let rolling = judgement.of_gate(Gate::Rolling);
        rolling.filter(|finding| series.column(&finding.metric).is_some())
    };
    let failing = judgement.worst().filter(|finding| finding.fails());
    let gated = || there().find(|finding| finding.is_gated());
    let chosen = failing.or_else(gated).or_else(|| there().next());
    let key = chosen.map(|finding: &Finding| finding.metric.as_ref());
    let column =
        key.and_then(|key| series.column(key)).or((!series.metrics.is_empty()).then_some(0));
    column.map(|column| series.metrics[column].as_str())
}

/// Order of two series, the worse one first: by status, then by how bad their records are.
#[must_use]
pub fn worst_first(a: (Status, &Judgement), b: (Status, &Judgement)) -> Ordering {
    a.0.cmp(&b.0).then_with(|| b.1.severity().total_cmp(&a.1.severity()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        gate::{Batch, policy::judge_point},
        record::Record,
        series::group_into_series,
        time::DAY,
        verdict::Verdict,
    };

    /// A series of a record a day with these fields.
    fn series(records: &[Value]) -> Series {
        let record = |(day, fields): (usize, &Value)| {
            let time = Micros(1_778_277_600_000_000 + day as i64 * DAY.0).to_iso();
            let mut record = json!({"model_id": "wan", "commit_sha": "abc", "timestamp": time});
            for (key, value) in fields.as_object().expect("fields") {
                record[key] = value.clone();
            }
            Record::from_fields(record.as_object().cloned().expect("an object")).expect("a record")
        };
        let records: Vec<Record> = records.iter().enumerate().map(record).collect();
        let paths: Vec<String> = (0..records.len()).map(|at| format!("wan/{at}.json")).collect();
        let pairs = records.iter().zip(paths.iter().map(String::as_str));
        group_into_series(pairs).into_values().next().expect("one series")
    }

    fn judged(series: &Series) -> Judgement {
        let batch = Batch { now: Micros(i64::MAX / 2), ..Batch::default() };
        judge_point(series, index(series, batch.now).expect("a record of the past"), &batch)
    }

    #[test]
    fn a_pull_request_is_not_what_a_series_stands_by() {
        let of_pull_request = json!({"latency": 99.0, "pr_number": "7"});
        let series = series(&[json!({"latency": 1.0}), json!({"latency": 1.0}), of_pull_request]);
        assert_eq!(index(&series, Micros(i64::MAX / 2)), Some(1));
        assert_eq!(judged(&series).verdict, Verdict::Pass);
        let only = self::series(&[json!({"latency": 99.0, "pr_number": "7"})]);
        assert_eq!(index(&only, Micros(i64::MAX / 2)), Some(0));
    }

    #[test]
    fn the_metric_that_fails_stands_for_a_series_then_the_first_gated_one() {
        let fields = |std: f64, latency: f64, memory: f64| json!({"latency_std_s": std, "latency": latency, "memory": memory});
        let fails = series(&[fields(0.1, 1.0, 10.0), fields(0.9, 1.0, 12.0)]);
        assert_eq!(metric(&fails, &judged(&fails)), Some("memory"));
        let passes = series(&[fields(0.1, 1.0, 10.0), fields(0.9, 1.0, 10.0)]);
        assert_eq!(metric(&passes, &judged(&passes)), Some("latency"));
        let reported = series(&[json!({"latency_std_s": 0.1}), json!({"latency_std_s": 0.9})]);
        assert_eq!(metric(&reported, &judged(&reported)), Some("latency_std_s"));
    }

    #[test]
    fn what_is_only_reported_does_not_rank_a_series() {
        let small = series(&[
            json!({"latency": 1.0, "latency_std_s": 0.1}),
            json!({"latency": 1.07, "latency_std_s": 0.9}),
        ]);
        let large = series(&[json!({"latency": 1.0}), json!({"latency": 1.7})]);
        let (small, large) = (judged(&small), judged(&large));
        let rank = |a, b| worst_first((Status::Regressed, a), (Status::Regressed, b));
        assert_eq!(rank(&large, &small), Ordering::Less);
        assert_eq!(worst_first((Status::Pass, &large), (Status::Stale, &small)), Ordering::Greater);
    }

    #[test]
    fn a_metric_that_vanished_is_worse_than_any_change() {
        let lost = series(&[json!({"latency": 1.0, "memory": 9.0}), json!({"latency": 9.0})]);
        assert_eq!(judged(&lost).severity(), f64::INFINITY);
        assert_eq!(metric(&lost, &judged(&lost)), Some("memory"));
    }
}
