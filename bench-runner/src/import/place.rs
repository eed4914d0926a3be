//! Which series a measurement belongs to, where the store has some already.
//!
//! In: a measurement and what the store has. Out: the record to write, in a series of its own
//! identity or in one that an earlier version began; or that it is there already.
//!
//! Earlier versions named a series after its benchmark alone, or after suite and benchmark where
//! one file had two suites, and kept the unit of the first record that they read. Such a series goes
//! on under its name and in its unit.

mod about;
mod earlier;
mod project;
mod turned;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bench_records::{
    identity::{Identity, cohort::IDENTITY_FIELDS},
    metric::MetricTable,
    record::Record,
    series::Labels,
};

use super::{
    benches::FAMILY,
    found::{Found, Lineage, key_of, series_key},
    known::{Known, KnownSeries},
    load::Lengths,
    workload::Workload,
};
use crate::store::folder::identify;
pub use about::variant_names_lengths;
use earlier::{continues, has, in_series};
use project::{is_of_a_suite, links};
use turned::turned;

/// Where a measurement goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// It is written.
    New(Box<Record>),
    /// The store has it, as this record or one that says the same.
    There(Box<Record>),
}

/// Places the measurements of one file.
pub struct Placer<'a> {
    known: &'a mut Known,
    table: &'a MetricTable,
    links: HashMap<Vec<String>, String>,
    notices: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Placer<'a> {
    /// For a store that has `known`, with the metrics of its dataset.
    pub fn new(known: &'a mut Known, table: &'a MetricTable) -> Self {
        Self { known, table, links: HashMap::new(), notices: BTreeMap::new() }
    }

    /// A place for each measurement, in their order; and what people should hear.
    pub fn place(mut self, all: Vec<Found>) -> (Vec<Place>, Vec<String>) {
        self.links = links(self.known, &all);
        let places = all.into_iter().map(|found| self.one(found)).collect();
        let say = |(sentence, names): (String, BTreeSet<String>)| {
            let more = names.len().saturating_sub(1);
            let first = names.into_iter().next().unwrap_or_default();
            match more {
                0 => format!("{first}: {sentence}"),
                more => format!("{first} and {more} more: {sentence}"),
            }
        };
        (places, self.notices.into_iter().map(say).collect())
    }

    fn one(&mut self, found: Found) -> Place {
        let is_named = found.workload.is_some();
        let mut record = match self.identity_there(&found) {
            Some((model_id, identity)) => Record { model_id, identity, ..found.record },
            None => match self.continued(&found) {
                Some(Place::There(record)) => return Place::There(record),
                Some(Place::New(record)) => *record,
                None => found.record,
            },
        };
        identify(&mut record);
        let id = record.id.as_deref().unwrap_or_default();
        // records with a name of their own have their own say on what is the same
        let same = |series: &KnownSeries| is_named && series.has_all(&record);
        let there = |series: &KnownSeries| series.has_id(id) || same(series);
        let series = self.known.get(&series_key(&record));
        if series.is_some_and(there) {
            return Place::There(Box::new(record));
        }
        if let Some(further) = series.filter(|_| is_named).and_then(|s| s.lacks_only(&record)) {
            let further = further.join(", ");
            self.say(format!("is there without {further}; nothing is added"), &record.model_id);
            return Place::There(Box::new(record));
        }
        if let Some(sentence) = series.and_then(|s| turned(&found.published, &record, s)) {
            self.say(sentence, &record.model_id);
        }
        let table = self.table;
        self.known.add_record(&record, |key| table.get_or_unjudged(key));
        Place::New(Box::new(record))
    }

    /// Name and identity of a series of this version that the measurement continues.
    fn identity_there(&mut self, found: &Found) -> Option<(String, Identity)> {
        let about = about::continued(self.known, found, gpu(found));
        about.notice.into_iter().for_each(|sentence| self.say(sentence, &found.model_id));
        about
            .workload
            .map(|workload| (workload.model_id(), workload.identity(gpu(found))))
            .or_else(|| self.same_workload(found))
            .or_else(|| self.whatever_procs(found))
    }

    /// A series of an earlier version, which did not distinguish numbers of processors, goes on as
    /// that of the number that its newest record has.
    fn whatever_procs(&mut self, found: &Found) -> Option<(String, Identity)> {
        let (model_id, identity) = self.same_workload(&found.without_procs()?)?;
        let series = self.known.get(&key_of(&identity))?;
        (series.procs() == Some(found.procs())).then_some((model_id, identity))
    }

    fn same_workload(&mut self, found: &Found) -> Option<(String, Identity)> {
        let workload = found.workload.as_ref()?;
        let gpu = gpu(found);
        let Lineage { own, repositories } = &found.lineage;
        let link = self.links.get(repositories);
        let projects = own.iter().chain(&workload.project).chain(repositories).chain(link);
        for project in projects {
            let workload = Workload { project: Some(project.clone()), ..workload.clone() };
            let identity = workload.identity(gpu);
            if self.known.has_identity(&identity) {
                return Some((workload.model_id(), identity));
            }
        }
        let only = self.only_one_of_its_name(found, workload);
        if only.is_none() {
            self.say_what_is_beside(found, workload);
        }
        only
    }

    /// Says that a history begins a series, though a tool's own output of that name has one.
    fn say_what_is_beside(&mut self, found: &Found, workload: &Workload) {
        let says = workload.suite.is_some() || workload.project.is_some();
        if !says || workload.format != FAMILY || self.known.has_identity(&found.identity) {
            return;
        }
        let bare = Workload { project: None, suite: None, ..workload.clone() };
        if self.known.has_identity(&bare.identity(gpu(found))) {
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
        let says = workload.suite.is_some() || workload.project.is_some();
        if says || workload.format != FAMILY {
            return None;
        }
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

    /// The record in a series of an earlier version, where it continues one.
    fn continued(&mut self, found: &Found) -> Option<Place> {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        let gpu = gpu(found);
        let former = found.former_names.iter().flat_map(|name| self.known.named(name, gpu));
        for series in former.filter(|series| !series.has_identity()) {
            if continues(found, series) { own.push(series) } else { others.push(series) }
        }
        if let Some(series) = own.iter().find(|series| has(series, found)) {
            return Some(Place::There(Box::new(in_series(found, series).0)));
        }
        let newest = own.into_iter().max_by_key(|series| (series.newest(), series.key()));
        if let Some(series) = newest {
            let (record, notices) = in_series(found, series);
            let name = record.model_id.clone();
            notices.into_iter().for_each(|sentence| self.say(sentence, &name));
            return Some(Place::New(Box::new(record)));
        }
        if let Some(series) = others.iter().find(|series| !series.lengths.agree(Lengths::of(found)))
        {
            let words = series.lengths.in_words().unwrap_or_default();
            let sentence = format!(
                "series {} ({}) of an earlier import goes on as that of its newest record, with {words}; \
                 others are in series of their own now",
                series.key(),
                series.labels().model_id
            );
            self.say(sentence, &found.model_id);
            return None;
        }
        let mixed = others.into_iter().find(|series| has(series, found)).map(|series| {
            let keeps = series.suite.clone().unwrap_or_default();
            let (name, key) = (series.labels().model_id.clone(), series.key().clone());
            format!(
                "series {key} ({name}) holds records of several suites and goes on as that of {keeps}, \
                 which its newest record is; the records of others are in series of their own now, \
                 and `bench-runner exclude` takes them out of this one"
            )
        });
        if let Some(sentence) = mixed {
            self.say(sentence, &found.model_id);
        }
        None
    }

    fn say(&mut self, sentence: String, name: &str) {
        self.notices.entry(sentence).or_default().insert(name.to_owned());
    }
}

fn gpu(found: &Found) -> &str {
    found.gpu_type.as_deref().unwrap_or("unknown")
}

#[cfg(test)]
mod tests;
