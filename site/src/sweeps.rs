//! The sweeps of a history: load tests that differ by their load alone.

use bench_records::sweep::{Offered, Sweep, may_share_sweep, sweeps};

use crate::dataset::{Dataset, Row};

/// All of them; their places are those of the history's rows.
#[must_use]
pub fn of(dataset: &Dataset) -> Vec<Sweep> {
    let rows = dataset.rows.iter();
    let offered: Vec<Offered<'_>> =
        rows.map(|row| Offered { labels: &row.recent.labels, last: row.last }).collect();
    sweeps(&offered)
}

/// Whether a series may be a step of one: its page links the curve, and where there is none after all, the page of the
/// curve says so. Finding sweeps here would be a sixtieth of what the page of a series downloads.
#[must_use]
pub fn may_have(dataset: &Dataset, row: &Row) -> bool {
    let own = &row.recent.labels;
    let mut others = dataset.rows.iter().filter(|other| other.key() != row.key());
    others.any(|other| may_share_sweep(own, &other.recent.labels))
}
