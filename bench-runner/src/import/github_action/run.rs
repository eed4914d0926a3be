//! One run of a suite.
//!
//! In: `{commit, date, tool, benches}`. Out: a record for each of its benches.

use bench_records::{naming::repository_url, record::Record, time::Micros};
use serde_json::Value;

use super::{
    super::{
        collector::Collector,
        error::Unusable,
        source::{Source, measured, stated},
        unit::Unit,
    },
    FirstUnits,
    document::{Suites, bench_name},
    tool::{Tool, julia_memory},
};

/// A run whose date and benches are readable.
pub struct RunReader<'a> {
    source: &'a Source<'a>,
    suites: &'a Suites<'a>,
    suite: &'a str,
    run: &'a Value,
    place: &'a str,
    time: Micros,
    tool: Tool,
    benches: &'a [Value],
}

impl<'a> RunReader<'a> {
    /// Reads what all benches of a run have in common.
    pub fn new(
        source: &'a Source<'a>,
        suites: &'a Suites<'a>,
        suite: &'a str,
        run: &'a Value,
        place: &'a str,
    ) -> Result<Self, Unusable> {
        let found = run.get("benches");
        let benches = found
            .and_then(Value::as_array)
            .ok_or_else(|| Unusable::field("benches", found, "a list of benchmarks"))?;
        let time = source.time(run_time(run))?;
        let tool = Tool::parse(run.get("tool").and_then(Value::as_str).unwrap_or_default());
        Ok(Self { source, suites, suite, run, place, time, tool, benches })
    }

    /// Adds a record for each bench; of those with the same name the last one counts.
    pub fn read(&self, units: &mut FirstUnits, collector: &mut Collector) {
        let read = self.benches.iter().enumerate().map(|(index, bench)| {
            let name = bench_name(bench).unwrap_or_else(|| format!("bench {}", index + 1));
            (format!("{}/{name}", self.place), self.record(bench, units, collector))
        });
        let read = read.collect();
        collector.keep_last_of_each(read);
    }

    fn record(
        &self,
        bench: &Value,
        units: &mut FirstUnits,
        collector: &mut Collector,
    ) -> Result<Record, Unusable> {
        let name = bench_name(bench)
            .ok_or_else(|| Unusable::field("name", bench.get("name"), "the name of a benchmark"))?;
        let printed = stated(bench.get("unit")).unwrap_or_default();
        let (unit, factor) = units.settle(&name, Unit::parse(self.tool.unit(&printed)));
        let value = scaled_value(bench, factor)?;
        let metric = unit.metric(self.tool.direction(&unit));
        collector.declare(&metric);
        let mut record = self.blank(self.suites.model_id(self.suite, &name));
        record.metrics.insert(metric.key.into_owned(), value);
        self.keep_notes(bench, &mut record, collector);
        if factor != 1.0 {
            record.extra.insert("unit_as_published".to_owned(), printed.into());
        }
        Ok(record)
    }

    fn blank(&self, model_id: String) -> Record {
        let mut record = self.source.record(model_id, self.time);
        let commit = |field: &str| stated(self.run.get("commit").and_then(|c| c.get(field)));
        record.commit_sha = commit("id").unwrap_or(record.commit_sha);
        let url = commit("url").filter(|url| url.starts_with("https://")).unwrap_or_default();
        // A pull request's own measurements must not become what the next one is judged against.
        if let Some(number) = pull_request(&url) {
            record.provenance.pr_number = number.to_owned();
            record.provenance.baseline_eligible = Some(false);
        }
        let repository = repository_url(&url).or_else(|| self.suites.repository.clone());
        record.provenance.repository = repository.unwrap_or_default();
        record.provenance.build_url = url;
        record.extra.insert("suite".to_owned(), self.suite.into());
        record.extra.insert("tool".to_owned(), self.run.get("tool").cloned().unwrap_or_default());
        record
    }

    fn keep_notes(&self, bench: &Value, record: &mut Record, collector: &mut Collector) {
        for field in ["range", "extra"] {
            if let Some(text) = stated(bench.get(field)) {
                record.extra.insert(field.to_owned(), text.into());
            }
        }
        if self.tool == Tool::Julia {
            let text = bench.get("extra").and_then(Value::as_str).unwrap_or_default();
            for (metric, value) in julia_memory(text) {
                collector.declare(&metric);
                record.metrics.insert(metric.key.into_owned(), value);
            }
        }
    }
}

fn scaled_value(bench: &Value, factor: f64) -> Result<f64, Unusable> {
    let found = bench.get("value");
    let scaled = found.and_then(measured).map(|value| value * factor);
    let finite = scaled.filter(|value| value.is_finite());
    finite.ok_or_else(|| Unusable::field("value", found, "a finite number"))
}

/// `date` is when the run was measured; the commit may be older.
fn run_time(run: &Value) -> Option<Micros> {
    let measured_at = run.get("date").and_then(measured);
    let committed_at = || Micros::parse(run.pointer("/commit/timestamp")?.as_str()?);
    measured_at.and_then(|ms| Micros::from_seconds(ms / 1000.0)).or_else(committed_at)
}

fn pull_request(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("/pull/")?;
    let number = rest.split('/').next()?;
    Some(number).filter(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
}
