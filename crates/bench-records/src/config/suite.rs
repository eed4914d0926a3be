//! All benchmark files of a folder together: what no single file can show.

use std::collections::HashMap;

use super::BenchmarkConfig;
use super::problems::{ConfigError, Fault, shown};

/// Faults of a suite, given as file names with their configurations: a benchmark_id, or an identity,
/// that an earlier file has too. Empty for a sound suite.
pub fn validate_suite(configs: &[(impl AsRef<str>, BenchmarkConfig)]) -> Vec<ConfigError> {
    let (mut ids, mut series) = (HashMap::new(), HashMap::new());
    let mut errors = Vec::new();
    for (file, config) in configs {
        let (file, id) = (file.as_ref(), config.benchmark_id.as_str());
        let (owner, other) =
            (*ids.entry(id).or_insert(file), *series.entry(work(config)).or_insert(file));
        if owner != file {
            errors.push(duplicate_id(id, owner).into_error(file));
        } else if other != file {
            errors.push(duplicate_identity(config, other).into_error(file));
        }
    }
    errors
}

/// All that a file says of what its records may be compared with; on one machine they are then one series.
fn work(config: &BenchmarkConfig) -> String {
    let plan = config.resolve();
    let identity = (&plan.workload_id, &plan.variant_id, plan.benchmark_version);
    let asked =
        (&config.model, &plan.init_kwargs, &plan.generation_kwargs, &plan.prompts, &plan.load);
    serde_json::json!([identity, asked]).to_string()
}

fn duplicate_identity(config: &BenchmarkConfig, owner: &str) -> Fault {
    let variant = config.variant_id.as_deref().unwrap_or_default();
    let problem = format!(
        "workload_id, variant_id, benchmark_version and the work are those of {owner}, so that the records \
         of both would be one series"
    );
    Fault::of("variant_id", variant, problem, "give each file a variant_id of its own")
}

fn duplicate_id(id: &str, owner: &str) -> Fault {
    let found = shown(&id.into());
    let problem = format!("benchmark_id {found} is also that of {owner}");
    Fault::of("benchmark_id", id, problem, "give each file an id of its own")
}
