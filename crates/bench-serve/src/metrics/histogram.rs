//! A histogram with fixed bounds.

/// Counts by upper bound.
#[derive(Debug)]
pub(super) struct Histogram {
    bounds: &'static [f64],
    counts: Vec<u64>,
    sum: f64,
    count: u64,
}

impl Histogram {
    pub(super) fn new(bounds: &'static [f64]) -> Self {
        Self { bounds, counts: vec![0; bounds.len()], sum: 0.0, count: 0 }
    }

    pub(super) fn observe(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        if let Some(index) = self.bounds.iter().position(|bound| value <= *bound) {
            self.counts[index] += 1;
        }
    }

    /// The mean of what was observed; `None` where nothing was.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// Counts by upper bound, each bucket alone; the last has no bound.
    pub(super) fn buckets(&self) -> impl Iterator<Item = (Option<f64>, u64)> {
        let beyond = self.count - self.counts.iter().sum::<u64>();
        let bounds = self.bounds.iter().copied().map(Some).chain([None]);
        bounds.zip(self.counts.iter().copied().chain([beyond]))
    }

    /// Its lines, buckets adding up.
    pub(super) fn lines(&self, name: &str) -> String {
        self.labelled(name, "")
    }

    /// The same with further labels, written as `name="value"`.
    pub(super) fn labelled(&self, name: &str, labels: &str) -> String {
        let (before, alone) = match labels.is_empty() {
            true => (String::new(), String::new()),
            false => (format!("{labels},"), format!("{{{labels}}}")),
        };
        let mut total = 0;
        let mut lines = String::new();
        for (bound, count) in self.bounds.iter().zip(&self.counts) {
            total += count;
            lines.push_str(&format!("{name}_bucket{{{before}le=\"{bound}\"}} {total}\n"));
        }
        let Self { sum, count, .. } = self;
        lines.push_str(&format!("{name}_bucket{{{before}le=\"+Inf\"}} {count}\n"));
        lines.push_str(&format!("{name}_sum{alone} {sum}\n{name}_count{alone} {count}\n"));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up_to_the_count() {
        let mut histogram = Histogram::new(&[1.0, 2.0]);
        [0.5, 1.0, 1.5, 9.0].into_iter().for_each(|value| histogram.observe(value));
        let expected = "x_bucket{le=\"1\"} 2\nx_bucket{le=\"2\"} 3\nx_bucket{le=\"+Inf\"} 4\n\
                        x_sum 12\nx_count 4\n";
        assert_eq!(histogram.lines("x"), expected);
        let labelled = histogram.labelled("x", "m=\"a\"");
        assert!(labelled.contains("x_bucket{m=\"a\",le=\"+Inf\"} 4\nx_sum{m=\"a\"} 12\n"));
    }
}
