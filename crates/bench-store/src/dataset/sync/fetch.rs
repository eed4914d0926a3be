//! Fetching what a sync planned, several files at a time.
//!
//! In: the files to fetch, as they are listed. Out: those that came whole, in the copy; the others set
//! aside with the reason. No file is written through a link that leads out of the copy.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use bench_hub::{
    Sent,
    dataset::{Listed, file_target},
};

use super::{
    super::state::Copied,
    Sync,
    plan::{Plan, id_of},
};
use crate::{
    atomic::{self, Durability},
    progress,
};

/// Files that are fetched at the same time.
const AT_ONCE: usize = 8;

impl Sync<'_> {
    /// Fetches what is planned; returns how many files came whole.
    pub(super) fn fetch_all(&self, plan: &mut Plan, commit: &str) -> usize {
        let queue = std::mem::take(&mut plan.fetch);
        let bar = progress::fetching(queue.len());
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::with_capacity(queue.len()));
        let work = || {
            while let Some((copied, listed, limit)) =
                queue.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let set_aside = self.fetch(copied, listed, *limit, commit).err();
                let copied = Copied { set_aside, ..copied.clone() };
                done.lock().unwrap_or_else(PoisonError::into_inner).push(copied);
                bar.inc(1);
            }
        };
        thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(queue.len()) {
                scope.spawn(work);
            }
        });
        bar.finish_and_clear();
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        let fetched = done.iter().filter(|copied| copied.set_aside.is_none()).count();
        plan.state.files.extend(done.into_iter().map(|copied| (copied.path.clone(), copied)));
        fetched
    }

    fn fetch(
        &self,
        copied: &Copied,
        listed: &Listed,
        limit: u64,
        commit: &str,
    ) -> Result<(), String> {
        let target = file_target(self.uri, commit, &copied.path);
        let answer = self.client.read(Sent::get(&target, limit));
        let body = answer.map_err(|error| format!("cannot be fetched: {error}"))?.body;
        check_content(&body, listed)?;
        check_folders(self.root, copied.local())?;
        atomic::write(&self.root.join(copied.local()), &body, Durability::Derived)
            .map_err(|error| format!("cannot be kept: {error:#}"))
    }
}

fn check_content(body: &[u8], listed: &Listed) -> Result<(), String> {
    if id_of(body, listed) == listed.id {
        return Ok(());
    }
    let (found, size) = (body.len(), listed.size);
    let kind = bench_hub::kind(body);
    Err(match kind.starts_with('"') {
        false => format!("came as {kind}; is listed with {size} bytes"),
        true if found as u64 != size => format!("came with {found} of {size} bytes"),
        true => "came with another content than is listed".to_owned(),
    })
}

/// A link in the copy must not lead a file out of it.
pub(super) fn check_folders(root: &Path, local: &str) -> Result<(), String> {
    let mut folder = PathBuf::from(root);
    let components: Vec<&str> = local.split('/').collect();
    for component in &components[..components.len() - 1] {
        folder.push(component);
        if fs::symlink_metadata(&folder).is_ok_and(|data| data.is_symlink()) {
            return Err(format!("would be kept behind the link {}", folder.display()));
        }
    }
    Ok(())
}
