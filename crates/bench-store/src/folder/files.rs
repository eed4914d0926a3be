//! The index's own files: reading what is there, and naming what is wrong with it.

use std::{collections::BTreeMap, fs, io, path::Path};

use anyhow::Context;
use bench_records::{
    events::{self, EVENTS_PATH, Event},
    identity::SeriesKey,
    index::{
        HEAD_PATH, HeadEntry, HeadHeader, HeadList, INDEX_DIR, IndexError, is_whole, page_path,
        parse_line, read_page, series_file, series_path,
    },
    metric::{Metric, MetricTable},
    series::Series,
};

use super::{FolderStore, manifest::Manifest, scan::modified_ns};
use crate::layout::LINE_FILES;

/// A line of the head or of one of its pages, as far as selecting and listing series needs it, with its whole
/// text.
#[derive(Debug, Clone)]
pub struct HeadLine {
    /// The series without its points.
    pub entry: HeadEntry,
    /// The line, to be written again as it is.
    pub text: String,
}

impl HeadLine {
    fn of(number: usize, text: &str) -> Result<Self, IndexError> {
        Ok(Self { entry: parse_line(number, text)?, text: text.to_owned() })
    }
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

    /// The lines of the head and its pages by series; `None` where there is none, or one of the files cannot be
    /// used, they have other series than the head lists and counts, or a page is of another state than the head.
    pub(super) fn read_head(&self) -> Option<BTreeMap<SeriesKey, HeadLine>> {
        let text = fs::read_to_string(self.path(HEAD_PATH)).ok()?;
        let header = HeadHeader::of_text(&text).filter(HeadHeader::is_current)?;
        let list = usize::from(header.pages > 0);
        let listed = if list > 0 { listed(&text)? } else { Vec::new() };
        let own = text.lines().enumerate().skip(1 + list);
        let mut lines: Vec<HeadLine> =
            own.map(|(at, line)| HeadLine::of(at + 1, line).ok()).collect::<Option<_>>()?;
        for page in 1..=header.pages {
            let text = fs::read_to_string(self.path(&page_path(page))).ok()?;
            let mark = header.page_mark(page);
            let is_its = !mark.is_empty() && is_whole(&text, mark);
            lines.extend(is_its.then(|| read_page(&text, page, mark, HeadLine::of).ok())??);
        }
        let lines: BTreeMap<SeriesKey, HeadLine> =
            lines.into_iter().map(|line| (line.entry.key.clone(), line)).collect();
        let is_listed = listed.iter().all(|entry| lines.contains_key(&entry.key));
        (is_listed && header.series == lines.len()).then_some(lines)
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

/// The series that the list of a head with pages names; `None` where the list is damaged.
fn listed(head: &str) -> Option<Vec<HeadEntry>> {
    parse_line::<HeadList>(2, head.lines().nth(1)?)
        .and_then(HeadList::into_entries)
        .ok()
        .map(|entries| entries.into_iter().map(|(_, entry)| entry).collect())
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
