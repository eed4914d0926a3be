//! Which series a measurement belongs to, where the store has some already.
//!
//! In: a measurement and what the store has. Out: the record to write, in a series of its own
//! identity or in one that an earlier version began; or that it is there already.
//!
//! Earlier versions named a series after its benchmark alone, or after suite and benchmark where
//! one file had two suites, and kept the unit of the first record that they read. Such a series goes
//! on under its name and in its unit.

mod about;
mod bare;
mod completions;
mod earlier;
mod extra;
mod project;
mod ruled_out;
mod turned;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bench_records::{identity::Identity, metric::MetricTable, record::Record};

use super::{
    benches::ExtraRule,
    found::{Found, Lineage, series_key},
    known::{Known, KnownSeries, Whole},
    load::Lengths,
    workload::Workload,
};
use crate::{store::folder::identify, words::named};
pub use about::variant_names_lengths;
use completions::Completions;
use earlier::{agree_in_extra, continues, has, in_series, point_of};
use extra::{goes_on_as, in_extra};
use project::links;
use ruled_out::{Distinguished, RuledOut};
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
    rules: &'a [ExtraRule],
    links: HashMap<Vec<String>, String>,
    notices: BTreeMap<String, BTreeSet<String>>,
    completions: Completions,
    distinguished: Distinguished,
}

impl<'a> Placer<'a> {
    /// For a store that has `known`, with the metrics of its dataset; what `--extra` says is so for the
    /// records that are there as well.
    pub fn new(known: &'a mut Known, table: &'a MetricTable, rules: &'a [ExtraRule]) -> Self {
        Self {
            known,
            table,
            rules,
            links: HashMap::new(),
            notices: BTreeMap::new(),
            completions: Completions::default(),
            distinguished: Distinguished::new(),
        }
    }

    /// A place for each measurement, in their order; and what people should hear.
    pub fn place(mut self, all: Vec<Found>) -> (Vec<Place>, Vec<String>) {
        self.links = links(self.known, &all);
        let places = all.into_iter().map(|found| self.one(found)).collect();
        let say = |(sentence, names): (String, BTreeSet<String>)| {
            format!("{}: {sentence}", named(names, 1))
        };
        let completed = self.completions.in_words();
        (places, self.notices.into_iter().map(say).chain(completed).collect())
    }

    fn one(&mut self, mut found: Found) -> Place {
        let is_named = found.workload.is_some();
        let guesses = std::mem::take(&mut found.guesses);
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
        let is_begun = series.is_none();
        let turned = series.and_then(|series| turned(&found.published, &record, series));
        let whole = series.filter(|_| is_named).and_then(|series| series.whole_of(&record));
        if let Some(sentence) = turned {
            self.say(sentence, &record.model_id);
        }
        match &found.workload {
            _ if is_begun => self.say_guesses(&guesses, &record),
            Some(workload) => self.say_what_is_there_twice(workload, &record),
            None => {}
        }
        if let Some(workload) = &found.workload {
            let (lineage, lines) = (&found.lineage, &guesses.ruled_out);
            self.say_what_is_still_distinguished(&RuledOut { workload, lineage, lines }, &record);
        }
        match whole {
            Some(whole) => self.completed(record, whole),
            None => self.added(record),
        }
    }

    /// A record with all metrics of a run takes the place of those that have a piece of it.
    fn completed(&mut self, mut record: Record, whole: Whole) -> Place {
        let Whole { metrics, further, is_excluded } = whole;
        if is_excluded {
            let sentence = "is excluded in the store, so that its further metrics are not added; \
                            `bench-runner exclude --undo` lets it in again";
            self.say(sentence.to_owned(), &record.model_id);
            return Place::There(Box::new(record));
        }
        self.completions.add(further);
        record.metrics = metrics;
        record.id = None;
        identify(&mut record);
        self.added(record)
    }

    fn added(&mut self, record: Record) -> Place {
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
            .or_else(|| self.whatever_extra(found))
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
        self.said_or_bare(found, workload)
    }

    /// The record in a series of an earlier version, where it continues one.
    fn continued(&mut self, found: &Found) -> Option<Place> {
        let (mut own, mut others) = (Vec::new(), Vec::new());
        let gpu = gpu(found);
        let former = found.former_names.iter().flat_map(|name| self.known.named(name, gpu));
        for series in former.filter(|series| !series.has_identity()) {
            if continues(found, series, self.rules) {
                own.push(series);
            } else {
                others.push(series);
            }
        }
        let there = own.iter().find_map(|series| Some((*series, point_of(series, found)?)));
        if let Some((series, piece)) = there {
            let record = in_series(found, series).0;
            return Some(match series.whole_of_piece(piece, &record) {
                Some(metrics) => Place::New(Box::new(Record { metrics, ..record })),
                None => Place::There(Box::new(record)),
            });
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
            self.say(goes_on_as(series, &words), &found.model_id);
            return None;
        }
        if let Some(series) =
            others.iter().find(|series| !agree_in_extra(found, series, self.rules))
        {
            self.say(goes_on_as(series, &in_extra(series, found, self.rules)), &found.model_id);
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
