//! A job's additions to a store: a folder has each at once, a dataset all of them in one commit.

use anyhow::{Context, Result};
use bench_records::{
    events::{EVENTS_PATH, Event},
    metric::Metric,
    raw::RawRecord,
    record::Record,
};

use crate::{
    Addition, Several, Store,
    dataset::{Dataset, SpooledJob},
    folder::StoreLayout,
    layout::apply_all,
};

/// What one job adds.
#[derive(Debug)]
pub struct Additions<'s> {
    store: &'s Store,
    waiting: Vec<Addition>,
}

impl<'s> Additions<'s> {
    /// Of a store that can be written to.
    pub(super) fn to(store: &'s Store) -> Self {
        Self { store, waiting: Vec::new() }
    }

    /// Adds a record; the same record added twice is one file. Returns its path in the store.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn record(&mut self, record: &mut Record, layout: StoreLayout) -> Result<String> {
        match self.store {
            Store::Folder(folder) => folder.append(record, layout),
            Store::Dataset(dataset) => {
                let path = dataset.copy().place(record, layout);
                self.waiting.push(Addition::File { path: path.clone(), text: record.to_json() });
                Ok(path)
            }
        }
    }

    /// Adds many records; `written` is called after each.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn records(
        &mut self,
        records: &mut [Record],
        layout: StoreLayout,
        written: impl Fn() + Sync,
    ) -> Result<()> {
        if let Store::Folder(folder) = self.store {
            return folder.append_all(records, layout, written);
        }
        for record in records {
            self.record(record, layout)?;
            written();
        }
        Ok(())
    }

    /// Adds the run behind a record: its header and its trials.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn trials(&mut self, record: &Record, raw: &RawRecord) -> Result<()> {
        match self.store {
            Store::Folder(folder) => folder.append_trials(record, raw),
            Store::Dataset(dataset) => {
                let file = dataset.copy().trials_file(record, raw);
                self.waiting.extend(file.map(|(path, text)| Addition::File { path, text }));
                Ok(())
            }
        }
    }

    /// Adds what somebody said.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn event(&mut self, event: &Event) -> Result<()> {
        let line = serde_json::to_string(event).context("an event serializes")?;
        self.line(EVENTS_PATH, line)
    }

    /// Adds metrics that the dataset does not have yet.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn metrics(&mut self, metrics: &[Metric]) -> Result<()> {
        if let Store::Folder(folder) = self.store {
            return folder.add_metrics(metrics);
        }
        let table = self.store.folder().metric_table()?;
        for metric in metrics.iter().filter(|metric| table.get(&metric.key).is_none()) {
            let line = serde_json::to_string(metric).context("a metric serializes")?;
            self.line("metrics.ndjson", line)?;
        }
        Ok(())
    }

    fn line(&mut self, path: &str, line: String) -> Result<()> {
        let addition = Addition::Line { path: path.to_owned(), line };
        if let Store::Folder(folder) = self.store {
            return apply_all(folder.root(), &[addition]);
        }
        self.waiting.push(addition);
        Ok(())
    }

    /// Lets a dataset have all of it: on the disk first, then over the network.
    ///
    /// # Errors
    /// Where it cannot be put on the disk, or not be sent; then it waits there.
    pub fn finish(self, summary: &str) -> Result<()> {
        let Some(dataset) = self.store.dataset().filter(|_| !self.waiting.is_empty()) else {
            return Ok(());
        };
        let (summary, additions) = (summary.to_owned(), self.waiting);
        dataset.submit(&SpooledJob { summary, additions })?;
        push(dataset)
    }
}

/// Sends what waits; one error that names them all where some wait on.
fn push(dataset: &Dataset) -> Result<()> {
    let mut failed = dataset.push().failed;
    match failed.len() {
        0 => Ok(()),
        1 => Err(failed.remove(0)),
        _ => Err(Several(failed.iter().map(|error| format!("{error:#}")).collect()).into()),
    }
}
