//! What a history keeps of a search: what was found in; the metrics of a record out.
//!
//! The ends of a bracket jump by its width from night to night, even if the server stays the same: they are
//! places where the search happened to look. The estimate between them uses all probes near the limit and
//! scatters by a fraction of that, so it is what a gate judges. The ends stand beside it, and only a
//! resolved search leaves a capacity: of the others nobody knows how far they are off.

use crate::search::{Conclusion, Found};

/// Record key of the capacity in requests per second; more is better.
pub const CAPACITY: &str = "capacity_rps";
/// Record key of the highest rate that was confirmed to keep the objective.
pub const CONFIRMED: &str = "capacity_confirmed_rps";
/// Record key of the lowest rate that was confirmed to break it.
pub const FAILING: &str = "capacity_failing_rps";

/// The metrics of a search that was resolved; none of one that was not.
#[must_use]
pub fn metrics(found: &Found) -> Vec<(&'static str, f64)> {
    if found.conclusion != Conclusion::Resolved {
        return Vec::new();
    }
    let rate = |bound: Option<crate::search::Bound>| bound.map(|bound| bound.rate_rps);
    let values = [
        (CAPACITY, found.estimate_rps),
        (CONFIRMED, rate(found.highest_passing)),
        (FAILING, rate(found.lowest_failing)),
    ];
    values.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Bound;

    #[test]
    fn only_a_resolved_search_leaves_a_capacity() {
        let bound = |rate_rps| Some(Bound { rate_rps, probes: 2, is_confirmed: true });
        let mut found = Found {
            slo: "e2el_p50_ms<=5".to_owned(),
            highest_passing: bound(10.0),
            lowest_failing: bound(10.4),
            estimate_rps: Some(10.2),
            conclusion: Conclusion::Resolved,
            probes: Vec::new(),
        };
        assert_eq!(metrics(&found), [(CAPACITY, 10.2), (CONFIRMED, 10.0), (FAILING, 10.4)]);
        found.conclusion = Conclusion::Unresolved { reason: "too few requests".to_owned() };
        assert!(metrics(&found).is_empty());
    }
}
