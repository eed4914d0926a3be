//! All benchmark files of a folder together: what no single file can show.

use std::collections::HashMap;

use super::BenchmarkConfig;
use super::problems::{ConfigError, Fault, shown};

/// Faults of a suite, given as file names with their configurations: a benchmark_id that an
/// earlier file has too. Empty for a sound suite.
pub fn validate_suite(configs: &[(impl AsRef<str>, BenchmarkConfig)]) -> Vec<ConfigError> {
    let mut owners: HashMap<&str, &str> = HashMap::new();
    let mut errors = Vec::new();
    for (file, config) in configs {
        let (file, id) = (file.as_ref(), config.benchmark_id.as_str());
        match owners.get(id) {
            Some(owner) => errors.push(duplicate_id(id, owner).into_error(file)),
            None => _ = owners.insert(id, file),
        }
    }
    errors
}

fn duplicate_id(id: &str, owner: &str) -> Fault {
    let found = shown(&id.into());
    let problem = format!("benchmark_id {found} is also that of {owner}");
    Fault::of("benchmark_id", id, problem, "give each file an id of its own")
}
