//! What is published: every series as of one moment, judged.
//!
//! In: a history. Out: its series, with how each one stands.

use std::cmp::Ordering;

use anyhow::Result;
use bench_records::{
    coverage::Coverage,
    events::{Acknowledged, Event},
    gate::{Batch, Judgement},
    metric::METRICS,
    series::{Apart, Named, Point, Series, tell_apart},
    standing::{self, Since},
    status::Status,
    time::Micros,
};

use crate::store::folder::History;

/// A history as of one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// A series each, in the order of their keys.
    pub standings: Vec<Standing>,
    /// Number of records.
    pub records: usize,
    /// Number of files that were set aside.
    pub set_aside: usize,
    /// Time of the newest record that is not in the future.
    pub newest: Option<Micros>,
    /// The clock and the metrics that it was judged with.
    pub batch: Batch,
}

/// A series and how it stands.
#[derive(Debug)]
pub struct Standing {
    /// Its whole history.
    pub series: Series,
    /// Position of its newest record that is not in the future.
    pub newest: usize,
    /// Position of the record that it stands by, which may be older: no pull request's.
    pub told: usize,
    /// That record, judged.
    pub judgement: Judgement,
    /// The word for it.
    pub status: Status,
    /// Whether that record is much older than the newest of the history; a regression stays one.
    pub is_stale: bool,
    /// Since when it is worse or better; `None` where it is neither.
    pub since: Option<Since>,
    /// What tells it apart from others of the history that go by the same name.
    pub apart: Apart,
}

impl Snapshot {
    /// Reads and judges all series of a history.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn read(history: &mut History, events: &[Event], now: Micros) -> Result<Self> {
        let (table, acknowledged) = (history.table().clone(), Acknowledged::of(events));
        let batch = Batch { now, table, acknowledged, ..Batch::default() };
        let all = history.series(|_, _| true)?;
        let newest = standing::newest_of(&all, now);
        let stands = |series| Standing::of(series, newest.unwrap_or_default(), &batch);
        let mut standings: Vec<Standing> = all.into_iter().filter_map(stands).collect();
        let apart = tell_apart(&standings.iter().map(Standing::named).collect::<Vec<_>>());
        standings.iter_mut().zip(apart).for_each(|(standing, apart)| standing.apart = apart);
        let records = standings.iter().map(|standing| standing.series.points.len()).sum();
        let set_aside = history.counts().set_aside;
        Ok(Self { standings, records, set_aside, newest, batch })
    }

    /// How much of the newest records could be judged.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage::of(self.standings.iter().map(|standing| &standing.judgement), 0)
    }

    /// The series, worst first.
    #[must_use]
    pub fn worst_first(&self) -> Vec<&Standing> {
        let mut standings: Vec<&Standing> = self.standings.iter().collect();
        standings.sort_by(|a, b| a.against(b));
        standings
    }
}

impl Standing {
    fn of(series: Series, newest_of_all: Micros, batch: &Batch) -> Option<Self> {
        let stands = standing::Standing::of(&series, batch, newest_of_all)?;
        let newest = series.latest_index(batch.now).unwrap_or(0);
        let since = stands.since(&series, batch);
        let standing::Standing { told, judgement, status, is_stale } = stands;
        let apart = Apart::default();
        Some(Self { series, newest, told, judgement, status, is_stale, since, apart })
    }

    fn named(&self) -> Named<'_> {
        let (benchmark, gpu) = self.series.source(self.point());
        Named { benchmark, gpu, key: &self.series.key, labels: &self.series.labels }
    }

    /// The variant that its records are of, where they agree on one.
    #[must_use]
    pub fn variant(&self) -> Option<&str> {
        self.series.labels.variant()
    }

    /// The record that it stands by.
    #[must_use]
    pub fn point(&self) -> &Point {
        &self.series.points[self.told]
    }

    /// How it stands, such as `pass` or `regressed, stale`.
    #[must_use]
    pub fn words(&self) -> String {
        self.status.words(self.is_stale)
    }

    /// Benchmark and GPU that that record goes by.
    #[must_use]
    pub fn names(&self) -> (&str, &str) {
        let (benchmark, gpu) = self.series.source(self.point());
        (benchmark, gpu.unwrap_or("unknown GPU"))
    }

    /// Keys of its metrics, in the order of the table of metrics; its own come last.
    #[must_use]
    pub fn metrics(&self) -> Vec<&str> {
        let place = |key: &str| METRICS.iter().position(|metric| metric.key == key);
        let mut keys: Vec<&str> = self.series.metrics.iter().map(String::as_str).collect();
        keys.sort_by_key(|key| place(key).unwrap_or(usize::MAX));
        keys
    }

    fn against(&self, other: &Self) -> Ordering {
        let by_name = || (self.names(), &self.series.key).cmp(&(other.names(), &other.series.key));
        standing::worst_first((self.status, &self.judgement), (other.status, &other.judgement))
            .then_with(by_name)
    }
}
