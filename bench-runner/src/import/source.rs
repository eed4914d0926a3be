//! The file that is imported, and the record that every importer starts from.
//!
//! In: a file's bytes and the defaults. Out: its JSON, and records with all that is not measured
//! filled in.

use bench_records::{
    identity::Identity,
    lenient::{self, MAX_FILE_BYTES, SetAside},
    paths::value_without_own_folders,
    provenance::Provenance,
    record::{Metrics, Record, SCHEMA_VERSION},
    time::Micros,
};
use serde_json::{Map, Value};

use super::{
    Defaults,
    error::{ImportError, Unusable},
    found::Found,
    non_finite::quoted,
    workload::{VARIANT, Workload},
};

/// The largest history that is read; one file holds thousands of runs, so it may be larger than a
/// record.
const MAX_HISTORY_BYTES: usize = 128 * 1024 * 1024;

/// One file, and what to assume where it is silent.
pub struct Source<'a> {
    /// Name of the file, for messages and for model ids.
    pub file: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// Content of the file beside it that says more of it, such as a `.commands`.
    pub beside: Option<&'a [u8]>,
    /// What to assume.
    pub defaults: &'a Defaults,
}

impl Source<'_> {
    /// `bytes`, which are all of the file or a part of it, as JSON; without the folders of the machine
    /// that it comes from, in names above all.
    pub fn json(&self, bytes: &[u8]) -> Result<Value, ImportError> {
        let file = || self.file.to_owned();
        if bytes.len() > MAX_HISTORY_BYTES {
            let (bytes, limit) = (bytes.len(), MAX_HISTORY_BYTES);
            return Err(ImportError::TooLarge { file: file(), bytes, limit });
        }
        let read = read_history(bytes).map(value_without_own_folders);
        read.map_err(|reason| ImportError::Unreadable { file: file(), reason })
    }

    /// `found`, or the default timestamp.
    pub fn time(&self, found: Option<Micros>) -> Result<Micros, Unusable> {
        found.or(self.defaults.timestamp).ok_or(Unusable::NoTimestamp)
    }

    /// A measurement of `workload`, with what the command line says of all that is imported.
    pub fn found(&self, record: Record, workload: Workload) -> Found {
        let defaults = self.defaults;
        let workload = Workload {
            project: defaults.project.clone().or(workload.project),
            suite: defaults.suite.clone().or(workload.suite),
            ..workload
        };
        let variant = defaults.variant.iter().map(|text| (VARIANT.to_owned(), text.clone()));
        Found::new(record, workload.with_parameters(variant))
    }

    /// A record without name and metrics, from the defaults.
    pub fn record(&self, time: Micros) -> Record {
        Record {
            model_id: String::new(),
            timestamp: time.to_iso(),
            time: Some(time),
            commit_sha: self.defaults.commit.clone().unwrap_or_default(),
            gpu_type: Some(self.gpu()),
            metrics: Metrics::new(),
            success: true,
            identity: Identity::default(),
            provenance: self.provenance(),
            spread: None,
            verdict: None,
            verdict_reason: None,
            id: None,
            extra: Map::from_iter([("schema_version".to_owned(), SCHEMA_VERSION.into())]),
        }
    }

    /// The default GPU, or `unknown`.
    pub fn gpu(&self) -> String {
        self.defaults.gpu.clone().unwrap_or_else(|| "unknown".to_owned())
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            run_source: Some("import".to_owned()),
            baseline_eligible: Some(true),
            branch: self.defaults.branch.clone().unwrap_or_default(),
            ..Provenance::default()
        }
    }
}

fn read_history(bytes: &[u8]) -> Result<Value, SetAside> {
    let bytes = &*quoted(bytes);
    if bytes.len() as u64 <= MAX_FILE_BYTES {
        return lenient::read_value(bytes);
    }
    serde_json::from_slice(lenient::strip_bom(bytes))
        .map_err(|error| SetAside::NotJson { error: error.to_string() })
}

/// A finite number, or a text that is one; a bool is no measurement.
pub fn measured(value: &Value) -> Option<f64> {
    lenient::number(value).filter(|_| !value.is_boolean())
}

/// Text that says something; numbers are text too.
pub fn stated(value: Option<&Value>) -> Option<String> {
    let text = lenient::text(value?)?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
