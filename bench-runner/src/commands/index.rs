//! `bench-runner index`: brings the index of a store up to date.

use bench_records::{identity::SeriesKey, series::Labels, time::Micros};
use serde::Serialize;

use crate::{
    commands::print_json,
    exit::{Exit, OrExit, Outcome},
    store::{
        self, Store,
        dataset::{Dataset, Freshness, Wanted, index},
        folder::History,
    },
    variables,
};

/// Bring the index of a store up to date.
///
/// A dataset gets it in one commit, if it differs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bench-runner index --store history")]
pub struct Args {
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
    /// Read every record again
    #[arg(long)]
    rebuild: bool,
    /// Print the counts as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    series: usize,
    records: usize,
    files_read: usize,
    set_aside: Vec<(String, String)>,
    mixed: Vec<Mixed>,
}

/// A series that holds what should be several, for its records lack a whole identity.
#[derive(Serialize)]
struct Mixed {
    key: SeriesKey,
    benchmark: String,
    gpu: Option<String>,
    mixes: Vec<String>,
    #[serde(skip)]
    warning: String,
}

impl Args {
    /// Runs the command; leaves with 3 where a file was set aside or the index cannot be written.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn run(self) -> Outcome {
        let store = store::named(self.store.as_deref())?;
        store::check_there(&store, self.store.as_deref(), store::Unnamed::MustBeThere)?;
        store::add(&store)?;
        store.sync(Freshness::Now, Wanted::History).or_unable()?;
        let now = variables::now()?;
        let open = if self.rebuild { History::rebuilt } else { History::open_checking_files };
        let history = open(store.folder(), now).or_unable()?;
        if let Some(dataset) = store.dataset() {
            publish(dataset, &store, now).or_unable()?;
        }
        let counts = history.counts();
        let mut set_aside = store.set_aside();
        set_aside.extend(history.set_aside().map(|(path, why)| (path, why.to_owned())));
        if !history.is_persisted() {
            eprintln!(
                "error: the index in {} cannot be written; check its permissions",
                store.folder().root().display()
            );
        }
        let is_sound = history.is_persisted() && set_aside.is_empty();
        let mixed: Vec<Mixed> = history.labels().filter_map(mixed).collect();
        if self.json {
            let (series, records, files_read) = (counts.series, counts.records, counts.files_read);
            print_json(&Report { series, records, files_read, set_aside, mixed });
        } else {
            for (path, reason) in &set_aside {
                println!("set aside: {path} {reason}");
            }
            for Mixed { key, benchmark, gpu, warning, .. } in &mixed {
                let gpu = gpu.as_deref().unwrap_or("unknown GPU");
                println!("mixed: {key} {benchmark} on {gpu}: {warning}");
            }
            println!(
                "{} records in {} series; {} files read, {} set aside",
                counts.records,
                counts.series,
                counts.files_read,
                set_aside.len()
            );
        }
        Ok(if is_sound { Exit::Passed } else { Exit::Unable })
    }
}

fn mixed((key, labels): (&SeriesKey, &Labels)) -> Option<Mixed> {
    Some(Mixed {
        key: key.clone(),
        benchmark: labels.model_id.clone(),
        gpu: labels.gpu_type.clone(),
        mixes: labels.partial.mixtures(),
        warning: labels.partial.warning()?,
    })
}

/// Lets the dataset have the index of its local copy, as of whatever its head is by then.
fn publish(dataset: &Dataset, store: &Store, now: Micros) -> anyhow::Result<()> {
    let refresh = || History::open(store.folder(), now).map(|_| ());
    index::publish(dataset, refresh).map(|_| ())
}
