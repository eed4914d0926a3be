//! `bench-runner sync`: brings the local copy of a dataset up to date.

use anyhow::anyhow;
use serde::Serialize;

use crate::{
    commands::print_json,
    exit::{Exit, OrExit, Outcome},
    store::{
        self,
        dataset::{Freshness, Wanted},
    },
};

/// Bring the local copy of a dataset up to date.
///
/// Only what is new or changed is fetched. The copy is in PERFORMANCE_TRACKING_ROOT, or in a folder
/// perf-tracking of the system's temporary one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bench-runner sync --store hf://datasets/FastVideo/performance-tracking"
)]
pub struct Args {
    /// Dataset (hf://datasets/OWNER/NAME, with @REVISION if it is not main) [env: HF_REPO_ID]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
    /// Fetch the trials of every run too
    #[arg(long)]
    trials: bool,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    folder: String,
    commit: &'a str,
    files: usize,
    fetched: usize,
    removed: usize,
    renamed: &'a [(String, String)],
    set_aside: &'a [(String, String)],
}

impl Args {
    /// Runs the command; leaves with 3 where something was set aside.
    ///
    /// # Errors
    /// Usage, where the store is no dataset; unable, where it cannot be read.
    pub fn run(self) -> Outcome {
        let store = store::named(self.store.as_deref())?;
        let wanted = if self.trials { Wanted::HistoryAndTrials } else { Wanted::History };
        let Some(synced) = store.sync(Freshness::Now, wanted).or_unable()? else {
            let name = store.name();
            let error =
                anyhow!("{name} is a folder, which has no copy; name a dataset with --store");
            return Err(error).or_usage();
        };
        let folder = store.folder().root().display().to_string();
        if self.json {
            let (commit, files, fetched) = (&synced.commit, synced.files, synced.fetched);
            let (removed, renamed) = (synced.removed, &synced.renamed);
            let set_aside = &synced.set_aside;
            print_json(&Report { folder, commit, files, fetched, removed, renamed, set_aside });
        } else {
            for (path, reason) in &synced.set_aside {
                println!("set aside: {path} {reason}");
            }
            for (path, kept) in &synced.renamed {
                println!("kept as {kept}: {path}");
            }
            println!(
                "{folder}: {} files of {} at {}; {} fetched, {} removed, {} set aside",
                synced.files,
                store.name(),
                &synced.commit[..7],
                synced.fetched,
                synced.removed,
                synced.set_aside.len()
            );
        }
        Ok(if synced.set_aside.is_empty() { Exit::Passed } else { Exit::Unable })
    }
}
