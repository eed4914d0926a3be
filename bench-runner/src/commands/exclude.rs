//! `bench-runner exclude`: keeps a record out of baselines, or lets it in again.

use anyhow::anyhow;
use bench_records::{identity::SeriesKey, series::Point};

use crate::{
    exit::{Exit, OrExit, Outcome},
    store::{self, events::Event, folder::History},
    variables,
};

/// Keep a record out of baselines, or let it in again.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bench-runner exclude 01JW3Q8ZK2V5M6N7P8Q9R0S1T2 --reason \"GPU was throttled\""
)]
pub struct Args {
    /// Id of the record, or its path in the store
    record: String,
    /// Why
    #[arg(long)]
    reason: String,
    /// Let the record in again
    #[arg(long)]
    undo: bool,
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage, where the store has no such record; unable, where the event cannot be written.
    pub fn run(self) -> Outcome {
        let store = store::open(self.store.as_deref())?;
        let now = variables::now()?;
        let mut history = History::open(&store, now).or_unable()?;
        let found = find(&mut history, &self.record)?;
        let (record, reason, at) = (found.name, self.reason.clone(), now.to_iso());
        let event = match self.undo {
            true => Event::Include { record, reason, at },
            false => Event::Exclude { record, reason, at },
        };
        let mut additions = store.add()?;
        additions.event(&event).or_unable()?;
        let verb = if self.undo { "Include" } else { "Exclude" };
        additions.finish(&format!("{verb} {}", self.record)).or_unable()?;
        History::open(&store, now).or_unable()?;
        let done = if self.undo { "counts again" } else { "enters no baseline" };
        println!("{} of {} {done}", self.record, found.benchmark);
        Ok(Exit::Passed)
    }
}

/// A record of the store, by whatever name it was given.
pub(super) struct Found {
    /// Key of its series.
    pub(super) series: SeriesKey,
    /// Its benchmark.
    pub(super) benchmark: String,
    /// The name that events use: its id, or its path where it has none.
    pub(super) name: String,
}

/// Looks a record up by id or path.
pub(super) fn find(history: &mut History, record: &str) -> Outcome<Found> {
    for series in history.series(|_, _| true).or_unable()? {
        let is_named = |point: &&Point| *point.id == *record || *point.path == *record;
        if let Some(point) = series.points.iter().find(is_named) {
            let name = if point.id.is_empty() { &point.path } else { &point.id };
            let name = name.to_string();
            return Ok(Found { series: series.key, benchmark: series.labels.model_id, name });
        }
    }
    Err(anyhow!("no record {record:?} in this store; `bench-runner history <benchmark>` lists ids"))
        .or_usage()
}
