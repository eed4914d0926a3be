//! Compaction of a dataset: parts, the index and the files that go, in one commit.

use anyhow::Result;
use bench_records::time::Micros;

use bench_hub::dataset::Operation;

use super::{Dataset, Freshness, Replacement, Wanted, index};
use crate::folder::{Compacted, FolderStore, History};

/// Compacts the months before that of `now` as of the dataset's head, and begins again where the
/// head moves on meanwhile.
///
/// # Errors
/// Where the dataset cannot be read or written.
pub fn run(dataset: &Dataset, folder: &FolderStore, now: Micros) -> Result<Compacted> {
    let mut compacted = Compacted::default();
    dataset.replace(|| {
        let parent = dataset.sync(Freshness::Now, Wanted::History)?.commit;
        // the series and what they are made of are the same before and after
        History::open(folder, now)?;
        let (mut counts, mut operations) = (Compacted::default(), Vec::new());
        let listed = dataset.list(&parent)?;
        let names = dataset.listed_names();
        let is_candidate =
            |local: &str| names.get(local).is_some_and(|path| listed.contains_key(path));
        folder.plan_compaction(now, is_candidate, |planned| {
            counts.count(&planned);
            let put = |(path, bytes)| Operation::Put { path, bytes };
            operations.extend(planned.part.map(put));
            let gone =
                planned.files.into_iter().filter_map(|(local, _)| names.get(&local).cloned());
            operations.extend(gone.map(|path| Operation::Delete { path }));
            Ok(())
        })?;
        if operations.is_empty() {
            return Ok(None);
        }
        operations.extend(index::operations(dataset, &parent, &listed)?);
        compacted = counts;
        let summary = format!("Compaction of {} performance records", compacted.records);
        Ok(Some(Replacement { parent, summary, operations }))
    })?;
    dataset.sync(Freshness::Now, Wanted::History)?;
    Ok(compacted)
}
