//! A run whose metrics come in pieces: of several files, or of an earlier version that read fewer.
//!
//! In: a series, and a measurement of it. Out: all metrics of the run, those that the series has of
//! it included, so that one record holds the run whichever piece came first.

use bench_records::{
    record::{Metrics, Record},
    series::{Flags, Point},
};

use super::KnownSeries;

/// A run of which a series has a piece.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// The metrics that are there, and those of the measurement.
    pub metrics: Metrics,
    /// Keys of those that are not there.
    pub further: Vec<String>,
    /// Whether somebody excluded a piece.
    pub is_excluded: bool,
}

impl KnownSeries {
    /// Whether one of its records is of the same time and commit and has all values of this one: the
    /// same measurement, though its file was read as another tool's. Of several samples, earlier
    /// versions took the first one's further metrics.
    pub fn has_all(&self, record: &Record) -> bool {
        self.points_like(record).any(|point| {
            let there = |key: &str| self.series.value(point, key);
            let is_same = |(key, value): (&String, &f64)| there(key) == Some(*value);
            let is_sample =
                |key: &str| there(key).is_some_and(|value| is_sample(record, key, value));
            record.metrics.iter().any(is_same)
                && record.metrics.iter().all(|metric| is_same(metric) || is_sample(metric.0))
        })
    }

    /// The run of a measurement, where records of the same time and commit have a piece of it: they
    /// contradict none of its values. `None` where there is no such record.
    pub fn whole_of(&self, record: &Record) -> Option<Whole> {
        let mut metrics = record.metrics.clone();
        let mut pieces = Vec::new();
        for point in self.points_like(record).filter(|point| !self.values(point).is_empty()) {
            let values = self.values(point);
            if values.iter().all(|(key, value)| metrics.get(key).is_none_or(|own| own == value)) {
                metrics.extend(values);
                pieces.push(point);
            }
        }
        (!pieces.is_empty()).then(|| self.joined(&pieces, metrics))
    }

    /// All metrics of a measurement of which a record of an earlier version, `piece`, has a value; what
    /// is there of its time and commit stays as it is. `None` where nothing is missing.
    pub fn whole_of_piece(&self, piece: &Point, record: &Record) -> Option<Metrics> {
        let is_there = |key: &str| {
            self.points_like(record).any(|point| self.series.value(point, key).is_some())
        };
        let further = record.metrics.iter().filter(|(key, _)| !is_there(key));
        let mut further = further.map(|(key, value)| (key.clone(), *value)).peekable();
        further.peek()?;
        Some(self.values(piece).into_iter().chain(further).collect())
    }

    fn joined(&self, pieces: &[&Point], metrics: Metrics) -> Whole {
        let is_there = |key: &str| pieces.iter().any(|p| self.series.value(p, key).is_some());
        let further = metrics.keys().filter(|key| !is_there(key)).cloned().collect();
        let is_excluded = pieces.iter().any(|point| point.flags.any(Flags::EXCLUDED));
        Whole { metrics, further, is_excluded }
    }

    fn values(&self, point: &Point) -> Metrics {
        let keys = self.series.metrics.iter();
        keys.filter_map(|key| Some((key.clone(), self.series.value(point, key)?))).collect()
    }
}

/// Whether a value is between the least and the largest sample of a metric.
fn is_sample(record: &Record, key: &str, value: f64) -> bool {
    let ends = |end: &str| {
        let samples = record.extra.get("samples")?.get(key)?;
        samples.get(end)?.as_f64()
    };
    let (min, max) = (ends("min"), ends("max"));
    min.is_some_and(|min| min <= value) && max.is_some_and(|max| value <= max)
}
