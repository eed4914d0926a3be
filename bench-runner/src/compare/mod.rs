//! Comparing: results in, judged records out.
//!
//! In: raw results, a policy, and history. Out: a [`Comparison`], which reports are made of.

pub mod adopt;
pub mod base;
pub mod imported;
mod kind;
mod mismatch;
mod outcome;
pub mod policy;
pub mod results;
pub mod suite;
mod tally;

pub use mismatch::listed;
pub use tally::Tally;

use bench_records::{
    coverage::Coverage,
    gate::{Batch, Candidate, Judgement, Policy, PolicyName, static_limits::judge_static},
    metric::MetricTable,
    naming::fastvideo_path,
    normalize::{JobContext, normalize},
    own_metrics,
    provenance::Provenance,
    raw::RawRecord,
    record::Record,
    series::{Labels, Series, group_into_series},
    time::Micros,
    verdict::Verdict,
};

use crate::store::folder::identify;
use results::{Input, Note, Results};

/// A result with what became of it.
#[derive(Debug, Clone)]
pub struct Compared {
    /// File that the result was read from.
    pub source: String,
    /// The result; `None` where another tool measured it.
    pub raw: Option<Box<RawRecord>>,
    /// Its record, with the verdict in it.
    pub record: Record,
    /// How it was judged.
    pub judgement: Judgement,
    /// The newest record of its baseline.
    pub last_good: Option<LastGood>,
    /// Whether it may be added to the history.
    pub admission: Admission,
    /// Path of the record in the store, where it is stored.
    pub stored_as: Option<String>,
}

/// The newest record that a result was judged by: it passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastGood {
    /// Its commit, or empty.
    pub commit: String,
    /// When it ran.
    pub time: Micros,
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
    /// Commit under test: what CI says, else what the results name; or empty.
    pub commit: String,
    /// Where the job comes from.
    pub origin: Provenance,
    /// What was compared with: a store or given results.
    pub against: String,
    /// Which of both it is.
    pub basis: Basis,
    /// Series of given results that no result is of.
    pub unused_base: Vec<String>,
    /// Each result, in the order of their files.
    pub compared: Vec<Compared>,
    /// Benchmarks that could not be measured.
    pub failed: Vec<Note>,
    /// Files that could not be read.
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
    /// Imported records that ran before those that were judged, to be stored with them.
    pub earlier: Vec<Record>,
    /// How many of them were stored.
    pub earlier_stored: usize,
}

/// What results are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// A store, which the first run of a series begins.
    History,
    /// Results that somebody named: what they do not have is not judged.
    Given,
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
    /// Which of both it is.
    pub basis: Basis,
    /// Which of the records are going to be stored.
    pub storing: Storing,
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
        results: Results,
        mut history: impl FnMut(&Record) -> Result<Vec<Series>, E>,
    ) -> Result<Comparison, E> {
        let earlier = grouped(&results.earlier);
        self.batch.table = self.batch.table.extended(results.metrics);
        let candidate = |(source, input)| match input {
            Input::Raw(raw) => {
                let candidate = Candidate::new(normalize(&raw, self.job), &raw);
                (source, Origin::Run(raw), candidate)
            }
            Input::Imported { record, is_known } => {
                (source, Origin::Imported { is_known }, Candidate::of_record(*record))
            }
        };
        let candidates: Vec<(String, Origin, Candidate)> =
            results.results.into_iter().map(candidate).collect();
        if candidates.iter().any(|(_, _, candidate)| breaks_static_limit(candidate)) {
            self.batch.unattributed_failure = None;
        }
        let mut compared = Vec::with_capacity(candidates.len());
        for (source, origin, candidate) in candidates {
            let mut series = history(&candidate.record)?;
            absorb(&mut series, &earlier, &candidate.record, self.policy);
            let remarks = own_metrics::remarks(&candidate.record, &self.batch.table);
            let own = own_metrics::of_record(&candidate.record);
            self.batch.table = std::mem::take(&mut self.batch.table).extended(own);
            if self.policy.name() != PolicyName::Strict {
                let stored = compared.iter().map(|compared: &Compared| &compared.record);
                let stored = stored.filter(|record| self.storing.takes(record));
                add_stored(&mut series, stored, &candidate.record, self.policy);
            }
            let mut judgement = self.policy.judge(&candidate, &series, &self.batch);
            let mut record = judged(candidate.record, &judgement, self.policy.name(), self.job.now);
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
            let stored_as = None;
            compared.push(Compared {
                source,
                raw: origin.into_raw(),
                record,
                judgement,
                last_good,
                admission,
                stored_as,
            });
        }
        let unjudged = results.failed.len() + results.set_aside.len() + results.skipped.len();
        let commit = [&self.job.commit, &results.commit].into_iter().find(|each| !each.is_empty());
        Ok(Comparison {
            policy: self.policy.name(),
            max_regression: self.policy.max_regression(),
            now: self.job.now,
            commit: commit.cloned().unwrap_or_default(),
            origin: self.job.provenance.clone(),
            against: self.against,
            basis: self.basis,
            unused_base: Vec::new(),
            coverage: Coverage::of(compared.iter().map(|c| &c.judgement), unjudged),
            compared,
            failed: results.failed,
            set_aside: results.set_aside,
            skipped: results.skipped,
            searched: results.searched,
            table: self.batch.table,
            history_set_aside: 0,
            earlier: results.earlier,
            earlier_stored: 0,
        })
    }
}

/// Series of imported records.
fn grouped(records: &[Record]) -> Vec<Series> {
    let path = |record: &Record| {
        fastvideo_path(&record.model_id, &record.timestamp, &record.commit_sha)
            + record.id.as_deref().unwrap_or_default()
    };
    let paths: Vec<String> = records.iter().map(path).collect();
    group_into_series(records.iter().zip(paths.iter().map(String::as_str))).into_values().collect()
}

/// Adds the records that ran before those that are judged to the series of the store.
fn absorb(series: &mut Vec<Series>, earlier: &[Series], record: &Record, policy: &Policy) {
    for earlier in earlier.iter().filter(|earlier| policy.wants(record, &earlier.labels)) {
        match series.iter_mut().find(|series| series.key == earlier.key) {
            Some(known) => known.absorb(earlier),
            None => series.push(earlier.clone()),
        }
    }
}

/// FastVideo's comparators store a record before they judge the next, so that two results of one
/// benchmark meet; `strict` judges all results against what was there before.
fn add_stored<'r>(
    series: &mut Vec<Series>,
    stored: impl Iterator<Item = &'r Record>,
    record: &Record,
    policy: &Policy,
) {
    for earlier in stored {
        let key = earlier.cohort().key();
        let path = fastvideo_path(&earlier.model_id, &earlier.timestamp, &earlier.commit_sha);
        // there, a record takes the place of another one that its path does not tell it from
        series.iter_mut().for_each(|series| series.remove_paths(|other| other == path));
        if !policy.wants(record, &Labels::of(earlier)) {
            continue;
        }
        let index = series.iter().position(|series| series.key == key).unwrap_or_else(|| {
            series.push(Series::for_record(earlier));
            series.len() - 1
        });
        series[index].push(earlier, &path);
        series[index].sort();
    }
}

fn last_good(judgement: &Judgement, series: &[Series]) -> Option<LastGood> {
    let newest = judgement.baseline_paths.last()?;
    let mut points = series.iter().flat_map(|series| &series.points);
    let point = points.find(|point| *point.path == **newest)?;
    Some(LastGood { commit: point.commit.to_string(), time: point.time })
}

/// Whether the history takes a record; a notice where it does not, or keeps another verdict.
fn admit(
    origin: &Origin,
    record: &Record,
    history: &[Series],
    judgement: &mut Judgement,
) -> Admission {
    if origin.raw().is_some_and(|raw| raw.stopping_rule.as_deref() == Some("interrupted")) {
        let notice = "its run was interrupted: the record is not added to the history";
        judgement.notices.push(notice.to_owned());
        return Admission::Interrupted;
    }
    let mut points = history.iter().flat_map(|series| &series.points);
    // a series of an earlier version has the record under another id
    let is_there = matches!(origin, Origin::Imported { is_known: true });
    let known = points.find(|point| {
        record.id.as_deref() == Some(&*point.id)
            || (is_there && record.time == Some(point.time) && *point.commit == record.commit_sha)
    });
    let Some(known) = known else { return Admission::New };
    if let Some(verdict) = known.verdict.filter(|verdict| *verdict != judgement.verdict) {
        judgement
            .notices
            .push(format!("the history has this record as {verdict}, which stays as it is"));
    }
    Admission::Known(known.path.to_string())
}

/// Where a candidate comes from.
enum Origin {
    /// A run of ours.
    Run(Box<RawRecord>),
    /// Another tool's file.
    Imported {
        /// Whether the store has it.
        is_known: bool,
    },
}

impl Origin {
    fn raw(&self) -> Option<&RawRecord> {
        match self {
            Self::Run(raw) => Some(raw),
            Self::Imported { .. } => None,
        }
    }

    fn into_raw(self) -> Option<Box<RawRecord>> {
        match self {
            Self::Run(raw) => Some(raw),
            Self::Imported { .. } => None,
        }
    }
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
