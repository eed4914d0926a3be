//! Text to clauses.

use super::{Clause, Latency, SloError, Statistic};
use bench_records::requests::MAX_FAILED_FRACTION;

/// All clauses as they are written.
pub(super) fn clauses(text: &str) -> Result<Vec<Clause>, SloError> {
    if text.trim().is_empty() {
        return Err(SloError::Empty);
    }
    let mut clauses: Vec<Clause> = Vec::new();
    for (at, written) in text.split(',').enumerate() {
        let written = written.trim();
        if written.is_empty() {
            return Err(SloError::EmptyClause { place: at + 1, text: text.to_owned() });
        }
        let clause = clause(written)?;
        let metric = clause.metric();
        if clauses.iter().any(|other| other.metric() == metric) {
            return Err(SloError::Twice { metric });
        }
        clauses.push(clause);
    }
    Ok(clauses)
}

/// A server that refuses most requests answers the others fast: a mean says nothing without the share
/// that it is the mean of.
pub(super) fn with_success_of_means(mut clauses: Vec<Clause>) -> Vec<Clause> {
    let is_mean = |one: &Clause| matches!(one, Clause::Latency { statistic: Statistic::Mean, .. });
    let is_success = |one: &Clause| matches!(one, Clause::Success { .. });
    if clauses.iter().any(is_mean) && !clauses.iter().any(is_success) {
        clauses.push(Clause::Success { least: 1.0 - MAX_FAILED_FRACTION });
    }
    clauses
}

fn clause(written: &str) -> Result<Clause, SloError> {
    let is_sign = |c: char| matches!(c, '<' | '>' | '=' | '!' | '≤' | '≥');
    let Some(start) = written.find(is_sign) else {
        return Err(SloError::NoComparison { clause: written.to_owned() });
    };
    let rest = written[start..].trim_start_matches(is_sign);
    let sign = &written[start..written.len() - rest.len()];
    let (metric, value) = (written[..start].trim(), rest.trim());
    let compared = |instead: &'static str, also: &'static str| {
        let clause = written.to_owned();
        let error = SloError::Comparison { clause, written: sign.to_owned(), instead };
        if sign == instead || sign == also { Ok(()) } else { Err(error) }
    };
    if metric == "success" {
        compared(">=", "≥")?;
        return success(value);
    }
    let (latency, statistic, unit_ms) =
        latency(metric).ok_or_else(|| SloError::Metric { metric: metric.to_owned() })?;
    compared("<=", "≤")?;
    let number = value.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    let number = number.ok_or_else(|| SloError::Value {
        value: value.to_owned(),
        metric: metric.to_owned(),
        instead: "a positive number without a unit, such as 500",
    })?;
    Ok(Clause::Latency { latency, statistic, limit_ms: number * unit_ms })
}

fn success(value: &str) -> Result<Clause, SloError> {
    let number = match value.strip_suffix('%') {
        Some(percent) => percent.trim().parse().ok().map(|percent: f64| percent / 100.0),
        None => value.parse().ok(),
    };
    // of 1, no number of requests without a failure is evidence
    let least = number.filter(|least: &f64| (0.0..1.0).contains(least) && *least > 0.0);
    least.map(|least| Clause::Success { least }).ok_or_else(|| SloError::Value {
        value: value.to_owned(),
        metric: "success".to_owned(),
        instead: "a fraction above 0 and below 1, such as 0.99 or 99%: no test can show that nothing \
                  ever fails",
    })
}

/// A latency, its statistic, and milliseconds of its unit: `ttft_p99_ms`, and `p99_ttft_ms` as
/// `vllm bench serve` writes it.
fn latency(metric: &str) -> Option<(Latency, Statistic, f64)> {
    let (name, unit_ms) = match metric.strip_suffix("_ms") {
        Some(name) => (name, 1.0),
        None => (metric.strip_suffix("_s")?, 1000.0),
    };
    let (one, other) = name.split_once('_')?;
    let named = |name| Latency::ALL.into_iter().find(|latency| latency.as_str() == name);
    let (latency, word) = match (named(one), named(other)) {
        (Some(latency), None) => (latency, other),
        (None, Some(latency)) => (latency, one),
        _ => return None,
    };
    Some((latency, statistic(word)?, unit_ms))
}

fn statistic(word: &str) -> Option<Statistic> {
    match word {
        "mean" => Some(Statistic::Mean),
        "median" => Some(Statistic::Percentile(50.0)),
        _ => {
            let percent: f64 = word.strip_prefix('p')?.parse().ok()?;
            (percent > 0.0 && percent < 100.0).then_some(Statistic::Percentile(percent))
        }
    }
}
