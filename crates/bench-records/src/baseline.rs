//! The rolling baseline: the median of the last few eligible records of a series.
//!
//! In: the points of a series. Out: the window of points that a record is judged against, and the
//! median of each metric over it.

use crate::{
    series::{Point, Series},
    stats,
};

/// Number of records in a baseline.
pub const WINDOW: usize = 5;

/// The records that one record is judged against: a point with the series that it belongs to.
#[derive(Debug, Clone, Default)]
pub struct Baseline<'a> {
    members: Vec<(&'a Series, &'a Point)>,
}

impl<'a> Baseline<'a> {
    /// The last [`WINDOW`] of `points`, which are in order, oldest first.
    #[must_use]
    pub fn last_of(points: Vec<(&'a Series, &'a Point)>) -> Self {
        let first = points.len().saturating_sub(WINDOW);
        Self { members: points.into_iter().skip(first).collect() }
    }

    /// Number of records in the window.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is nothing to compare with.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The values that the window has for a metric; null ones are left out, zeros are not.
    #[must_use]
    pub fn values(&self, metric: &str) -> Vec<f64> {
        self.members.iter().filter_map(|(series, point)| series.value(point, metric)).collect()
    }

    /// Median of a metric over the window; `None` where no record of it has a value.
    #[must_use]
    pub fn median(&self, metric: &str) -> Option<f64> {
        stats::median(&self.values(metric))
    }

    /// Metrics that at least one record of the window has.
    #[must_use]
    pub fn metrics(&self) -> Vec<&'a str> {
        let mut found: Vec<&str> = Vec::new();
        for (series, point) in &self.members {
            for (key, value) in series.metrics.iter().zip(&point.values) {
                if value.is_some() && !found.contains(&key.as_str()) {
                    found.push(key);
                }
            }
        }
        found
    }

    /// Paths of the records in the window, oldest first.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.members.iter().map(|(_, point)| point.path.to_string()).collect()
    }
}
