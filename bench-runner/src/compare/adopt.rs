//! Results of a benchmark whose history was imported.
//!
//! In: results that state no identity, and the series of a store. Out: the same results with the
//! identity of the imported series of their name, so that they go on with it.

use bench_records::{
    identity::{Identity, cohort::IDENTITY_FIELDS},
    raw::RawRecord,
    series::{Closeness, Labels},
};

use super::results::{Input, Results};

/// Gives each result without identity that of the one imported series of its name and GPU.
pub fn adopt(results: &mut Results, all: &[&Labels]) {
    for (_, input) in &mut results.results {
        let Input::Raw(raw) = input else { continue };
        if !raw.source.identity.is_stated
            && let Some(labels) = continued(raw, all)
        {
            let value = |field| labels.identity.get(field).cloned().unwrap_or_default();
            raw.source.identity = Identity::complete(IDENTITY_FIELDS.map(value));
        }
    }
}

/// The only series that is called so, whole or in part; none where one without identity is.
fn continued<'a>(raw: &RawRecord, all: &[&'a Labels]) -> Option<&'a Labels> {
    let gpu = |gpu: &Option<String>| gpu.clone().unwrap_or_else(|| "unknown".to_owned());
    let same_gpu = all.iter().filter(|labels| gpu(&labels.gpu_type) == gpu(&raw.device));
    let close = same_gpu.filter_map(|labels| Some((labels.closeness(&raw.benchmark_id)?, *labels)));
    let close: Vec<(Closeness, &Labels)> = close.collect();
    if close
        .iter()
        .any(|(closeness, labels)| labels.identity.is_empty() && *closeness == Closeness::Whole)
    {
        return None;
    }
    let imported = close.into_iter().filter(|(_, labels)| labels.is_imported());
    let imported: Vec<(Closeness, &Labels)> = imported.collect();
    let closest = imported.iter().map(|(closeness, _)| *closeness).max()?;
    let mut closest = imported.into_iter().filter(|(closeness, _)| *closeness == closest);
    match (closest.next(), closest.next()) {
        (Some((_, only)), None) => Some(only),
        _ => None,
    }
}
