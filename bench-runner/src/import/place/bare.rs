//! Tools' own outputs, which name neither project nor suite, and the histories that do.
//!
//! In: a measurement that has no series of its own yet. Out: the series of the same benchmark that it
//! continues; people hear of each guess, and of each series that is begun beside another.
//!
//! A history continues the series of an output where its suite is the default one, which says nothing:
//! a benchmark is in one such suite of a project, so that pieces of the history in any order decide
//! alike. A suite with a name decides nothing: whether another suite has the same benchmark is known
//! only from the rest of the file.

use bench_records::{
    identity::{Identity, cohort::IDENTITY_FIELDS},
    series::Labels,
};

use super::{
    super::{
        benches::FAMILY,
        found::{Found, Lineage, key_of},
        known::KnownSeries,
        workload::{UNNAMED_SUITE, Workload},
    },
    Placer, gpu,
    project::is_of_a_suite,
};

/// What a measurement says of where it belongs.
enum Says {
    /// Neither project nor suite.
    Nothing,
    /// A project, with the default suite.
    Project,
    /// A suite, or something on the command line.
    More,
}

impl Says {
    fn of(found: &Found, workload: &Workload) -> Self {
        let is_default = workload.suite.as_deref() == Some(UNNAMED_SUITE);
        // what the command line names has no lineage
        let is_of_a_file = !found.lineage.repositories.is_empty();
        match (&workload.project, &workload.suite) {
            (None, None) => Self::Nothing,
            (Some(_), Some(_)) if is_default && is_of_a_file => Self::Project,
            _ => Self::More,
        }
    }
}

impl Placer<'_> {
    /// Name and identity of the series that is its own but for project and suite.
    pub(super) fn said_or_bare(
        &mut self,
        found: &Found,
        workload: &Workload,
    ) -> Option<(String, Identity)> {
        if workload.format != FAMILY {
            return None;
        }
        match Says::of(found, workload) {
            Says::Nothing => self.only_one_of_its_name(found, workload),
            Says::Project => self.of_the_output(found, workload),
            Says::More => {
                self.say_what_is_beside(found, workload);
                None
            }
        }
    }

    /// A history goes on with the series of its tool's output, where no other project does.
    fn of_the_output(&mut self, found: &Found, workload: &Workload) -> Option<(String, Identity)> {
        let bare = Workload { project: None, suite: None, ..workload.clone() };
        let identity = bare.identity(gpu(found));
        let series = self.known.get(&key_of(&identity))?;
        let Lineage { own, repositories } = &found.lineage;
        let mut projects = own.iter().chain(&workload.project).chain(repositories);
        let is_unclaimed = series.labels().repository.is_none();
        if !is_unclaimed && !projects.any(|project| series.measured(project)) {
            self.say_what_is_beside(found, workload);
            return None;
        }
        if is_unclaimed {
            let sentence = "continues the series that the tool's own output began; --variant keeps \
                            them apart";
            self.say(sentence.to_owned(), &found.model_id);
        }
        Some((bare.model_id(), identity))
    }

    /// Says that a history begins a series, though a tool's own output of that name has one.
    fn say_what_is_beside(&mut self, found: &Found, workload: &Workload) {
        let bare = Workload { project: None, suite: None, ..workload.clone() };
        let is_there = self.known.has_identity(&found.identity);
        if !is_there && self.known.has_identity(&bare.identity(gpu(found))) {
            let sentence = "begins a series beside that of the tool's own output, which names neither \
                            project nor suite; where they are one, import that output again with \
                            --project and --suite, and exclude its first series";
            self.say(sentence.to_owned(), &found.model_id);
        }
    }

    /// A tool's own output says neither project nor suite: it continues the one series of its name.
    fn only_one_of_its_name(
        &mut self,
        found: &Found,
        workload: &Workload,
    ) -> Option<(String, Identity)> {
        let identity = workload.identity(gpu(found));
        if self.known.get(&found.series_key()).is_some() {
            return Some((found.model_id.clone(), identity));
        }
        let matching = self.known.all().filter(|series| is_of_a_suite(workload, series.labels()));
        let matching: Vec<&Labels> = matching.map(KnownSeries::labels).collect();
        let [labels] = matching[..] else {
            if matching.is_empty() {
                return None;
            }
            let sentence = "is measured in several suites of the store and begins a series of its \
                            own; --suite and --project say which one it continues";
            self.say(sentence.to_owned(), &found.model_id);
            return None;
        };
        let values = IDENTITY_FIELDS.map(|field| labels.identity.get(field).cloned());
        let values = values.map(Option::unwrap_or_default);
        Some((labels.model_id.clone(), Identity::complete(values)))
    }
}
