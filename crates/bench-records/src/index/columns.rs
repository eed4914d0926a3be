//! Points column by column: smaller and faster to read than one object a point.
//!
//! In: points of a series. Out: [`Columns`] with delta-coded times; and back.

use std::collections::BTreeMap;

use serde::Serialize;

use super::IndexError;
use crate::{
    broken_limits::BrokenLimits,
    identity::SeriesKey,
    order::map_of,
    series::{Flags, Point},
    time::{Civil, Micros},
    verdict::Verdict,
};

/// Points of a series, a list a field; all lists have the same length.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Columns {
    /// Microseconds in one unit of `time`: 1000000 where all times are whole seconds, else 1.
    pub time_unit_us: i64,
    /// First time since 1970, then the difference of each time from the one before.
    pub time: Vec<i64>,
    /// Commit of each point, or empty.
    pub commit: Vec<Box<str>>,
    /// Number of the pull request that each point is of, 0 for none; left out where all are of none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pr: Vec<i64>,
    /// What sets each point apart; 0 for an ordinary one.
    pub flags: Vec<Flags>,
    /// Which of the series' names each point goes by; left out where all go by the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<u16>,
    /// Which of the series' branches each point is of; left out where all are of the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branch: Vec<u16>,
    /// How each record was judged when it was written.
    pub verdict: Vec<Option<Verdict>>,
    /// Static limits that a record broke when it was written, by its place in the lists; left out where
    /// none broke any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub broken: BTreeMap<usize, BrokenLimits>,
    /// ULID of each record, or empty. The head has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub id: Vec<Box<str>>,
    /// Path of each record in its store; empty where it follows from key, time and id. The head
    /// has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Box<str>>,
    /// Values of each metric, null where it was not measured.
    pub metrics: BTreeMap<String, Vec<Option<f64>>>,
}

/// Path under which a run writes its record.
#[must_use]
pub fn record_path(key: &SeriesKey, time: Micros, id: &str) -> String {
    let Civil { year, month, day, hour, minute, second } = time.civil();
    format!(
        "records/{year:04}-{month:02}/{day:02}/\
         {key}-{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z-{id}.json"
    )
}

impl Columns {
    /// The columns of `points`, whose values are in the order of `metrics`.
    #[must_use]
    pub fn of(key: &SeriesKey, metrics: &[String], points: &[Point]) -> Self {
        let whole_seconds = points.iter().all(|point| point.time.0 % 1_000_000 == 0);
        let time_unit_us = if whole_seconds { 1_000_000 } else { 1 };
        let own_path = |point: &Point| {
            let follows = !point.id.is_empty()
                && point.path.starts_with("records/")
                && *point.path == record_path(key, point.time, &point.id);
            if follows { Box::default() } else { point.path.clone() }
        };
        let values = |column: usize| {
            points.iter().map(|point| point.values.get(column).copied().flatten()).collect()
        };
        Self {
            time_unit_us,
            time: differences(points.iter().map(|point| point.time.0 / time_unit_us)),
            commit: points.iter().map(|point| point.commit.clone()).collect(),
            pr: match points.iter().all(|point| point.pr == 0) {
                true => Vec::new(),
                false => points.iter().map(|point| point.pr.into()).collect(),
            },
            flags: points.iter().map(|point| point.flags).collect(),
            source: unless_all_first(points, |point| point.source),
            branch: unless_all_first(points, |point| point.branch),
            verdict: points.iter().map(|point| point.verdict).collect(),
            broken: map_of(points.iter().enumerate().filter_map(broken_at)),
            id: points.iter().map(|point| point.id.clone()).collect(),
            path: points.iter().map(own_path).collect(),
            metrics: map_of(metrics.iter().cloned().enumerate().map(|(i, key)| (key, values(i)))),
        }
    }

    /// The columns less ids and paths, which an overview does not need.
    #[must_use]
    pub fn without_places(self) -> Self {
        Self { id: Vec::new(), path: Vec::new(), ..self }
    }

    /// The columns with values of at most `digits` significant digits.
    #[must_use]
    pub fn rounded_to(mut self, digits: i32) -> Self {
        for value in self.metrics.values_mut().flatten().flatten() {
            *value = rounded(*value, digits);
        }
        self
    }

    /// The points, with values in the order of `metrics`.
    ///
    /// # Errors
    /// [`IndexError::Uneven`] where the lists differ in length, [`IndexError::OutOfRange`] where a
    /// time is none.
    pub fn into_points(mut self, key: &SeriesKey) -> Result<(Vec<String>, Vec<Point>), IndexError> {
        for places in [&mut self.id, &mut self.path] {
            if places.is_empty() {
                places.resize(self.time.len(), Box::default());
            }
        }
        self.check_lengths()?;
        let (metrics, values): (Vec<String>, Vec<_>) = self.metrics.into_iter().unzip();
        let mut time: i64 = 0;
        let mut points = Vec::with_capacity(self.time.len());
        let mut broken = self.broken.into_iter().peekable();
        let texts = self.commit.into_iter().zip(self.id).zip(self.path);
        for (index, ((commit, id), path)) in texts.enumerate() {
            time = self.time[index].checked_add(time).ok_or_else(|| out_of_range(index))?;
            let at = time.checked_mul(self.time_unit_us).ok_or_else(|| out_of_range(index))?;
            let at = Micros(at);
            let follows = path.is_empty() && !id.is_empty();
            points.push(Point {
                time: at,
                path: if follows { record_path(key, at, &id).into() } else { path },
                id,
                commit,
                pr: self.pr.get(index).and_then(|pr| u32::try_from(*pr).ok()).unwrap_or(0),
                flags: self.flags[index],
                source: self.source.get(index).copied().unwrap_or(0),
                branch: self.branch.get(index).copied().unwrap_or(0),
                verdict: self.verdict[index],
                broken: broken
                    .next_if(|(place, _)| *place == index)
                    .map(|(_, limits)| Box::new(limits)),
                values: values.iter().map(|column| column[index]).collect(),
            });
        }
        Ok((metrics, points))
    }

    fn check_lengths(&self) -> Result<(), IndexError> {
        let expected = self.time.len();
        let fixed = [
            ("commit", self.commit.len()),
            ("flags", self.flags.len()),
            ("verdict", self.verdict.len()),
            ("id", self.id.len()),
            ("path", self.path.len()),
        ];
        let metrics = self.metrics.iter().map(|(key, values)| (key.as_str(), values.len()));
        match fixed.into_iter().chain(metrics).find(|(_, found)| *found != expected) {
            Some((column, found)) => {
                Err(IndexError::Uneven { column: column.to_owned(), found, expected })
            }
            None => Ok(()),
        }
    }
}

/// `value` with that many significant digits, halves away from zero. From 1e-16 to 1e22 the result is the
/// number that is nearest to its decimals, and is written with these: a whole number and a power of ten up
/// to 1e22 are exact, and dividing or multiplying them rounds once. To go through text would cost a
/// browser the parser of numbers.
#[must_use]
pub fn rounded(value: f64, digits: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let places = digits - 1 - value.abs().log10().floor() as i32;
    let power = 10f64.powi(places.abs());
    let rounded = match places >= 0 {
        true => (value * power).round() / power,
        false => (value / power).round() * power,
    };
    if rounded.is_finite() { rounded } else { value }
}

fn broken_at((index, point): (usize, &Point)) -> Option<(usize, BrokenLimits)> {
    Some((index, point.broken.as_deref()?.clone()))
}

fn out_of_range(index: usize) -> IndexError {
    IndexError::OutOfRange { column: "time".to_owned(), index }
}

fn unless_all_first(points: &[Point], place: impl Fn(&Point) -> u16) -> Vec<u16> {
    if points.iter().all(|point| place(point) == 0) {
        return Vec::new();
    }
    points.iter().map(place).collect()
}

fn differences(times: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut before = 0;
    times.map(|time| time.wrapping_sub(std::mem::replace(&mut before, time))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_to_their_last_digit() {
        for text in ["31.245270191439438", "121.48791951161945", "0.30000000000000004"] {
            assert_eq!(serde_json::from_str::<f64>(text).ok(), text.parse().ok());
        }
    }

    #[test]
    fn the_path_of_a_record_names_series_time_and_id() {
        for (text, expected) in [
            ("2026-05-08T22:01:02.5Z", "records/2026-05/08/0a1b-20260508T220102Z-01J.json"),
            ("0007-01-02T03:04:05Z", "records/0007-01/02/0a1b-00070102T030405Z-01J.json"),
        ] {
            let time = Micros::parse(text).expect("a time");
            let path = record_path(&SeriesKey("0a1b".to_owned()), time, "01J");
            assert_eq!(path, expected);
            assert_eq!(
                path,
                format!("records/{}/0a1b-{}-01J.json", time.to_folders(), time.to_compact())
            );
        }
    }
}
