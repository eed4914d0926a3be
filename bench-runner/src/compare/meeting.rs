//! Results that meet in one comparison: those that ran earlier join the series that later ones are judged by.

use bench_records::{
    gate::Policy,
    naming::fastvideo_path,
    record::Record,
    series::{Labels, Series, group_into_series},
};

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

/// FastVideo's comparators store a record before they judge the next, so that two results of one
/// benchmark meet; `strict` judges all results against what was there before.
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
