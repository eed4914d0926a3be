//! A series: the records of one cohort, in order, reduced to what judging and drawing need.
//!
//! In: records with the paths that they were read from. Out: a [`Series`] of points ordered by
//! time, then id, then path.

mod branches;
mod called;
mod flags;
mod labels;
mod limits;
mod names;
mod part;
mod partial;
mod point;

use std::collections::{BTreeMap, HashSet};

pub use branches::Branches;
pub use called::{Closeness, IMPORTED};
pub use flags::{Flags, RESEED};
pub use labels::{Labels, Source};
pub use limits::OwnLimits;
pub use names::{Apart, Named, further, tell_apart};
pub use partial::{MOST_VALUES, Partial, noun};
pub use point::Point;

use crate::{
    branch::branch_name,
    broken_limits::BrokenLimits,
    identity::SeriesKey,
    naming::repository_url,
    order::{in_order, map_of},
    provenance::Provenance,
    record::Record,
    text::Text,
    time::Micros,
};

/// The records of one cohort, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Short hash of the cohort.
    pub key: SeriesKey,
    /// What it is called and compared on.
    pub labels: Labels,
    /// What its benchmark limits by itself.
    pub limits: OwnLimits,
    /// Keys of the metrics that any point has.
    pub metrics: Vec<String>,
    /// The points, oldest first.
    pub points: Vec<Point>,
}

impl Series {
    /// An empty series for records like `record`.
    #[must_use]
    pub fn for_record(record: &Record<impl Text>) -> Self {
        let key = record.cohort().key();
        let (labels, limits) = (Labels::of(record), OwnLimits::default());
        Self { key, labels, limits, metrics: Vec::new(), points: Vec::new() }
    }

    /// Adds a record that was read from `path`; [`Series::sort`] is due after the last one.
    pub fn push<T: Text>(&mut self, record: &Record<T>, path: impl Into<Box<str>>) {
        self.follow(record);
        self.labels.take_partial(record);
        let mut values = vec![None; self.metrics.len()];
        for (key, value) in &record.metrics {
            let column = self.column_or_new(key.as_ref());
            values.resize(values.len().max(column + 1), None);
            values[column] = Some(*value);
        }
        let branch = self.branch_of(&record.provenance);
        let names = (record.model_id.as_ref(), record.gpu_type.as_ref().map(T::as_ref));
        let source = self.labels.position_or_new(names, &labels::part_of(&record.identity));
        self.points.push(Point {
            time: record.time.unwrap_or_default(),
            id: record.id.as_ref().map_or("", T::as_ref).into(),
            path: path.into(),
            commit: record.commit_sha.as_ref().into(),
            pr: record.provenance.pr_number.as_ref().trim_start_matches('#').parse().unwrap_or(0),
            flags: Flags::of(record),
            source,
            branch,
            verdict: record.verdict,
            broken: BrokenLimits::of(record).map(Box::new),
            values,
        });
    }

    /// Takes what the newest record says of the whole series, where this one is no older.
    pub fn follow(&mut self, record: &Record<impl Text>) {
        let is_newest = self.limits.follow(record);
        let origin = &record.provenance;
        self.labels.follow_repository(repository_url(origin.repository.as_ref()), is_newest);
        let said = Some(origin.main_branch.as_ref()).filter(|said| !said.is_empty());
        let said = said.filter(|_| !origin.is_pull_request());
        self.labels.branches.follow_main(said, is_newest);
    }

    /// Takes what `record`, that of [`Series::to_follow`], says in place of what a newer one said
    /// that has no say.
    pub fn follow_instead(&mut self, record: &Record<impl Text>) {
        self.limits = OwnLimits::default();
        self.follow(record);
    }

    /// A pull request's branch is set apart by its number.
    fn branch_of(&mut self, origin: &Provenance<impl Text>) -> u16 {
        let name = if origin.is_pull_request() { "" } else { branch_name(origin.branch.as_ref()) };
        if !name.is_empty() && !self.points.is_empty() {
            self.labels.branches.begin_with_unsaid();
        }
        self.labels.branches.position_or_new(name)
    }

    /// The series as a record of `origin` sees it, whose branch may say which one is main.
    #[must_use]
    pub fn seen_from(&self, origin: &Provenance) -> Self {
        let mut seen = self.clone();
        self.labels.branches.mark(&mut seen.points, Some(origin));
        seen
    }

    /// The newest point that has a say about the series, where the series does not follow it yet.
    #[must_use]
    pub fn to_follow(&self) -> Option<&Point> {
        limits::newest(&self.points).filter(|newest| !self.limits.are_of(Some(*newest)))
    }

    /// Puts the points in order and gives each a place for every metric; of points with the same
    /// path, or the same id, the last one added stays, and of a run that came in parts the point that
    /// has all. Marks those of branches that are not main.
    pub fn sort(&mut self) {
        self.points.reverse();
        let mut unseen = unseen(&self.points).into_iter();
        self.points.retain(|_| unseen.next().unwrap_or(true));
        self.points = in_order(std::mem::take(&mut self.points), |a, b| a.order().cmp(&b.order()));
        for point in &mut self.points {
            point.values.resize(self.metrics.len(), None);
        }
        part::drop_parts(&mut self.points);
        self.labels.branches.mark(&mut self.points, None);
        self.drop_empty_columns();
    }

    fn drop_empty_columns(&mut self) {
        for column in (0..self.metrics.len()).rev() {
            if self.points.iter().all(|point| point.values[column].is_none()) {
                self.metrics.remove(column);
                for point in &mut self.points {
                    point.values.remove(column);
                }
            }
        }
    }

    /// Takes in the points of a series of the same cohort that were read from a path.
    pub fn absorb(&mut self, other: &Self) {
        let is_newest = self.limits.absorb(&other.limits);
        self.labels.follow_repository(other.labels.repository.clone(), is_newest);
        self.labels.branches.follow_main(other.labels.branches.main(), is_newest);
        self.labels.partial.absorb(&other.labels.partial);
        let columns: Vec<usize> = other.metrics.iter().map(|key| self.column_or_new(key)).collect();
        for point in other.points.iter().filter(|point| !point.path.is_empty()) {
            let mut values = vec![None; self.metrics.len()];
            for (column, value) in columns.iter().zip(&point.values) {
                values[*column] = *value;
            }
            let name = other.labels.branches.of(point);
            if !name.is_empty() && !self.points.is_empty() {
                self.labels.branches.begin_with_unsaid();
            }
            let branch = self.labels.branches.position_or_new(name);
            let part = other.labels.part_at(usize::from(point.source));
            let source = self.labels.position_or_new(other.source(point), &part);
            self.points.push(Point { values, source, branch, ..point.clone() });
        }
        self.sort();
    }

    /// Removes the points that were read from a path for which `is_gone` holds. What the newest of
    /// them said of the whole series goes with it: [`Series::to_follow`] is the next one to ask.
    pub fn remove_paths(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.points.retain(|point| !is_gone(&point.path));
        if !self.limits.are_of(limits::newest(&self.points)) {
            self.limits = OwnLimits::default();
            self.labels.repository = None;
            self.labels.branches.forget_main();
        }
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

    /// Identity fields of a point's record: all six, some, or none.
    #[must_use]
    pub fn identity(&self, point: &Point) -> &BTreeMap<String, String> {
        self.labels.identity_at(usize::from(point.source))
    }

    /// The newest point that is not in the future.
    #[must_use]
    pub fn latest(&self, now: Micros) -> Option<&Point> {
        self.latest_index(now).map(|index| &self.points[index])
    }

    /// Position of the newest point that is not in the future.
    #[must_use]
    pub fn latest_index(&self, now: Micros) -> Option<usize> {
        self.points.iter().rposition(|point| !point.time.is_future(now))
    }

    fn column_or_new(&mut self, metric: &str) -> usize {
        self.column(metric).unwrap_or_else(|| {
            self.metrics.push(metric.to_owned());
            self.metrics.len() - 1
        })
    }
}

/// Whether each point is the first of its path, and of its id.
fn unseen(points: &[Point]) -> Vec<bool> {
    let mut paths = HashSet::with_capacity(points.len());
    let mut ids = HashSet::with_capacity(points.len());
    let names = points.iter().map(|Point { path, id, .. }| (path, id));
    let is_unseen = names.map(|(path, id)| {
        let unseen_path = path.is_empty() || paths.insert(path);
        unseen_path && (id.is_empty() || ids.insert(id))
    });
    is_unseen.collect()
}

/// Series of all the records, by key.
#[must_use]
pub fn group_into_series<'a>(
    records: impl IntoIterator<Item = (&'a Record, &'a str)>,
) -> BTreeMap<SeriesKey, Series> {
    let mut grouped: BTreeMap<SeriesKey, (Series, Vec<&'a Record>)> = BTreeMap::new();
    for (record, path) in records {
        let new = || (Series::for_record(record), Vec::new());
        let (series, members) = grouped.entry(record.cohort().key()).or_insert_with(new);
        series.push(record, path);
        members.push(record);
    }
    let finished = grouped.into_iter().map(|(key, (mut series, members))| {
        series.sort();
        let wanted = series.to_follow().map(|point| (point.time, point.commit.clone()));
        let is_wanted = |record: &&&Record| {
            let (time, commit) = (record.time.unwrap_or_default(), &*record.commit_sha);
            wanted.as_ref().is_some_and(|(at, of)| (*at, &**of) == (time, commit))
        };
        if let Some(record) = members.iter().find(is_wanted) {
            series.follow_instead(record);
        }
        (key, series)
    });
    map_of(finished)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_in_the_repository_of_the_newest_record_in_whatever_order_they_are_read() {
        let record = |day: u32, repository: &str, pr_number: &str| {
            let fields = serde_json::json!({
                "model_id": "wan", "gpu_type": "L40S", "latency": 1.0, "pr_number": pr_number,
                "timestamp": format!("2025-05-{day:02}T00:00:00Z"), "repository": repository,
            });
            Record::from_slice(fields.to_string().as_bytes()).expect("a record")
        };
        let [old, moved] = ["https://example.org/old", "https://example.org/moved"];
        let records =
            [record(1, old, ""), record(2, moved, ""), record(3, "", ""), record(4, old, "7")];
        for order in [[0, 1, 2, 3], [3, 1, 0, 2], [1, 3, 0, 2]] {
            let records = order.map(|index| (&records[index], "x.json"));
            let series = group_into_series(records).into_values().next().expect("one series");
            assert_eq!(series.labels.repository.as_deref(), Some(moved), "{order:?}");
        }
    }

    #[test]
    fn paths_never_leave_the_history() {
        let mut point = Point {
            time: Micros(1_700_000_000_000_000),
            id: Box::default(),
            path: "records/0.json".into(),
            commit: Box::default(),
            pr: 0,
            flags: Flags::default(),
            source: 0,
            branch: 0,
            verdict: None,
            broken: None,
            values: Vec::new(),
        };
        assert_eq!(point.trials_path(), None);
        point.id = "01JX".into();
        assert_eq!(point.trials_path().as_deref(), Some("raw/2023-11/14/01JX.ndjson"));
        assert_eq!(point.record_path(), Some("records/0.json"));
        point.id = "../x".into();
        for path in ["../x.json", "https://host/x.json", "/x.json", "", "x.html", "a/x.json?y.json"]
        {
            point.path = path.into();
            assert_eq!((point.trials_path(), point.record_path()), (None, None), "{path}");
        }
    }
}
