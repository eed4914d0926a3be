//! Why a result that fails no gate is no good one all the same.
//!
//! In: a comparison and one of its results. Out: the word for it in reports, and the reason.

use bench_records::{gate::PolicyName, metric::CORE};

use super::{Compared, Comparison, FailOn};

/// What is amiss with a result that passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amiss {
    /// Its run was interrupted, so that it stands for fewer trials than were asked for.
    Interrupted,
    /// It has none of the metrics that the policy judges.
    Empty,
    /// It confirms a change to the worse, and that was to fail.
    Worse,
}

impl Amiss {
    /// Its word in reports.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Interrupted => "interrupted",
            Self::Empty => "not judged",
            Self::Worse => "worse level",
        }
    }

    /// The reason in words.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Interrupted => "its run was interrupted before all trials were measured",
            Self::Empty => "it has no value of any metric that this policy judges",
            Self::Worse => "it confirms that its series became worse",
        }
    }
}

impl Comparison {
    /// What is amiss with a result that passes; `None` where nothing is.
    #[must_use]
    pub fn amiss(&self, compared: &Compared) -> Option<Amiss> {
        if !compared.judgement.verdict.passes() {
            return None;
        }
        let has_core = || CORE.iter().any(|(key, _)| compared.record.metrics.contains_key(*key));
        if self.policy != PolicyName::Strict && !has_core() {
            return Some(Amiss::Empty);
        }
        if compared.is_interrupted() {
            return Some(Amiss::Interrupted);
        }
        (self.fail_on != FailOn::Gate && compared.confirms_worse()).then_some(Amiss::Worse)
    }
}
