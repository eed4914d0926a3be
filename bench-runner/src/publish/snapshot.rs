//! What is published: every series as of one moment, judged.
//!
//! In: a history. Out: its series, with how each one stands.

use std::cmp::Ordering;

use anyhow::Result;
use bench_records::{
    coverage::Coverage,
    events::{Acknowledged, Event},
    gate::{Batch, Judgement},
    identity::SeriesKey,
    levels::{self, Change, CommitLine, Leveled, Levels, Shift, State, shift_in_words},
    metric::{METRICS, Metric, MetricTable},
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
    /// How it stands by the gate.
    pub status: Status,
    /// How it stands by its levels: what every page and badge shows.
    pub state: State,
    /// The levels of its gated metrics.
    pub levels: Vec<(Metric, Levels)>,
    /// Its changes of level that are news, last and need somebody's attention.
    pub news: Vec<(String, Shift)>,
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

    /// What changed, those of one commit range together: what needs somebody first.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        let leveled: Vec<Leveled<'_>> = self
            .standings
            .iter()
            .map(|standing| (&standing.series.key, standing.news.as_slice()))
            .collect();
        let line = CommitLine::of(self.standings.iter().map(|standing| &standing.series));
        levels::changes(&leveled, &line)
    }

    /// The series of a key.
    #[must_use]
    pub fn standing(&self, key: &SeriesKey) -> Option<&Standing> {
        self.standings.iter().find(|standing| standing.series.key == *key)
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
        let levels = levels::of_gated(&series, batch);
        let state = match stands.status {
            // its records are all in the future
            Status::Unjudged if series.latest(batch.now).is_none() => State::New,
            _ => State::of(&series, &stands, &levels, newest_of_all),
        };
        let standing::Standing { told, judgement, status, is_stale } = stands;
        let mut news = levels::news(&levels, series.points[told].time);
        news.retain(|(_, shift)| shift.is_clear() && state != State::Ended);
        let apart = Apart::default();
        Some(Self {
            series,
            newest,
            told,
            judgement,
            status,
            state,
            levels,
            news,
            is_stale,
            since,
            apart,
        })
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

    /// How it stands, such as `pass`, `confirmed`, or `within noise, CI gate failed`.
    #[must_use]
    pub fn words(&self) -> String {
        let gate = if self.has_failed_gate() { ", CI gate failed" } else { "" };
        format!("{}{gate}", self.state.as_str())
    }

    /// The colour that it is shown in: that of its state, and a warning where the gate failed without a change.
    #[must_use]
    pub fn shown_status(&self) -> Status {
        match self.state.status() {
            Status::Pass | Status::Improved if self.has_failed_gate() => Status::Stale,
            shown => shown,
        }
    }

    /// Whether the gate failed, where the state does not say more.
    #[must_use]
    pub fn has_failed_gate(&self) -> bool {
        self.status == Status::Regressed && !self.state.is_red()
    }

    /// Its changes in words, with the labels of their metrics; of several metrics of one commit the surest.
    #[must_use]
    pub fn changes_in_words(&self, changes: &[Change], table: &MetricTable) -> Vec<String> {
        let own = changes.iter().flat_map(|change| &change.members);
        own.filter(|member| member.series == self.series.key)
            .map(|member| {
                let metric = table.get_or_unjudged(&member.metric);
                format!("{}: {}", metric.label, shift_in_words(&member.shift, &metric))
            })
            .collect()
    }

    /// What lists and feeds call the series at a record: `wan-t2v-1.3b on NVIDIA L40S (bf16)`.
    #[must_use]
    pub fn name_of(&self, point: &Point) -> String {
        let (benchmark, gpu) = self.series.source(point);
        let on = gpu.map(|gpu| format!(" on {gpu}")).unwrap_or_default();
        let apart: Vec<&str> = self.apart.words().collect();
        let apart =
            if apart.is_empty() { String::new() } else { format!(" ({})", apart.join(", ")) };
        format!("{benchmark}{on}{apart}")
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
        let by_gate = || {
            let (own, other) = ((self.status, &self.judgement), (other.status, &other.judgement));
            standing::worst_first(own, other)
        };
        self.state.cmp(&other.state).then_with(by_gate).then_with(by_name)
    }
}
