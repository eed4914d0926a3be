//! Planning a sync: which files of a listing the copy has, which it lacks, and which it cannot keep.
//!
//! In: the listing of the dataset's head, and what the copy was made from. Out: the copy's state so
//! far, with the files to fetch. Files of the copy are read, and none is written.

use std::fs;

use bench_hub::{
    dataset::{Listed, Listing},
    git,
};

use super::{
    super::{
        place::{self, Names},
        state::{Copied, State},
    },
    Sync,
};

/// What a listing asks for.
#[derive(Default)]
pub(super) struct Plan {
    /// The copy, as far as nothing needs to be fetched for it.
    pub(super) state: State,
    /// What to fetch, as it is listed, with the most bytes that are read of it.
    pub(super) fetch: Vec<(Copied, Listed, u64)>,
    /// Files that are kept under another name, with that.
    pub(super) renamed: Vec<(String, String)>,
}

impl Sync<'_> {
    /// What to keep, what to fetch, and what to set aside.
    pub(super) fn plan(&self, before: &State, listing: Listing) -> Plan {
        let mut plan = Plan::default();
        let mut names = Names::default();
        plan.state.entries_set_aside = listing.set_aside;
        for (path, listed) in listing.files {
            let Some(limit) = place::limit(&path, self.wanted) else { continue };
            let kept_as = Some(names.keep(&path)).filter(|kept| *kept != path);
            if let Some(kept) = &kept_as {
                plan.renamed.push((path.clone(), kept.clone()));
            }
            let (id, size) = (listed.id.clone(), listed.size);
            let mut copied = Copied { path, kept_as, id, size, pushed_ms: None, set_aside: None };
            if size > limit {
                let reason = format!("has {size} bytes, more than the {limit} that are read");
                copied.set_aside = Some(reason);
            } else if !self.is_known(before, &copied, &listed) {
                plan.fetch.push((copied, listed, limit));
                continue;
            }
            plan.state.files.insert(copied.path.clone(), copied);
        }
        plan
    }

    /// Whether the copy has this content already: by what it was made from, else by looking.
    fn is_known(&self, before: &State, copied: &Copied, listed: &Listed) -> bool {
        if !self.has(copied) {
            return false;
        }
        match before.files.get(&copied.path) {
            Some(known) if known.local() == copied.local() && known.set_aside.is_none() => {
                known.id == listed.id
            }
            _ => fs::read(self.root.join(copied.local()))
                .is_ok_and(|bytes| id_of(&bytes, listed) == listed.id),
        }
    }

    /// Whether every file of a state is in the copy.
    pub(super) fn has_all(&self, state: &State) -> bool {
        state.files.values().all(|copied| self.has(copied))
    }

    fn has(&self, copied: &Copied) -> bool {
        let there = fs::symlink_metadata(self.root.join(copied.local()));
        there.is_ok_and(|data| data.is_file() && data.len() == copied.size)
    }
}

/// The id that a listing would have for this content.
pub(super) fn id_of(bytes: &[u8], listed: &Listed) -> String {
    if listed.is_lfs { git::lfs_id(bytes) } else { git::blob_id(bytes) }
}
