//! Whole histories of series, each fetched once.

use std::sync::Arc;

use bench_records::series::Series;
use leptos::{prelude::*, task::spawn_local};

use super::State;
use crate::{
    dataset::{Dataset, Row},
    load::{self, Load},
};

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
        let cache = self.series;
        let tail = dataset.tail.get(&row.key().0).cloned();
        if let (Some(tail), true) = (&tail, row.file.is_empty()) {
            return into.set(Load::Ready(tail.clone()));
        }
        let (source, file) = (dataset.source.clone(), row.file.clone());
        let key = source.file(&file);
        let whole = move |series: Arc<Series>| match &tail {
            Some(tail) => {
                let mut series = (*series).clone();
                series.absorb(tail);
                Arc::new(series)
            }
            None => series,
        };
        if let Some(known) = cache.with_value(|series| series.get(&key).cloned()) {
            return into.set(Load::Ready(whole(known)));
        }
        into.set(Load::Loading);
        spawn_local(async move {
            let loaded = load::series(&source, &file).await.map(Arc::new);
            if let Ok(series) = &loaded {
                cache.update_value(|cache| drop(cache.insert(key, series.clone())));
            }
            // the page may have been left
            drop(into.try_set(loaded.map(whole).into()));
        });
    }
}
