//! Results that meet in one comparison: those that ran earlier join the series that later ones are judged by.

use std::collections::BTreeMap;

use bench_records::{
    gate::{Judgement, Policy},
    identity::SeriesKey,
    index::columns::record_path,
    naming::fastvideo_path,
    record::Record,
    series::{Labels, Series, group_into_series},
};

use super::{Admission, Compared, Storing};

/// Series of imported records.
pub(super) fn grouped(records: &[Record]) -> Vec<Series> {
    let path = |record: &Record| {
        fastvideo_path(&record.model_id, &record.timestamp, &record.commit_sha)
            + record.id.as_deref().unwrap_or_default()
    };
    let paths: Vec<String> = records.iter().map(path).collect();
    group_into_series(records.iter().zip(paths.iter().map(String::as_str))).into_values().collect()
}

/// Adds the records that ran before those that are judged to the series of the store.
pub(super) fn absorb(
    series: &mut Vec<Series>,
    earlier: &[Series],
    record: &Record,
    policy: &Policy,
) {
    for earlier in earlier.iter().filter(|earlier| policy.wants(record, &earlier.labels)) {
        match series.iter_mut().find(|series| series.key == earlier.key) {
            Some(known) => known.absorb(earlier),
            None => series.push(earlier.clone()),
        }
    }
}

/// Which of the results that were judged are of one series, in the order in which they were.
#[derive(Debug, Default)]
pub(super) struct Met {
    places: BTreeMap<SeriesKey, Vec<usize>>,
}

impl Met {
    /// Notes that the result at a place is of this series.
    pub fn add(&mut self, key: SeriesKey, place: usize) {
        self.places.entry(key).or_default().push(place);
    }

    /// Adds those of a series that are going to be stored to what the next one is judged by, as if they
    /// were judged and stored one after the other.
    pub fn join(
        &self,
        key: &SeriesKey,
        judged: &[Compared],
        storing: Storing,
        series: &mut Vec<Series>,
    ) {
        let own = self.places.get(key).into_iter().flatten().map(|place| &judged[*place]);
        let stored = own.filter(|earlier| {
            storing.takes(&earlier.record) && earlier.admission == Admission::New
        });
        let named = |earlier: &Compared| {
            let record = &earlier.record;
            let id = record.id.as_deref().unwrap_or_default();
            record_path(key, record.time.unwrap_or_default(), id)
        };
        let stored: Vec<(&Record, String)> =
            stored.map(|earlier| (&earlier.record, named(earlier))).collect();
        let stored = stored.iter().map(|(earlier, path)| (*earlier, path.as_str()));
        for own in group_into_series(stored).into_values() {
            match series.iter_mut().find(|series| series.key == own.key) {
                Some(known) => known.absorb(&own),
                None => series.push(own),
            }
        }
    }

    /// The newest of each series: it says how the series is.
    pub fn newest<'c>(&self, judged: &'c [Compared]) -> Vec<&'c Judgement> {
        let newest = self.places.values().filter_map(|places| {
            let own = places.iter().map(|place| &judged[*place]);
            own.max_by_key(|each| each.record.time)
        });
        newest.map(|each| &each.judgement).collect()
    }
}

/// FastVideo's comparators store a record before they judge the next, in the order of their files, and in
/// place of another one of its path.
pub(super) fn add_stored<'r>(
    series: &mut Vec<Series>,
    stored: impl Iterator<Item = &'r Record>,
    record: &Record,
    policy: &Policy,
) {
    for earlier in stored {
        let key = earlier.cohort().key();
        let path = fastvideo_path(&earlier.model_id, &earlier.timestamp, &earlier.commit_sha);
        // there, a record takes the place of another one that its path does not tell it from
        series.iter_mut().for_each(|series| series.remove_paths(|other| other == path));
        if !policy.wants(record, &Labels::of(earlier)) {
            continue;
        }
        let index = series.iter().position(|series| series.key == key).unwrap_or_else(|| {
            series.push(Series::for_record(earlier));
            series.len() - 1
        });
        series[index].push(earlier, path.as_str());
        series[index].sort();
    }
}
