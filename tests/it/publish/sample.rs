//! The sample that `trunk serve` shows says what this version of the code says of its records. Where `UPDATE_FORMATS`
//! is set, its heads are written again.

use std::{fs, path::Path};

use bench_records::{
    gate::Batch,
    index::{HEAD_PATH, Head, HeadHeader, HeadSeries, series_file},
    metric::MetricTable,
    series::Series,
    standing::{Standing, newest_of},
    time::Micros,
};

use crate::cli::formats::assert_committed;

/// Later than every record, so that none is of the future.
const NOW: Micros = Micros(i64::MAX / 2);

/// The head that this version makes of the series of another.
fn head_of(other: &Head, all: &[Series], batch: &Batch) -> Head {
    let HeadHeader { base_commit, records, set_aside, metrics, events, .. } = other.header.clone();
    let header = HeadHeader::new(records, set_aside, all.len(), metrics).with_events(events);
    let series = all.iter().map(|series| HeadSeries::of(series, batch)).collect();
    Head { header: HeadHeader { base_commit, ..header }, series }
}

#[test]
fn the_sample_is_judged_as_this_version_judges_it() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/data");
    let mut histories = 0;
    for entry in fs::read_dir(&data).unwrap() {
        let folder = entry.unwrap().path();
        let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
        let page = |path: &str| fs::read_to_string(folder.join(path)).ok();
        let head = Head::from_files(&read(HEAD_PATH), page).unwrap();
        let table = MetricTable::with_own(head.header.metrics.clone());
        let batch = Batch { now: NOW, table, ..Batch::default() };
        let all: Vec<_> =
            head.series.iter().map(|line| series_file::read(&read(&line.file)).unwrap()).collect();
        let current = head_of(&head, &all, &batch);
        for (path, text) in current.to_files() {
            assert_committed(&folder.join(path), &text);
        }
        let newest = newest_of(&all, NOW).unwrap();
        for (line, series) in current.series.iter().zip(&all) {
            let stands = Standing::of(series, &batch, newest).unwrap();
            assert_eq!(line.verdict, stands.judgement.verdict, "{}", line.key);
            assert_eq!(line.told, Some(series.points[stands.told].time), "{}", line.key);
        }
        histories += 1;
    }
    assert_eq!(histories, 2);
}
