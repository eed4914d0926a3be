//! What a history keeps of a search: what was found in; the metrics of a record out.
//!
//! The ends of a bracket jump by its width from night to night, even if the server stays the same: they are
//! places where the search happened to look. The estimate between them uses all probes near the limit and
//! scatters by a fraction of that, so it is what a gate judges. The ends stand beside it. A search that is not
//! resolved leaves a capacity where its ends are nearly as near as was asked: most such searches only ran out of
//! probes before both were confirmed. Of the others nobody knows how far they are off.

#[cfg(test)]
mod nights;

pub use bench_records::metric::CAPACITY;

use crate::search::{Bound, Conclusion, Found};

/// Record key of the highest rate that was confirmed to keep the objective.
pub const CONFIRMED: &str = "capacity_confirmed_rps";
/// Record key of the lowest rate that was confirmed to break it.
pub const FAILING: &str = "capacity_failing_rps";

/// How far apart the ends of a search that is not resolved may be, as a fraction of the lower one: twice the usual
/// width. Where they are farther, the estimate scatters by more than the gate allows.
const WIDEST: f64 = 0.1;

/// The metrics of a search; none where it does not say well enough where the limit is.
#[must_use]
pub fn metrics(found: &Found) -> Vec<(&'static str, f64)> {
    let rate = |bound: Option<Bound>| bound.map(|bound| bound.rate_rps);
    let ends = rate(found.highest_passing).zip(rate(found.lowest_failing));
    let is_near = ends.is_some_and(|(low, high)| high <= low * (1.0 + WIDEST));
    let is_known = match found.conclusion {
        Conclusion::Resolved => true,
        Conclusion::Unresolved { .. } => is_near,
        Conclusion::ClientLimited { .. } => false,
    };
    if !is_known {
        return Vec::new();
    }
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

    #[test]
    fn a_search_leaves_a_capacity_where_it_is_resolved_or_nearly_so() {
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
        found.lowest_failing = bound(10.9);
        assert_eq!(metrics(&found).len(), 3);
        for too_far in [bound(11.1), None] {
            found.lowest_failing = too_far;
            assert!(metrics(&found).is_empty(), "{too_far:?}");
        }
        found.lowest_failing = bound(10.4);
        found.conclusion = Conclusion::ClientLimited { rate_rps: 11.0, reason: "late".to_owned() };
        assert!(metrics(&found).is_empty());
    }
}
