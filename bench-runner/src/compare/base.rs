//! Given results as history: `compare --base`.
//!
//! In: a result, a record, or a folder of them. Out: series in which every point counts.

use std::{fs, path::Path};

use anyhow::{Result, bail};
use bench_records::{
    lenient,
    metric::Metric,
    normalize::{JobContext, normalize},
    own_metrics,
    provenance::Provenance,
    raw::RawRecord,
    record::Record,
    series::{Series, group_into_series},
};
use serde_json::{Map, Value};

/// Series of the results and records at `path`, and their metrics that are not built in.
///
/// # Errors
/// Where nothing there can be read.
pub fn load(path: &Path, job: &JobContext) -> Result<(Vec<Series>, Vec<Metric>)> {
    let mut records = Vec::new();
    for file in json_files(path)? {
        let name = file.display().to_string();
        let read = fs::read(&file).map_err(|error| error.to_string());
        match read.and_then(|bytes| read_record(&bytes, job)) {
            Ok(record) => records.push((record, name)),
            Err(reason) => eprintln!("warning: {name} {reason}"),
        }
    }
    if records.is_empty() {
        bail!("base {} holds no result; name a perf_*.json or a folder of them", path.display());
    }
    let own = records.iter().flat_map(|(record, _)| own_metrics::of_record(record)).collect();
    let pairs = records.iter().map(|(record, name)| (record, name.as_str()));
    Ok((group_into_series(pairs).into_values().collect(), own))
}

/// Says what is wrong with the path of a base, for what takes long before it reads that.
///
/// # Errors
/// Where nothing is there.
pub fn check(path: &Path) -> Result<()> {
    if !path.exists() {
        bail!("base {} does not exist; name a perf_*.json or a folder of them", path.display());
    }
    Ok(())
}

fn json_files(path: &Path) -> Result<Vec<std::path::PathBuf>> {
    check(path)?;
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files: Vec<_> = fs::read_dir(path)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    Ok(files)
}

/// A raw result or a normalized record; what was given is taken as it is, wherever it came from.
fn read_record(bytes: &[u8], job: &JobContext) -> Result<Record, String> {
    let fields = lenient::read_object(bytes).map_err(|reason| reason.to_string())?;
    let mut record = if is_normalized(&fields) {
        Record::from_fields(fields).map_err(|reason| reason.to_string())?
    } else {
        let raw = RawRecord::from_fields(fields);
        if let Some(reason) = raw.skipped.as_ref().filter(|_| raw.metrics.is_empty()) {
            return Err(format!("was not run: {reason}"));
        }
        normalize(&raw, job)
    };
    record.provenance = Provenance::default();
    record.success = true;
    Ok(record)
}

fn is_normalized(fields: &Map<String, Value>) -> bool {
    fields.contains_key("model_id") && !fields.contains_key("benchmark_id")
}
