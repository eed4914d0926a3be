//! Which judged records go into the store, and how they get there.

use std::collections::BTreeSet;

use bench_records::{
    gate::PolicyName, metric::Metric, naming::short_commit, normalize::JobContext,
};

use super::JudgeArgs;
use crate::{
    compare::{Admission, Compared, Comparison, Storing},
    store::{self, Additions, Store, folder::History},
    variables::{self, UploadPolicy},
};

/// Which records are added to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Persist {
    Auto,
    Always,
    Pass,
    Never,
}

impl From<UploadPolicy> for Persist {
    fn from(policy: UploadPolicy) -> Self {
        match policy {
            UploadPolicy::Never => Self::Never,
            UploadPolicy::Pass => Self::Pass,
            UploadPolicy::Always => Self::Always,
        }
    }
}

impl JudgeArgs {
    /// A dataset is many jobs' baseline: it takes the full suite's records of main, or what is
    /// stored expressly, and nothing of a pull request.
    pub(super) fn storing(&self, store: &Store, job: &JobContext) -> Storing {
        let origin = &job.provenance;
        let is_shared = store.dataset().is_some();
        let persist = self.persist.or_else(|| variables::upload_policy().map(Persist::from));
        match persist.unwrap_or(Persist::Auto) {
            Persist::Never => Storing::Nothing,
            Persist::Always | Persist::Pass if is_shared && origin.is_pull_request() => {
                let name = store.name();
                eprintln!(
                    "warning: a pull request never writes to a dataset; nothing is added to {name}"
                );
                Storing::Nothing
            }
            Persist::Always => Storing::All,
            Persist::Pass => Storing::Passing,
            Persist::Auto => {
                let is_full_main = origin.test_scope == "full" && origin.is_of_main_branch();
                let is_wanted = !origin.is_pull_request() && (is_full_main || !is_shared);
                if is_wanted { Storing::All } else { Storing::Nothing }
            }
        }
    }

    /// Adds what was measured to the store and brings its index up to date.
    pub(super) fn store_records(
        &self,
        store: &Store,
        history: &mut History,
        storing: Storing,
        comparison: &mut Comparison,
    ) -> Vec<anyhow::Error> {
        let mut additions = match store::add(store) {
            Ok(additions) => additions,
            Err(failure) => return vec![failure.error],
        };
        // before the records, whose numbers mean nothing without them
        if let Err(error) = add_own_metrics(&mut additions, comparison) {
            return vec![error];
        }
        let mut problems = self.add_judged(&mut additions, storing, comparison);
        let is_added = |compared: &&Compared| {
            compared.admission == Admission::New && compared.stored_as.is_some()
        };
        let mut stored = comparison.compared.iter().filter(is_added).count();
        match additions.records(&mut comparison.earlier, self.layout.into(), || {}) {
            Ok(()) => {
                stored += comparison.earlier.len();
                comparison.earlier_stored = comparison.earlier.len();
            }
            Err(error) => problems.push(error),
        }
        if stored > 0 {
            let commit = short_commit(&comparison.commit);
            let summary = format!("{stored} performance records of {commit}");
            problems.extend(additions.finish(&summary).err());
            problems.extend(history.update().err());
        }
        problems
    }

    /// Adds the records that were judged, each with its trials; the errors of those that were not.
    fn add_judged(
        &self,
        additions: &mut Additions<'_>,
        storing: Storing,
        comparison: &mut Comparison,
    ) -> Vec<anyhow::Error> {
        let mut problems = Vec::new();
        // FastVideo's comparators store what holds no number too
        let is_suite = comparison.policy != PolicyName::Strict;
        let is_taken = |compared: &&mut Compared| {
            let is_measured = !compared.record.metrics.is_empty();
            (is_measured || is_suite) && storing.takes(&compared.record)
        };
        for compared in comparison.compared.iter_mut().filter(is_taken) {
            match &compared.admission {
                Admission::New => {}
                Admission::Known(path) => {
                    compared.stored_as = Some(path.clone());
                    continue;
                }
                Admission::Interrupted => continue,
            }
            // once the record is there, nobody comes back for its trials
            let trials = match &compared.raw {
                Some(raw) => additions.trials(&compared.record, raw),
                None => Ok(()),
            };
            let stored =
                trials.and_then(|()| additions.record(&mut compared.record, self.layout.into()));
            match stored {
                Ok(path) => compared.stored_as = Some(path),
                Err(error) => problems.push(error),
            }
        }
        problems
    }
}

/// Adds the metrics of new records that are not built in; those that the store has already stay.
fn add_own_metrics(additions: &mut Additions<'_>, comparison: &Comparison) -> anyhow::Result<()> {
    let new = comparison.compared.iter().filter(|compared| compared.admission == Admission::New);
    let new = new.map(|compared| &compared.record).chain(&comparison.earlier);
    let keys: BTreeSet<&str> =
        new.flat_map(|record| record.metrics.keys().map(String::as_str)).collect();
    let own = comparison.table.own().iter().filter(|metric| keys.contains(&*metric.key));
    let own: Vec<Metric> = own.cloned().collect();
    if own.is_empty() { Ok(()) } else { additions.metrics(&own) }
}
