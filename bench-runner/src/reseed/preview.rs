//! A reseed in numbers, before somebody confirms it.
//!
//! In: a batch, its series, and the records that would be added. Out: a table of medians, and a sentence.

use std::fmt::Write as _;

use bench_records::{
    baseline::WINDOW, gate::policy::eligible_values, metric::MetricTable, record::Record,
    series::Series, stats, time::Micros,
};

use super::{Batch, effect::with_records};
use crate::terminal::plain;

impl Batch {
    /// Old, batch and resulting medians with the batch's spread, and what the batch can move.
    #[must_use]
    pub fn preview(
        &self,
        series: Option<&Series>,
        records: &[Record],
        table: &MetricTable,
        now: Micros,
    ) -> String {
        let with_them = with_records(series, records);
        let mut out = format!("Reseed of {} (series {})\n\n", plain(&self.name()), self.key());
        let _ = writeln!(
            out,
            "{:<24} {:>14} {:>14} {:>10} {:>14}",
            "metric", "old median", "batch median", "spread", "new median"
        );
        for metric in self.metrics(table) {
            let values = self.values(&metric);
            let old =
                series.map(|series| eligible_values(series, &metric.key, now)).unwrap_or_default();
            let after = eligible_values(&with_them, &metric.key, now);
            let spread = spread(&values)
                .map_or("n/a".to_owned(), |spread| format!("{:.1} %", spread * 100.0));
            let _ = writeln!(
                out,
                "{:<24} {:>14} {:>14} {spread:>10} {:>14}",
                plain(&format!("{} [{}]", metric.key, metric.unit)),
                metric.format(median_of_last(&old)),
                metric.format(stats::median(&values)),
                metric.format(median_of_last(&after)),
            );
        }
        let _ = write!(out, "\n{}", self.effect(series.map_or(0, |series| series.points.len())));
        out
    }

    fn effect(&self, existing: usize) -> &'static str {
        match (existing, self.len()) {
            (0, _) => "the series has no history; the batch is its first baseline",
            (_, 1 | 2) => "fewer than 3 records may not move the median of the last 5 at once",
            (_, count) if count < WINDOW => "the median of the last 5 moves at once",
            _ => "the batch replaces the whole window of 5",
        }
    }
}

/// Largest distance from the median, as a fraction of it.
fn spread(values: &[f64]) -> Option<f64> {
    let median = stats::median(values).filter(|median| *median > 0.0)?;
    values.iter().map(|value| (value - median).abs() / median).reduce(f64::max)
}

fn median_of_last(values: &[Option<f64>]) -> Option<f64> {
    let window = &values[values.len().saturating_sub(WINDOW)..];
    stats::median(&window.iter().copied().flatten().collect::<Vec<f64>>())
}
