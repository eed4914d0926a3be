//! Comparing: results in, judged records out.
//!
//! In: raw results, a policy, and history. Out: a [`Comparison`], which reports are made of.

mod admission;
pub mod adopt;
mod amiss;
pub mod base;
mod comparison;
pub mod imported;
mod kind;
mod levels;
mod meeting;
mod mismatch;
mod outcome;
pub mod policy;
pub mod refusals;
pub mod results;
pub mod suite;
mod tally;

pub use amiss::Amiss;
pub use comparison::{Admission, Basis, Compared, Comparison, LastGood};
pub use levels::Leveled;
pub use mismatch::{explain_other_recipe, listed};
pub use tally::Tally;

use bench_records::{
    broken_limits::BrokenLimits,
    coverage::Coverage,
    gate::{
        Batch, Candidate, Judgement, Policy, PolicyName, broken_limits, static_limits::judge_static,
    },
    normalize::{JobContext, normalize},
    own_metrics,
    record::Record,
    series::Series,
    time::Micros,
    verdict::Verdict,
};

use crate::{exit::Exit, store::folder::identify};
use admission::{Origin, admit};
use meeting::{Met, absorb, add_stored, grouped};
use results::{Input, Note, Results};

/// What is compared, and with what it is compared.
pub struct Request<'a> {
    /// How to judge.
    pub policy: &'a Policy,
    /// What CI says of the job.
    pub job: &'a JobContext,
    /// The clock, the dataset's metrics, and what else holds for all results.
    pub batch: Batch,
    /// Name of what is compared with.
    pub against: String,
    /// Which of both it is.
    pub basis: Basis,
    /// Which of the records are going to be stored.
    pub storing: Storing,
    /// What ends with exit code 1.
    pub fail_on: FailOn,
}

/// What makes a comparison end with exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum FailOn {
    /// The gate: a record beyond a limit
    #[default]
    Gate,
    /// A change to the worse that the newest record confirmed; static limits and lost metrics still count
    Step,
    /// Either
    Both,
}

/// Which records a comparison adds to its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storing {
    /// None.
    Nothing,
    /// Those that pass.
    Passing,
    /// All.
    All,
}

impl Storing {
    /// Whether a judged record is added.
    #[must_use]
    pub fn takes(self, record: &Record) -> bool {
        match self {
            Self::Nothing => false,
            Self::Passing => record.success,
            Self::All => true,
        }
    }
}

impl Request<'_> {
    /// Judges `results`; `history` gives the series that a record may be judged against.
    ///
    /// # Errors
    /// The error of `history`.
    pub fn compare<E>(
        mut self,
        mut results: Results,
        mut history: impl FnMut(&Record) -> Result<Vec<Series>, E>,
    ) -> Result<Comparison, E> {
        let earlier = grouped(&results.earlier);
        self.batch.table = self.batch.table.extended(std::mem::take(&mut results.metrics));
        let candidate = |(source, input)| match input {
            Input::Raw(raw) => {
                let candidate = Candidate::new(normalize(&raw, self.job), &raw);
                (source, Origin::Run(raw), candidate)
            }
            Input::Imported { record, is_known } => {
                (source, Origin::Imported { is_known }, Candidate::of_record(*record))
            }
        };
        let candidates = std::mem::take(&mut results.results).into_iter().map(candidate);
        let mut candidates: Vec<(usize, (String, Origin, Candidate))> =
            candidates.enumerate().collect();
        let is_strict = self.policy.name() == PolicyName::Strict;
        if is_strict {
            candidates.sort_by_key(|(_, (.., candidate))| candidate.record.time);
        }
        if candidates.iter().any(|(_, (.., candidate))| breaks_static_limit(candidate)) {
            self.batch.unattributed_failure = None;
        }
        let mut compared: Vec<Compared> = Vec::with_capacity(candidates.len());
        let (mut places, mut met) = (Vec::new(), Met::default());
        for (place, (source, origin, candidate)) in candidates {
            let mut series = history(&candidate.record)?;
            absorb(&mut series, &earlier, &candidate.record, self.policy);
            if origin.raw().is_some() {
                let other = own_metrics::contradictions(&candidate.record, &self.batch.table);
                if !other.is_empty() {
                    results.set_aside.push(Note::new(source, other.join("; ")));
                    results.exit = results.exit.or(Exit::Usage);
                    continue;
                }
            }
            let remarks = own_metrics::remarks(&candidate.record, &self.batch.table);
            let own = own_metrics::of_record(&candidate.record);
            self.batch.table = std::mem::take(&mut self.batch.table).extended(own);
            let is_stored = |earlier: &&Record| self.storing.takes(earlier);
            let key = candidate.record.cohort().key();
            if is_strict {
                met.join(&key, &compared, self.storing, &mut series);
            } else {
                let stored = compared.iter().map(|earlier| &earlier.record).filter(is_stored);
                add_stored(&mut series, stored, &candidate.record, self.policy);
            }
            let mut judgement = self.policy.judge(&candidate, &series, &self.batch);
            let broken = broken_limits(&judgement.findings, candidate.limits_key.as_deref());
            let mut record = judged(candidate.record, &judgement, self.policy.name(), self.job.now);
            BrokenLimits::keep(broken.as_ref(), &mut record);
            identify(&mut record);
            if self.policy.name() == PolicyName::FastVideo {
                suite::mark(&mut record, origin.raw(), &judgement);
            }
            let admission = match self.policy.name() {
                PolicyName::Strict => {
                    judgement.notices.extend(remarks);
                    admit(&origin, &record, &series, &mut judgement)
                }
                // what another tool measured is stored once, whatever judges it
                _ if origin.raw().is_none() => admit(&origin, &record, &series, &mut judgement),
                PolicyName::Seed | PolicyName::FastVideo => Admission::New,
            };
            let last_good = last_good(&judgement, &series);
            let levels = levels::of(&record, &series, &judgement, &self.batch);
            let stored_as = None;
            places.push(place);
            met.add(key, compared.len());
            compared.push(Compared {
                source,
                raw: origin.into_raw(),
                record,
                judgement,
                last_good,
                levels,
                admission,
                stored_as,
            });
        }
        let newest = met.newest(&compared);
        let unjudged = results.failed.len() + results.set_aside.len() + results.skipped.len();
        let commit = [&self.job.commit, &results.commit].into_iter().find(|each| !each.is_empty());
        Ok(Comparison {
            policy: self.policy.name(),
            max_regression: self.policy.max_regression(),
            fail_on: self.fail_on,
            now: self.job.now,
            commit: commit.cloned().unwrap_or_default(),
            origin: self.job.provenance.clone(),
            against: self.against,
            basis: self.basis,
            unused_base: Vec::new(),
            coverage: Coverage::of(newest, unjudged),
            compared: in_places(compared, &places),
            failed: results.failed,
            set_aside: results.set_aside,
            skipped: results.skipped,
            searched: results.searched,
            table: self.batch.table,
            history_set_aside: 0,
            earlier: results.earlier,
            earlier_stored: 0,
            besides: results.exit,
        })
    }
}

/// What was judged in the order of time, in the order of its files.
fn in_places(compared: Vec<Compared>, places: &[usize]) -> Vec<Compared> {
    let mut placed: Vec<_> = places.iter().zip(compared).collect();
    placed.sort_by_key(|(place, _)| **place);
    placed.into_iter().map(|(_, compared)| compared).collect()
}

fn last_good(judgement: &Judgement, series: &[Series]) -> Option<LastGood> {
    let newest = judgement.baseline_paths.last()?;
    let mut points = series.iter().flat_map(|series| &series.points);
    let point = points.find(|point| *point.path == **newest)?;
    Some(LastGood { commit: point.commit.to_string(), time: point.time })
}

fn breaks_static_limit(candidate: &Candidate) -> bool {
    judge_static(&candidate.record.metrics, &candidate.static_limits).iter().any(|f| f.fails())
}

/// The record with its verdict, and with whether later baselines may use it.
fn judged(mut record: Record, judgement: &Judgement, policy: PolicyName, now: Micros) -> Record {
    let verdict = judgement.verdict;
    record.success &= verdict.passes();
    record.verdict = Some(verdict);
    record.verdict_reason = Some(judgement.reason.clone());
    let scheduled = record.provenance.run_source.as_deref() == Some("scheduled_main");
    let complete = record.identity.missing().is_empty();
    let dated = record.time.is_some_and(|time| !time.is_future(now));
    record.provenance.baseline_eligible = match policy {
        PolicyName::Strict => {
            let is_refused = record.provenance.baseline_eligible == Some(false);
            Some(record.success && dated && !is_refused && !record.provenance.is_pull_request())
        }
        PolicyName::FastVideo => Some(scheduled && complete && verdict == Verdict::Pass),
        PolicyName::Seed => None,
    };
    record
}
