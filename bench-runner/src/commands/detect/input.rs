//! Bytes of JSON or CSV in; values, their times and what a reader should know of them out.

use anyhow::{Result, bail};
use bench_records::time::{DAY, Micros};

use super::{csv, json};
use crate::words::named;

/// How input may be written.
pub(super) const SHAPES: &str =
    r#"give {"values": [1.5, 2.5], "times": null}, a list of numbers, or CSV"#;

/// How many gaps a note lists.
const LISTED: usize = 10;

/// A series, oldest value first; a gap is NaN.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) values: Vec<f64>,
    pub(super) times: Option<Times>,
    /// What was read past.
    pub(super) ignored: Vec<String>,
}

/// A time for each value; a gap's may be NaN.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Times {
    pub(super) values: Vec<f64>,
    pub(super) unit: TimeUnit,
}

/// What times count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeUnit {
    /// Records: there are no times.
    Record,
    /// Days since 1970, as dates give them.
    Day,
    /// Something that only the user knows.
    Given,
}

/// A time as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Time {
    Missing,
    Number(f64),
    Date(Micros),
}

impl Input {
    /// Reads JSON where the first character is a bracket or brace, and CSV otherwise.
    pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Self> {
        let Ok(text) = std::str::from_utf8(bytes) else {
            bail!("{name} is not UTF-8 text; {SHAPES}");
        };
        let text = text.trim_start_matches('\u{feff}');
        let start = text.trim_start();
        match start.chars().next() {
            None => Ok(Self::default()),
            Some('{' | '[') => json::read(name, text),
            Some(_) => csv::read(name, text),
        }
    }

    /// What times count.
    pub(super) fn time_unit(&self) -> TimeUnit {
        self.times.as_ref().map_or(TimeUnit::Record, |times| times.unit)
    }

    /// What is left out, read past or odd.
    pub(super) fn notes(&self) -> Vec<String> {
        let gaps: Vec<usize> =
            (0..self.values.len()).filter(|index| !self.values[*index].is_finite()).collect();
        let mut notes = self.ignored.clone();
        if gaps.len() == self.values.len() {
            notes.push(format!("no values; {SHAPES}"));
        }
        if !gaps.is_empty() {
            let (count, of) = (gaps.len(), self.values.len());
            let listed = named(gaps.iter().map(usize::to_string), LISTED);
            notes.push(format!(
                "{count} of {of} values missing or not finite, left out: index {listed}"
            ));
        }
        let times = self.times.as_ref().map_or(&[][..], |times| &times.values);
        let back = (1..times.len()).find(|index| times[*index] < times[*index - 1]);
        if let Some(index) = back {
            notes.push(format!(
                "times[{index}] is before times[{}]; values are taken in the order given, so put \
                 the oldest first",
                index - 1
            ));
        }
        notes
    }
}

/// Makes times of one unit; `place` names the entry with an index for a message.
pub(super) fn times(
    name: &str,
    written: &[Time],
    values: &[f64],
    place: impl Fn(usize) -> String,
) -> Result<Times> {
    let is_dated = written.iter().any(|time| matches!(time, Time::Date(_)));
    let mut numbers = Vec::with_capacity(written.len());
    for (index, time) in written.iter().enumerate() {
        let at = || place(index);
        numbers.push(match time {
            Time::Number(_) if is_dated => {
                bail!("{name}: {} is a number beside dates; write all times alike", at())
            }
            Time::Number(number) => *number,
            Time::Date(micros) => micros.0 as f64 / DAY.0 as f64,
            Time::Missing if values.get(index).is_none_or(|value| !value.is_finite()) => f64::NAN,
            Time::Missing => {
                bail!("{name}: {} is missing; give each value a time, or no value one", at())
            }
        });
    }
    let unit = if is_dated { TimeUnit::Day } else { TimeUnit::Given };
    Ok(Times { values: numbers, unit })
}
