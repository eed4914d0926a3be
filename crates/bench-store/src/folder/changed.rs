//! The series that a refresh changes, and the head with them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{BuildHasher, RandomState},
};

use anyhow::Result;
use bench_records::{
    events::Exclusions,
    gate::Batch,
    identity::{Cohort, SeriesKey},
    index::{HeadEntry, HeadSeries},
    record::Record,
    series::Series,
    text::Text,
};

use super::{FolderStore, files::HeadLine};

/// Series that change, loaded once each.
#[derive(Default)]
pub(super) struct Changed {
    pub(super) series: BTreeMap<SeriesKey, Series>,
    keys: Keys,
}

/// Keys of series that were computed already, by a hash of their cohort: one that only borrows its text
/// can be looked up.
#[derive(Default)]
struct Keys {
    known: HashMap<u64, Vec<(Cohort, SeriesKey)>>,
    hasher: RandomState,
}

impl Keys {
    fn of(&mut self, cohort: &Cohort<&str>) -> SeriesKey {
        let alike = self.known.entry(self.hasher.hash_one(cohort)).or_default();
        if let Some((_, key)) = alike.iter().find(|(known, _)| known.borrow() == *cohort) {
            return key.clone();
        }
        let key = cohort.key();
        alike.push((cohort.to_owned(), key.clone()));
        key
    }
}

impl Changed {
    /// Key of a record's series; computed once a cohort.
    pub(super) fn key(&mut self, record: &Record<impl Text>) -> SeriesKey {
        self.keys.of(&record.borrowed_cohort())
    }

    /// Adds a record to its series, which may be a new one.
    pub(super) fn push(&mut self, key: &SeriesKey, record: &Record<impl Text>, path: String) {
        match self.series.get_mut(key) {
            Some(series) => series.push(record, path),
            None => {
                let mut series = Series::for_record(record);
                series.push(record, path);
                self.series.insert(key.clone(), series);
            }
        }
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
        head.insert(key.clone(), HeadLine { entry: HeadEntry::of(&line), text });
    }
    head
}
