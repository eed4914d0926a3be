//! `bench-runner exclude`: keeps a record out of baselines, or lets it in again.

use anyhow::anyhow;

use crate::{
    exit::{Exit, OrExit, Outcome},
    store::{
        self,
        events::{self, Event},
        folder::History,
    },
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
    /// Folder of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
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
        let name = find(&mut history, &self.record)?;
        let (record, reason, at) = (self.record.clone(), self.reason.clone(), now.to_iso());
        let event = match self.undo {
            true => Event::Include { record, reason, at },
            false => Event::Exclude { record, reason, at },
        };
        events::append(store.root(), &event).or_unable()?;
        History::open(&store, now).or_unable()?;
        let done = if self.undo { "counts again" } else { "enters no baseline" };
        println!("{} of {name} {done}", self.record);
        Ok(Exit::Passed)
    }
}

/// Name of the benchmark that a record belongs to.
pub(super) fn find(history: &mut History, record: &str) -> Outcome<String> {
    let all = history.series(|_, _| true).or_unable()?;
    let named = |series: &&bench_records::series::Series| {
        series.points.iter().any(|point| *point.id == *record || *point.path == *record)
    };
    all.iter()
        .find(named)
        .map(|series| series.labels.model_id.clone())
        .ok_or_else(|| {
            anyhow!(
                "no record {record:?} in this store; `bench-runner history <benchmark>` lists ids"
            )
        })
        .or_usage()
}
