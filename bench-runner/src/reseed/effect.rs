//! What a reseed would do to its series, before it does.
//!
//! In: a series and the records that would be added. Out: the series with them; which of them would enter no
//! baseline, or are in it already.

use anyhow::{Result, bail};
use bench_records::{
    record::Record,
    series::{Flags, Series},
};

use super::{Batch, backup::bytes_of};
use crate::store::FolderStore;

const SOURCE_TIMESTAMP: &str = "baseline_reseed_source_timestamp";

/// The series with these records, of which there is at least one.
pub fn with_records(series: Option<&Series>, records: &[Record]) -> Series {
    let new = || Series::for_record(&records[0]);
    let mut after = series.cloned().unwrap_or_else(new);
    for (at, record) in records.iter().enumerate() {
        after.push(record, format!("reseed/{at}"));
    }
    after.sort();
    after
}

impl Batch {
    /// Refuses records of a branch that is not main: they would be added and enter no baseline.
    ///
    /// # Errors
    /// Names the source and both branches.
    pub fn check_branches(&self, series: Option<&Series>, records: &[Record]) -> Result<()> {
        let own;
        let series = match series {
            Some(series) => series,
            None => {
                own = with_records(None, records);
                &own
            }
        };
        for ((path, _), record) in self.sources.iter().zip(records) {
            let (origin, branches) = (&record.provenance, &series.labels.branches);
            if let Some(main) = branches.other_than(&series.points, origin) {
                bail!(
                    "{} was measured on branch {}, not on {main}: it would enter no baseline; reseed \
                     with records of {main}, or of the pull request that was accepted",
                    path.display(),
                    origin.branch
                );
            }
        }
        Ok(())
    }

    /// Refuses measurements that an earlier reseed added: each would count twice.
    ///
    /// # Errors
    /// Names the source and the record; or where a record cannot be read.
    pub fn check_unused(&self, series: Option<&Series>, store: &FolderStore) -> Result<()> {
        let points = series.into_iter().flat_map(|series| &series.points);
        for point in points.filter(|point| point.flags.any(Flags::RESEEDED)) {
            let there = Record::from_slice(&bytes_of(store, &self.key(), &point.path)?)?;
            let of = there.extra.get(SOURCE_TIMESTAMP).and_then(|time| time.as_str());
            let same = self.sources.iter().find(|(_, source)| {
                (Some(source.timestamp.as_str()), &source.commit_sha, &source.metrics)
                    == (of, &there.commit_sha, &there.metrics)
            });
            if let Some((path, _)) = same {
                let time = point.time.to_iso();
                bail!(
                    "{} is in the baseline since the reseed of {time}; name other measurements",
                    path.display()
                );
            }
        }
        Ok(())
    }
}
