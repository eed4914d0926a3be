//! Given results as history: `compare --base`.
//!
//! In: a result, a record, or a folder of them. Out: series in which every point counts, and what
//! tells a result from them all.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use bench_records::{
    bounds,
    metric::MetricTable,
    normalize::{JobContext, normalize},
    own_metrics,
    provenance::Provenance,
    raw::Completion,
    record::Record,
    requests,
    series::{Series, group_into_series},
};
use serde_json::{Map, Value};

use super::{input_file::InputFile, refusals::value_faults};

/// What results are held against.
#[derive(Debug)]
pub struct Base {
    /// Its series.
    pub series: Vec<Series>,
    /// Each of its results and records.
    pub members: Vec<Member>,
    /// What has a result there without a value, and why: it failed, or was not run.
    pub unmeasured: Vec<String>,
}

/// A result or record of a base.
#[derive(Debug)]
pub struct Member {
    /// The record.
    pub record: Record,
    /// Every field of the file but the trials, as it was.
    pub header: Map<String, Value>,
}

/// The results and records at `path`.
///
/// # Errors
/// Where nothing there can be read.
pub fn load(path: &Path, job: &JobContext) -> Result<Base> {
    let (mut members, mut names, mut unmeasured) = (Vec::new(), Vec::new(), Vec::new());
    for file in json_files(path)? {
        let name = file.display().to_string();
        let read = fs::read(&file).map_err(|error| format!("cannot be read ({error})"));
        match read.and_then(|bytes| read_member(&name, &bytes, job)) {
            Ok(Read::Member(member)) => {
                members.push(*member);
                names.push(name);
            }
            Ok(Read::Unmeasured { benchmark, reason }) => {
                eprintln!("warning: {name} {reason}");
                unmeasured.push(format!("{benchmark} {reason}"));
            }
            Err(reason) => eprintln!("warning: {name} {reason}"),
        }
    }
    if members.is_empty() && unmeasured.is_empty() {
        bail!("base {} holds no result; name a perf_*.json or a folder of them", path.display());
    }
    Ok(Base { unmeasured, ..Base::of(members, &names) })
}

impl Base {
    fn of(members: Vec<Member>, names: &[String]) -> Self {
        for (Member { record, .. }, name) in members.iter().zip(names) {
            if let Some(failed) =
                requests::failure_in_words(&record.metrics).filter(|_| !record.success)
            {
                eprintln!("warning: {name}: {failed}: nothing is held against it");
            }
        }
        let pairs = members.iter().zip(names).map(|(member, name)| (&member.record, name.as_str()));
        let series = group_into_series(pairs).into_values().collect();
        Self { series, members, unmeasured: Vec::new() }
    }

    /// Its metrics that are not built in.
    ///
    /// # Errors
    /// Where two of its members define one otherwise.
    pub fn table(&self) -> Result<MetricTable> {
        let mut table = MetricTable::default();
        for Member { record, .. } in &self.members {
            let other = own_metrics::contradictions(record, &table);
            if !other.is_empty() {
                let (model_id, time) = (&record.model_id, &record.timestamp);
                bail!("{model_id} of {time} in the base: {}", other.join("; "));
            }
            table = table.extended(own_metrics::of_record(record));
        }
        Ok(table)
    }

    /// The base that imported records are; each comes with the name of its file.
    #[must_use]
    pub fn of_records(records: Vec<(String, Record)>) -> Self {
        let numbered = records.iter().enumerate().map(|(at, (name, _))| format!("{name}#{at}"));
        let names: Vec<String> = numbered.collect();
        let member = |(_, record): (String, Record)| {
            let record = taken_as_it_is(record);
            Member { header: record.to_fields(), record }
        };
        Self::of(records.into_iter().map(member).collect(), &names)
    }
}

/// What was given counts, wherever it came from and whatever its gate said; a run whose requests failed says
/// nothing about speed.
fn taken_as_it_is(record: Record) -> Record {
    let success = record.success || requests::are_answered(&record.metrics);
    Record { provenance: Provenance::default(), success, ..record }
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

/// The file at `path`, or those of a folder.
///
/// # Errors
/// Where nothing is there.
pub fn files(path: &Path) -> Result<Vec<PathBuf>> {
    check(path)?;
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path)?.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = entries.filter(|file| file.is_file()).collect();
    files.sort();
    Ok(files)
}

fn json_files(path: &Path) -> Result<Vec<PathBuf>> {
    let mut files = files(path)?;
    let is_named = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "json");
    files.retain(|file| file == path || is_named(file));
    Ok(files)
}

/// Says which values of a record its metrics cannot have.
///
/// # Errors
/// Where there is one.
pub fn check_values(record: &Record) -> Result<(), String> {
    let own = own_metrics::of_record(record);
    let faults = bounds::faults(&record.model_id, &record.metrics, &own);
    let words: Vec<String> = faults.into_iter().map(|(_, words)| words).collect();
    if words.is_empty() { Ok(()) } else { Err(words.join("; ")) }
}

/// What a file of a base holds.
enum Read {
    /// A result or a record.
    Member(Box<Member>),
    /// A result without a value, which nothing can be held against.
    Unmeasured { benchmark: String, reason: String },
}

/// A raw result or a normalized record; what was given is taken as it is, wherever it came from.
fn read_member(name: &str, bytes: &[u8], job: &JobContext) -> Result<Read, String> {
    let (record, header) = match InputFile::of(name, bytes)? {
        InputFile::Record(fields) => {
            let record = Record::from_fields((*fields).clone());
            let record = record.map_err(|reason| reason.to_string())?;
            check_values(&record)?;
            (record, *fields)
        }
        InputFile::Result(raw) => {
            let unmeasured = match &raw.completion {
                Completion::Failed(reason) => Some(format!("could not be measured: {reason}")),
                Completion::Skipped(reason) => Some(format!("was not run: {reason}")),
                Completion::Measured => None,
            };
            if let Some(reason) = unmeasured {
                return Ok(Read::Unmeasured { benchmark: raw.benchmark_id, reason });
            }
            let faults = value_faults(&raw);
            if !faults.is_empty() {
                return Err(faults.join("; "));
            }
            (normalize(&raw, job), raw.source.header)
        }
    };
    Ok(Read::Member(Box::new(Member { record: taken_as_it_is(record), header })))
}
