//! Gathers the metrics of one run into one record.
//!
//! In: measurements. Out: a record for each model, arguments, commit, time and runner, in the
//! order in which they first appear.

use std::collections::HashMap;

use bench_records::{identity::Cohort, metric::Metric, record::Record, stats, time::Micros};
use serde_json::{Map, Value, json};

use super::{
    super::{
        Defaults,
        collector::Collector,
        direction::Directions,
        error::Unusable,
        found::Found,
        merged::at_position,
        repeats::{Repeats, are_repeats},
        samples::{mean, spread},
    },
    entry::Measurement,
    named::named,
};

type Key = (Cohort, String, Option<Micros>, usize);

/// The records so far.
pub struct Groups<'a> {
    defaults: &'a Defaults,
    directions: Directions,
    groups: Vec<Group>,
    positions: HashMap<Key, usize>,
}

struct Group {
    found: Found,
    metrics: Vec<Measured>,
}

/// What was measured of one metric, each time with its place.
struct Measured {
    metric: Metric,
    times: Vec<(String, Vec<f64>)>,
}

impl<'a> Groups<'a> {
    /// None yet.
    pub fn new(defaults: &'a Defaults) -> Self {
        let directions = Directions::default();
        Self { defaults, directions, groups: Vec::new(), positions: HashMap::new() }
    }

    /// Adds a measurement to the record of its run.
    pub fn add(&mut self, place: String, measured: &Measurement, collector: &mut Collector) {
        let named = named(measured, &self.defaults.better, &mut self.directions);
        collector.declare(&named.metric);
        let samples = measured.samples.iter().map(|sample| sample / named.divisor).collect();
        let apart = self.defaults.repeats == Repeats::Apart;
        let (mut position, mut group) = (0, self.group_of(&measured.found, 0));
        while apart && group.has(&named.metric) {
            position += 1;
            group = self.group_of(&measured.found, position);
        }
        group.add(named.metric, (place, samples));
    }

    /// Adds all records; of a metric with several values that agree, these are samples.
    pub fn finish(self, collector: &mut Collector) {
        self.directions.into_notices().for_each(|notice| collector.notice(notice));
        for Group { found, metrics } in self.groups {
            let mut summed = Summed { record: found.record.clone(), samples: Map::new() };
            for measured in metrics {
                summed.add(measured, self.defaults.repeats, collector);
            }
            let Summed { mut record, samples } = summed;
            if record.metrics.is_empty() {
                continue;
            }
            if !samples.is_empty() {
                record.extra.insert("samples".to_owned(), samples.into());
            }
            collector.keep(Found { record, ..found });
        }
    }

    fn group_of(&mut self, found: &Found, position: usize) -> &mut Group {
        let key = (found.cohort(), found.commit_sha.clone(), found.time, position);
        let index = *self.positions.entry(key).or_insert(self.groups.len());
        if index == self.groups.len() {
            let found = at_position(found.clone(), position);
            self.groups.push(Group { found, metrics: Vec::new() });
        }
        &mut self.groups[index]
    }
}

impl Group {
    fn has(&self, metric: &Metric) -> bool {
        self.metrics.iter().any(|measured| measured.metric.key == metric.key)
    }

    fn add(&mut self, metric: Metric, time: (String, Vec<f64>)) {
        match self.metrics.iter_mut().find(|measured| measured.metric.key == metric.key) {
            Some(measured) => measured.times.push(time),
            None => self.metrics.push(Measured { metric, times: vec![time] }),
        }
    }
}

struct Summed {
    record: Record,
    samples: Map<String, Value>,
}

impl Summed {
    fn add(&mut self, measured: Measured, repeats: Repeats, collector: &mut Collector) {
        let Measured { metric, times } = measured;
        let medians = times.iter().filter_map(|(_, samples)| stats::median(samples));
        let medians: Vec<f64> = medians.collect();
        if times.len() > 1 && !are_repeats(repeats, &medians) {
            let value = |median: &f64| format!("{median} {}", metric.unit).trim_end().to_owned();
            let values: Vec<String> = medians.iter().take(3).map(value).collect();
            let values = values.join(" and ");
            let place = times.into_iter().map(|(place, _)| place).collect::<Vec<_>>().join(" and ");
            return collector.set_aside(place, &Unusable::Indistinct { runs: 1, values });
        }
        if let [(first, _), .., (last, _)] = &times[..] {
            let (count, key) = (times.len(), &metric.key);
            collector.notice(format!(
                "{first} to {last}: {count} entries of {key} are taken as samples of one \
                 measurement, whose value is their median; --repeats apart keeps them apart"
            ));
        }
        let samples: Vec<f64> = times.into_iter().flat_map(|(_, samples)| samples).collect();
        self.insert(&metric.key, &samples);
    }

    /// The value of several samples is their median. Latency is a mean in every record, so its
    /// samples give that, and their median as P50.
    fn insert(&mut self, key: &str, samples: &[f64]) {
        match (key, samples) {
            ("latency", several @ [_, _, ..]) => self.insert_latency(several),
            (_, several) => self.set(key, stats::median(several)),
        }
        if samples.len() > 1 {
            self.samples.insert(key.to_owned(), ends(samples));
        }
    }

    fn insert_latency(&mut self, samples_s: &[f64]) {
        self.set("latency", mean(samples_s));
        self.set("latency_p50_s", stats::median(samples_s));
        self.record.spread = spread(samples_s);
    }

    fn set(&mut self, key: &str, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.record.metrics.insert(key.to_owned(), value);
        }
    }
}

fn ends(samples: &[f64]) -> Value {
    let min = samples.iter().copied().reduce(f64::min);
    let max = samples.iter().copied().reduce(f64::max);
    json!({"count": samples.len(), "min": min, "max": max})
}
