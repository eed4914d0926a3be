//! Standing of a series: which of its records and metrics represent it, how it stands, since when and by
//! which commits, and its rank among others.
//!
//! In: a series, its judgements. Out: what pages, badges, the feed, `summary.json`, `latest.html` and
//! `history` show of it by default.

use std::cmp::Ordering;

use crate::{
    gate::{
        Batch, Finding, Gate, Judgement, Outcome,
        policy::{SeriesJudge, judge_point},
    },
    series::{Point, Series},
    status::{Status, is_stale},
    time::Micros,
};

/// Position of the record that a series stands by: the newest that tells of the measured repository,
/// and where none does, the newest. `None` where all are in the future.
#[must_use]
pub fn index(series: &Series, now: Micros) -> Option<usize> {
    let told =
        series.points.iter().rposition(|point| !point.time.is_future(now) && point.is_of_main());
    told.or_else(|| series.latest_index(now))
}

/// Position of the record before another that tells of the main branch.
#[must_use]
pub fn before(series: &Series, index: usize) -> Option<usize> {
    let points = series.points.get(..index)?;
    points.iter().rposition(|point| point.is_of_main())
}

/// How a series stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Position of the record that it stands by.
    pub told: usize,
    /// That record, judged.
    pub judgement: Judgement,
    /// The word for it.
    pub status: Status,
    /// Whether that record is much older than the newest of the history.
    pub is_stale: bool,
}

impl Standing {
    /// How a series stands in a history whose newest record is of `newest`; `None` where it has no
    /// record. One whose records are all in the future is not judged yet.
    #[must_use]
    pub fn of(series: &Series, batch: &Batch, newest: Micros) -> Option<Self> {
        let last = series.points.len().checked_sub(1)?;
        let told = index(series, batch.now).unwrap_or(last);
        let judgement = judge_point(series, told, batch);
        let time = series.points[told].time;
        let is_stale = is_stale(time, newest);
        let status = match time.is_future(batch.now) {
            true => Status::Unjudged,
            false => Status::of(judgement.verdict, is_stale),
        };
        Some(Self { told, judgement, status, is_stale })
    }

    /// How it stands, such as `pass` or `regressed, stale`.
    #[must_use]
    pub fn words(&self) -> String {
        self.status.words(self.is_stale)
    }

    /// Since when the finding that represents its status has lasted; `None` where it just passes.
    #[must_use]
    pub fn since(&self, series: &Series, batch: &Batch) -> Option<Since> {
        let failing = || {
            let rolling = self.judgement.worst().filter(|finding| finding.fails());
            rolling.or_else(|| self.judgement.broken_limits().next())
        };
        let improved = || {
            let gated = self.judgement.findings.iter().filter(|finding| finding.is_gated());
            gated.filter(|finding| finding.outcome == Outcome::Improved).min_by(|a, b| {
                let size = |finding: &Finding| finding.severity().unwrap_or(f64::INFINITY);
                size(a).total_cmp(&size(b))
            })
        };
        let finding = failing().or_else(improved)?;
        Some(Since::of(&SeriesJudge::new(series, batch), self.told, finding))
    }
}

/// Time of the newest record of a history that is not in the future.
#[must_use]
pub fn newest_of<'s>(all: impl IntoIterator<Item = &'s Series>, now: Micros) -> Option<Micros> {
    all.into_iter().filter_map(|series| series.latest(now)).map(|point| point.time).max()
}

/// The unbroken run of records with one finding, which only records of the main branch make or break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// Position of its first record.
    pub first: usize,
    /// Position of the record before it; `None` where the series begins with the finding.
    pub before: Option<usize>,
    /// Number of records that it has lasted for.
    pub records: usize,
}

impl Since {
    /// Goes back from the record at `index`, which has `finding`. A record that did not measure the
    /// metric is passed over, but for the finding that it is missing.
    #[must_use]
    pub fn of(judge: &SeriesJudge<'_>, index: usize, finding: &Finding) -> Self {
        let series = judge.series();
        let mut found = Self { first: index, before: before(series, index), records: 1 };
        while let Some(at) = found.before {
            let other = judge.finding_like(at, finding);
            let is_measured = other.current.is_some();
            if other.outcome == finding.outcome {
                found.first = at;
                found.records += 1;
            } else if is_measured || finding.outcome == Outcome::Missing {
                break;
            }
            found.before = before(series, at);
        }
        found
    }

    /// The commits between which it began: that of the record before it, or empty, and of its first.
    #[must_use]
    pub fn range(self, series: &Series) -> (&str, &str) {
        let commit = |at: usize| series.points.get(at).map_or("", |point: &Point| &point.commit);
        (self.before.map_or("", commit), commit(self.first))
    }
}

/// Key of the metric that stands for a series: the worst that fails, else one that broke its static
/// limit, else the first gated one that the series has, else its first.
#[must_use]
pub fn metric<'s>(series: &'s Series, judgement: &Judgement) -> Option<&'s str> {
    let there = || {
        let rolling = judgement.of_gate(Gate::Rolling);
        rolling.filter(|finding| series.column(&finding.metric).is_some())
    };
    let rolling = judgement.worst().filter(|finding| finding.fails());
    let failing = rolling.or_else(|| judgement.broken_limits().next());
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
