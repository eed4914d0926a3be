//! The file of one series: its whole history, column-wise.
//!
//! Two lines: the labels, then the columns.

use serde::Serialize;

use super::{IndexError, columns::Columns, parse_line, push_line};
use crate::{
    config::RegressionThresholds,
    identity::SeriesKey,
    series::{Labels, OwnLimits, Series},
};

/// First line of a series' file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeriesHeader {
    /// Always `bench-records/series/2`.
    pub format: String,
    /// Short hash of the cohort.
    pub key: SeriesKey,
    /// What the series is called and compared on.
    pub labels: Labels,
    /// Limits that its benchmark sets for itself, by metric; left out where it sets none.
    #[serde(default, skip_serializing_if = "RegressionThresholds::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, crate::config::MetricLimits>")
    )]
    pub limits: RegressionThresholds,
    /// Number of points.
    pub count: usize,
}

const FORMAT: &str = "bench-records/series/2";
/// What earlier versions wrote and this one still reads: files without branches.
const EARLIER: &str = "bench-records/series/1";

/// The text of a series' file.
#[must_use]
pub fn write(series: &Series) -> String {
    let mut out = String::new();
    let header = SeriesHeader {
        format: FORMAT.to_owned(),
        key: series.key.clone(),
        labels: series.labels.clone(),
        limits: series.limits.thresholds.clone(),
        count: series.points.len(),
    };
    push_line(&mut out, &header);
    push_line(&mut out, &Columns::of(&series.key, &series.metrics, &series.points));
    out
}

/// Reads a series' file.
///
/// # Errors
/// [`IndexError`] where the text was not written by [`write()`].
pub fn read(text: &str) -> Result<Series, IndexError> {
    let mut lines = text.lines();
    let header: SeriesHeader = parse_line(1, lines.next().unwrap_or_default())?;
    if header.format != FORMAT && header.format != EARLIER {
        let problem = format!("format is {:?}, expected {FORMAT:?}", header.format);
        return Err(IndexError::BadLine { line: 1, problem });
    }
    let columns: Columns = parse_line(2, lines.next().unwrap_or_default())?;
    let (metrics, points) = columns.into_points(&header.key)?;
    if points.len() != header.count {
        let (found, expected) = (points.len(), header.count);
        return Err(IndexError::Uneven { column: "time".to_owned(), found, expected });
    }
    let SeriesHeader { key, labels, limits, .. } = header;
    let limits = OwnLimits::of(limits, &points);
    Ok(Series { key, labels, limits, metrics, points })
}
