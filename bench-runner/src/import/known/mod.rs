//! What the store has of the series that an import may continue.
//!
//! In: series, each with the suite of its newest record and the metrics of its columns. Out: the
//! series of a key or name, and whether one has a measurement already.

mod whole;

use std::collections::{HashMap, HashSet};

use bench_records::{
    identity::{Identity, SeriesKey},
    metric::Metric,
    record::Record,
    series::{Labels, Point, Series},
    time::Micros,
};

use super::{
    found::{extra_of, key_of, series_key},
    load::Lengths,
};

pub use whole::Whole;

/// A measurement that is there already differs by no more than this fraction, which conversions of
/// earlier versions may have cost.
const SAME_WITHIN: f64 = 1e-9;

/// The series that an import may continue.
#[derive(Default)]
pub struct Known {
    series: HashMap<SeriesKey, KnownSeries>,
    by_name: HashMap<(String, String), Vec<SeriesKey>>,
    /// The workloads of which there are series, of any parameters.
    workloads: HashSet<String>,
}

/// One of them.
pub struct KnownSeries {
    series: Series,
    /// The suite that its newest record names, where it is of an earlier version.
    pub suite: Option<String>,
    /// How long the prompts and answers of its newest record are, where that is a load test and was
    /// read.
    pub lengths: Lengths,
    /// What its newest record keeps of the tool's own words, where that was read.
    extra: Option<String>,
    /// When its oldest record was measured, and the repository that it names.
    first: Option<(Micros, String)>,
    metrics: Vec<Metric>,
    at: HashMap<(Micros, Box<str>), Vec<usize>>,
    ids: HashSet<Box<str>>,
}

impl Known {
    /// Adds a series.
    pub fn add(&mut self, known: KnownSeries) {
        let labels = known.labels();
        for (model_id, gpu) in labels.sources() {
            let name = (model_id.to_owned(), gpu.unwrap_or("unknown").to_owned());
            self.by_name.entry(name).or_default().push(known.key().clone());
        }
        self.workloads.extend(labels.identity.get("workload_id").cloned());
        self.series.insert(known.key().clone(), known);
    }

    /// Adds a record that is about to be written, so that the next file meets it.
    pub fn add_record(&mut self, record: &Record, table: impl Fn(&str) -> Metric) {
        let key = series_key(record);
        if !self.series.contains_key(&key) {
            let known = KnownSeries::new(Series::for_record(record), Vec::new());
            self.add(known.said_by(None, Some(record)));
        }
        if let Some(known) = self.series.get_mut(&key) {
            known.push(record, table);
        }
    }

    /// The series of a key.
    pub fn get(&self, key: &SeriesKey) -> Option<&KnownSeries> {
        self.series.get(key)
    }

    /// Whether there is a series of this identity, all of which is known.
    pub fn has_identity(&self, identity: &Identity) -> bool {
        self.series.contains_key(&key_of(identity))
    }

    /// Whether there is a series of a workload of this id, whatever its parameters.
    pub fn has_workload(&self, id: &str) -> bool {
        self.workloads.contains(id)
    }

    /// The series of which a record goes by this name on this GPU.
    pub fn named(&self, model_id: &str, gpu: &str) -> impl Iterator<Item = &KnownSeries> {
        let keys = self.by_name.get(&(model_id.to_owned(), gpu.to_owned()));
        keys.into_iter().flatten().filter_map(|key| self.series.get(key))
    }

    /// All series.
    pub fn all(&self) -> impl Iterator<Item = &KnownSeries> {
        self.series.values()
    }
}

impl KnownSeries {
    /// A series with the metric of each of its columns.
    pub fn new(series: Series, metrics: Vec<Metric>) -> Self {
        let mut at: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, point) in series.points.iter().enumerate() {
            at.entry((point.time, point.commit.clone())).or_default().push(index);
        }
        let ids = series.points.iter().map(|point| point.id.clone()).collect();
        let lengths = Lengths::default();
        Self { series, suite: None, lengths, extra: None, first: None, metrics, at, ids }
    }

    /// The same with what its newest and its oldest record say.
    pub fn said_by(mut self, newest: Option<&Record>, oldest: Option<&Record>) -> Self {
        let suite = newest.and_then(|record| record.extra.get("suite")?.as_str());
        self.suite = suite.map(str::to_owned);
        self.extra = newest.and_then(extra_of).map(str::to_owned);
        self.lengths = newest.map(Lengths::of).unwrap_or_default();
        if let Some(oldest) = oldest {
            self.began_with(oldest);
        }
        self
    }

    /// Whether its oldest or its newest record is of a repository of this name.
    pub fn measured(&self, project: &str) -> bool {
        let oldest = self.first.as_ref().map(|(_, repository)| repository);
        let mut ends = oldest.into_iter().chain(&self.labels().repository);
        ends.any(|repository| repository.ends_with(&format!("/{project}")))
    }

    /// What the tool wrote beside the value of its newest record; `None` where that is not known, or
    /// nothing.
    pub fn extra_text(&self) -> Option<&str> {
        self.extra.as_deref()
    }

    fn began_with(&mut self, record: &Record) {
        let time = record.time.unwrap_or_default();
        if self.first.as_ref().is_none_or(|(first, _)| time < *first) {
            self.first = Some((time, record.provenance.repository.clone()));
        }
    }

    /// Its key.
    pub fn key(&self) -> &SeriesKey {
        &self.series.key
    }

    /// What it is called.
    pub fn labels(&self) -> &Labels {
        &self.series.labels
    }

    /// Whether its records say what they are; those of earlier imports do not.
    pub fn has_identity(&self) -> bool {
        !self.labels().identity.is_empty()
    }

    /// When its newest record was measured.
    pub fn newest(&self) -> Micros {
        self.series.points.iter().map(|point| point.time).max().unwrap_or_default()
    }

    /// Its metrics, in the order of its columns.
    pub fn columns(&self) -> &[Metric] {
        &self.metrics
    }

    /// Whether it has a record of this id.
    pub fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Its metrics, the one that its newest records have first.
    pub fn metrics(&self) -> Vec<&Metric> {
        let newest = |column: usize| {
            let has = |point: &&Point| point.values.get(column).is_some_and(Option::is_some);
            self.series.points.iter().filter(has).map(|point| point.time).max()
        };
        let mut columns: Vec<(usize, &Metric)> = self.metrics.iter().enumerate().collect();
        columns.sort_by_key(|(column, _)| std::cmp::Reverse(newest(*column)));
        columns.into_iter().map(|(_, metric)| metric).collect()
    }

    /// Its records of the time and commit of this one.
    fn points_like(&self, record: &Record) -> impl Iterator<Item = &Point> {
        let at = (record.time.unwrap_or_default(), record.commit_sha.as_str().into());
        self.at.get(&at).into_iter().flatten().map(|index| &self.series.points[*index])
    }

    /// A record that has a value of `metric` between `low` and `high` of this commit and time.
    pub fn point_with(
        &self,
        at: (Micros, &str),
        metric: &str,
        (low, high): (f64, f64),
    ) -> Option<&Point> {
        let points = self.at.get(&(at.0, at.1.into())).into_iter().flatten();
        let slack = |bound: f64| bound.abs() * SAME_WITHIN;
        points.map(|index| &self.series.points[*index]).find(|point| {
            let value = self.series.value(point, metric);
            value.is_some_and(|value| value >= low - slack(low) && value <= high + slack(high))
        })
    }

    fn push(&mut self, record: &Record, table: impl Fn(&str) -> Metric) {
        if record.time.unwrap_or_default() >= self.newest() {
            self.lengths = Lengths::of(record);
        }
        self.series.push(record, "");
        self.began_with(record);
        let Some(point) = self.series.points.last() else { return };
        self.ids.insert(point.id.clone());
        let at = self.at.entry((point.time, point.commit.clone())).or_default();
        at.retain(|index| !self.series.points[*index].is_part_of(point));
        at.push(self.series.points.len() - 1);
        for key in self.series.metrics.iter().skip(self.metrics.len()) {
            self.metrics.push(table(key));
        }
    }
}
