//! The index's own files: reading what is there, and naming what is wrong with it.

use std::{collections::BTreeMap, fs, io, path::Path};

use anyhow::Context;
use bench_records::{
    events::{self, EVENTS_PATH, Event},
    identity::SeriesKey,
    index::{HEAD_PATH, HeadHeader, INDEX_DIR, series_file, series_path},
    metric::{Metric, MetricTable},
    series::{Labels, Series},
    time::Micros,
};
use serde::Deserialize;

use super::{FolderStore, manifest::Manifest, scan::modified_ns};
use crate::layout::LINE_FILES;

/// A line of the head, as far as selecting series needs it, with its whole text.
#[derive(Debug, Clone)]
pub struct HeadLine {
    /// What the series is called and compared on.
    pub labels: Labels,
    /// Time of its newest record that was not in the future when the line was written.
    pub last: Micros,
    /// Number of its records.
    pub count: usize,
    /// The line, to be written again as it is.
    pub text: String,
}

#[derive(Deserialize)]
struct LineStart {
    key: SeriesKey,
    labels: Labels,
    last: Micros,
    count: usize,
}

impl FolderStore {
    /// The manifest; `None` where there is none or it cannot be used.
    pub(super) fn read_manifest(&self) -> Option<Manifest> {
        let text = fs::read_to_string(self.path(&manifest_path())).ok()?;
        Manifest::from_ndjson(&text).ok()
    }

    /// Size and modification time of the manifest, which change whenever the index does.
    pub(super) fn stamp(&self) -> Option<(u64, i64)> {
        self.stamp_of(&manifest_path())
    }

    fn stamp_of(&self, relative: &str) -> Option<(u64, i64)> {
        let metadata = fs::metadata(self.path(relative)).ok()?;
        Some((metadata.len(), modified_ns(&metadata)?))
    }

    /// The lines of the head by series; `None` where there is none or it cannot be used.
    pub(super) fn read_head(&self) -> Option<BTreeMap<SeriesKey, HeadLine>> {
        let text = fs::read_to_string(self.path(HEAD_PATH)).ok()?;
        let header: HeadHeader = serde_json::from_str(text.lines().next()?).ok()?;
        let mut lines = BTreeMap::new();
        for line in text.lines().skip(1) {
            let start: LineStart = serde_json::from_str(line).ok()?;
            let LineStart { key, labels, last, count } = start;
            lines.insert(key, HeadLine { labels, last, count, text: line.to_owned() });
        }
        (header.is_current() && header.series == lines.len()).then_some(lines)
    }

    /// A series in full.
    pub(super) fn read_series(&self, key: &SeriesKey) -> anyhow::Result<Series> {
        let path = self.path(&series_path(key));
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        series_file::read(&text).with_context(|| path.display().to_string())
    }

    /// The metrics that the dataset adds, from `metrics.ndjson`.
    ///
    /// # Errors
    /// Where the file is there and cannot be read; a line that is no metric is passed over.
    pub fn metric_table(&self) -> anyhow::Result<MetricTable> {
        let path = self.path("metrics.ndjson");
        let text = read_lossy(&path)?;
        Ok(MetricTable::with_own(text.lines().filter_map(|line| serde_json::from_str(line).ok())))
    }

    /// What people said of records.
    ///
    /// # Errors
    /// Where the file is there and cannot be read.
    pub fn events(&self) -> anyhow::Result<Vec<Event>> {
        Ok(events::parse(&read_lossy(&self.path(EVENTS_PATH))?))
    }

    /// Adds metrics that the dataset does not have yet.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn add_metrics(&self, metrics: &[Metric]) -> anyhow::Result<()> {
        let _lock = self.lock();
        let table = self.metric_table()?;
        for metric in metrics.iter().filter(|metric| table.get(&metric.key).is_none()) {
            let line = serde_json::to_string(metric).context("a metric serializes")?;
            crate::atomic::append_line(&self.path("metrics.ndjson"), &line)?;
        }
        Ok(())
    }

    /// Size and modification time of the files that change how every series is seen.
    pub(super) fn sidecars(&self) -> Vec<Option<(u64, i64)>> {
        LINE_FILES.map(|name| self.stamp_of(name)).to_vec()
    }
}

/// Text of a file of lines, empty where there is none; what is not UTF-8 spoils its own line only.
///
/// # Errors
/// Where the file is there and cannot be read.
fn read_lossy(path: &Path) -> anyhow::Result<String> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        other => other.with_context(|| format!("cannot read {}", path.display()))?,
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Path of the manifest within a store.
pub(super) fn manifest_path() -> String {
    format!("{INDEX_DIR}/files.ndjson")
}
