//! The series that a refresh changes, and the head with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use bench_records::{
    events::Exclusions,
    gate::Batch,
    identity::{Cohort, SeriesKey},
    index::HeadSeries,
    record::Record,
    series::Series,
};

use super::{FolderStore, files::HeadLine};

/// Series that change, loaded once each.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) series: BTreeMap<SeriesKey, Series>,
    keys: HashMap<Cohort, SeriesKey>,
}

impl Changed {
    /// Key of a record's series; computed once a cohort.
    pub(super) fn key(&mut self, record: &Record) -> SeriesKey {
        let cohort = record.cohort();
        if let Some(key) = self.keys.get(&cohort) {
            return key.clone();
        }
        let key = cohort.key();
        self.keys.insert(cohort, key.clone());
        key
    }

    pub(super) fn load<'k>(
        &mut self,
        store: &FolderStore,
        keys: impl IntoIterator<Item = &'k SeriesKey>,
    ) -> Result<()> {
        let missing: BTreeSet<&SeriesKey> =
            keys.into_iter().filter(|key| !self.series.contains_key(*key)).collect();
        for key in missing {
            self.series.insert(key.clone(), store.read_series(key)?);
        }
        Ok(())
    }
}

impl FolderStore {
    /// Where the newest record of a series is gone, the newest that is left says what holds for it.
    pub(super) fn follow_newest(&self, series: &mut Series) -> Result<()> {
        let Some(path) = series.to_follow().and_then(|point| point.record_path()) else {
            return Ok(());
        };
        let record = self.record(&series.key, path)?;
        record.iter().for_each(|record| series.follow_instead(record));
        Ok(())
    }
}

/// The head with the lines of the changed series, which are sorted, made anew; a series without points has
/// none.
pub(super) fn head_with(
    mut head: BTreeMap<SeriesKey, HeadLine>,
    changed: &mut BTreeMap<SeriesKey, Series>,
    exclusions: &Exclusions,
    batch: &Batch,
) -> BTreeMap<SeriesKey, HeadLine> {
    for (key, series) in changed.iter_mut() {
        exclusions.mark(series);
        if series.points.is_empty() {
            head.remove(key);
            continue;
        }
        let line = HeadSeries::of(series, batch);
        let text = serde_json::to_string(&line).expect("head lines hold plain values");
        let HeadSeries { labels, last, count, .. } = line;
        head.insert(key.clone(), HeadLine { labels, last, count, text });
    }
    head
}
