//! A series, judged at every point.
//!
//! In: a series' history. Out: for each metric the columns that its chart draws.

use std::sync::Arc;

use bench_records::{
    gate::{Batch, Finding, Outcome, policy::SeriesJudge},
    metric::{Better, Metric},
    series::{Flags, Point, Series},
};

use crate::{
    chart::{Mark, Values},
    judged::flag_words,
};

/// A metric of a series with what its values were held against, a place a point in every column.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// The metric.
    pub metric: Metric,
    /// Its values.
    pub values: Values,
    /// Median of the records before each.
    pub baseline: Values,
    /// Limit on the bad side of the baseline.
    pub limit: Values,
    /// The same distance on the good side.
    pub good_side: Values,
    /// What was found.
    pub marks: Arc<[Option<Mark>]>,
}

/// A metric of a series, judged at every point.
#[must_use]
pub fn track(series: &Series, key: &str, batch: &Batch) -> Track {
    let metric = batch.table.get_or_unjudged(key);
    let judge = SeriesJudge::new(series, batch);
    let [mut values, mut baseline, mut limit, mut good_side] =
        std::array::from_fn(|_| Vec::with_capacity(series.points.len()));
    let mut marks = Vec::with_capacity(series.points.len());
    judge.of_metric(key, |point, finding| {
        values.push(finding.current);
        baseline.push(finding.base);
        limit.push(edge(&metric, finding, 1.0));
        good_side.push(edge(&metric, finding, -1.0));
        marks.push(mark(point, finding));
    });
    let [values, baseline, limit, good_side] = [values, baseline, limit, good_side].map(Arc::from);
    Track { metric, values, baseline, limit, good_side, marks: marks.into() }
}

/// Where the limit stands: `sign` 1 for the bad side, −1 for the good one.
fn edge(metric: &Metric, finding: &Finding, sign: f64) -> Option<f64> {
    let (base, limit) = (finding.base?, finding.limit?);
    let room = (limit.fraction * base).max(limit.absolute.unwrap_or(0.0));
    match metric.better {
        Better::Lower => Some(base + sign * room),
        Better::Higher => Some(base - sign * room),
        Better::Neither => None,
    }
}

fn mark(point: &Point, finding: &Finding) -> Option<Mark> {
    match finding.outcome {
        Outcome::Regression | Outcome::Exceeded => Some(Mark::Regression),
        Outcome::Improved => Some(Mark::Improved),
        _ if point.flags.any(Flags::EXCLUDED) => Some(Mark::Excluded),
        _ if !flag_words(point.flags).is_empty() => Some(Mark::Flagged),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{batch, series_of};

    #[test]
    fn a_track_has_a_place_for_every_point_in_every_column() {
        let series = series_of("latency", &[10.0, 10.0, 10.0, 10.0, 10.0, 12.0]);
        let track = track(&series, "latency", &batch());
        assert_eq!(track.values.len(), 6);
        assert_eq!(track.baseline[0], None);
        assert_eq!(track.baseline[5], Some(10.0));
        assert_eq!(track.limit[5], Some(10.5));
        assert_eq!(track.good_side[5], Some(9.5));
        assert_eq!(track.marks[5], Some(Mark::Regression));
        assert_eq!(track.marks[4], None);
    }

    #[test]
    fn for_throughput_the_limit_is_below_the_baseline() {
        let series = series_of("throughput", &[10.0, 10.0]);
        assert_eq!(track(&series, "throughput", &batch()).limit[1], Some(9.5));
    }
}
