//! Series whose project or suite a measurement does not name as they do.
//!
//! In: workloads and what the store has. Out: whether a series is of one in some suite; and what
//! projects that moved were called.

use std::collections::HashMap;

use bench_records::{identity::cohort::IDENTITY_FIELDS, series::Labels};

use super::{
    super::{found::Found, known::Known, workload::Workload},
    earlier::has,
    gpu,
};

/// Whether a series is that of the workload in some project and suite.
pub fn is_of_a_suite(workload: &Workload, labels: &Labels) -> bool {
    let Some(within) = labels
        .identity
        .get("workload_id")
        .and_then(|id| id.strip_suffix(&workload.name)?.strip_suffix('/'))
    else {
        return false;
    };
    let gpu = labels.gpu_type.as_deref().unwrap_or("unknown");
    let parted = within.match_indices('/').map(|(at, _)| (&within[..at], &within[at + 1..]));
    let parted = parted.map(|(project, suite)| (Some(project), Some(suite)));
    let mut all = parted.chain([(Some(within), None), (None, Some(within))]);
    all.any(|(project, suite)| {
        let (project, suite) = (project.map(str::to_owned), suite.map(str::to_owned));
        let identity = Workload { project, suite, ..workload.clone() }.identity(gpu);
        IDENTITY_FIELDS
            .iter()
            .all(|field| labels.identity.get(*field).map(String::as_str) == identity.get(field))
    })
}

/// For each lineage of repositories, the project of a series of this version that has one of its
/// measurements and names its repository: a project that moved is found again.
pub fn links(known: &Known, all: &[Found]) -> HashMap<Vec<String>, String> {
    let mut links = HashMap::new();
    for found in all {
        let Some(workload) = &found.workload else { continue };
        let repositories = &found.lineage.repositories;
        if repositories.is_empty() || links.contains_key(repositories) {
            continue;
        }
        let rest = Workload { project: None, ..workload.clone() }.workload_id();
        let named = known.named(&found.model_id, gpu(found));
        let own = found.lineage.own.as_deref();
        let moved = named.filter(|series| own.is_some_and(|own| series.measured(own)));
        let project = moved.filter(|series| has(series, found)).find_map(|series| {
            let id = series.labels().identity.get("workload_id")?;
            id.strip_suffix(&rest)?.strip_suffix('/').map(str::to_owned)
        });
        if let Some(project) = project {
            links.insert(repositories.clone(), project);
        }
    }
    links
}
