//! How a series or a metric stands, as a word with a shape and a colour.

use crate::{
    dataset::Row,
    dom::{El, Words, el, text},
    format,
    judged::Against,
};
use bench_records::{gate::Outcome, status::Status, verdict::Verdict};

/// The badge of a series.
#[must_use]
pub fn row_badge(row: &Row) -> El {
    let status = row.shown_status();
    badge(status.as_str(), status.shape(), &row.status_words())
}

/// The badge of something that is of a stale series.
#[must_use]
pub fn stale_badge() -> El {
    let status = Status::Stale;
    badge(status.as_str(), status.shape(), status.as_str())
}

/// A badge for one series after another.
pub struct Badge {
    element: El,
    shape: Words,
    word: Words,
}

impl Badge {
    /// One that says nothing yet.
    #[must_use]
    pub fn blank() -> Self {
        let shape = el("span", "").attr("aria-hidden", "true");
        let shape_words = Words::at_end_of(&shape);
        let element = el("span", "status").add(shape);
        let word = Words::at_end_of(&element);
        Self { element, shape: shape_words, word }
    }

    /// Its element.
    #[must_use]
    pub fn element(&self) -> El {
        self.element.clone()
    }

    /// Says how a series stands, as [`row_badge`] does.
    pub fn show(&self, status: Status, words: &str) {
        self.element.put("class", &format!("status {}", status.as_str()));
        self.shape.say(status.shape());
        self.word.say(words);
    }
}

/// A class, a shape and a word.
fn badge(class: &str, shape: &str, word: &str) -> El {
    let shape = text("span", "", shape).attr("aria-hidden", "true");
    el("span", &format!("status {class}")).add(shape).text(word)
}

/// The badge of a record: what the gate said. It is not red, for a run beyond its limit may be noise: red is
/// what a series' own badge calls so, and a metric that is gone.
#[must_use]
pub fn verdict_badge(verdict: Verdict) -> El {
    let (class, shape) = match verdict {
        Verdict::Regression => ("failed", "▲"),
        Verdict::MissingMetric => ("regressed", "✕"),
        Verdict::Improved => ("improved", "▼"),
        Verdict::Pass => ("pass", "●"),
        Verdict::Calibration | Verdict::RecipeMismatch | Verdict::InfraError => ("unjudged", "○"),
    };
    badge(class, shape, &verdict.as_str().replace('_', " "))
}

/// A verdict with its reason.
#[must_use]
pub fn verdict_line(verdict: Verdict, reason: &str) -> El {
    el("p", "").text("CI gate: ").add(verdict_badge(verdict)).text(" ").text(reason)
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
        Outcome::Regression => ("failed", "▲", "beyond limit"),
        Outcome::Exceeded => ("stale", "△", "beyond, not gated"),
        Outcome::Missing => ("regressed", "✕", "missing"),
        Outcome::Skipped(_) => ("unjudged", "○", "not judged"),
    }
}

/// A change in percent, coloured where it is gated and beyond its limit.
#[must_use]
pub fn change(change: Option<f64>, outcome: Option<Outcome>) -> Option<El> {
    change.map(|change| text("span", change_class(outcome), format::percent(change)))
}

/// A change against a level, with a word where it is more than noise: no colour says it alone. `title` says against
/// what.
#[must_use]
pub fn held_change(change: Option<f64>, against: Against, title: &str) -> El {
    let words = match (change, against) {
        (None, _) => String::new(),
        (Some(change), Against::Worse | Against::Better) => {
            format!("{} {}", format::percent(change), against.as_str())
        }
        (Some(change), _) => format::percent(change),
    };
    text("span", &format!("change small {}", against.class()), words).attr("title", title)
}

/// Class of a change that came out like this.
#[must_use]
pub fn change_class(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Regression) => "worse",
        Some(Outcome::Improved) => "better",
        _ => "quiet",
    }
}
