//! `bench-runner compact`: the records of past months, from a file each to a Parquet file a month.

use bench_records::time::Micros;

use crate::{
    commands::print_json,
    exit::{Exit, OrExit, Outcome},
    store::{
        self, Store,
        dataset::{Dataset, compact},
        folder::{Compacted, History},
    },
    variables,
    words::counted,
};

/// Turn the records of past months into one Parquet file per month.
///
/// The files that it makes superfluous go. What cannot be read stays where it is, as do runs, events
/// and metrics. DuckDB, Polars and Spark read the result as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bench-runner compact --store history\n  \
    duckdb -c \"select model_id, median(latency) from 'history/data/*/*.parquet' group by 1\"")]
pub struct Args {
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
    /// Print the counts as JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Where a part cannot be written or sent.
    pub fn run(self) -> Outcome {
        let store = store::named(self.store.as_deref())?;
        store::check_there(&store, self.store.as_deref(), store::Unnamed::MayBegin)?;
        store::add(&store)?;
        let now = variables::now()?;
        let compacted = match store.dataset() {
            Some(dataset) => of_dataset(&store, dataset, now).or_unable()?,
            None => of_folder(&store, now).or_unable()?,
        };
        if self.json {
            print_json(&compacted);
        } else {
            let Compacted { parts, records, bytes, files } = compacted;
            let (records, parts) = (counted(records, "record"), counted(parts, "new part"));
            println!("{records} in {parts}, {bytes} bytes; {} removed", counted(files, "file"));
        }
        Ok(Exit::Passed)
    }
}

fn of_folder(store: &Store, now: Micros) -> anyhow::Result<Compacted> {
    let compacted = store.folder().compact(now)?;
    History::update_index(store.folder(), now)?;
    Ok(compacted)
}

fn of_dataset(store: &Store, dataset: &Dataset, now: Micros) -> anyhow::Result<Compacted> {
    let compacted = compact::run(dataset, store.folder(), now)?;
    History::update_index(store.folder(), now)?;
    Ok(compacted)
}
