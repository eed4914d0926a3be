//! How many requests of a shape have room, as measured: memory at its peak, by batch size.
//!
//! A request's part is what the largest batch took beyond an idle device, shared out. That counts what all share, so
//! it is too much rather than too little, and comes closer as batches grow. A shape begins with one request alone.
//! What else the process does is in a peak too, so that a size that exceeded the limit is tried again after a while.

use std::collections::{BTreeMap, VecDeque};

use crate::batching::DeviceMemory;

/// Peaks of a size that are kept.
const KEPT: usize = 15;

/// A size is forgotten once so many peaks of other sizes were noted since its last.
const FORGOTTEN_AFTER: usize = 500;

/// Peaks of memory in MB of 1024², by how many requests were under way.
#[derive(Debug, Default)]
pub struct Peaks(BTreeMap<usize, OfSize>);

#[derive(Debug, Default)]
struct OfSize {
    peaks_mb: VecDeque<f64>,
    /// Peaks of other sizes since the last.
    age: usize,
}

impl Peaks {
    /// So much was in use at the peak; says whether nothing was known of that size.
    pub fn note(&mut self, size: usize, peak_mb: f64) -> bool {
        let is_new = !self.0.contains_key(&size);
        self.0.values_mut().for_each(|of_size| of_size.age += 1);
        let OfSize { peaks_mb, age } = self.0.entry(size).or_default();
        if peaks_mb.len() >= KEPT {
            peaks_mb.pop_front();
        }
        peaks_mb.push_back(peak_mb);
        *age = 0;
        self.0.retain(|_, of_size| of_size.age <= FORGOTTEN_AFTER);
        is_new
    }

    /// The highest of each size, ascending.
    pub fn highest(&self) -> impl DoubleEndedIterator<Item = (usize, f64)> {
        let highest = |of_size: &OfSize| of_size.peaks_mb.iter().copied().fold(0.0, f64::max);
        self.0.iter().map(move |(size, of_size)| (*size, highest(of_size)))
    }

    /// The largest batch that has room; one request always has, since nothing else could be tried.
    #[must_use]
    pub fn most(&self, memory: DeviceMemory) -> usize {
        let fits = |(_, peak_mb): &(usize, f64)| *peak_mb <= memory.limit_mb;
        let Some((size, peak_mb)) = self.highest().rfind(fits) else { return 1 };
        let part_mb = (peak_mb - memory.idle_mb) / size as f64;
        let room_mb = memory.limit_mb - peak_mb;
        // what takes nothing that can be measured has room
        let most = if part_mb <= 0.0 {
            usize::MAX
        } else {
            size.saturating_add((room_mb / part_mb) as usize)
        };
        let exceeded = self.highest().find(|known| known.0 > size && !fits(known));
        exceeded.map_or(most, |(exceeded, _)| most.min(exceeded - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: DeviceMemory = DeviceMemory { idle_mb: 10_000.0, limit_mb: 70_000.0 };

    /// Peaks of a shape that takes 20 GB whatever the size, and 1 GB a request.
    fn measured(sizes: &[usize]) -> Peaks {
        let mut peaks = Peaks::default();
        for size in sizes {
            peaks.note(*size, 30_000.0 + 1000.0 * *size as f64);
        }
        peaks
    }

    #[test]
    fn a_shape_begins_alone_and_grows_as_more_is_known() {
        let mut known = vec![];
        for next in [1, 2, 5, 12, 22, 31, 36, 38] {
            let most = measured(&known).most(MEMORY);
            assert_eq!(most, next, "{known:?}");
            known.push(most);
        }
    }

    #[test]
    fn no_size_is_let_that_would_exceed_the_limit_where_each_request_takes_as_much() {
        for size in 1..=40 {
            let most = measured(&[size]).most(MEMORY);
            assert!(30_000.0 + 1000.0 * most as f64 <= MEMORY.limit_mb, "{size}: {most}");
        }
    }

    #[test]
    fn after_a_peak_above_the_limit_smaller_sizes_are_tried() {
        let mut peaks = measured(&[1, 2, 5]);
        peaks.note(8, 71_000.0);
        assert_eq!(peaks.most(MEMORY), 7, "12 as estimated of 5, but 8 were too many");
        let mut alone = Peaks::default();
        alone.note(1, 71_000.0);
        assert_eq!(alone.most(MEMORY), 1, "one request always runs");
    }

    #[test]
    fn an_old_peak_is_forgotten_at_any_size() {
        let mut peaks = Peaks::default();
        peaks.note(1, 80_000.0);
        for _ in 0..KEPT {
            peaks.note(1, 31_000.0);
        }
        assert_eq!(peaks.most(MEMORY), 2);
        peaks.note(2, 80_000.0);
        assert_eq!(peaks.most(MEMORY), 1);
        for _ in 0..=FORGOTTEN_AFTER {
            peaks.note(1, 31_000.0);
        }
        assert_eq!(peaks.most(MEMORY), 2, "it is tried again");
    }
}
