//! Comparing: results in, judged records out.
//!
//! In: raw results, a policy, and history. Out: a [`Comparison`], which reports are made of.

pub mod adopt;
pub mod base;
pub mod policy;
pub mod results;

use bench_records::{
    coverage::Coverage,
    gate::{Batch, Candidate, Judgement, Policy, PolicyName, static_limits::judge_static},
    metric::MetricTable,
    naming::fastvideo_path,
    normalize::{JobContext, normalize},
    provenance::Provenance,
    raw::RawRecord,
    record::Record,
    series::{Labels, Series},
    time::Micros,
    verdict::Verdict,
};

use crate::{exit::Exit, store::folder::identify};
use results::{Note, Results};

/// A result with what became of it.
#[derive(Debug, Clone)]
pub struct Compared {
    /// File that the result was read from.
    pub source: String,
    /// The result.
    pub raw: RawRecord,
    /// Its record, with the verdict in it.
    pub record: Record,
    /// How it was judged.
    pub judgement: Judgement,
    /// Whether it may be added to the history.
    pub admission: Admission,
    /// Path of the record in the store, where it is stored.
    pub stored_as: Option<String>,
}

/// Whether a record may be added to the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    New,
    /// History has it at this path, with the verdict that it had when it was stored.
    Known(String),
    /// Its run was interrupted, so that it stands for fewer trials than the others.
    Interrupted,
}

/// Everything that a report says.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The policy that judged.
    pub policy: PolicyName,
    /// Its limit on metrics that nothing else limits, as a fraction.
    pub max_regression: f64,
    /// When.
    pub now: Micros,
    /// Commit under test, or empty.
    pub commit: String,
    /// Where the job comes from.
    pub origin: Provenance,
    /// What was compared with: a store or given results.
    pub against: String,
    /// Each result, in the order of their files.
    pub compared: Vec<Compared>,
    /// Results that could not be read.
    pub set_aside: Vec<Note>,
    /// Benchmarks that were not run, with the reason.
    pub skipped: Vec<Note>,
    /// Folders and files that results were looked for in.
    pub searched: Vec<String>,
    /// How much was judged.
    pub coverage: Coverage,
    /// Metrics of the dataset.
    pub table: MetricTable,
    /// Files of the store that could not be read.
    pub history_set_aside: usize,
}

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
    /// Whether the records are going to be stored.
    pub is_stored: bool,
}

impl Request<'_> {
    /// Judges `results`; `history` gives the series that a record may be judged against.
    ///
    /// # Errors
    /// The error of `history`.
    pub fn compare<E>(
        mut self,
        results: Results,
        mut history: impl FnMut(&Record) -> Result<Vec<Series>, E>,
    ) -> Result<Comparison, E> {
        let candidates: Vec<(String, RawRecord, Candidate)> = results
            .results
            .into_iter()
            .map(|(source, raw)| {
                let candidate = Candidate::new(normalize(&raw, self.job), &raw);
                (source, raw, candidate)
            })
            .collect();
        if candidates.iter().any(|(_, _, candidate)| breaks_static_limit(candidate)) {
            self.batch.unattributed_failure = None;
        }
        let mut compared = Vec::with_capacity(candidates.len());
        for (source, raw, candidate) in candidates {
            let mut series = history(&candidate.record)?;
            if self.is_stored && self.policy.name() != PolicyName::Strict {
                add_stored(&mut series, &compared, &candidate.record, self.policy);
            }
            let mut judgement = self.policy.judge(&candidate, &series, &self.batch);
            let mut record = judged(candidate.record, &judgement, self.policy.name(), self.job.now);
            identify(&mut record);
            let admission = match self.policy.name() {
                PolicyName::Strict => admit(&raw, &record, &series, &mut judgement),
                PolicyName::Seed | PolicyName::FastVideo => Admission::New,
            };
            compared.push(Compared { source, raw, record, judgement, admission, stored_as: None });
        }
        let unjudged = results.set_aside.len() + results.skipped.len();
        Ok(Comparison {
            policy: self.policy.name(),
            max_regression: self.policy.max_regression(),
            now: self.job.now,
            commit: self.job.commit.clone(),
            origin: self.job.provenance.clone(),
            against: self.against,
            coverage: Coverage::of(compared.iter().map(|c| &c.judgement), unjudged),
            compared,
            set_aside: results.set_aside,
            skipped: results.skipped,
            searched: results.searched,
            table: self.batch.table,
            history_set_aside: 0,
        })
    }
}

/// FastVideo's comparators store a record before they judge the next, so that two results of one
/// benchmark meet; `strict` judges all results against what was there before.
fn add_stored(series: &mut Vec<Series>, stored: &[Compared], record: &Record, policy: &Policy) {
    for earlier in stored.iter().map(|compared| &compared.record) {
        let key = earlier.cohort().key();
        if !policy.wants(record, &Labels::of(earlier)) {
            continue;
        }
        let index = series.iter().position(|series| series.key == key).unwrap_or_else(|| {
            series.push(Series::for_record(earlier));
            series.len() - 1
        });
        let path = fastvideo_path(&earlier.model_id, &earlier.timestamp, &earlier.commit_sha);
        series[index].push(earlier, &path);
        series[index].sort();
    }
}

/// Whether the history takes a record; a notice where it does not, or keeps another verdict.
fn admit(
    raw: &RawRecord,
    record: &Record,
    history: &[Series],
    judgement: &mut Judgement,
) -> Admission {
    if raw.stopping_rule.as_deref() == Some("interrupted") {
        let notice = "its run was interrupted: the record is not added to the history";
        judgement.notices.push(notice.to_owned());
        return Admission::Interrupted;
    }
    let mut points = history.iter().flat_map(|series| &series.points);
    let Some(known) = points.find(|point| record.id.as_deref() == Some(&*point.id)) else {
        return Admission::New;
    };
    if let Some(verdict) = known.verdict.filter(|verdict| *verdict != judgement.verdict) {
        judgement
            .notices
            .push(format!("the history has this record as {verdict}, which stays as it is"));
    }
    Admission::Known(known.path.to_string())
}

fn breaks_static_limit(candidate: &Candidate) -> bool {
    judge_static(&candidate.record.metrics, &candidate.static_limits).iter().any(|f| f.fails())
}

/// The record with its verdict, and with whether later baselines may use it.
fn judged(mut record: Record, judgement: &Judgement, policy: PolicyName, now: Micros) -> Record {
    let verdict = judgement.verdict;
    record.success = verdict.passes();
    record.verdict = Some(verdict);
    record.verdict_reason = Some(judgement.reason.clone());
    let scheduled = record.provenance.run_source.as_deref() == Some("scheduled_main");
    let complete = record.identity.missing().is_empty();
    let dated = record.time.is_some_and(|time| !time.is_future(now));
    record.provenance.baseline_eligible = match policy {
        PolicyName::Strict => Some(record.success && dated && !record.provenance.is_pull_request()),
        PolicyName::FastVideo => Some(scheduled && complete && verdict == Verdict::Pass),
        PolicyName::Seed => None,
    };
    record
}

impl Comparison {
    /// How to leave: what the policy's suite would do, and for `strict` what the contract says.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let verdicts = self.compared.iter().map(|compared| compared.judgement.verdict);
        let judged = verdicts.map(|verdict| self.exit_of(verdict)).fold(Exit::Passed, Exit::or);
        let unreadable = if self.set_aside.is_empty() { Exit::Passed } else { Exit::Unable };
        // results that cannot be used are told apart from none
        let nothing = self.compared.is_empty() && self.set_aside.is_empty();
        let nothing = nothing && self.policy == PolicyName::Strict;
        let empty = if nothing { Exit::GateFailed } else { Exit::Passed };
        judged.or(unreadable).or(empty)
    }

    fn exit_of(&self, verdict: Verdict) -> Exit {
        match verdict {
            verdict if verdict.passes() => Exit::Passed,
            Verdict::InfraError if self.policy == PolicyName::Strict => Exit::Unable,
            _ => Exit::GateFailed,
        }
    }
}
