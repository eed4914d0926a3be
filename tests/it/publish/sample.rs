//! The sample that `trunk serve` shows says what this version of the code says of its records.

use std::{fs, path::Path};

use bench_records::{
    gate::Batch,
    index::{Head, HeadSeries, series_file},
    metric::MetricTable,
    standing::{Standing, newest_of},
    time::Micros,
};

/// Later than every record, so that none is of the future.
const NOW: Micros = Micros(i64::MAX / 2);

#[test]
fn the_sample_is_judged_as_this_version_judges_it() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/data");
    let mut histories = 0;
    for entry in fs::read_dir(&data).unwrap() {
        let folder = entry.unwrap().path();
        let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
        let head = Head::from_ndjson(&read("index/v1/head.ndjson")).unwrap();
        assert!(
            head.header.is_current(),
            "{}: make it again, as docs/site.md says",
            folder.display()
        );
        let table = MetricTable::with_own(head.header.metrics.clone());
        let batch = Batch { now: NOW, table, ..Batch::default() };
        let all: Vec<_> =
            head.series.iter().map(|line| series_file::read(&read(&line.file)).unwrap()).collect();
        let newest = newest_of(&all, NOW).unwrap();
        for (line, series) in head.series.iter().zip(&all) {
            assert_eq!(line, &HeadSeries::of(series, &batch), "{}", line.key);
            let stands = Standing::of(series, &batch, newest).unwrap();
            assert_eq!(line.verdict, stands.judgement.verdict, "{}", line.key);
            assert_eq!(line.told, Some(series.points[stands.told].time), "{}", line.key);
        }
        histories += 1;
    }
    assert_eq!(histories, 2);
}
