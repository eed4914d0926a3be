//! `bench-runner reseed`: moves a baseline to reviewed results after an accepted change.

use std::{
    io::{self, BufRead, IsTerminal},
    path::PathBuf,
};

use anyhow::anyhow;
use bench_records::record::Record;

use crate::{
    commands::layout::LayoutArg,
    exit::{Exit, OrExit, Outcome},
    reseed::{Batch, backup},
    store::{self, folder::History},
    terminal::{self, Stream},
    values,
    variables::{self, Task, warn_of_unread},
    words::counted,
};

/// Move a baseline to reviewed results after an accepted change.
///
/// Takes the normalized records of one benchmark on one machine, shows what they would do to the
/// baseline, keeps a backup of the series, and adds one record a source, marked as a reseed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bench-runner reseed reports/results/normalized_perf_wan_2026-06-09*.json \
                        --reason \"torch 2.12, accepted in review\""
)]
pub struct Args {
    /// Reviewed normalized records: normalized_perf_*.json
    #[arg(required = true)]
    sources: Vec<PathBuf>,
    /// Why the shift is legitimate
    #[arg(long)]
    reason: String,
    /// Largest distance of a source from the median of the sources, as a fraction
    #[arg(long, default_value_t = 0.05, value_name = "FRACTION", value_parser = values::fraction, allow_negative_numbers = true)]
    max_spread: f64,
    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,
    /// Folder for the backup
    #[arg(long, default_value = "reseed-backup", value_name = "DIR")]
    backup: PathBuf,
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
    /// Where in the store to put the records
    #[arg(long, value_enum, default_value_t)]
    layout: LayoutArg,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage, where the sources are no normalized records of one series, disagree, or nobody
    /// confirms; unable, where the backup or a record cannot be written.
    pub fn run(self) -> Outcome {
        warn_of_unread(Task::Reseeding);
        let store = store::open(self.store.as_deref())?;
        let now = variables::now()?;
        let mut history = History::open(store.folder(), now).or_unable()?;
        let batch = Batch::read(&self.sources).or_usage()?;
        let series = history.series(|key, _| *key == batch.key()).or_unable()?.pop();
        batch.check_metrics(history.table()).or_usage()?;
        let table = history.table().clone().extended(batch.own_metrics());
        let records: Vec<Record> = batch.records(&self.reason, now).collect();
        batch.check_branches(series.as_ref(), &records).or_usage()?;
        batch.check_unused(series.as_ref(), store.folder()).or_usage()?;
        terminal::block(Stream::Out, batch.preview(series.as_ref(), &records, &table, now));
        batch.check_spread(self.max_spread, &table).or_usage()?;
        self.confirm(&batch)?;
        let kept = backup(&self.backup, store.folder(), series.as_ref(), &batch, &self.reason, now)
            .or_unable()?;
        println!("backup: {}", kept.display());
        let mut additions = store::add(&store)?;
        additions.metrics(table.own()).or_unable()?;
        for mut record in records {
            let path = additions.record(&mut record, self.layout.into()).or_unable()?;
            println!("added:  {path}");
        }
        additions.finish(&format!("Reseed of {}: {}", batch.name(), self.reason)).or_unable()?;
        History::update_index(store.folder(), now).or_unable()?;
        Ok(Exit::Passed)
    }

    fn confirm(&self, batch: &Batch) -> Outcome<()> {
        if self.yes {
            return Ok(());
        }
        let declined = |words: &str| Err(anyhow!("{words}; nothing was changed")).or_usage();
        if !io::stdin().is_terminal() {
            return declined(
                "a reseed asks for confirmation and nobody is there to ask: pass --yes",
            );
        }
        print!("Type reseed to add {} to {}: ", counted(batch.len(), "record"), batch.name());
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).or_unable()?;
        if answer.trim() == "reseed" { Ok(()) } else { declined("not confirmed") }
    }
}
