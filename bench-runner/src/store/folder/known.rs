//! Which records a history has already, as files or as rows of parts.
//!
//! In: records that are to be added. Out: those of them that are new, each once.

use std::collections::{BTreeSet, HashSet};

use anyhow::Result;
use bench_records::{identity::SeriesKey, record::Record};
use rayon::prelude::*;

use super::{History, identify};

impl History {
    /// The records that the history does not have under their id, which follows from what was
    /// measured; of equal ones the first.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn new_among(&mut self, mut records: Vec<Record>) -> Result<Vec<Record>> {
        records.par_iter_mut().for_each(identify);
        let keys: BTreeSet<SeriesKey> =
            records.par_iter().map(|record| record.cohort().key()).collect();
        let series = self.series(|key, _| keys.contains(key))?;
        let points = series.iter().flat_map(|series| &series.points);
        let mut known: HashSet<String> = points.map(|point| point.id.to_string()).collect();
        records.retain(|record| known.insert(record.id.clone().unwrap_or_default()));
        Ok(records)
    }
}
