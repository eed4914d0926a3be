//! All benchmark files of a folder together: what no single file can show.

use std::collections::HashMap;

use super::BenchmarkConfig;
use super::problems::{ConfigError, Fault, shown};

/// Faults of a suite, given as file names with their configurations: a benchmark_id, or an identity,
/// that an earlier file has too. Empty for a sound suite.
pub fn validate_suite(configs: &[(impl AsRef<str>, BenchmarkConfig)]) -> Vec<ConfigError> {
    let (mut ids, mut identities) = (HashMap::new(), HashMap::new());
    let mut errors = Vec::new();
    for (file, config) in configs {
        let (file, id) = (file.as_ref(), config.benchmark_id.as_str());
        if let Some(owner) = ids.insert(id, file) {
            errors.push(duplicate_id(id, owner).into_error(file));
        } else if let Some(owner) = identity(config).and_then(|own| identities.insert(own, file)) {
            errors.push(duplicate_identity(config, owner).into_error(file));
        }
    }
    errors
}

/// What a file says its records may be compared with; `None` where it leaves that to its id.
fn identity(config: &BenchmarkConfig) -> Option<(&str, Option<&str>, Option<u32>)> {
    let workload = config.workload_id.as_deref()?;
    Some((workload, config.variant_id.as_deref(), config.benchmark_version))
}

fn duplicate_identity(config: &BenchmarkConfig, owner: &str) -> Fault {
    let variant = config.variant_id.as_deref().unwrap_or_default();
    let problem = format!(
        "workload_id, variant_id and benchmark_version are those of {owner}, so that the records of both \
         would be one series"
    );
    Fault::of("variant_id", variant, problem, "give each file a variant_id of its own")
}

fn duplicate_id(id: &str, owner: &str) -> Fault {
    let found = shown(&id.into());
    let problem = format!("benchmark_id {found} is also that of {owner}");
    Fault::of("benchmark_id", id, problem, "give each file an id of its own")
}
