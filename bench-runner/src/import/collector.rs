//! Gathers what an importer finds, in the file's order.
//!
//! In: records, metrics, and parts that are set aside. Out: an [`Imported`], or the error that
//! stands for a file with nothing in it.

use std::collections::BTreeSet;

use bench_records::metric::{Metric, built_in};

use crate::words::counted;

use super::{
    Imported, SetAsideItem,
    error::{ImportError, Unusable},
    found::Found,
};

/// What was found so far.
#[derive(Default)]
pub struct Collector {
    imported: Imported,
    undated: Option<String>,
}

impl Collector {
    /// Adds a measurement.
    pub fn keep(&mut self, found: Found) {
        self.imported.records.push(found);
    }

    /// Says something that people must hear once.
    pub fn notice(&mut self, notice: impl Into<String>) {
        let notice = notice.into();
        if !self.imported.notices.contains(&notice) {
            self.imported.notices.push(notice);
        }
    }

    /// Adds the names of lines of `extra`.
    pub fn extra_lines(&mut self, names: BTreeSet<String>) {
        self.imported.extra_lines.extend(names);
    }

    /// Adds a metric that the dataset needs; a built-in one it has already.
    pub fn declare(&mut self, metric: &Metric) {
        let known = self.imported.metrics.iter().any(|other| other.key == metric.key);
        if !known && built_in(&metric.key).is_none() {
            self.imported.metrics.push(metric.clone());
        }
    }

    /// Notes a part that became no record.
    pub fn set_aside(&mut self, place: impl Into<String>, reason: &Unusable) {
        let place = place.into();
        if *reason == Unusable::NoTimestamp {
            self.undated.get_or_insert_with(|| place.clone());
        }
        self.imported.left_out += usize::from(reason.is_failed_run());
        self.imported.has_indistinct |= matches!(reason, Unusable::Indistinct { .. });
        self.imported.set_aside.push(SetAsideItem { place, reason: reason.to_string() });
    }

    /// Notes a part that is no measurement of its own.
    pub fn leave_out(&mut self, place: &str, reason: &Unusable) {
        self.imported.left_out += 1;
        self.notice(format!("{place} {reason}"));
    }

    /// Adds the record, or notes why there is none.
    pub fn keep_or_set_aside(&mut self, place: &str, record: Result<Found, Unusable>) {
        match record {
            Ok(record) => self.keep(record),
            Err(reason) => self.set_aside(place, &reason),
        }
    }

    /// All that was found in `file`.
    pub fn finish(mut self, file: &str) -> Result<Imported, ImportError> {
        let file = file.to_owned();
        let failed = self.imported.left_out;
        if self.imported.records.is_empty() && failed > 0 && failed == self.imported.set_aside.len()
        {
            let all = counted(failed, "benchmark");
            self.notice(format!("nothing was measured: {all} failed, and none passed"));
        }
        match (self.imported.records.is_empty(), self.undated) {
            (true, Some(place)) => Err(ImportError::NoTimestamp { file, place }),
            (true, None) if self.imported.set_aside.is_empty() && self.imported.left_out == 0 => {
                Err(ImportError::Empty { file })
            }
            _ => Ok(self.imported),
        }
    }
}
