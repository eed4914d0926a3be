//! What a chart shows: lines over time, with what judges the first of them.
//!
//! Cheap to clone: the columns are shared. Columns that belong to the first line (`baseline`,
//! `limit`, `good_side`, `marks`, `trials`) have its length, or are empty where there is nothing.

use bench_records::{metric::Metric, scale::Scale, stats};
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
    /// Whether the legend has switched it off.
    pub hidden: bool,
}

/// What was found at a point; each has a shape of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// ▲
    Regression,
    /// ▼
    Improved,
    /// ○, looked at by nobody yet or set apart for a cause.
    Flagged,
    /// ○, left out of every baseline.
    Excluded,
}

impl Mark {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::Improved => "improved",
            Self::Flagged => "flagged",
            Self::Excluded => "excluded",
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

    /// Label and unit.
    #[must_use]
    pub fn title(&self) -> String {
        if self.unit.is_empty() {
            self.label.clone()
        } else {
            format!("{} ({})", self.label, self.unit)
        }
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
        let shown: Vec<&Line> = self.shown().map(|(_, line)| line).collect();
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
        for mark in [Mark::Regression, Mark::Improved, Mark::Flagged, Mark::Excluded] {
            match self.marks.iter().flatten().filter(|found| **found == mark).count() {
                0 => {}
                n => text += &format!(", {n} {}", mark.as_str()),
            }
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
            "Latency (s): 2 points, newest 6.000\u{202f}s (+20.0\u{202f}% against its baseline), 1 regression"
        );
    }
}
