//! Counts as the page of the server shows them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Counts, Metrics};

/// Counts as the page of the server shows them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Now {
    /// Requests in the queue.
    pub waiting: usize,
    /// Requests on the device.
    pub running: usize,
    /// Steps of batches.
    pub steps: u64,
    /// Requests of a step, in the mean; `None` before the first.
    pub mean_batch_size: Option<f64>,
    /// Steps by the size of their batch; only sizes that there were.
    pub batch_sizes: Vec<BatchSize>,
    /// Part of the requests that shared a step with others; `None` before the first.
    pub merge_rate: Option<f64>,
    /// Requests that had to wait while others ran, by each reason once.
    pub not_merged: BTreeMap<&'static str, u64>,
    /// Requests that ended, by outcome.
    pub ended: BTreeMap<&'static str, u64>,
}

/// Steps of batches whose sizes are about the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BatchSize {
    /// The smallest size.
    pub least: u64,
    /// The largest size; `None` where there is no limit.
    pub most: Option<u64>,
    /// So many steps.
    pub steps: u64,
}

impl Metrics {
    /// Counts as the page of the server shows them.
    #[must_use]
    pub fn now(&self) -> Now {
        self.counts().now()
    }
}

impl Counts {
    fn now(&self) -> Now {
        let mut ended = BTreeMap::new();
        for ((_, outcome), count) in &self.requests {
            *ended.entry(*outcome).or_default() += count;
        }
        let not_merged = self.not_merged.iter().filter(|(_, count)| **count > 0);
        Now {
            waiting: self.waiting,
            running: self.running,
            steps: self.steps,
            mean_batch_size: self.batch_size.mean(),
            batch_sizes: self.batch_sizes(),
            merge_rate: (self.begun > 0).then(|| self.merged as f64 / self.begun as f64),
            not_merged: not_merged.map(|(reason, count)| (reason.label(), *count)).collect(),
            ended,
        }
    }

    fn batch_sizes(&self) -> Vec<BatchSize> {
        let mut least = 1;
        let mut sizes = Vec::new();
        for (bound, steps) in self.batch_size.buckets() {
            let most = bound.map(|bound| bound as u64);
            sizes.push(BatchSize { least, most, steps });
            least = most.map_or(least, |most| most + 1);
        }
        sizes.retain(|size| size.steps > 0);
        sizes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{metrics::Ended, reason::Reason};

    #[test]
    fn what_never_happened_is_left_out_and_sizes_are_ranges() {
        let metrics = Metrics::default();
        let now = metrics.now();
        assert_eq!((now.mean_batch_size, now.merge_rate), (None, None));
        assert!(now.batch_sizes.is_empty() && now.not_merged.is_empty() && now.ended.is_empty());
        [1, 5, 6, 90].into_iter().for_each(|size| metrics.stepped(size));
        metrics.not_merged(Reason::Size);
        metrics.ended("a", Ended::Completed);
        metrics.ended("b", Ended::Completed);
        let now = metrics.now();
        let sizes = now.batch_sizes.iter().map(|size| (size.least, size.most, size.steps));
        assert_eq!(sizes.collect::<Vec<_>>(), [(1, Some(1), 1), (5, Some(6), 2), (65, None, 1)]);
        assert_eq!(now.mean_batch_size, Some(25.5));
        assert_eq!(now.not_merged, BTreeMap::from([("size", 1)]));
        assert_eq!(now.ended, BTreeMap::from([("completed", 2)]));
    }
}
