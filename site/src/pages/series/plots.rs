//! From judged series to the plots of their charts.
//!
//! In: the series of the page, series laid over it, which lines are hidden. Out: a plot a metric;
//! a line's colour follows its place in the list of candidates, not what is shown.

use std::{collections::HashSet, sync::Arc};

use bench_records::series::Series;

use super::model::Track;
use crate::{
    chart::{Line, Plot},
    dataset::{Dataset, Row},
    metrics::noise,
};

/// A series that is drawn beside the page's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// Its key.
    pub key: String,
    /// What tells it apart: device and variant.
    pub label: String,
    /// Its place among the candidates, which gives its colour.
    pub place: usize,
    /// Its history.
    pub series: Arc<Series>,
}

/// Series of the same benchmark that can be laid over `row`, itself left out.
#[must_use]
pub fn candidates(dataset: &Dataset, row: &Row) -> Vec<(String, String)> {
    let same = dataset.rows.iter().filter(|other| other.benchmark() == row.benchmark());
    same.filter(|other| other.key() != row.key())
        .map(|other| (other.key().0.clone(), other.place()))
        .collect()
}

/// The plot of a metric; `own` is the name of the page's series.
#[must_use]
pub fn plot(
    series: &Series,
    own: &str,
    track: &Track,
    overlays: &[Overlay],
    hidden: &HashSet<String>,
) -> Plot {
    let key = track.metric.key.as_ref();
    let first = Line {
        label: own.to_owned(),
        colour: 0,
        times: times(series),
        values: track.values.clone(),
        hidden: hidden.contains(&series.key.0),
    };
    let further = overlays.iter().filter(|overlay| overlay.series.column(key).is_some());
    let further = further.map(|overlay| Line {
        label: overlay.label.clone(),
        colour: overlay.place + 1,
        times: times(&overlay.series),
        values: overlay.series.points.iter().map(|p| overlay.series.value(p, key)).collect(),
        hidden: hidden.contains(&overlay.key),
    });
    let is_own_unit = track.metric.unit == track.metric.label;
    Plot {
        label: track.metric.label.to_string(),
        unit: if is_own_unit { String::new() } else { track.metric.unit.to_string() },
        noise: noise(series, key),
        lines: std::iter::once(first).chain(further).collect(),
        baseline: track.baseline.clone(),
        limit: track.limit.clone(),
        good_side: track.good_side.clone(),
        marks: track.marks.clone(),
        ..Plot::default()
    }
}

fn times(series: &Series) -> Arc<[i64]> {
    series.points.iter().map(|point| point.time.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pages::series::model::track, testing::series_of};

    #[test]
    fn a_line_keeps_its_colour_when_another_is_left_out() {
        let series = series_of("latency", &[1.0, 2.0]);
        let track = track(&series, "latency", &Default::default());
        let other = |place: usize| Overlay {
            key: place.to_string(),
            label: place.to_string(),
            place,
            series: Arc::new(series.clone()),
        };
        let hidden = HashSet::from(["2".to_owned()]);
        let plot = plot(&series, "own", &track, &[other(2), other(4)], &hidden);
        let lines: Vec<_> = plot.lines.iter().map(|line| (line.colour, line.hidden)).collect();
        assert_eq!(lines, [(0, false), (3, true), (5, false)]);
    }
}
