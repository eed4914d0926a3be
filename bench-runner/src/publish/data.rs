//! The data of a published dashboard, under `data/`.
//!
//! In: a snapshot and the folder of its store. Out: the index as of the snapshot, what people said
//! of records, and the records and trials of the runs that go along.

use std::{fs, io, path::Path};

use anyhow::{Context, Result};
use bench_records::{
    index::{HEAD_PATH, Head, HeadHeader, HeadSeries, series_file, series_path},
    series::Point,
};

use super::{Runs, folder::Staging, snapshot::Snapshot, snapshot::Standing};
use crate::store::layout::LINE_FILES;

/// Folder of the data beside the page.
pub const DATA: &str = "data/";

pub fn write(snapshot: &Snapshot, store: &Path, runs: Runs, staging: &mut Staging) -> Result<()> {
    let mut lines = Vec::with_capacity(snapshot.standings.len());
    for standing in &snapshot.standings {
        let line = HeadSeries::of(&standing.series, &snapshot.batch);
        let text = series_file::write(&standing.series);
        staging.put(&at(&series_path(&line.key)), text.as_bytes())?;
        for point in chosen(standing, runs, line.points.time.len()) {
            copy_run(store, point, staging)?;
        }
        lines.push(line);
    }
    let own = snapshot.batch.table.own().to_vec();
    let header = HeadHeader::new(snapshot.records, snapshot.set_aside, lines.len(), own);
    let head = Head { header, series: lines };
    staging.put(&at(HEAD_PATH), head.to_ndjson().as_bytes())?;
    LINE_FILES.into_iter().try_for_each(|path| copy(store, path, staging))
}

/// The points whose runs go along; `recent` is how many of them the head has.
fn chosen(standing: &Standing, runs: Runs, recent: usize) -> &[Point] {
    let points = &standing.series.points[..=standing.newest];
    match runs {
        Runs::None => &[],
        Runs::All => &standing.series.points,
        Runs::Recent => &points[points.len().saturating_sub(recent)..],
    }
}

fn copy_run(store: &Path, point: &Point, staging: &mut Staging) -> Result<()> {
    let paths = [point.record_path().map(str::to_owned), point.trials_path()];
    paths.iter().flatten().try_for_each(|path| copy(store, path, staging))
}

/// Copies a file of the store where it is one: compaction takes records away, and not every run has
/// trials.
fn copy(store: &Path, path: &str, staging: &mut Staging) -> Result<()> {
    let from = store.join(path);
    // a link could lead out of the store
    if !fs::symlink_metadata(&from).is_ok_and(|found| found.is_file()) {
        return Ok(());
    }
    match fs::read(&from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        read => {
            let bytes = read.with_context(|| format!("cannot read {}", from.display()))?;
            staging.put(&at(path), &bytes)
        }
    }
}

fn at(path: &str) -> String {
    format!("{DATA}{path}")
}
