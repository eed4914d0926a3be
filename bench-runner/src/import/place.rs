//! Which series a measurement belongs to, where the store has some already.
//!
//! In: a measurement and what the store has. Out: the record to write, in a series of its own
//! identity or in one that an earlier version began; or that it is there already.
//!
//! Versions before 0.2 named a series after its benchmark alone, or after suite and benchmark where
//! one file had two suites, and kept the unit of the first record that they read. Such a series goes
//! on under its name and in its unit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bench_records::{
    identity::{Cohort, Identity, cohort::IDENTITY_FIELDS},
    metric::{Metric, MetricTable},
    record::Record,
    requests::FAILED_REQUESTS,
    series::Labels,
};
use serde_json::Value;

use super::{
    direction::word,
    found::{Found, Lineage},
    known::{Known, KnownSeries},
    load::{Lengths, lengths_in},
    repeats::summary,
    unit::{Published, Unit},
    workload::Workload,
};
use crate::store::folder::identify;

/// Where a measurement goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// It is written.
    New(Box<Record>),
    /// The store has it.
    There,
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
        let mut record = match self.identity_there(&found) {
            Some((model_id, identity)) => Record { model_id, identity, ..found.record },
            None => match self.continued(&found) {
                Some(Place::There) => return Place::There,
                Some(Place::New(record)) => *record,
                None => found.record,
            },
        };
        identify(&mut record);
        let id = record.id.as_deref().unwrap_or_default();
        if self.known.get(&record.cohort().key()).is_some_and(|series| series.has_id(id)) {
            return Place::There;
        }
        let table = self.table;
        self.known.add_record(&record, |key| table.get_or_unjudged(key));
        Place::New(Box::new(record))
    }

    /// Name and identity of a series of this version that the measurement continues.
    fn identity_there(&mut self, found: &Found) -> Option<(String, Identity)> {
        let workload = found.workload.as_ref()?;
        let gpu = gpu(found);
        let Lineage { own, repositories } = &found.lineage;
        let link = self.links.get(repositories);
        let projects = own.iter().chain(&workload.project).chain(repositories).chain(link);
        for project in projects {
            let workload = Workload { project: Some(project.clone()), ..workload.clone() };
            let identity = workload.identity(gpu);
            let key = Cohort::of(&identity, "", gpu).key();
            if self.known.get(&key).is_some() {
                return Some((workload.model_id(), identity));
            }
        }
        self.only_one_of_its_name(found, workload)
    }

    /// A tool's own output says neither project nor suite: it continues the one series of its name.
    fn only_one_of_its_name(
        &mut self,
        found: &Found,
        workload: &Workload,
    ) -> Option<(String, Identity)> {
        if workload.suite.is_some() || workload.project.is_some() {
            return None;
        }
        let identity = workload.identity(gpu(found));
        if self.known.get(&found.cohort().key()).is_some() {
            return Some((found.model_id.clone(), identity));
        }
        let suffix = format!("/{}", workload.name);
        let same = |field: &str, labels: &BTreeMap<String, String>| {
            labels.get(field).map(String::as_str) == identity.get(field)
        };
        let matching = self.known.all().filter(|series| {
            let labels = &series.labels().identity;
            ["variant_id", "benchmark_version", "hardware_profile_id", "software_profile_id"]
                .into_iter()
                .all(|field| same(field, labels))
                && labels.get("workload_id").is_some_and(|id| id.ends_with(&suffix))
        });
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
        if own.iter().any(|series| has(series, found)) {
            return Some(Place::There);
        }
        let newest = own.into_iter().max_by_key(|series| (series.newest(), series.key()));
        if let Some(series) = newest {
            let (record, notices) = in_series(found, series);
            let name = record.model_id.clone();
            notices.into_iter().for_each(|sentence| self.say(sentence, &name));
            return Some(Place::New(Box::new(record)));
        }
        if let Some(series) = others.iter().find(|series| !series.lengths.agree(lengths_of(found)))
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
                 which its newest record is; the records of others are in series of their own now"
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

/// For each lineage of repositories, the project of a series of this version that has one of its
/// measurements and began in its repository: a project that moved is found again.
fn links(known: &Known, all: &[Found]) -> HashMap<Vec<String>, String> {
    let mut links = HashMap::new();
    for found in all {
        let Some(workload) = &found.workload else { continue };
        let repositories = &found.lineage.repositories;
        if repositories.is_empty() || links.contains_key(repositories) {
            continue;
        }
        let rest = Workload { project: None, ..workload.clone() }.workload_id();
        let named = known.named(&found.model_id, gpu(found));
        let own = found.lineage.own.as_deref();
        let moved = named.filter(|series| own.is_some_and(|own| series.began_in(own)));
        let project = moved.filter(|series| has(series, found)).find_map(|series| {
            let id = series.labels().identity.get("workload_id")?;
            id.strip_suffix(&rest)?.strip_suffix('/').map(str::to_owned)
        });
        if let Some(project) = project {
            links.insert(repositories.clone(), project);
        }
    }
    links
}

fn gpu(found: &Found) -> &str {
    found.gpu_type.as_deref().unwrap_or("unknown")
}

/// About how long the prompts and answers of a load test are; how many came is in its metrics.
fn lengths_of(found: &Found) -> Lengths {
    let sent = found.extra.get("num_prompts").and_then(Value::as_f64);
    let failed = found.metric(FAILED_REQUESTS).unwrap_or(0.0);
    lengths_in(&found.extra, sent.map(|sent| sent - failed).filter(|completed| *completed > 0.0))
}

/// Whether a series of an earlier version is that of the measurement's suite and repository, and of
/// prompts and answers about as long, as far as both say.
fn continues(found: &Found, series: &KnownSeries) -> bool {
    let workload = found.workload.as_ref();
    let suite = workload.and_then(|workload| workload.suite.as_deref());
    let said = found.extra.get("suite").and_then(|suite| suite.as_str()).or(suite);
    let same_suite = match (said, series.suite.as_deref()) {
        (Some(own), Some(theirs)) => own == theirs,
        _ => true,
    };
    let repository = series.labels().repository.as_deref();
    let projects = workload.and_then(|workload| workload.project.as_ref()).into_iter();
    let lineage = found.lineage.own.iter().chain(&found.lineage.repositories);
    let mut projects = projects.chain(lineage).peekable();
    let same_project = match repository {
        Some(theirs) if projects.peek().is_some() => {
            projects.any(|own| theirs.ends_with(&format!("/{own}")))
        }
        _ => true,
    };
    same_suite && same_project && lengths_of(found).agree(series.lengths)
}

/// Whether a series has the measurement: a value of this time and commit.
fn has(series: &KnownSeries, found: &Found) -> bool {
    let at = (found.time.unwrap_or_default(), found.commit_sha.as_str());
    if found.published.is_empty() {
        let mut values = found.metrics.iter();
        return values.any(|(key, value)| series.has_value(at, key, *value, *value));
    }
    found.published.iter().any(|published| {
        let metrics = series.metrics().into_iter();
        metrics
            .filter_map(|metric| ends_in(published, metric).map(|ends| (metric, ends)))
            .any(|(metric, (low, high))| series.has_value(at, &metric.key, low, high))
    })
}

/// The least and the largest of what was measured, in the unit of a metric.
fn ends_in(published: &Published, metric: &Metric) -> Option<(f64, f64)> {
    let target = Unit::parse(&metric.unit);
    let convert = |value: f64| published.unit.convert(value, &target);
    let value = convert(published.value)?;
    let samples: Vec<f64> =
        published.samples.iter().filter_map(|sample| convert(*sample)).collect();
    let ends = |pick: fn(f64, f64) -> f64| samples.iter().copied().fold(value, pick);
    Some((ends(f64::min), ends(f64::max)))
}

/// The record as a series of an earlier version has it: without identity, under its name, in its
/// units.
fn in_series(found: &Found, series: &KnownSeries) -> (Record, Vec<String>) {
    let model_id = series.labels().model_id.clone();
    let mut record = Record { model_id, identity: Identity::default(), ..found.record.clone() };
    let mut notices = Vec::new();
    for published in &found.published {
        let (canonical, _) = published.canonical();
        let metrics = series.metrics();
        let same = metrics
            .into_iter()
            .find(|metric| Unit::parse(&metric.unit).canonical == published.unit.canonical);
        let Some(metric) = same.filter(|metric| metric.key != canonical.key) else { continue };
        move_value(&mut record, published, &canonical, metric);
        if metric.better != canonical.better {
            notices.push(format!(
                "series {} keeps {}, of which {} is better, though {} seems right; \
                 change its line of metrics.ndjson where that is wrong",
                series.key(),
                metric.key,
                word(metric.better),
                word(canonical.better)
            ));
        }
    }
    (record, notices)
}

fn move_value(record: &mut Record, published: &Published, canonical: &Metric, metric: &Metric) {
    let unit = Unit::parse(&metric.unit);
    let Some(value) = record.metrics.remove(canonical.key.as_ref()) else { return };
    let convert = |value: f64| published.unit.convert(value, &unit);
    let samples: Vec<f64> =
        published.samples.iter().filter_map(|sample| convert(*sample)).collect();
    let converted = match samples[..] {
        [] => convert(published.value),
        _ => bench_records::stats::median(&samples),
    };
    record.metrics.insert(metric.key.to_string(), converted.unwrap_or(value));
    if let Some(kept) = record.extra.get_mut("samples").and_then(|kept| kept.as_object_mut())
        && kept.shift_remove(canonical.key.as_ref()).is_some()
    {
        kept.insert(metric.key.to_string(), summary(&samples));
    }
}

#[cfg(test)]
mod tests;
