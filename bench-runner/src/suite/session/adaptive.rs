//! The search for the highest concurrency that keeps limits, after the points of a rate, as vLLM's script
//! does it: bisection between the last point that passes and the first that fails, or steps that double
//! beyond the last point.

use std::path::Path;

use serde_json::{Value, json};

use super::{
    super::{Rate, file::Test, settings::Adaptive},
    Session,
};
use crate::store::atomic::{self, Durability};

/// The points that pass and fail last and first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Bracket {
    last_pass: Option<u64>,
    first_fail: Option<u64>,
}

/// Searches, and writes the summary into `file`.
pub(super) fn refine(
    session: &Session<'_>,
    test: &Test,
    rate: &Rate,
    limits: Adaptive,
    mut probe: impl FnMut(u64) -> Option<Value>,
    file: &Path,
) {
    let known = |concurrency: u64| {
        let name = format!("{}_qps_{rate}_concurrency_{concurrency}.json", test.name);
        let bytes = std::fs::read(session.results.join(name)).ok()?;
        keeps(&serde_json::from_slice(&bytes).ok()?, limits)
    };
    let mut probe = |concurrency: u64| match known(concurrency) {
        Some(verdict) => Some(verdict),
        None => probe(concurrency).and_then(|value| keeps(&value, limits)),
    };
    let mut points: Vec<(u64, Option<bool>)> =
        test.concurrencies.iter().map(|concurrency| (*concurrency, known(*concurrency))).collect();
    points.sort_unstable();
    let (fixed, found) = search(&points, limits, &mut probe);
    let summary = json!({
        "test_name": test.name,
        "qps": rate.to_string(),
        "sla_ttft_ms": limits.sla_ttft_ms,
        "sla_tpot_ms": limits.sla_tpot_ms,
        "static_last_pass": fixed.last_pass,
        "static_first_fail": fixed.first_fail,
        "final_last_pass": found.last_pass,
        "final_first_fail": found.first_fail,
    });
    if let Err(error) = atomic::write(file, summary.to_string().as_bytes(), Durability::Derived) {
        eprintln!("warning: {error:#}");
    }
}

/// Whether a result keeps the limits; `None` where it does not say.
fn keeps(result: &Value, limits: Adaptive) -> Option<bool> {
    let number = |names: &[&str]| names.iter().find_map(|name| result.get(*name)?.as_f64());
    let count = |name: &str| result.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    // a percentile that failures reach is infinite, which JSON cannot say
    let is_endless =
        |name: &str| result.get(name).is_some_and(Value::is_null) && count("failed") > 0.0;
    if is_endless("p99_ttft_ms") || is_endless("p99_tpot_ms") {
        return Some(false);
    }
    let ttft = number(&["p99_ttft_ms", "mean_ttft_ms"])?;
    let tpot = number(&["p99_tpot_ms", "mean_tpot_ms", "mean_itl_ms"])?;
    Some(ttft <= limits.sla_ttft_ms && tpot <= limits.sla_tpot_ms)
}

/// The bracket of the points, and the one that further probes find.
fn search(
    points: &[(u64, Option<bool>)],
    limits: Adaptive,
    probe: &mut impl FnMut(u64) -> Option<bool>,
) -> (Bracket, Bracket) {
    let (mut fixed, mut step, mut before) = (Bracket::default(), 1, None);
    for (point, verdict) in points {
        match verdict {
            Some(true) => fixed.last_pass = Some(*point),
            Some(false) if fixed.last_pass.is_some() => {
                fixed.first_fail = Some(*point);
                break;
            }
            Some(false) | None => {}
        }
        step = before.map_or(step, |before: u64| (point - before).max(1));
        before = Some(*point);
    }
    let Some(pass) = fixed.last_pass else { return (fixed, fixed) };
    let mut budget = limits.max_probes;
    if fixed.first_fail.is_some() {
        return (fixed, bisect(fixed, &mut budget, probe));
    }
    let mut low = before.unwrap_or(pass).max(pass);
    let mut high = None;
    while budget > 0 {
        let point = low.saturating_add(step).min(limits.max_concurrency);
        if point <= low {
            break;
        }
        budget -= 1;
        match probe(point) {
            Some(true) => low = point,
            Some(false) => high = Some(point),
            None => break,
        }
        if high.is_some() || low == limits.max_concurrency {
            break;
        }
        step = step.saturating_mul(2);
    }
    let found = Bracket { last_pass: Some(low), first_fail: high };
    (fixed, if high.is_some() { bisect(found, &mut budget, probe) } else { found })
}

fn bisect(
    mut bracket: Bracket,
    budget: &mut u64,
    probe: &mut impl FnMut(u64) -> Option<bool>,
) -> Bracket {
    while let (Some(low), Some(high)) = (bracket.last_pass, bracket.first_fail)
        && low + 1 < high
        && *budget > 0
    {
        *budget -= 1;
        let middle = low + (high - low) / 2;
        match probe(middle) {
            Some(true) => bracket.last_pass = Some(middle),
            Some(false) => bracket.first_fail = Some(middle),
            None => break,
        }
    }
    bracket
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches where all up to `capacity` passes.
    fn searched(points: &[u64], capacity: u64, limits: Adaptive) -> (Bracket, Bracket, Vec<u64>) {
        let mut probed = Vec::new();
        let points: Vec<_> =
            points.iter().map(|point| (*point, Some(*point <= capacity))).collect();
        let (fixed, found) = search(&points, limits, &mut |point| {
            probed.push(point);
            Some(point <= capacity)
        });
        (fixed, found, probed)
    }

    fn bracket(last_pass: u64, first_fail: u64) -> Bracket {
        let said = |point: u64| (point > 0).then_some(point);
        Bracket { last_pass: said(last_pass), first_fail: said(first_fail) }
    }

    #[test]
    fn between_a_pass_and_a_failure_it_bisects() {
        let (fixed, found, probed) = searched(&[12, 16, 24, 32, 64], 40, Adaptive::default());
        assert_eq!((fixed, found), (bracket(32, 64), bracket(40, 41)));
        assert_eq!(probed, [48, 40, 44, 42, 41]);
    }

    #[test]
    fn beyond_the_last_point_steps_double() {
        let (fixed, found, probed) = searched(&[12, 16], 50, Adaptive::default());
        assert_eq!((fixed, found), (bracket(16, 0), bracket(50, 52)));
        assert_eq!(probed, [20, 28, 44, 76, 60, 52, 48, 50]);
        let limits = Adaptive { max_concurrency: 30, ..Adaptive::default() };
        let (_, found, probed) = searched(&[12, 16], 50, limits);
        assert_eq!((found, probed), (bracket(30, 0), vec![20, 28, 30]));
    }

    #[test]
    fn the_search_ends_with_its_probes_and_begins_only_after_a_pass() {
        let limits = Adaptive { max_probes: 2, ..Adaptive::default() };
        assert_eq!(searched(&[12, 64], 40, limits).1, bracket(38, 51));
        assert_eq!(searched(&[12, 64], 4, limits), (bracket(0, 0), bracket(0, 0), vec![]));
    }

    #[test]
    fn a_result_keeps_limits_by_its_99th_percentiles() {
        let keeps = |value: Value| keeps(&value, Adaptive::default());
        assert_eq!(keeps(json!({"p99_ttft_ms": 3000, "p99_tpot_ms": 100})), Some(true));
        assert_eq!(
            keeps(json!({"p99_ttft_ms": 3000.1, "p99_tpot_ms": 1, "mean_ttft_ms": 1})),
            Some(false)
        );
        assert_eq!(keeps(json!({"mean_ttft_ms": 10, "mean_itl_ms": 5})), Some(true));
        assert_eq!(keeps(json!({"p99_ttft_ms": null, "p99_tpot_ms": 1, "failed": 9})), Some(false));
        assert_eq!(keeps(json!({"p99_ttft_ms": 1})), None);
    }
}
