//! From judged series to the plots of their charts.
//!
//! In: the series of the page, series laid over it, which lines are hidden. Out: a plot a metric;
//! a line's colour follows its place in the list of candidates, not what is shown.

use std::{collections::HashSet, sync::Arc};

use bench_records::{levels::Levels, series::Series};

use super::model::{self, Track};
use crate::{
    chart::{Joining, Line, Plot},
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

/// What a reader sees of the runs that are not of main.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Dots.
    Shown,
    /// Nothing.
    Hidden,
}

/// The plot of a metric; `own` is the name of the page's series.
#[must_use]
pub fn plot(
    (series, own): (&Series, &str),
    track: &Track,
    levels: Option<&Levels>,
    overlays: &[Overlay],
    (hidden, beside): (&HashSet<String>, Beside),
) -> Plot {
    let key = track.metric.key.as_ref();
    let of_line = |label: &str, colour: usize, series: &Series, positions: Arc<[usize]>| Line {
        label: label.to_owned(),
        colour,
        times: positions.iter().map(|at| series.points[*at].time.0).collect(),
        values: positions.iter().map(|at| series.value(&series.points[*at], key)).collect(),
        series: series.key.0.clone(),
        positions,
        joining: Joining::Joined,
        hidden: hidden.contains(&series.key.0),
    };
    let mut lines = vec![of_line(own, 0, series, track.positions.clone())];
    if beside == Beside::Shown && !track.beside.is_empty() {
        let dots = of_line("not of main", 0, series, track.beside.clone());
        lines.push(Line { joining: Joining::Apart, ..dots });
    }
    let further = overlays.iter().filter(|overlay| overlay.series.column(key).is_some());
    lines.extend(further.map(|overlay| {
        let series = &overlay.series;
        let of_main = (0..series.points.len()).filter(|at| series.points[*at].is_of_main());
        of_line(&overlay.label, overlay.place + 1, series, of_main.collect())
    }));
    let is_own_unit = track.metric.unit == track.metric.label;
    Plot {
        label: track.metric.label.to_string(),
        unit: if is_own_unit { String::new() } else { track.metric.unit.to_string() },
        noise: noise(series, key),
        lines,
        baseline: track.baseline.clone(),
        limit: track.limit.clone(),
        good_side: track.good_side.clone(),
        levels: levels.map(|levels| model::levels(series, levels)).unwrap_or_default(),
        marks: track.marks(levels),
        ..Plot::default()
    }
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
            series: Arc::new(Series {
                key: bench_records::identity::SeriesKey(place.to_string()),
                ..series.clone()
            }),
        };
        let hidden = HashSet::from(["2".to_owned()]);
        let overlays = [other(2), other(4)];
        let plot = plot((&series, "own"), &track, None, &overlays, (&hidden, Beside::Shown));
        let lines: Vec<_> = plot.lines.iter().map(|line| (line.colour, line.hidden)).collect();
        assert_eq!(lines, [(0, false), (3, true), (5, false)]);
    }

    #[test]
    fn runs_beside_the_line_are_dots_that_a_switch_hides() {
        let mut series = series_of("latency", &[1.0, 2.0, 1.0]);
        series.points[1].flags = bench_records::series::Flags::PULL_REQUEST;
        let track = track(&series, "latency", &Default::default());
        let lines = |beside: Beside| {
            let none = HashSet::new();
            let plot = plot((&series, "own"), &track, None, &[], (&none, beside));
            let line = |line: &Line| (line.joining, line.positions.to_vec());
            plot.lines.iter().map(line).collect::<Vec<_>>()
        };
        let main = (Joining::Joined, vec![0, 2]);
        assert_eq!(lines(Beside::Hidden), std::slice::from_ref(&main));
        assert_eq!(lines(Beside::Shown), [main, (Joining::Apart, vec![1])]);
    }
}
