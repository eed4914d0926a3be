//! The levels of each metric of a series, found once its charts are drawn: a metric a frame.
//!
//! In: a series. Out: a signal a metric, which has its levels sooner or later.

use std::{collections::BTreeMap, sync::Arc};

use bench_records::{levels::Levels, series::Series, time::Micros};
use leptos::prelude::*;

use crate::{dataset::Dataset, dom::after_next_frame, metrics::in_table_order};

/// The levels of a metric: `None` until they are found.
pub type Found = RwSignal<Option<Arc<Levels>>>;

/// The levels of each metric, by its key.
#[derive(Clone)]
pub struct KnownLevels(Arc<BTreeMap<String, Found>>);

impl KnownLevels {
    /// Nothing is found yet.
    #[must_use]
    pub fn of(series: &Series) -> Self {
        let keys = series.metrics.iter().cloned();
        Self(Arc::new(keys.map(|key| (key, RwSignal::new(None))).collect()))
    }

    /// Those of a metric, as they are found; `None` for one that the series does not have.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Arc<Levels>> {
        self.0.get(key)?.get()
    }

    /// Finds the levels of `first`, and frame by frame those of the other metrics.
    pub fn find(&self, dataset: &Arc<Dataset>, series: &Arc<Series>, first: &str) {
        let mut keys = in_table_order(&series.metrics);
        keys.retain(|key| key != first);
        keys.reverse();
        keys.push(first.to_owned());
        let of = Search { known: self.clone(), dataset: dataset.clone(), series: series.clone() };
        of.go_on(keys);
    }
}

struct Search {
    known: KnownLevels,
    dataset: Arc<Dataset>,
    series: Arc<Series>,
}

impl Search {
    /// Looks at the last of `keys`, then at the others.
    fn go_on(self, mut keys: Vec<String>) {
        let Some(key) = keys.pop() else { return };
        let Some(found) = self.known.0.get(&key).copied() else { return };
        let metric = self.dataset.table.get_or_unjudged(&key);
        let now: Micros = self.dataset.now;
        let levels = Levels::of(&self.series, &metric, now).map(Arc::new);
        // the page may have been left
        if found.try_set(levels).is_none() {
            after_next_frame(move || self.go_on(keys));
        }
    }
}
