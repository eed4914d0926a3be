//! Judging results one after the other, each by its history and by those before it.
//!
//! In: a [`Request`], results, and what gives the history of each. Out: a [`Comparison`].

use bench_records::{
    broken_limits::BrokenLimits,
    coverage::Coverage,
    gate::{Candidate, Judgement, PolicyName, broken_limits, static_limits::judge_static},
    identity::SeriesKey,
    normalize::normalize,
    own_metrics,
    record::Record,
    series::Series,
    time::Micros,
    verdict::Verdict,
};

use super::{
    Admission, Compared, Comparison, LastGood, Request,
    admission::{Origin, admit},
    levels,
    meeting::{Met, absorb, add_stored, grouped},
    results::{Input, Note, Results},
    suite,
};
use crate::{exit::Exit, store::folder::identify};

/// A result that was not judged yet.
struct Unjudged {
    /// Its place in the order of the files.
    place: usize,
    source: String,
    origin: Origin,
    candidate: Candidate,
}

/// What was judged so far, in the order of judging.
#[derive(Default)]
struct JudgedSoFar {
    compared: Vec<Compared>,
    /// The place of each in the order of the files.
    places: Vec<usize>,
    met: Met,
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
        let unjudged = self.in_order_of_judging(std::mem::take(&mut results.results));
        if unjudged.iter().any(|each| breaks_static_limit(&each.candidate)) {
            self.batch.unattributed_failure = None;
        }
        let mut so_far = JudgedSoFar::default();
        so_far.compared.reserve(unjudged.len());
        for each in unjudged {
            let record = &each.candidate.record;
            let mut series = history(record)?;
            absorb(&mut series, &earlier, record, self.policy);
            match self.contradictions(&each) {
                Some(reason) => {
                    results.set_aside.push(Note::new(each.source, reason));
                    results.exit = results.exit.or(Exit::Usage);
                }
                None => self.judge_next(each, series, &mut so_far),
            }
        }
        Ok(self.into_comparison(results, so_far))
    }

    /// Candidates in the order in which they ran, under the policy that heeds it, else in that of
    /// their files.
    fn in_order_of_judging(&self, results: Vec<(String, Input)>) -> Vec<Unjudged> {
        let unjudged = |(place, (source, input))| {
            let (origin, candidate) = match input {
                Input::Raw(raw) => {
                    let candidate = Candidate::new(normalize(&raw, self.job), &raw);
                    (Origin::Run(raw), candidate)
                }
                Input::Imported { record, is_known } => {
                    (Origin::Imported { is_known }, Candidate::of_record(*record))
                }
            };
            Unjudged { place, source, origin, candidate }
        };
        let mut all: Vec<Unjudged> = results.into_iter().enumerate().map(unjudged).collect();
        if self.policy.name() == PolicyName::Strict {
            all.sort_by_key(|each| each.candidate.record.time);
        }
        all
    }

    /// Where a run of ours defines its own metrics otherwise than the dataset does.
    fn contradictions(&self, unjudged: &Unjudged) -> Option<String> {
        unjudged.origin.raw()?;
        let other = own_metrics::contradictions(&unjudged.candidate.record, &self.batch.table);
        (!other.is_empty()).then(|| other.join("; "))
    }

    /// Judges one result by its series and by those that were judged before it.
    fn judge_next(
        &mut self,
        unjudged: Unjudged,
        mut series: Vec<Series>,
        so_far: &mut JudgedSoFar,
    ) {
        let Unjudged { place, source, origin, candidate } = unjudged;
        let policy = self.policy.name();
        let remarks = own_metrics::remarks(&candidate.record, &self.batch.table);
        let own = own_metrics::of_record(&candidate.record);
        self.batch.table = std::mem::take(&mut self.batch.table).extended(own);
        let key = candidate.record.cohort().key();
        self.add_judged(&mut series, so_far, &key, &candidate.record);
        let mut judgement = self.policy.judge(&candidate, &series, &self.batch);
        let broken = broken_limits(&judgement.findings, candidate.limits_key.as_deref());
        let mut record = judged(candidate.record, &judgement, policy, self.job.now);
        BrokenLimits::keep(broken.as_ref(), &mut record);
        identify(&mut record);
        match policy {
            PolicyName::Strict => judgement.notices.extend(remarks),
            PolicyName::FastVideo => suite::mark(&mut record, origin.raw(), &judgement),
            PolicyName::Seed => {}
        }
        let admission = match policy {
            PolicyName::Strict => admit(&origin, &record, &series, &mut judgement),
            // what another tool measured is stored once, whatever judges it
            _ if origin.raw().is_none() => admit(&origin, &record, &series, &mut judgement),
            PolicyName::Seed | PolicyName::FastVideo => Admission::New,
        };
        let last_good = last_good(&judgement, &series);
        let levels = levels::of(&record, series, &judgement, &self.batch);
        let (raw, stored_as) = (origin.into_raw(), None);
        so_far.places.push(place);
        so_far.met.add(key, so_far.compared.len());
        so_far.compared.push(Compared {
            source,
            raw,
            record,
            judgement,
            last_good,
            levels,
            admission,
            stored_as,
        });
    }

    /// Adds to the series of a record what was judged before it and is going to be stored.
    fn add_judged(
        &self,
        series: &mut Vec<Series>,
        so_far: &JudgedSoFar,
        key: &SeriesKey,
        record: &Record,
    ) {
        if self.policy.name() == PolicyName::Strict {
            so_far.met.join(key, &so_far.compared, self.storing, series);
        } else {
            let earlier = so_far.compared.iter().map(|earlier| &earlier.record);
            let stored = earlier.filter(|earlier| self.storing.takes(earlier));
            add_stored(series, stored, record, self.policy);
        }
    }

    fn into_comparison(self, results: Results, so_far: JudgedSoFar) -> Comparison {
        let newest = so_far.met.newest(&so_far.compared);
        let unjudged = results.failed.len() + results.set_aside.len() + results.skipped.len();
        let coverage = Coverage::of(newest, unjudged);
        let commit = [&self.job.commit, &results.commit].into_iter().find(|each| !each.is_empty());
        Comparison {
            policy: self.policy.name(),
            max_regression: self.policy.max_regression(),
            fail_on: self.fail_on,
            now: self.job.now,
            commit: commit.cloned().unwrap_or_default(),
            origin: self.job.provenance.clone(),
            dashboard: None,
            against: self.against,
            basis: self.basis,
            unused_base: Vec::new(),
            coverage,
            compared: in_places(so_far.compared, &so_far.places),
            failed: results.failed,
            set_aside: results.set_aside,
            skipped: results.skipped,
            searched: results.searched,
            table: self.batch.table,
            history_set_aside: 0,
            earlier: results.earlier,
            earlier_stored: 0,
            besides: results.exit,
        }
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
