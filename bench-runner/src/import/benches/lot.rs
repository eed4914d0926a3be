//! From the benches of runs to records.
//!
//! In: runs, one after the other. Out: records in the collector; at the end, what people should
//! hear of all of them.

use std::collections::BTreeMap;

use bench_records::{metric::Better, stats};
use serde_json::Map;

use crate::words::counted;

use super::{
    super::{
        collector::Collector,
        direction::{Case, Directions},
        error::Unusable,
        found::Found,
        repeats::{are_repeats, summary},
        unit::{Published, Unit},
    },
    Bench, Placed,
    apart::{Group, groups},
    parts::{finite, found, note},
    repeated::Repeated,
    run::Run,
    unheeded::Unheeded,
};

/// What is found in all runs of a file.
#[derive(Default)]
pub struct Lot {
    pub(super) directions: Directions,
    /// By suite and name, the runs in which values of one name are no repeats.
    clashes: BTreeMap<String, Clash>,
    unheeded: Unheeded,
    repeated: Repeated,
    samples: usize,
    sampled: usize,
}

struct Clash {
    runs: usize,
    values: Vec<String>,
}

/// A value in its metric.
struct Valued {
    published: Published,
    key: String,
}

impl Lot {
    /// Adds the records of a run.
    pub fn add(&mut self, run: &Run<'_>, benches: Vec<Placed>, collector: &mut Collector) {
        let mut usable = Group::new();
        for (place, bench) in benches {
            match bench.and_then(|bench| finite(run, bench)) {
                Ok(mut bench) => {
                    let lines = bench.read_extra(&run.source.defaults.extra);
                    self.repeated.add(lines.repeated, &bench.name);
                    collector.extra_lines(lines.names);
                    usable.push((place, bench));
                }
                Err(reason) => collector.set_aside(place, &reason),
            }
        }
        for group in groups(usable, run.source.defaults.repeats) {
            if let Some(found) = self.found(run, group, collector) {
                collector.keep(found);
            }
        }
    }

    /// The record of a group, without those metrics whose values contradict each other.
    fn found(&mut self, run: &Run<'_>, group: Group, collector: &mut Collector) -> Option<Found> {
        let mut record = run.blank.clone();
        let benches: Vec<Bench> = group.into_iter().map(|(_, bench)| bench).collect();
        self.unheeded.see(&benches);
        let (mut published, mut samples) = (Vec::new(), Map::new());
        for same in self.by_metric(run, &benches) {
            let Some((mut value, count)) = self.summarise(run, &benches[0], &same) else {
                continue;
            };
            let (metric, _) = value.canonical();
            collector.declare(&metric);
            let (key, mut canonical) = (metric.key.to_string(), value.canonical().1);
            if count.len() > 1 {
                samples.insert(key.clone(), summary(&count));
            }
            if same.len() > 1 {
                canonical = stats::median(&count)?;
                value.samples = same.iter().map(|valued| valued.published.value).collect();
            }
            record.metrics.insert(key, canonical);
            published.push(value);
        }
        if published.is_empty() {
            return None;
        }
        let first = benches.first()?;
        samples.extend(self.add_further(run, &benches, &mut record, collector));
        note(&mut record, first, samples);
        let guesses = first.guesses.clone();
        Some(Found { published, guesses, ..found(run, record, first) })
    }

    /// The values of a group, those of one metric together.
    fn by_metric(&mut self, run: &Run<'_>, benches: &[Bench]) -> Vec<Vec<Valued>> {
        let mut metrics: Vec<Vec<Valued>> = Vec::new();
        for bench in benches {
            let published =
                self.published(run, &bench.name, bench.value, &bench.unit, bench.better);
            let key = published.canonical().0.key.into_owned();
            let valued = Valued { published, key };
            match metrics.iter_mut().find(|same| same[0].key == valued.key) {
                Some(same) => same.push(valued),
                None => metrics.push(vec![valued]),
            }
        }
        metrics
    }

    pub(super) fn published(
        &mut self,
        run: &Run<'_>,
        name: &str,
        value: f64,
        printed: &str,
        better: Option<Better>,
    ) -> Published {
        let unit = Unit::parse(run.tool.unit(printed));
        let (says, stated) = (run.tool.says(), better.or(run.better));
        let case = Case { name, unit: &unit, printed, tool: run.tool_name, says, stated };
        let better = self.directions.settle(&run.source.defaults.better, &case);
        Published { value, unit, better, samples: Vec::new() }
    }

    /// One value and its samples in the canonical unit; `None` where they are no repeats.
    fn summarise(
        &mut self,
        run: &Run<'_>,
        bench: &Bench,
        same: &[Valued],
    ) -> Option<(Published, Vec<f64>)> {
        let first = same.first()?.published.clone();
        let canonical = |valued: &Valued| valued.published.canonical().1;
        if let [_] = same {
            let own = bench.samples.iter().map(|sample| first.unit.canonical_value(*sample));
            return Some((first.clone(), own.collect()));
        }
        let values: Vec<f64> = same.iter().map(canonical).collect();
        if are_repeats(run.source.defaults.repeats, &values) {
            (self.samples, self.sampled) = (self.samples + values.len(), self.sampled + 1);
            return Some((first, values));
        }
        let suite = run.suite.map(|suite| format!("{suite}/")).unwrap_or_default();
        let clash = self.clashes.entry(format!("{suite}{}", bench.name)).or_insert_with(|| {
            let value = |valued: &Valued| format!("{} {}", valued.published.value, bench.unit);
            Clash { runs: 0, values: same.iter().take(3).map(value).collect() }
        });
        clash.runs += 1;
        None
    }

    /// Says what was assumed, summarised and refused.
    pub fn finish(self, collector: &mut Collector) {
        if self.samples > 0 {
            let (values, records) = (self.samples, self.sampled);
            collector.notice(format!(
                "{values} values are taken as samples of {}, whose value is their median; \
                 --repeats apart keeps them apart by their position",
                counted(records, "measurement")
            ));
        }
        self.unheeded.in_words().for_each(|notice| collector.notice(notice));
        self.repeated.in_words().for_each(|notice| collector.notice(notice));
        self.directions.into_notices().for_each(|notice| collector.notice(notice));
        for (place, Clash { runs, values }) in self.clashes {
            let values = values.join(" and ");
            collector.set_aside(place, &Unusable::Indistinct { runs, values });
        }
    }
}
