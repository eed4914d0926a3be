//! Taking new and changed files into their series.
//!
//! In: how the folder differs from the index. Out: the series that changed, in full, without copies of
//! a record, and the head; nothing is written.

use std::collections::BTreeSet;

use anyhow::Result;
use bench_records::{
    events::{Acknowledged, Exclusions},
    gate::Batch,
    identity::SeriesKey,
    series::Partial,
    time::Micros,
};

use super::{
    FolderStore,
    changed::{Changed, head_with},
    ingest::{self, Batches, ReadFile},
    manifest::{Fate, Fates, Known, manifest_of},
    refresh::{Place, Refreshed, Stale},
    scan::join,
};
use crate::{part::is_part, progress};

impl FolderStore {
    /// Reads what is new and takes it into the series; an index that agrees with the records comes out.
    pub(super) fn update(&self, mut stale: Stale, now: Micros) -> Result<Refreshed> {
        let table = self.metric_table()?;
        let events = self.events()?;
        let mut changed = Changed::default();
        if stale.sidecars != stale.manifest.sidecars {
            changed.load(self, stale.head.keys())?;
        }
        changed.load(self, stale.difference.outdated.values())?;
        for series in changed.series.values_mut() {
            series.remove_paths(|path| stale.difference.outdated.contains_key(path));
        }
        let again = add_dropped_duplicates(&mut stale, &changed);
        // what its records state is collected anew from those that are left
        for key in &again {
            if let Some(series) = changed.series.get_mut(key) {
                series.labels.partial = Partial::default();
            }
        }
        let (parts, files) = split(std::mem::take(&mut stale.difference.to_read));
        // a file that came back after its month was compacted counts more than the part
        let mut fates = self.ingest_parts(&parts, &again, &stale, &mut changed)?;
        self.ingest(&files, &stale, &mut changed, &mut fates)?;
        changed.series.values_mut().try_for_each(|series| {
            series.sort();
            self.follow_newest(series)
        })?;
        let acknowledged = Acknowledged::of(&events);
        let batch = Batch { now, table, acknowledged, ..Batch::default() };
        let head = head_with(stale.head, &mut changed.series, &Exclusions::of(&events), &batch);
        let files_read = fates.len();
        let manifest = manifest_of(&stale.manifest, stale.listings, fates, stale.sidecars);
        let updated = changed.series;
        Ok(Refreshed {
            head,
            updated,
            manifest,
            table: batch.table,
            events: events.len(),
            files_read,
            is_persisted: false,
            stamp: None,
        })
    }

    /// Reads new files into the series that change; adds what became of each.
    fn ingest<'f>(
        &self,
        files: &'f [Place],
        stale: &Stale,
        changed: &mut Changed,
        fates: &mut Fates<'f>,
    ) -> Result<()> {
        let bar = progress::counted(files.len(), "reading records");
        let mut batches = Batches::of(self.root(), files);
        let mut current = batches.next();
        while let Some(chunks) = current {
            // the next batch is read while this one is sorted into its series
            let take = || {
                ingest::records(&chunks).into_iter().try_for_each(|chunk| {
                    bar.inc(chunk.len() as u64);
                    chunk.into_iter().try_for_each(|read| self.take(read, stale, changed, fates))
                })
            };
            let (next, taken) = rayon::join(|| batches.next(), take);
            taken?;
            batches.take_back(chunks);
            current = next;
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn take<'f>(
        &self,
        read: ReadFile<'f, '_>,
        stale: &Stale,
        changed: &mut Changed,
        fates: &mut Fates<'f>,
    ) -> Result<()> {
        let ReadFile { place, seen, content } = read;
        let fate = match content {
            Err(reason) => Fate::SetAside(reason),
            Ok(record) => {
                let key = changed.key(&record);
                if stale.head.contains_key(&key) {
                    changed.load(self, [&key])?;
                }
                changed.push(&key, &record, join(&place.0, &place.1));
                Fate::InSeries(key)
            }
        };
        fates.push((place, Known { stat: seen.named(place.1.clone()), fate }));
        Ok(())
    }
}

/// The new parts, and the new files of one record.
fn split(to_read: Vec<Place>) -> (Vec<Place>, Vec<Place>) {
    to_read.into_iter().partition(|(folder, name)| is_part(folder, name))
}

/// A series that loses a record may have dropped a copy of it before, or mix others that it no longer
/// mixes: such a series is read again from all of its files, and from the parts that have records of
/// it. Returns these series.
fn add_dropped_duplicates(stale: &mut Stale, changed: &Changed) -> BTreeSet<SeriesKey> {
    let losing: BTreeSet<&SeriesKey> = stale.difference.outdated.values().collect();
    let files_of = |key: &SeriesKey| {
        let in_series = Fate::InSeries(key.clone());
        stale.manifest.files().filter(move |(_, known)| known.fate == in_series)
    };
    let rows_of = |key: &SeriesKey| -> usize {
        let fates = stale.manifest.files().map(|(_, known)| &known.fate);
        fates.map(|fate| fate.rows_of(key)).sum()
    };
    let (mut again, mut keys) = (Vec::new(), BTreeSet::new());
    for key in losing {
        let gone = stale.difference.outdated.values().filter(|other| *other == key).count();
        let series = changed.series.get(key);
        let points = series.map_or(0, |series| series.points.len());
        let states_parts = series.is_some_and(|series| !series.labels.partial.is_empty());
        if states_parts || files_of(key).count() - gone + rows_of(key) > points {
            keys.insert(key.clone());
            let kept = files_of(key).filter(|(folder, known)| {
                !stale.difference.outdated.contains_key(&join(folder, &known.stat.name))
            });
            again.extend(kept.map(|(folder, known)| (folder.into(), known.stat.name.clone())));
        }
    }
    stale.difference.to_read.extend(again);
    keys
}
