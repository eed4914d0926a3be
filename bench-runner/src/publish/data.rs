//! The data of a published dashboard, under `data/`.
//!
//! In: a snapshot and the folder of its store. Out: the index as of the snapshot, what people said
//! of records, and the records and trials of the runs that go along.

use std::{collections::HashSet, fs, io, path::Path};

use anyhow::{Context, Result};
use bench_records::{
    identity::SeriesKey,
    index::{Head, HeadHeader, HeadSeries, series_file, series_path},
    series::Point,
};

use super::{Runs, folder::Staging, snapshot::Snapshot, snapshot::Standing};
use crate::store::{FolderStore, layout::LINE_FILES};

/// Folder of the data beside the page.
pub const DATA: &str = "data/";

pub fn write(
    snapshot: &Snapshot,
    store: &FolderStore,
    runs: Runs,
    staging: &mut Staging,
) -> Result<()> {
    let mut lines = Vec::with_capacity(snapshot.standings.len());
    for standing in &snapshot.standings {
        let line = HeadSeries::of(&standing.series, &snapshot.batch);
        let text = series_file::write(&standing.series);
        staging.put_text(&at(&series_path(&line.key)), &text)?;
        let points = chosen(standing, runs, line.points.time.len());
        for point in points {
            copy_run(store.root(), point, staging)?;
        }
        write_compacted(store, &line.key, points, staging)?;
        lines.push(line);
    }
    let own = snapshot.batch.table.own().to_vec();
    let header = HeadHeader::new(snapshot.records, snapshot.set_aside, lines.len(), own)
        .with_events(store.events()?.len());
    let head = Head { header, series: lines };
    for (path, text) in head.to_files() {
        staging.put_text(&at(&path), &text)?;
    }
    LINE_FILES.into_iter().try_for_each(|path| copy(store.root(), path, staging))
}

/// Writes the records of those points that compaction has put into parts.
fn write_compacted(
    store: &FolderStore,
    key: &SeriesKey,
    points: &[Point],
    staging: &mut Staging,
) -> Result<()> {
    let paths = points.iter().filter_map(Point::record_path);
    let lacking: HashSet<&str> = paths.filter(|path| !is_file(&store.root().join(path))).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let rows = store.rows(key).unwrap_or_else(|error| {
        eprintln!("warning: compacted records of {key} are left out: {error:#}");
        Vec::new()
    });
    let mut rows = rows.into_iter().filter(|row| lacking.contains(row.path.as_str()));
    rows.try_for_each(|row| staging.put_text(&at(&row.path), &row.record.to_json()))
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

/// A link is none: it could lead out of the store.
fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

/// Copies a file of the store where it is one: compaction takes records away, and not every run has
/// trials.
fn copy(store: &Path, path: &str, staging: &mut Staging) -> Result<()> {
    let from = store.join(path);
    if !is_file(&from) {
        return Ok(());
    }
    match fs::read(&from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        read => {
            let bytes = read.with_context(|| format!("cannot read {}", from.display()))?;
            staging.put_text(&at(path), &String::from_utf8_lossy(&bytes))
        }
    }
}

fn at(path: &str) -> String {
    format!("{DATA}{path}")
}
