//! Values that their metrics cannot have, in whatever tool's file.
//!
//! In: what a file holds. Out: the same without these values, each set aside by name.

use bench_records::{bounds, config::faults_of_given, metric::Metric};

use super::{Imported, SetAsideItem};

impl Imported {
    /// The same without values such as a negative time; a record that has no other value goes. Limits of a
    /// record that are none are named.
    pub(super) fn within_bounds(mut self) -> Self {
        let metrics: Vec<Metric> = std::mem::take(&mut self.metrics);
        let (set_aside, left_out) = (&mut self.set_aside, &mut self.left_out);
        let notices = &mut self.notices;
        self.records.retain_mut(|found| {
            let record = &mut found.record;
            let faults = bounds::faults(&record.model_id, &record.metrics, &metrics);
            let is_sound = faults.is_empty();
            for fault in faults_of_given(&record.extra, |_| true) {
                let place = format!("{} of {}", record.model_id, record.timestamp);
                notices
                    .push(format!("{place}: {fault}; `history` judges by the default until then"));
            }
            for (key, reason) in faults {
                record.metrics.remove(&key);
                let place = format!("{} of {}", record.model_id, record.timestamp);
                set_aside.push(SetAsideItem { place, reason });
            }
            let is_kept = is_sound || !record.metrics.is_empty();
            // the file is of its format all the same
            *left_out += usize::from(!is_kept);
            is_kept
        });
        Self { metrics, ..self }
    }
}
