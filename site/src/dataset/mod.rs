//! A history, ready to be shown: its series with their newest points, judged.
//!
//! In: the head of an index. Out: a [`Dataset`]; its verdicts are computed here, by the function
//! that fails CI.

mod names;
mod pages;
mod row;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

use bench_records::{
    coverage::Coverage,
    gate::Batch,
    index::HeadReading,
    metric::MetricTable,
    naming,
    order::sorted,
    series::{Labels, Point, Series},
    time::Micros,
};

use self::names::{shared_prefix, tell_apart};
pub use self::{names::words_of, row::Row};
use crate::config::{Config, Source};

/// One history of a deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// What the deployment says.
    pub config: Config,
    /// The history's place.
    pub source: Source,
    /// Number of records in it.
    pub records: usize,
    /// Number of files that the index set aside.
    pub set_aside: usize,
    /// Its metrics.
    pub table: MetricTable,
    /// Its series, in the order of their names.
    pub rows: Vec<Arc<Row>>,
    /// Time of its newest record.
    pub newest: Micros,
    /// The clock when it was loaded.
    pub now: Micros,
    /// What could not be read, in words.
    pub problems: Vec<String>,
    /// Records that the index lacks, by the key of their series.
    pub tail: HashMap<String, Arc<Series>>,
    /// Whether anybody said anything of its records.
    pub has_events: bool,
    /// How many pages the points of its series are in, beside those of the first series.
    pub pages: usize,
    /// The mark that each of them bears.
    page_marks: Vec<String>,
    /// What all names of its benchmarks begin with, up to a `/`: a card need not repeat it.
    pub shared_prefix: String,
}

impl Dataset {
    /// The history of a head that was read from `source`.
    #[must_use]
    pub fn new(config: Config, source: Source, reading: HeadReading, now: Micros) -> Self {
        let header = reading.head.header;
        let table = MetricTable::with_own(header.metrics);
        let lasts = reading.head.series.iter().map(|series| series.last);
        let lasts = lasts.chain(reading.later.iter().map(|(_, entry)| entry.last));
        let newest = lasts.max().unwrap_or_default();
        let batch = Batch { now, table: table.clone(), ..Batch::default() };
        let mut problems: Vec<String> =
            reading.set_aside.iter().map(|error| format!("head.ndjson: {error}")).collect();
        let mut rows = Vec::with_capacity(reading.head.series.len() + reading.later.len());
        let here = reading.head.series.into_iter().map(|line| Row::new(line, &batch, newest));
        let later = reading.later.into_iter().map(|part| Row::listed(part, &batch, newest));
        for row in here.chain(later) {
            match row {
                Ok(row) => rows.push(Arc::new(row)),
                Err(error) => problems.push(format!("head.ndjson: {error}")),
            }
        }
        let unsorted = rows;
        let mut rows = sorted(&unsorted, |a: &Arc<Row>, b| a.name().cmp(&b.name()));
        drop(unsorted);
        tell_apart(&mut rows);
        let shared_prefix = shared_prefix(&rows);
        let (records, set_aside, has_events) =
            (header.records, header.set_aside, header.events > 0);
        Self {
            config,
            source,
            records,
            set_aside,
            table,
            rows,
            newest,
            now,
            problems,
            tail: HashMap::new(),
            has_events,
            pages: header.pages,
            page_marks: header.page_marks,
            shared_prefix,
        }
    }

    /// The row of a series.
    #[must_use]
    pub fn row(&self, key: &str) -> Option<&Arc<Row>> {
        self.rows.iter().find(|row| row.recent.key.0 == key)
    }

    /// What a judgement of this history needs.
    #[must_use]
    pub fn batch(&self) -> Batch {
        Batch { now: self.now, table: self.table.clone(), ..Batch::default() }
    }

    /// How much of the newest records was held against a baseline.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage::of(self.rows.iter().map(|row| &row.judgement), 0)
    }

    /// Address of a commit of a series, where its repository is known and the commit is one.
    #[must_use]
    pub fn commit_url(&self, of: &Labels, commit: &str) -> Option<String> {
        let repository = self.repository_of(Some(of))?;
        naming::commit_url(&repository, commit)
    }

    /// Address of the changes after `from` up to `to`, in the repository of a series or of all.
    #[must_use]
    pub fn range_url(&self, of: Option<&Labels>, from: &str, to: &str) -> Option<String> {
        naming::range_url(&self.repository_of(of)?, from, to)
    }

    /// Address of a pull request of a series' repository, where that is known.
    #[must_use]
    pub fn pull_request_url(&self, of: &Labels, number: u32) -> Option<String> {
        Some(naming::pull_request_url(&self.repository_of(Some(of))?, number))
    }

    /// The same history with all points of these series in place of their newest.
    #[must_use]
    pub fn with_whole(&self, whole: &[Arc<Series>]) -> Self {
        let row = |row: &Arc<Row>| {
            let found = whole.iter().find(|series| series.key == *row.key());
            found.map_or_else(|| row.clone(), |series| Arc::new(row.with_whole(series)))
        };
        Self { rows: self.rows.iter().map(row).collect(), ..self.clone() }
    }

    /// The repository that a series says it measures, else that of its source.
    fn repository_of(&self, of: Option<&Labels>) -> Option<String> {
        let own =
            of.and_then(|labels| labels.repository.as_deref()).and_then(naming::repository_url);
        own.or_else(|| self.config.repository_of(&self.source))
    }
}

/// Whether a record tells of the measured repository's main line: it is no pull request's, not
/// excluded, and has a time.
#[must_use]
pub fn is_of_main(point: &Point) -> bool {
    point.is_of_main()
}

/// What a point is called in a URL: its id, or its time where it has none.
#[must_use]
pub fn point_name(point: &Point) -> String {
    if point.id.is_empty() { point.time.to_iso() } else { point.id.to_string() }
}
