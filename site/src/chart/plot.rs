//! What a chart shows: lines over time, with what judges the first of them.
//!
//! Cheap to clone: the columns are shared. Columns that belong to the first line (`baseline`,
//! `limit`, `good_side`, `marks`, `trials`) have its length, or are empty where there is nothing. The first
//! line is that of the main branch; runs of pull requests and other branches are a line of dots.

use bench_records::{
    metric::{self, Metric},
    scale::Scale,
    stats,
    time::Micros,
};
use std::sync::Arc;

use crate::format;

/// A column of values; `None` where nothing was measured.
pub type Values = Arc<[Option<f64>]>;

/// One chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plot {
    /// What is measured.
    pub label: String,
    /// Its unit, empty for a plain number.
    pub unit: String,
    /// Noise of the first line, which says how many digits a value has in words.
    pub noise: Option<f64>,
    /// What is drawn, the judged line first.
    pub lines: Vec<Line>,
    /// Rolling median at each point of the first line.
    pub baseline: Values,
    /// Limit on the bad side of the baseline, at each point of the first line.
    pub limit: Values,
    /// The same distance on the good side, which limits nothing.
    pub good_side: Values,
    /// Levels of the first line, oldest first; empty until they are known.
    pub levels: Arc<[Level]>,
    /// Fixed limit of the configuration.
    pub static_limit: Option<f64>,
    /// What was found at the points of the first line.
    pub marks: Arc<[Option<Mark>]>,
    /// Single trials behind each point of the first line.
    pub trials: Arc<[Vec<f64>]>,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// Its name in the legend.
    pub label: String,
    /// Its place in the palette, kept while others are hidden.
    pub colour: usize,
    /// Microseconds since 1970, ascending.
    pub times: Arc<[i64]>,
    /// Its values, as many as times.
    pub values: Values,
    /// Key of its series.
    pub series: String,
    /// Position of each point in that series.
    pub positions: Arc<[usize]>,
    /// How its points are drawn.
    pub joining: Joining,
    /// Whether the legend has switched it off.
    pub hidden: bool,
}

/// How the points of a line are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Joining {
    /// As a line through them.
    #[default]
    Joined,
    /// As hollow dots, each by itself: runs that are not of the main branch.
    Apart,
}

/// A level of the first line, from its first record to its last.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Time of its first record.
    pub from: i64,
    /// Time of its last one.
    pub to: i64,
    /// Its value.
    pub value: f64,
    /// The change that it begins with, as `+8.7 %`; empty for the first level.
    pub change: String,
    /// Whether that change is sure.
    pub is_sure: bool,
}

/// What was found at a point; each has a shape of its own, which points the way that the value went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Worse than its limit allows and than its noise explains: a full triangle.
    Regression,
    /// Better by as much: a full triangle.
    Improved,
    /// Beyond its limit either way, and within what its series scatters: a hollow triangle.
    WithinNoise,
    /// A run that stands alone, the level as before and after it: a small dot.
    Spike,
    /// A run that enters no baseline: a ring.
    Flagged,
}

impl Mark {
    /// Every mark: what comes later lies over what comes before.
    pub const ALL: [Self; 5] =
        [Self::Flagged, Self::WithinNoise, Self::Spike, Self::Improved, Self::Regression];

    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regression => "worse than its limit allows",
            Self::Improved => "better by more than its limit",
            Self::WithinNoise => "beyond its limit, within the noise of its series",
            Self::Spike => "a single run far from its level",
            Self::Flagged => "in no baseline",
        }
    }
}

impl Plot {
    /// The plot of `metric` in the unit that suits most of its first line.
    #[must_use]
    pub fn in_unit_that_suits(self, metric: &Metric) -> Self {
        let known = self.lines.first().map(|line| line.values.iter().flatten().copied());
        let typical = known.and_then(|known| stats::median(&known.collect::<Vec<_>>()));
        let scale = Scale::of(metric, typical);
        if scale.factor() == 1.0 {
            return self;
        }
        let one = |value: f64| scale.in_unit(value);
        let all = |values: &Values| values.iter().map(|value| value.map(one)).collect();
        let line = |line: &Line| Line { values: all(&line.values), ..line.clone() };
        let trials = self.trials.iter();
        Self {
            unit: scale.unit().to_owned(),
            noise: self.noise.map(one),
            lines: self.lines.iter().map(line).collect(),
            baseline: all(&self.baseline),
            limit: all(&self.limit),
            good_side: all(&self.good_side),
            levels: self
                .levels
                .iter()
                .map(|level| Level { value: one(level.value), ..level.clone() })
                .collect(),
            static_limit: self.static_limit.map(one),
            trials: trials.map(|trials| trials.iter().copied().map(one).collect()).collect(),
            ..self
        }
    }

    /// Lines that are not hidden, with their indices.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.lines.iter().enumerate().filter(|(_, line)| !line.hidden)
    }

    /// A value in words, with its unit.
    #[must_use]
    pub fn text(&self, value: f64) -> String {
        format::with_unit(value, &self.unit, self.noise)
    }

    /// Label and unit, unless that is part of the label.
    #[must_use]
    pub fn title(&self) -> String {
        metric::title(&self.label, &self.unit)
    }

    /// The times at which any line has a point, ascending: of a single line its own, of several
    /// their union.
    #[must_use]
    pub fn slots(&self) -> Arc<[i64]> {
        if let [line] = self.lines.as_slice() {
            return line.times.clone();
        }
        let mut times: Vec<i64> = self.lines.iter().flat_map(|l| l.times.iter().copied()).collect();
        times.sort_unstable();
        times.dedup();
        times.into()
    }

    /// Whether a point of a line stands alone, so that the line passes it by.
    #[must_use]
    pub fn is_spike(&self, line: usize, index: usize) -> bool {
        line == 0 && self.mark_at(index) == Some(Mark::Spike)
    }

    /// The value that a line has before a point.
    #[must_use]
    pub fn before(&self, line: usize, index: usize) -> Option<f64> {
        let values = self.lines.get(line)?.values.get(..index)?;
        values.iter().rev().find_map(|value| *value)
    }

    /// The baseline at a point of the first line.
    #[must_use]
    pub fn baseline_at(&self, index: usize) -> Option<f64> {
        self.baseline.get(index).copied().flatten()
    }

    /// What was found at a point of the first line.
    #[must_use]
    pub fn mark_at(&self, index: usize) -> Option<Mark> {
        self.marks.get(index).copied().flatten()
    }

    /// A sentence for those who do not see the chart.
    #[must_use]
    pub fn sentence(&self) -> String {
        let shown: Vec<&Line> = self
            .shown()
            .map(|(_, line)| line)
            .filter(|line| line.joining == Joining::Joined)
            .collect();
        let points: usize = shown.iter().map(|line| line.values.iter().flatten().count()).sum();
        let mut text = format!("{}: {points} points", self.title());
        if shown.len() > 1 {
            text += &format!(" on {} lines", shown.len());
        }
        let newest = self.lines.first().and_then(|line| {
            line.values.iter().rposition(Option::is_some).map(|at| (at, line.values[at]))
        });
        if let Some((at, Some(value))) = newest {
            text += &format!(", newest {}", self.text(value));
            if let Some(change) = self.baseline_at(at).and_then(|base| change(value, base)) {
                text += &format!(" ({change} against its baseline)");
            }
        }
        match self.trials.iter().map(Vec::len).sum::<usize>() {
            0 => {}
            n => text += &format!(", {n} single trials"),
        }
        for mark in Mark::ALL.into_iter().rev() {
            match self.marks.iter().flatten().filter(|found| **found == mark).count() {
                0 => {}
                n => text += &format!(", {n} {}", mark.as_str()),
            }
        }
        for level in self.levels.iter().filter(|level| !level.change.is_empty()) {
            let sure = if level.is_sure { "" } else { "perhaps " };
            let day = format::day(Micros(level.from));
            text += &format!(", {sure}a new level on {day}: {}", level.change);
        }
        text
    }
}

/// Change of `value` against `base` in words; `None` against zero.
#[must_use]
pub fn change(value: f64, base: f64) -> Option<String> {
    (base != 0.0).then(|| format::percent((value - base) / base.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(times: &[i64]) -> Line {
        let values = times.iter().map(|t| Some(*t as f64)).collect();
        Line { times: times.into(), values, ..Line::default() }
    }

    #[test]
    fn slots_of_several_lines_are_their_times_once() {
        let plot = Plot { lines: vec![line(&[1, 3, 5]), line(&[2, 3])], ..Plot::default() };
        assert_eq!(*plot.slots(), [1, 2, 3, 5]);
    }

    #[test]
    fn slots_of_one_line_keep_times_that_occur_twice() {
        let plot = Plot { lines: vec![line(&[1, 1, 2])], ..Plot::default() };
        assert_eq!(*plot.slots(), [1, 1, 2]);
    }

    #[test]
    fn the_sentence_names_newest_value_change_and_marks() {
        let plot = Plot {
            label: "Latency".into(),
            unit: "s".into(),
            lines: vec![line(&[4, 6])],
            baseline: [None, Some(5.0)].into(),
            marks: [None, Some(Mark::Regression)].into(),
            ..Plot::default()
        };
        assert_eq!(
            plot.sentence(),
            "Latency (s): 2 points, newest 6.000\u{202f}s (+20.0\u{202f}% against its baseline), 1 worse than its limit allows"
        );
    }
}
