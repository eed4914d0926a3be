//! Reseeding: reviewed records that become the new baseline of their series.
//!
//! In: normalized records of one cohort. Out: what they would do to the baseline, and copies of
//! them with a fresh timestamp and their provenance.

mod backup;
mod effect;
mod preview;

use std::{
    fs,
    path::{Path, PathBuf},
};

pub use backup::backup;

use anyhow::{Context, Result, bail, ensure};
use bench_records::{
    broken_limits::BrokenLimits,
    identity::SeriesKey,
    metric::{Better, Gating, Metric, MetricTable},
    own_metrics,
    record::Record,
    requests,
    series::RESEED,
    stats,
    time::Micros,
};
use serde_json::Value;

use crate::compare::base::check_values;

/// Reviewed records of one series, oldest first.
#[derive(Debug)]
pub struct Batch {
    sources: Vec<(PathBuf, Record)>,
}

impl Batch {
    /// Reads the sources and checks that they are comparable.
    ///
    /// # Errors
    /// Where a file is no normalized record, or belongs to another series than the first.
    pub fn read(paths: &[PathBuf]) -> Result<Self> {
        let mut sources = Vec::new();
        for path in paths {
            let bytes =
                fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let record = Record::from_slice(&bytes)
                .with_context(|| format!("{} is no normalized record", path.display()))?;
            ensure!(
                !record.metrics.is_empty(),
                "{} has no metric; nothing to reseed with",
                path.display()
            );
            let failed = requests::failure_in_words(&record.metrics)
                .filter(|_| !record.success && !requests::are_answered(&record.metrics));
            if let Some(failed) = failed {
                bail!(
                    "{}: {failed}, so that its numbers are no speed; leave it out or measure again",
                    path.display()
                );
            }
            if let Err(faults) = check_values(&record) {
                bail!("{}: {faults}; leave it out or measure again", path.display());
            }
            sources.push((path.clone(), record));
        }
        sources.sort_by_key(|(_, record): &(PathBuf, Record)| record.time);
        check_different(&sources)?;
        let batch = Self { sources };
        let key = batch.key();
        if let Some((path, record)) = batch.sources.iter().find(|(_, r)| r.cohort().key() != key) {
            let (first, _) = &batch.sources[0];
            bail!(
                "{} belongs to series {}, and {} to {key}; reseed one series at a time",
                path.display(),
                record.cohort().key(),
                first.display()
            );
        }
        Ok(batch)
    }

    /// Key of the series.
    #[must_use]
    pub fn key(&self) -> SeriesKey {
        self.sources[0].1.cohort().key()
    }

    /// Metrics of the records that are not built in.
    pub fn own_metrics(&self) -> impl Iterator<Item = Metric> {
        self.sources.iter().flat_map(|(_, record)| own_metrics::of_record(record))
    }

    /// Refuses records whose own metrics the history has in another unit or direction.
    ///
    /// # Errors
    /// Names the source and the metric.
    pub fn check_metrics(&self, known: &MetricTable) -> Result<()> {
        for (path, record) in &self.sources {
            let other = own_metrics::contradictions(record, known);
            ensure!(other.is_empty(), "{}: {}", path.display(), other.join("; "));
        }
        Ok(())
    }

    /// Benchmark and GPU.
    #[must_use]
    pub fn name(&self) -> String {
        let record = &self.sources[0].1;
        format!("{} on {}", record.model_id, record.gpu_type.as_deref().unwrap_or("unknown"))
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Refuses a batch whose members disagree.
    ///
    /// # Errors
    /// Names the metric, the source that is farthest off, and by how much.
    pub fn check_spread(&self, max: f64, table: &MetricTable) -> Result<()> {
        for metric in self.metrics(table).iter().filter(|metric| metric.gating == Gating::Gated) {
            let values = self.values(metric);
            let Some(median) = stats::median(&values).filter(|median| *median > 0.0) else {
                continue;
            };
            for (path, record) in &self.sources {
                let Some(value) = record.metric(&metric.key) else { continue };
                let distance = (value - median).abs() / median;
                ensure!(
                    distance <= max,
                    "{}: {} is {}, {:.1} % off the batch's median {} (at most {:.1} %); measure again \
                     or leave that source out",
                    path.display(),
                    metric.key,
                    metric.format(Some(value)),
                    distance * 100.0,
                    metric.format(Some(median)),
                    max * 100.0
                );
            }
        }
        Ok(())
    }

    /// One record a source: passed, eligible, stamped one after the other from now on.
    pub fn records<'a>(
        &'a self,
        reason: &'a str,
        now: Micros,
    ) -> impl Iterator<Item = Record> + 'a {
        self.sources.iter().enumerate().map(move |(index, (path, source))| {
            let mut record = source.clone();
            let time = Micros(now.0 + i64::try_from(index).unwrap_or_default());
            record.timestamp = time.to_iso();
            record.time = Some(time);
            record.success = true;
            record.id = None;
            record.verdict = None;
            record.verdict_reason = None;
            BrokenLimits::keep(None, &mut record);
            record.provenance.run_source = Some(RESEED.to_owned());
            record.provenance.baseline_eligible = Some(true);
            // what was reviewed in a pull request is on main by then
            if record.provenance.is_pull_request() {
                record.provenance.pr_number = String::new();
                record.provenance.branch = String::new();
            }
            let notes: [(&str, Value); 7] = [
                ("baseline_reseed", true.into()),
                ("baseline_reseed_reason", reason.into()),
                ("baseline_reseed_source_result", file_name(path).into()),
                ("baseline_reseed_source_timestamp", source.timestamp.clone().into()),
                ("baseline_reseed_source_success", source.success.into()),
                ("baseline_reseed_batch_size", self.len().into()),
                ("baseline_reseed_batch_index", (index + 1).into()),
            ];
            record.extra.extend(notes.map(|(key, value)| (key.to_owned(), value)));
            record
        })
    }

    /// Judgeable metrics that any source has.
    fn metrics(&self, table: &MetricTable) -> Vec<Metric> {
        let mut keys: Vec<&String> =
            self.sources.iter().flat_map(|(_, r)| r.metrics.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        let metrics = keys.into_iter().map(|key| table.get_or_unjudged(key));
        metrics.filter(|metric| metric.better != Better::Neither).collect()
    }

    fn values(&self, metric: &Metric) -> Vec<f64> {
        self.sources.iter().filter_map(|(_, record)| record.metric(&metric.key)).collect()
    }
}

/// One measurement is one record: given twice, it would fill the window alone.
fn check_different(sources: &[(PathBuf, Record)]) -> Result<()> {
    for (index, (path, record)) in sources.iter().enumerate() {
        let same = |(_, other): &&(PathBuf, Record)| {
            (other.time, &other.commit_sha, &other.metrics)
                == (record.time, &record.commit_sha, &record.metrics)
        };
        if let Some((earlier, _)) = sources[..index].iter().find(same) {
            let (path, earlier) = (path.display(), earlier.display());
            bail!("{path} and {earlier} are the same measurement; name each once");
        }
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
