//! The sweeps of a history: load tests that differ by their load alone.

use bench_records::sweep::{Offered, Sweep, Tested, sweeps};

use crate::dataset::{Dataset, Row};

/// All of them; their places are those of the history's rows.
#[must_use]
pub fn of(dataset: &Dataset) -> Vec<Sweep> {
    let rows = dataset.rows.iter();
    let offered: Vec<Offered<'_>> =
        rows.map(|row| Offered { labels: &row.recent.labels, last: row.last }).collect();
    sweeps(&offered)
}

/// Whether a series is a step of one.
#[must_use]
pub fn has(dataset: &Dataset, row: &Row) -> bool {
    let place = || dataset.rows.iter().position(|other| other.key() == row.key());
    Tested::of(&row.recent.labels).load.is_some()
        && place().is_some_and(|at| of(dataset).iter().any(|sweep| sweep.has(at)))
}
