//! Which GPUs CUDA shows to this process.
//!
//! In: `CUDA_VISIBLE_DEVICES`, and the GPUs of the machine as the driver numbers them. Out: the GPUs by CUDA's numbers,
//! which a device such as `cuda:1` means. As CUDA reads the variable: an entry that names no GPU hides itself and all
//! behind it, and the beginning of a UUID is enough.

use std::sync::OnceLock;

use bench_records::environment::Gpu;

/// What the variable says; nothing where it is not set, or nobody has said.
static SAID: OnceLock<Option<String>> = OnceLock::new();

/// Takes what the variable says; the first call counts.
pub fn settle_visible_gpus(said: Option<String>) {
    let _ = SAID.set(said);
}

/// What was taken.
pub(crate) fn settled() -> Option<&'static str> {
    SAID.get()?.as_deref()
}

/// A GPU of the machine.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Listed {
    /// What is known of it.
    pub(crate) gpu: Gpu,
    /// Such as `GPU-8932f937-d72c-4106-c12f-20bd9faed9f6`.
    pub(crate) uuid: Option<String>,
}

/// The GPUs that CUDA shows, in its order; all where the variable is not set.
pub(crate) fn visible(all: Vec<Listed>, said: Option<&str>) -> Vec<Gpu> {
    let Some(said) = said else { return all.into_iter().map(|listed| listed.gpu).collect() };
    let entries: Vec<&str> = said.split(',').map(str::trim).collect();
    let is_twice = |(at, entry): (usize, &&str)| entries[..at].contains(entry);
    if entries.iter().enumerate().any(is_twice) {
        // CUDA shows none then
        return Vec::new();
    }
    entries.into_iter().map_while(|entry| named(&all, entry)).collect()
}

fn named(all: &[Listed], entry: &str) -> Option<Gpu> {
    if let Some(instance) = entry.strip_prefix("MIG-") {
        return part(all, instance);
    }
    if entry.starts_with("GPU-") {
        return by_uuid(all, entry).map(|listed| listed.gpu.clone());
    }
    all.get(entry.parse::<usize>().ok()?).map(|listed| listed.gpu.clone())
}

/// The one GPU whose UUID begins so.
fn by_uuid<'a>(all: &'a [Listed], begin: &str) -> Option<&'a Listed> {
    let begin = begin.to_lowercase();
    let is_meant = |listed: &&Listed| {
        listed.uuid.as_ref().is_some_and(|uuid| uuid.to_lowercase().starts_with(&begin))
    };
    let mut meant = all.iter().filter(is_meant);
    meant.next().filter(|_| meant.next().is_none())
}

/// A part of a GPU: of `MIG-GPU-<uuid>/<instance>/<instance>` the GPU is known, of `MIG-<uuid>` only where there is one.
/// How much of its memory the part has is not known.
fn part(all: &[Listed], instance: &str) -> Option<Gpu> {
    let whole = match instance.strip_prefix("GPU-") {
        Some(_) => by_uuid(all, instance.split('/').next()?)?.gpu.clone(),
        None if all.len() == 1 => all[0].gpu.clone(),
        None if all.is_empty() || instance.is_empty() => return None,
        None => Gpu { name: format!("MIG-{instance}"), ..Gpu::default() },
    };
    Some(Gpu { memory_bytes: None, ..whole })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Listed> {
        let listed = |(name, uuid, gib): (&str, &str, u64)| Listed {
            gpu: Gpu { name: name.to_owned(), memory_bytes: Some(gib << 30), ..Gpu::default() },
            uuid: Some(uuid.to_owned()),
        };
        [("L4", "GPU-aa11-1", 24), ("L40S", "GPU-aa22-2", 48), ("H100", "GPU-bb33-3", 80)]
            .map(listed)
            .into()
    }

    fn names(said: Option<&str>) -> Vec<String> {
        visible(all(), said).into_iter().map(|gpu| gpu.name).collect()
    }

    #[test]
    fn without_the_variable_all_are_shown_in_the_order_of_the_driver() {
        assert_eq!(names(None), ["L4", "L40S", "H100"]);
    }

    #[test]
    fn numbers_and_uuids_are_shown_in_the_order_of_the_variable() {
        assert_eq!(names(Some("2,0")), ["H100", "L4"]);
        assert_eq!(names(Some(" 1 ")), ["L40S"]);
        assert_eq!(names(Some("GPU-bb33-3,GPU-aa11")), ["H100", "L4"]);
        assert_eq!(names(Some("GPU-BB")), ["H100"], "the beginning is enough");
    }

    #[test]
    fn an_entry_that_names_no_gpu_hides_itself_and_all_behind_it() {
        for (said, shown) in [
            ("", 0),
            ("-1", 0),
            ("1,-1,0", 1),
            ("0,7,1", 1),
            ("NoDevFiles", 0),
            ("GPU-aa", 0),
            ("GPU-cc,0", 0),
            ("0,0", 0),
            ("MIG-", 0),
        ] {
            assert_eq!(names(Some(said)).len(), shown, "{said:?}");
        }
    }

    #[test]
    fn a_part_of_a_gpu_has_not_the_memory_of_the_whole() {
        let shown = visible(all(), Some("MIG-GPU-bb33-3/1/0,MIG-0f00-77"));
        assert_eq!(shown[0].name, "H100");
        assert_eq!(shown[1].name, "MIG-0f00-77");
        assert!(shown.iter().all(|gpu| gpu.memory_bytes.is_none()), "{shown:?}");
        let alone = visible(all().split_off(2), Some("MIG-0f00-77"));
        assert_eq!((alone[0].name.as_str(), alone[0].memory_bytes), ("H100", None));
    }
}
