//! A series, judged at every run.
//!
//! In: a series' history, and its levels once they are known. Out: for each metric the columns that its chart
//! draws.

use std::{collections::HashSet, sync::Arc};

use bench_records::{
    gate::{Batch, Finding, Outcome, policy::SeriesJudge},
    levels::{Certainty, Levels, Segment},
    metric::{Better, Metric},
    series::{Flags, Point, Series},
};

use crate::{
    chart::{Level, Mark, Values},
    format,
};

/// A metric of a series with what the runs of its line were held against, a place a run in every column.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// The metric.
    pub metric: Metric,
    /// Positions in the series of the runs that are a line: those of main, or all where none is of main.
    pub positions: Arc<[usize]>,
    /// Positions of all others.
    pub beside: Arc<[usize]>,
    /// Values of the line.
    pub values: Values,
    /// Median of the records before each.
    pub baseline: Values,
    /// Limit on the bad side of the baseline.
    pub limit: Values,
    /// The same distance on the good side.
    pub good_side: Values,
    /// What the gate found.
    pub found: Arc<[Option<Mark>]>,
}

/// A metric of a series, judged at every run.
#[must_use]
pub fn track(series: &Series, key: &str, batch: &Batch) -> Track {
    let metric = batch.table.get_or_unjudged(key);
    let judge = SeriesJudge::new(series, batch);
    let has_main = series.points.iter().any(Point::is_of_main);
    let is_of_line = |point: &Point| point.is_of_main() || !has_main;
    let (positions, beside) =
        (0..series.points.len()).partition(|at| is_of_line(&series.points[*at]));
    let (positions, beside): (Vec<usize>, Vec<usize>) = (positions, beside);
    let [mut values, mut baseline, mut limit, mut good_side] =
        std::array::from_fn(|_| Vec::with_capacity(positions.len()));
    let mut found = Vec::with_capacity(positions.len());
    judge.of_metric(key, |point, finding| {
        if !is_of_line(point) {
            return;
        }
        values.push(finding.current);
        baseline.push(finding.base);
        limit.push(edge(&metric, finding, 1.0));
        good_side.push(edge(&metric, finding, -1.0));
        found.push(mark(point, finding));
    });
    let [values, baseline, limit, good_side] = [values, baseline, limit, good_side].map(Arc::from);
    let (positions, beside) = (positions.into(), beside.into());
    Track { metric, positions, beside, values, baseline, limit, good_side, found: found.into() }
}

impl Track {
    /// The marks of its runs. Without levels those of the gate; with them, what is within the noise of the
    /// series is no regression, and a run that stands alone is none either.
    #[must_use]
    pub fn marks(&self, levels: Option<&Levels>) -> Arc<[Option<Mark>]> {
        let Some(levels) = levels else { return self.found.clone() };
        let spikes: HashSet<usize> = levels.spikes().into_iter().collect();
        let is_noise = |at: usize| levels.is_noise_at(self.positions[at]);
        let refined = |(at, found): (usize, &Option<Mark>)| match found {
            Some(Mark::Flagged) => *found,
            _ if spikes.contains(&self.positions[at]) => Some(Mark::Spike),
            Some(Mark::Regression | Mark::Improved) if is_noise(at) == Some(true) => {
                Some(Mark::WithinNoise)
            }
            _ => *found,
        };
        self.found.iter().enumerate().map(refined).collect()
    }
}

/// The levels as a chart draws them.
#[must_use]
pub fn levels(series: &Series, levels: &Levels) -> Arc<[Level]> {
    let time = |at: usize| series.points[at].time.0;
    // no change leads to the first
    let changes = std::iter::once(None).chain(levels.shifts().iter().map(|shift| shift.change));
    let level = |(segment, change): (Segment, Option<f64>)| Level {
        from: time(segment.first),
        to: time(segment.last),
        value: segment.level,
        change: change.map(format::percent).unwrap_or_default(),
        is_sure: segment.certainty == Certainty::Confirmed,
    };
    levels.segments().into_iter().zip(changes).map(level).collect()
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

/// What stands at a run: another metric that failed is no mark of this one.
fn mark(point: &Point, finding: &Finding) -> Option<Mark> {
    match finding.outcome {
        _ if point.flags.any(Flags::EXCLUDED) => Some(Mark::Flagged),
        Outcome::Regression | Outcome::Exceeded => Some(Mark::Regression),
        Outcome::Improved => Some(Mark::Improved),
        _ if point.flags.any(Flags::INELIGIBLE) => Some(Mark::Flagged),
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
        assert_eq!(track.found[5], Some(Mark::Regression));
        assert_eq!(track.found[4], None);
    }

    #[test]
    fn runs_of_pull_requests_are_beside_the_line_and_have_no_marks() {
        let mut series = series_of("latency", &[10.0, 10.0, 10.0, 13.0, 10.0]);
        series.points[3].flags = Flags::PULL_REQUEST;
        let track = track(&series, "latency", &batch());
        assert_eq!((&*track.positions, &*track.beside), (&[0, 1, 2, 4][..], &[3][..]));
        assert_eq!(*track.found, [None; 4]);
    }

    /// Forty runs that scatter by some percent around 10, and then these.
    fn scattered(percent: f64, then: &[f64]) -> (Series, Track, Levels) {
        let around = |at: usize| 10.0 * (1.0 + percent / 100.0 * ((at * 7 % 5) as f64 - 2.0));
        let values: Vec<f64> = (0..40).map(around).chain(then.iter().copied()).collect();
        let series = series_of("latency", &values);
        let track = track(&series, "latency", &batch());
        let levels = Levels::of(&series, &track.metric, batch().now).expect("levels");
        (series, track, levels)
    }

    #[test]
    fn beyond_its_limit_and_within_its_noise_is_no_regression() {
        let marked = |percent: f64, then: &[f64]| {
            let (_, track, levels) = scattered(percent, then);
            assert_eq!(track.found[40], Some(Mark::Regression));
            track.marks(Some(&levels))[40]
        };
        assert_eq!(marked(3.0, &[11.2]), Some(Mark::WithinNoise));
        assert_eq!(marked(0.2, &[11.2]), Some(Mark::Regression));
        assert_eq!(marked(0.2, &[14.0, 10.0, 10.01]), Some(Mark::Spike));
        let (_, track, levels) = scattered(0.2, &[11.0; 8]);
        let after = track.marks(Some(&levels))[40..43].to_vec();
        assert_eq!(after, [Some(Mark::Regression); 3], "until the baseline has followed");
    }

    #[test]
    fn a_level_is_drawn_from_its_first_run_to_its_last_with_the_size_of_its_change() {
        let (series, _, found) = scattered(0.2, &[11.0; 8]);
        let drawn = levels(&series, &found);
        let [before, after] = &drawn[..] else { panic!("{drawn:?}") };
        assert_eq!((before.change.as_str(), after.change.as_str()), ("", "+10.0\u{202f}%"));
        assert_eq!((before.value, after.value, after.is_sure), (10.0, 11.0, true));
        assert_eq!([after.from, after.to], [40, 47].map(|at| series.points[at].time.0));
    }

    #[test]
    fn for_throughput_the_limit_is_below_the_baseline() {
        let series = series_of("throughput", &[10.0, 10.0]);
        assert_eq!(track(&series, "throughput", &batch()).limit[1], Some(9.5));
    }
}
