//! Status of a series: the verdict of its newest record, and whether it still gets any.
//!
//! In: a verdict and how far the series is behind its history. Out: a [`Status`], the word on the
//! dashboard's cards, in badges and in `summary.json`.

use serde::{Deserialize, Serialize};

use crate::{
    time::{DAY, Micros},
    verdict::Verdict,
};

/// A series is stale when its newest record is older than the history's newest by more than this.
pub const STALE_AFTER: Micros = Micros(7 * DAY.0);

/// Whether a series whose newest record is from `last` has fallen behind a history whose newest is
/// from `newest`.
#[must_use]
pub fn is_stale(last: Micros, newest: Micros) -> bool {
    newest.0.saturating_sub(last.0) > STALE_AFTER.0
}

/// How a series stands, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The record that it stands by is worse than its baseline, or lost a metric.
    Regressed,
    /// It has fallen behind the others.
    Stale,
    /// Its newest record could not be judged: no baseline yet, or nothing measured.
    Unjudged,
    /// Its newest record is better than its baseline.
    Improved,
    /// Within its limits.
    Pass,
}

impl Status {
    /// Every status, worst first.
    pub const ALL: [Self; 5] =
        [Self::Regressed, Self::Stale, Self::Unjudged, Self::Improved, Self::Pass];

    /// The status of a series whose newest record has this verdict.
    #[must_use]
    pub fn of(verdict: Verdict, is_stale: bool) -> Self {
        match verdict {
            Verdict::Regression | Verdict::MissingMetric => Self::Regressed,
            Verdict::InfraError | Verdict::RecipeMismatch => Self::Unjudged,
            _ if is_stale => Self::Stale,
            Verdict::Calibration => Self::Unjudged,
            Verdict::Improved => Self::Improved,
            Verdict::Pass => Self::Pass,
        }
    }

    /// The word for it, which is also its value in a URL and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Stale => "stale",
            Self::Unjudged => "unjudged",
            Self::Improved => "improved",
            Self::Pass => "pass",
        }
    }

    /// The word, and `stale` beside it where the series has fallen behind and the word is another.
    #[must_use]
    pub fn words(self, is_stale: bool) -> String {
        let stale = if is_stale && self != Self::Stale { ", stale" } else { "" };
        format!("{}{stale}", self.as_str())
    }

    /// A shape that tells statuses apart without colour.
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::Regressed => "▲",
            Self::Stale => "◷",
            Self::Unjudged => "○",
            Self::Improved => "▼",
            Self::Pass => "●",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regression_stays_one_however_old_and_a_pass_does_not() {
        assert_eq!(Status::of(Verdict::Regression, true), Status::Regressed);
        assert_eq!(Status::Regressed.words(true), "regressed, stale");
        assert_eq!(Status::of(Verdict::Pass, true), Status::Stale);
        assert_eq!(
            (Status::Stale.words(true), Status::Pass.words(false)),
            ("stale".into(), "pass".into())
        );
        assert_eq!(Status::of(Verdict::Pass, false), Status::Pass);
    }

    #[test]
    fn a_week_behind_is_not_stale_and_a_microsecond_more_is() {
        let newest = Micros(100 * DAY.0);
        assert!(!is_stale(Micros(93 * DAY.0), newest));
        assert!(is_stale(Micros(93 * DAY.0 - 1), newest));
        assert!(!is_stale(newest, Micros(93 * DAY.0)));
    }

    #[test]
    fn the_word_is_what_json_says() {
        for status in Status::ALL {
            let json = serde_json::to_value(status).expect("a plain word");
            assert_eq!(json, status.as_str());
        }
    }
}
