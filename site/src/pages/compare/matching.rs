//! Which series of one side stands beside which of the other.
//!
//! In: a history and the two chosen. Out: pairs, and series that only one side has.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    candidates::{By, fixed_part, value_of},
    model::{Sides, points_at},
};
use crate::dataset::{Dataset, Row};

/// The series of both sides.
pub(super) struct Matched<'d> {
    /// Side by side where both have one.
    pub(super) pairs: Vec<Sides<'d>>,
    /// Workloads whose series could not be paired.
    pub(super) unpaired: Vec<String>,
}

/// By benchmark, each side's series of one workload and place.
type Group<'d> = [BTreeMap<&'d str, &'d Arc<Row>>; 2];

pub(super) fn matched<'d>(dataset: &'d Dataset, by: By, sides: [&str; 2]) -> Matched<'d> {
    match by {
        By::Commit => Matched { pairs: by_commit(dataset, sides), unpaired: Vec::new() },
        By::Device | By::Variant => by_part(dataset, by, sides),
    }
}

/// Each series with itself.
fn by_commit<'d>(dataset: &'d Dataset, sides: [&str; 2]) -> Vec<Sides<'d>> {
    let ran = |row: &'d Arc<Row>| {
        sides.map(|commit| points_at(row, commit, dataset).next().is_some().then_some(row))
    };
    let pairs = dataset.rows.iter().map(ran);
    pairs.filter(|pair| pair.iter().any(Option::is_some)).collect()
}

/// Each benchmark with itself; what is left of a workload, where each side has one. Of several series
/// of one benchmark and place the one with the newest record.
fn by_part<'d>(dataset: &'d Dataset, by: By, sides: [&str; 2]) -> Matched<'d> {
    let mut groups: BTreeMap<(&str, &str), Group<'d>> = BTreeMap::new();
    for row in &dataset.rows {
        for (side, wanted) in sides.into_iter().enumerate() {
            if value_of(row, by) == wanted {
                let group = &mut groups.entry(fixed_part(row, by)).or_default()[side];
                let slot = group.entry(row.benchmark()).or_insert(row);
                *slot = if row.last > slot.last { row } else { *slot };
            }
        }
    }
    let mut matched = Matched { pairs: Vec::new(), unpaired: Vec::new() };
    for ((work, _), [mut a, b]) in groups {
        let mut left = Vec::new();
        for (benchmark, row) in b {
            match a.remove(benchmark) {
                Some(same) => matched.pairs.push([Some(same), Some(row)]),
                None => left.push(row),
            }
        }
        match (a.into_values().collect::<Vec<_>>().as_slice(), left.as_slice()) {
            ([a], [b]) => matched.pairs.push([Some(a), Some(b)]),
            (a, b) => {
                let is_known = a.is_empty() || b.is_empty();
                matched.unpaired.extend((!is_known).then(|| work.to_owned()));
                matched.pairs.extend(a.iter().map(|row| [Some(*row), None]));
                matched.pairs.extend(b.iter().map(|row| [None, Some(*row)]));
            }
        }
    }
    matched.unpaired.dedup();
    matched
}
