//! Reads from a store what an import may continue.
//!
//! In: the measurements of all files. Out: the series of their names, and of their identities.

use std::collections::BTreeSet;

use anyhow::Result;
use bench_records::{
    identity::SeriesKey,
    series::{Labels, Point},
};

use crate::{
    import::{
        Found, Workload, key_of,
        known::{Known, KnownSeries},
        place::variant_names_lengths,
    },
    store::{Store, folder::History},
};

/// The series of `store` that any of `found` may belong to.
///
/// # Errors
/// Where the store cannot be read.
pub fn gather<'f>(
    store: &Store,
    history: &mut History,
    found: impl Iterator<Item = &'f Found>,
) -> Result<Known> {
    let wanted = Wanted::of(found);
    let all = history.series(|key, labels| wanted.is(key, labels))?;
    let mut known = Known::default();
    for series in all {
        let metrics = series.metrics.iter().map(|key| history.table().get_or_unjudged(key));
        let metrics = metrics.collect();
        // of its own series this version knows the suite; of those of others it asks their newest, and
        // of what may be a project that moved its oldest. A record of a part takes a while to read.
        // Of series that lack parameters which measurements state, the newest says which they take.
        let is_own = !series.labels.identity.is_empty();
        // Of load tests that mean lengths name, the newest says how long they are exactly.
        let newest = !is_own
            || names_lengths(&series.labels)
            || wanted.lacks_parameters(&series.key, &series.labels);
        let oldest = is_own && !wanted.keys.contains(&series.key);
        let ends =
            (series.points.last().filter(|_| newest), series.points.first().filter(|_| oldest));
        let record = |point: Option<&Point>| match point {
            Some(point) => store.folder().record(&series.key, &point.path),
            None => Ok(None),
        };
        let (newest, oldest) = (record(ends.0)?, record(ends.1)?);
        let series = KnownSeries::new(series, metrics);
        known.add(series.said_by(newest.as_ref(), oldest.as_ref()));
    }
    Ok(known)
}

#[derive(Default)]
struct Wanted {
    keys: BTreeSet<SeriesKey>,
    /// Keys that earlier versions gave the same measurements, with fewer of the parameters in `extra`.
    earlier_keys: BTreeSet<SeriesKey>,
    names: BTreeSet<String>,
    /// Workloads that mean lengths name, which may continue series of other lengths.
    of_lengths: BTreeSet<String>,
    /// Workloads of which series of any parameters matter: some had to be guessed, or were ruled out.
    of_any_parameters: BTreeSet<String>,
    /// Names of what says no suite, which may be in any.
    bare: BTreeSet<String>,
}

impl Wanted {
    fn of<'f>(found: impl Iterator<Item = &'f Found>) -> Self {
        let mut wanted = Self::default();
        for found in found {
            if wanted.keys.insert(found.series_key()) {
                wanted.add_earlier(found);
            }
            if !found.guesses.ruled_out.is_empty() {
                wanted.add_any_parameters(found);
            }
            wanted.names.insert(found.model_id.clone());
            if let Some(workload) = found.workload.as_ref().filter(|w| w.names_mean_lengths()) {
                wanted.of_lengths.insert(workload.workload_id());
            }
            wanted.names.extend(found.former_names.iter().cloned());
            let says_suite =
                |workload: &Workload| workload.suite.is_some() || workload.project.is_some();
            if let Some(workload) = found.workload.as_ref().filter(|w| !says_suite(w)) {
                wanted.bare.insert(workload.name.clone());
            }
        }
        wanted
    }

    fn add_earlier(&mut self, found: &Found) {
        for workload in found.earlier_workloads() {
            let gpu = found.gpu_type.as_deref().unwrap_or("unknown");
            self.earlier_keys.insert(key_of(&workload.identity(gpu)));
            self.names.insert(workload.model_id());
        }
        // whose series beside it people should hear about
        if let Some(workload) = found.workload.as_ref().filter(|_| found.has_guessed()) {
            self.of_any_parameters.insert(workload.workload_id());
        }
    }

    /// Series that lines distinguish which an option rules out, whatever their project was called.
    fn add_any_parameters(&mut self, found: &Found) {
        let Some(workload) = &found.workload else { return };
        self.of_any_parameters.insert(workload.workload_id());
        for project in found.lineage.own.iter().chain(&found.lineage.repositories) {
            let workload = Workload { project: Some(project.clone()), ..workload.clone() };
            self.of_any_parameters.insert(workload.workload_id());
        }
    }

    /// Whether a series may be one that lacks parameters of a measurement and goes on all the same.
    fn lacks_parameters(&self, key: &SeriesKey, labels: &Labels) -> bool {
        let id = labels.identity.get("workload_id");
        let may_be = || self.names_it(labels) || id.is_some_and(|id| self.ends_bare(id));
        let is_other = !self.earlier_keys.is_empty() && !self.keys.contains(key);
        self.earlier_keys.contains(key) || (is_other && may_be())
    }

    fn names_it(&self, labels: &Labels) -> bool {
        labels.sources().any(|(model_id, _)| self.names.contains(model_id))
    }

    fn is(&self, key: &SeriesKey, labels: &Labels) -> bool {
        self.keys.contains(key)
            || self.earlier_keys.contains(key)
            || self.names_it(labels)
            || labels.identity.get("workload_id").is_some_and(|id| {
                self.of_any_parameters.contains(id)
                    || self.ends_bare(id)
                    || (names_lengths(labels) && self.of_lengths.contains(id))
            })
    }

    /// Whether a workload's id ends with one of the bare names; names may have a `/` themselves.
    fn ends_bare(&self, id: &str) -> bool {
        let tails = id.match_indices('/').map(|(at, _)| &id[at + 1..]);
        tails.into_iter().any(|tail| self.bare.contains(tail))
    }
}

fn names_lengths(labels: &Labels) -> bool {
    let variant = labels.identity.get("variant_id");
    variant.is_some_and(|variant| variant_names_lengths(variant))
}
