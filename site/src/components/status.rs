//! How a series or a metric stands, as a word with a shape and a colour.

use bench_records::{gate::Outcome, status::Status, verdict::Verdict};
use leptos::prelude::*;

/// The badge of a series.
#[component]
pub fn StatusBadge(status: Status) -> impl IntoView {
    let class = format!("status {}", status.as_str());
    view! { <span class=class><span aria-hidden="true">{shape(status)}</span>{status.as_str()}</span> }
}

/// A shape that tells statuses apart without colour.
#[must_use]
pub fn shape(status: Status) -> &'static str {
    match status {
        Status::Regressed => "▲",
        Status::Stale => "◷",
        Status::Unjudged => "○",
        Status::Improved => "▼",
        Status::Pass => "●",
    }
}

/// The badge of a record.
#[component]
pub fn VerdictBadge(verdict: Verdict) -> impl IntoView {
    let (class, shape) = match verdict {
        Verdict::Regression | Verdict::MissingMetric => ("regressed", "▲"),
        Verdict::Improved => ("improved", "▼"),
        Verdict::Pass => ("pass", "●"),
        Verdict::Calibration | Verdict::RecipeMismatch | Verdict::InfraError => ("unjudged", "○"),
    };
    let word = verdict.as_str().replace('_', " ");
    view! { <span class=format!("status {class}")><span aria-hidden="true">{shape}</span>{word}</span> }
}

/// The badge of a metric.
#[component]
pub fn OutcomeBadge(outcome: Outcome) -> impl IntoView {
    let (class, shape, word) = outcome_words(outcome);
    view! { <span class=format!("status {class}")><span aria-hidden="true">{shape}</span>{word}</span> }
}

/// Class, shape and word of an outcome.
#[must_use]
pub fn outcome_words(outcome: Outcome) -> (&'static str, &'static str, &'static str) {
    match outcome {
        Outcome::Pass => ("pass", "●", "within limit"),
        Outcome::Improved => ("improved", "▼", "improved"),
        Outcome::Regression => ("regressed", "▲", "regression"),
        Outcome::Exceeded => ("stale", "△", "beyond, not gated"),
        Outcome::Missing => ("regressed", "✕", "missing"),
        Outcome::Skipped(_) => ("unjudged", "○", "not judged"),
    }
}
