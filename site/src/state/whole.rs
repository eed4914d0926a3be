//! Whole histories of series, each fetched once.

use std::sync::Arc;

use bench_records::series::Series;
use leptos::{prelude::*, task::spawn_local};

use super::State;
use crate::{
    config::Source,
    dataset::{Dataset, Row},
    load::{self, Load, LoadError},
};

/// Series that are read at the same time.
const AT_ONCE: usize = 6;

/// Whole histories of several series, as far as they are read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histories {
    /// Those that are there.
    pub series: Vec<Arc<Series>>,
    /// What cannot be read.
    pub failed: Vec<LoadError>,
    /// How many are wanted.
    pub total: usize,
}

impl Histories {
    /// Whether nothing more comes.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.series.len() + self.failed.len() == self.total
    }

    /// How far it is, in words: `12 of 64 series`.
    #[must_use]
    pub fn progress(&self) -> String {
        format!("{} of {} series", self.series.len() + self.failed.len(), self.total)
    }
}

/// A series that is wanted whole.
struct Wanted {
    source: Source,
    file: String,
    /// Records that the index lacks.
    tail: Option<Arc<Series>>,
}

impl State {
    /// The whole history of a series, fetched once.
    pub fn series(&self, dataset: &Arc<Dataset>, row: &Row) -> RwSignal<Load<Arc<Series>>> {
        let signal = RwSignal::new(Load::Loading);
        self.fetch_series(signal, dataset, row);
        signal
    }

    /// Brings a series into a signal that [`State::series`] made, again where it failed.
    pub fn fetch_series(
        &self,
        into: RwSignal<Load<Arc<Series>>>,
        dataset: &Arc<Dataset>,
        row: &Row,
    ) {
        let (state, wanted) = (*self, Wanted::of(dataset, row));
        if let Some(known) = state.known(&wanted) {
            return into.set(Load::Ready(known));
        }
        into.set(Load::Loading);
        spawn_local(async move {
            let loaded = state.fetch(&wanted).await;
            // the page may have been left
            drop(into.try_set(loaded.into()));
        });
    }

    /// The whole history of a series, for who can wait for it.
    ///
    /// # Errors
    /// Where it cannot be fetched or read.
    pub async fn whole_series(
        self,
        dataset: &Dataset,
        row: &Row,
    ) -> Result<Arc<Series>, LoadError> {
        let wanted = Wanted::of(dataset, row);
        match self.known(&wanted) {
            Some(known) => Ok(known),
            None => self.fetch(&wanted).await,
        }
    }

    /// The whole histories of several series, read a few at a time.
    pub fn histories(self, dataset: &Arc<Dataset>, rows: Vec<Arc<Row>>) -> RwSignal<Histories> {
        let into = RwSignal::new(Histories { total: rows.len(), ..Histories::default() });
        let rows = Arc::new(rows);
        for lane in 0..AT_ONCE.min(rows.len()) {
            let (dataset, rows) = (dataset.clone(), rows.clone());
            spawn_local(async move {
                for row in rows.iter().skip(lane).step_by(AT_ONCE) {
                    let read = self.whole_series(&dataset, row).await;
                    let kept = into.try_update(|histories| match read {
                        Ok(series) => histories.series.push(series),
                        Err(error) => histories.failed.push(error),
                    });
                    // the page may have been left
                    if kept.is_none() {
                        return;
                    }
                }
            });
        }
        into
    }

    fn known(&self, wanted: &Wanted) -> Option<Arc<Series>> {
        if let (Some(tail), true) = (&wanted.tail, wanted.file.is_empty()) {
            return Some(tail.clone());
        }
        let key = wanted.key();
        self.series.with_value(|series| series.get(&key).cloned()).map(|known| wanted.whole(known))
    }

    async fn fetch(self, wanted: &Wanted) -> Result<Arc<Series>, LoadError> {
        let series = Arc::new(load::series(&wanted.source, &wanted.file).await?);
        self.series.update_value(|cache| drop(cache.insert(wanted.key(), series.clone())));
        Ok(wanted.whole(series))
    }
}

impl Wanted {
    fn of(dataset: &Dataset, row: &Row) -> Self {
        let tail = dataset.tail.get(&row.key().0).cloned();
        Self { source: dataset.source.clone(), file: row.file.clone(), tail }
    }

    fn key(&self) -> String {
        self.source.file(&self.file)
    }

    fn whole(&self, series: Arc<Series>) -> Arc<Series> {
        let Some(tail) = &self.tail else { return series };
        let mut series = (*series).clone();
        series.absorb(tail);
        Arc::new(series)
    }
}
