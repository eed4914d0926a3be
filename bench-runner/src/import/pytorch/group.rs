//! Gathers the metrics of one run into one record.
//!
//! In: measurements. Out: a record for each model, arguments, commit, time and runner, in the
//! order in which they first appear.

use std::collections::HashMap;

use bench_records::{metric::Metric, record::Record, stats, time::Micros};
use serde_json::{Map, Value, json};

use super::{
    super::{
        collector::Collector,
        error::Unusable,
        metric_name::{Named, guessed_metric, serving_metric, vllm_metric},
        samples::{mean, spread},
    },
    entry::Measurement,
};

type Key = (String, Option<String>, String, Option<Micros>);

/// The records so far.
#[derive(Default)]
pub struct Groups {
    groups: Vec<Group>,
    positions: HashMap<Key, usize>,
}

struct Group {
    record: Record,
    places: HashMap<String, String>,
    samples: Map<String, Value>,
}

impl Groups {
    /// Adds a measurement to its record; one of the same metric before it is set aside.
    pub fn add(&mut self, place: String, measured: &Measurement, collector: &mut Collector) {
        let named = named(measured);
        collector.declare(&named.metric);
        let group = self.group_of(&measured.record);
        let key = named.metric.key.to_string();
        if let Some(earlier) = group.places.insert(key, place) {
            collector.set_aside(earlier, &Unusable::Replaced);
        }
        group.insert(&named, &measured.samples);
    }

    /// All records.
    pub fn into_records(self) -> impl Iterator<Item = Record> {
        self.groups.into_iter().map(|mut group| {
            if !group.samples.is_empty() {
                group.record.extra.insert("samples".to_owned(), group.samples.into());
            }
            group.record
        })
    }

    fn group_of(&mut self, record: &Record) -> &mut Group {
        let key = (
            record.model_id.clone(),
            record.gpu_type.clone(),
            record.commit_sha.clone(),
            record.time,
        );
        let position = *self.positions.entry(key).or_insert(self.groups.len());
        if position == self.groups.len() {
            let (record, places) = (record.clone(), HashMap::new());
            self.groups.push(Group { record, places, samples: Map::new() });
        }
        &mut self.groups[position]
    }
}

impl Group {
    /// The value of several samples is their median. Latency is a mean in every record, so its
    /// samples give that, and their median as P50.
    fn insert(&mut self, named: &Named, samples: &[f64]) {
        let scaled: Vec<f64> = samples.iter().map(|sample| sample / named.divisor).collect();
        let key = named.metric.key.as_ref();
        self.samples.shift_remove(key);
        match (key, &scaled[..]) {
            ("latency", several @ [_, _, ..]) => self.insert_latency(several),
            (_, several) => self.set(key, stats::median(several)),
        }
        if scaled.len() > 1 {
            self.samples.insert(key.to_owned(), ends(&scaled));
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

fn named(measured: &Measurement) -> Named {
    let name = measured.metric.as_str();
    let known = if measured.is_serving_suite { vllm_metric(name) } else { serving_metric(name) };
    known.unwrap_or_else(|| {
        let guessed = guessed_metric(name);
        if measured.is_serving_suite { in_seconds(guessed) } else { guessed }
    })
}

/// Times of serving suites are in seconds where their names do not say.
fn in_seconds(mut named: Named) -> Named {
    let Metric { key, unit, .. } = &mut named.metric;
    if unit.is_empty() && key.ends_with("_time") {
        *unit = "s".into();
    }
    named
}
