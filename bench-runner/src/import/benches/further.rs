//! Values of a benchmark beside its main one: bytes and allocations, rates, counters.
//!
//! In: the samples of one measurement. Out: their further metrics in its record; of several samples
//! the median, as of the main value, so that their order does not matter.

use bench_records::{
    metric::{Better, Metric},
    record::Record,
    stats,
};
use serde_json::{Map, Value};

use super::{
    super::{
        collector::Collector,
        direction::{Case, ToolSays},
        metric_name::guessed_metric,
        own_metric::Described,
        repeats::summary,
        unit::{Unit, turned},
    },
    Bench, Further, Lot, Run,
};

/// A further metric with what was measured of it.
type Measured = (Metric, Vec<f64>);

impl Lot {
    /// Adds the further metrics of samples to their record; returns the summaries of those that have
    /// several values.
    pub(super) fn add_further(
        &mut self,
        run: &Run<'_>,
        benches: &[Bench],
        record: &mut Record,
        collector: &mut Collector,
    ) -> Map<String, Value> {
        let mut samples = Map::new();
        let name = benches.first().map(|bench| bench.name.as_str()).unwrap_or_default();
        for (metric, values) in self.further_of_all(run, benches, collector) {
            let Some(median) = stats::median(&values) else { continue };
            match record.metrics.get(metric.key.as_ref()) {
                Some(there) if *there == median => {}
                Some(_) => refuse(collector, name, &metric.key, IS_THERE),
                None => {
                    collector.declare(&metric);
                    if values.len() > 1 {
                        samples.insert(metric.key.to_string(), summary(&values));
                    }
                    record.metrics.insert(metric.key.into_owned(), median);
                }
            }
        }
        samples
    }

    fn further_of_all(
        &mut self,
        run: &Run<'_>,
        benches: &[Bench],
        collector: &mut Collector,
    ) -> Vec<Measured> {
        let mut all: Vec<Measured> = Vec::new();
        for bench in benches {
            for (metric, value) in self.further_of(run, bench, collector) {
                match all.iter_mut().find(|(other, _)| other.key == metric.key) {
                    Some((_, values)) => values.push(value),
                    None => all.push((metric, vec![value])),
                }
            }
        }
        all
    }

    /// Those of one sample, each metric once.
    fn further_of(
        &mut self,
        run: &Run<'_>,
        bench: &Bench,
        collector: &mut Collector,
    ) -> Vec<(Metric, f64)> {
        let mut own: Vec<(Metric, f64)> = Vec::new();
        for further in &bench.further {
            let (metric, value) = match further {
                Further::Measured { metric, value } => (metric.clone(), *value),
                Further::Valued { value, unit } => {
                    self.published(run, &bench.name, *value, unit, None).canonical()
                }
                Further::Named { name, value } if !value.is_finite() => {
                    refuse(collector, &bench.name, name, NOT_FINITE);
                    continue;
                }
                Further::Named { name, value } => (self.named(run, name), *value),
            };
            let there = own.iter().find(|(other, _)| other.key == metric.key);
            match there.map(|(_, there)| *there) {
                _ if !value.is_finite() => refuse(collector, &bench.name, &metric.key, NOT_FINITE),
                Some(there) if there == value => {}
                Some(_) => refuse(collector, &bench.name, &metric.key, IS_THERE),
                None => own.push((metric, value)),
            }
        }
        own
    }

    /// The metric of a value that its user named: its direction is what the name says, where it does.
    fn named(&mut self, run: &Run<'_>, name: &str) -> Metric {
        let guessed = guessed_metric(name).metric;
        let unit = Unit::parse(&guessed.unit);
        let stated = Some(guessed.better).filter(|better| *better != Better::Neither);
        let case = Case {
            name,
            unit: &unit,
            printed: &guessed.unit,
            tool: run.tool_name,
            says: ToolSays::Nothing,
            stated,
        };
        match self.directions.settle(&run.source.defaults.better, &case) {
            better if better == guessed.better => guessed,
            better => {
                let (key, label) = (turned(&guessed.key, better), guessed.label.into_owned());
                Described { key, label, unit: guessed.unit.into_owned(), better }.gated()
            }
        }
    }
}

const NOT_FINITE: &str = "its value is no finite number";
const IS_THERE: &str = "the benchmark has a value of this metric already";

fn refuse(collector: &mut Collector, name: &str, key: &str, reason: &str) {
    collector.notice(format!("{name}: {key} is not taken, for {reason}"));
}
