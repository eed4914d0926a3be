//! What a comparison comes to: how to leave, and what is said of results that a base cannot judge.

use std::collections::BTreeSet;

use bench_records::{
    gate::{self, Finding, Gate, PolicyName},
    metric::CORE,
    record::Record,
    verdict::Verdict,
};

use super::{
    Basis, Compared, Comparison, FailOn, Tally,
    base::Base,
    mismatch::{explain_missing_base, title},
};
use crate::exit::Exit;

impl Comparison {
    /// Imported records of which the comparators of FastVideo's suites look at nothing: they judge six
    /// metrics, and pass what has none of them.
    #[must_use]
    pub fn unjudged_by_suite(&self) -> Vec<&str> {
        if self.policy == PolicyName::Strict {
            return Vec::new();
        }
        let has_core =
            |record: &Record| CORE.iter().any(|(key, _)| record.metrics.contains_key(*key));
        let imported = self.compared.iter().filter(|compared| compared.raw.is_none());
        let unjudged = imported.filter(|compared| !has_core(&compared.record));
        unjudged.map(|compared| compared.record.model_id.as_str()).collect()
    }

    /// How to leave: what the policy's suite would do, and for `strict` what the contract says; or worse,
    /// for what happened besides.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let judged = self.compared.iter().map(|compared| self.exit_for(compared));
        let judged = judged.fold(Exit::Passed, Exit::or);
        let tally = Tally::of(self);
        // a gate that had nothing to judge did not fail; under `strict` it did not pass either
        let is_empty = self.policy == PolicyName::Strict && tally.results == 0;
        // the suites know no interruptions
        let is_cut_off = self.policy == PolicyName::Strict && tally.interrupted > 0;
        let is_unable =
            is_empty || is_cut_off || tally.lacks_base() || tally.unmeasured + tally.unread > 0;
        judged.or(if is_unable { Exit::Unable } else { Exit::Passed }).or(self.besides)
    }

    /// Whether the given results have nothing that this one could be held against.
    #[must_use]
    pub fn has_no_base(&self, compared: &Compared) -> bool {
        let judgement = &compared.judgement;
        let is_judged = || judgement.of_gate(Gate::Rolling).any(Finding::is_judged);
        self.basis == Basis::Given && judgement.verdict.passes() && !is_judged()
    }

    /// Says of each result that `base` cannot judge what it has instead, and which of its series no
    /// result is of.
    pub fn tell_of_base(&mut self, base: &Base) {
        let missing: Vec<usize> = (0..self.compared.len())
            .filter(|index| self.compared[*index].judgement.baseline_count == 0)
            .collect();
        for index in missing {
            let notices = explain_missing_base(&self.compared[index], base, &self.against);
            let is_unjudged = self.has_no_base(&self.compared[index]);
            let judgement = &mut self.compared[index].judgement;
            judgement.notices.extend(notices);
            if is_unjudged {
                judgement.reason = "nothing to judge it by".to_owned();
            }
        }
        let is_used = |record: &Record| {
            let (key, name) = (record.cohort().key(), title(record));
            self.compared.iter().any(|compared| {
                compared.record.cohort().key() == key || title(&compared.record) == name
            })
        };
        let members = base.members.iter().map(|member| &member.record);
        let unused = members.filter(|record| !is_used(record)).map(title);
        self.unused_base = unused.collect::<BTreeSet<_>>().into_iter().collect();
    }

    /// The word for what became of a result: its verdict, but what is amiss with one that passes, and
    /// `no base` where the given results have nothing to judge it by.
    #[must_use]
    pub fn label(&self, compared: &Compared) -> &'static str {
        let verdict = compared.judgement.verdict;
        match self.amiss(compared) {
            Some(amiss) => amiss.label(),
            None if self.has_no_base(compared) => "no base",
            None => verdict.as_str(),
        }
    }

    /// As `fail_on` says. Only regressions against the rolling median give way to changes of level: a static
    /// limit is somebody's word, and a metric that is lost has no level.
    fn exit_for(&self, compared: &Compared) -> Exit {
        let gate = self.exit_of(compared.judgement.verdict);
        let step = if compared.confirms_worse() { Exit::GateFailed } else { Exit::Passed };
        match self.fail_on {
            FailOn::Gate => gate,
            FailOn::Both => gate.or(step),
            FailOn::Step if fails_by_rolling_median_only(compared) => step,
            FailOn::Step => gate.or(step),
        }
    }

    /// Whether the gate fails a result and `--fail-on step` lets it pass.
    #[must_use]
    pub fn is_passed_by_step(&self, compared: &Compared) -> bool {
        self.fail_on == FailOn::Step
            && fails_by_rolling_median_only(compared)
            && !compared.confirms_worse()
    }

    pub(super) fn exit_of(&self, verdict: Verdict) -> Exit {
        match verdict {
            verdict if verdict.passes() => Exit::Passed,
            Verdict::InfraError if self.policy == PolicyName::Strict => Exit::Unable,
            _ => Exit::GateFailed,
        }
    }
}

fn fails_by_rolling_median_only(compared: &Compared) -> bool {
    let judgement = &compared.judgement;
    let mut failing = judgement.findings.iter().filter(|finding| finding.fails());
    let is_regression = |finding: &Finding| {
        finding.gate == Gate::Rolling && finding.outcome == gate::Outcome::Regression
    };
    judgement.verdict == Verdict::Regression && failing.all(is_regression)
}
