//! How a series or a metric stands, as a word with a shape and a colour.

use crate::dom::{El, el, text};
use bench_records::{gate::Outcome, status::Status, verdict::Verdict};

/// The badge of a series.
#[must_use]
pub fn status_badge(status: Status) -> El {
    badge(status.as_str(), status.shape(), status.as_str())
}

/// A class, a shape and a word.
fn badge(class: &str, shape: &str, word: &str) -> El {
    let shape = text("span", "", shape).attr("aria-hidden", "true");
    el("span", &format!("status {class}")).add(shape).text(word)
}

/// The badge of a record.
#[must_use]
pub fn verdict_badge(verdict: Verdict) -> El {
    let (class, shape) = match verdict {
        Verdict::Regression | Verdict::MissingMetric => ("regressed", "▲"),
        Verdict::Improved => ("improved", "▼"),
        Verdict::Pass => ("pass", "●"),
        Verdict::Calibration | Verdict::RecipeMismatch | Verdict::InfraError => ("unjudged", "○"),
    };
    badge(class, shape, &verdict.as_str().replace('_', " "))
}

/// The badge of a metric.
#[must_use]
pub fn outcome_badge(outcome: Outcome) -> El {
    let (class, shape, word) = outcome_words(outcome);
    badge(class, shape, word)
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
