//! A series: the records of one cohort, in order, reduced to what judging and drawing need.
//!
//! In: records with the paths that they were read from. Out: a [`Series`] of points ordered by
//! time, then id, then path.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{
    identity::{Cohort, SeriesKey},
    record::Record,
    time::Micros,
    verdict::Verdict,
};

/// What keeps a point out of baselines or sets it apart; a set of bits, 0 for an ordinary point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Flags(pub u8);

impl Flags {
    /// The run failed a gate.
    pub const FAILED: Self = Self(1);
    /// The record says that it is not eligible for a baseline.
    pub const INELIGIBLE: Self = Self(2);
    /// The record names its source and does not say whether it is eligible.
    pub const UNSTATED: Self = Self(4);
    /// A scheduled run on main, or one that says it is eligible.
    pub const TRUSTED: Self = Self(8);
    /// The run belongs to a pull request.
    pub const PULL_REQUEST: Self = Self(16);
    /// The timestamp is no time; the point stands at 1970.
    pub const UNDATED: Self = Self(32);
    /// Somebody excluded the record, with a reason.
    pub const EXCLUDED: Self = Self(64);

    /// Whether any bit of `other` is set.
    #[must_use]
    pub fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// With the bits of `other` set when `condition` holds.
    #[must_use]
    pub fn with_if(self, other: Self, condition: bool) -> Self {
        if condition { Self(self.0 | other.0) } else { self }
    }

    fn of(record: &Record) -> Self {
        let origin = &record.provenance;
        let source = origin.run_source.as_deref();
        let eligible = origin.baseline_eligible;
        Self::default()
            .with_if(Self::FAILED, !record.success)
            .with_if(Self::INELIGIBLE, eligible == Some(false))
            .with_if(Self::UNSTATED, eligible.is_none() && source.is_some())
            .with_if(Self::TRUSTED, eligible == Some(true) || source == Some("scheduled_main"))
            .with_if(Self::PULL_REQUEST, origin.is_pull_request())
            .with_if(Self::UNDATED, record.time.is_none())
    }
}

/// What a record calls itself; records of one identity can differ in it after a rename.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Source {
    /// The benchmark.
    pub model_id: String,
    /// GPU name.
    pub gpu_type: Option<String>,
}

/// What a series is called and compared on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Labels {
    /// The benchmark.
    pub model_id: String,
    /// GPU name.
    pub gpu_type: Option<String>,
    /// Identity fields, on series of records that carry one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub identity: BTreeMap<String, String>,
    /// Further names that records of the series go by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Source>,
}

impl Labels {
    /// Every name that records of the series go by, its own first.
    pub fn sources(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let own = std::iter::once((self.model_id.as_str(), self.gpu_type.as_deref()));
        own.chain(
            self.also.iter().map(|source| (source.model_id.as_str(), source.gpu_type.as_deref())),
        )
    }

    /// Position of a record's names among [`Labels::sources`], added where they are new.
    fn source_or_new(&mut self, record: &Record) -> u16 {
        let names = (record.model_id.as_str(), record.gpu_type.as_deref());
        let found = self.sources().position(|source| source == names);
        let position = found.unwrap_or_else(|| {
            self.also.push(Source {
                model_id: record.model_id.clone(),
                gpu_type: record.gpu_type.clone(),
            });
            self.also.len()
        });
        u16::try_from(position).unwrap_or(0)
    }

    /// Labels of the series that a record belongs to.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let identity = match record.cohort() {
            Cohort::Identity(_) => record.identity.fields().map(owned).collect(),
            Cohort::ModelAndGpu(..) => BTreeMap::new(),
        };
        let (model_id, gpu_type) = (record.model_id.clone(), record.gpu_type.clone());
        Self { model_id, gpu_type, identity, also: Vec::new() }
    }
}

fn owned((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// One record of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// When it ran.
    pub time: Micros,
    /// ULID, or empty.
    pub id: Box<str>,
    /// Path of the record in its store.
    pub path: Box<str>,
    /// What was measured, or empty.
    pub commit: Box<str>,
    /// What sets it apart.
    pub flags: Flags,
    /// Which of the series' names it goes by: a position among [`Labels::sources`].
    pub source: u16,
    /// How it was judged when it was written.
    pub verdict: Option<Verdict>,
    /// Value of each metric of the series, in [`Series::metrics`]' order.
    pub values: Vec<Option<f64>>,
}

impl Point {
    fn order(&self) -> (Micros, &str, &str) {
        (self.time, &self.id, &self.path)
    }
}

/// The records of one cohort, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Short hash of the cohort.
    pub key: SeriesKey,
    /// What it is called and compared on.
    pub labels: Labels,
    /// Keys of the metrics that any point has.
    pub metrics: Vec<String>,
    /// The points, oldest first.
    pub points: Vec<Point>,
}

impl Series {
    /// An empty series for records like `record`.
    #[must_use]
    pub fn for_record(record: &Record) -> Self {
        let key = record.cohort().key();
        Self { key, labels: Labels::of(record), metrics: Vec::new(), points: Vec::new() }
    }

    /// Adds a record that was read from `path`; [`Series::sort`] is due after the last one.
    pub fn push(&mut self, record: &Record, path: &str) {
        let mut values = vec![None; self.metrics.len()];
        for (key, value) in &record.metrics {
            let column = self.column_or_new(key);
            values.resize(values.len().max(column + 1), None);
            values[column] = Some(*value);
        }
        self.points.push(Point {
            time: record.time.unwrap_or_default(),
            id: record.id.as_deref().unwrap_or_default().into(),
            path: path.into(),
            commit: record.commit_sha.as_str().into(),
            flags: Flags::of(record),
            source: self.labels.source_or_new(record),
            verdict: record.verdict,
            values,
        });
    }

    /// Puts the points in order and gives each a place for every metric; of points with the same path, or the same id, the last one added
    /// stays.
    pub fn sort(&mut self) {
        self.points.reverse();
        let (mut paths, mut ids) = (HashSet::new(), HashSet::new());
        self.points.retain(|point| {
            let unseen_path = paths.insert(point.path.clone());
            unseen_path && (point.id.is_empty() || ids.insert(point.id.clone()))
        });
        self.points.sort_by(|a, b| a.order().cmp(&b.order()));
        for point in &mut self.points {
            point.values.resize(self.metrics.len(), None);
        }
    }

    /// Removes the points that were read from a path for which `is_gone` holds.
    pub fn remove_paths(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.points.retain(|point| !is_gone(&point.path));
    }

    /// Position of a metric in [`Point::values`].
    #[must_use]
    pub fn column(&self, metric: &str) -> Option<usize> {
        self.metrics.iter().position(|key| key == metric)
    }

    /// Value of a metric at a point.
    #[must_use]
    pub fn value(&self, point: &Point, metric: &str) -> Option<f64> {
        point.values.get(self.column(metric)?).copied().flatten()
    }

    /// Benchmark and GPU that a point goes by.
    #[must_use]
    pub fn source(&self, point: &Point) -> (&str, Option<&str>) {
        let own = (self.labels.model_id.as_str(), self.labels.gpu_type.as_deref());
        self.labels.sources().nth(usize::from(point.source)).unwrap_or(own)
    }

    /// The newest point that is not in the future.
    #[must_use]
    pub fn latest(&self, now: Micros) -> Option<&Point> {
        self.points.iter().rev().find(|point| !point.time.is_future(now))
    }

    fn column_or_new(&mut self, metric: &str) -> usize {
        self.column(metric).unwrap_or_else(|| {
            self.metrics.push(metric.to_owned());
            self.metrics.len() - 1
        })
    }
}

/// Series of all the records, by key.
#[must_use]
pub fn group_into_series<'a>(
    records: impl IntoIterator<Item = (&'a Record, &'a str)>,
) -> BTreeMap<SeriesKey, Series> {
    let mut series = BTreeMap::new();
    for (record, path) in records {
        let entry: &mut Series =
            series.entry(record.cohort().key()).or_insert_with(|| Series::for_record(record));
        entry.push(record, path);
    }
    series.values_mut().for_each(Series::sort);
    series
}
