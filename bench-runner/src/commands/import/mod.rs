//! `bench-runner import`: brings in results of other tools.

mod conflicts;
mod known;
mod sources;
mod unmatched;

use std::path::PathBuf;

use bench_records::{metric::Metric, record::Record};

pub use sources::{Placed, ReadFile, SourceArgs, There, used};

use crate::{
    commands::layout::LayoutArg,
    exit::{Exit, OrExit, Outcome},
    import::{Format, place::Place},
    store::{
        self, Additions, Store,
        folder::{History, StoreLayout},
        progress,
    },
    variables,
    words::counted,
};

/// Import results from other tools.
///
/// Importing the same file again adds nothing: a record's id follows from what was measured.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    bench-runner import --from github-action-benchmark dev/bench/data.js\n  \
    bench-runner import --from go bench.txt --timestamp 2026-08-20T10:15:00Z --commit 3f2c1ab\n  \
    bench-runner import --from vllm results/serving_*.json --gpu H100 --commit 3f2c1ab\n  \
    bench-runner import --from sglang out.jsonl --model Qwen/Qwen3-8B --timestamp 2026-08-20T10:15:00Z\n  \
    bench-runner import --from hyperfine out.json --timestamp 2026-08-20T10:15:00Z --commit 3f2c1ab")]
pub struct Args {
    /// Tool that wrote the files [default: detected from their content, if only one tool fits]
    #[arg(long, value_enum)]
    from: Option<Format>,
    /// Files to import
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    source: SourceArgs,
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
    /// Where in the store to put the records
    #[arg(long, value_enum, default_value_t)]
    layout: LayoutArg,
    /// Read and report without writing anything
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    /// Runs the command; leaves with 3 where a part of a file was set aside.
    ///
    /// # Errors
    /// Usage, where a file is not of the format, or two files contradict each other; unable, where
    /// a record cannot be written.
    pub fn run(self) -> Outcome {
        let store = store::open(self.store.as_deref())?;
        let files = self.source.read(self.from, &self.files)?;
        let is_blank = self.dry_run || !store.folder().root().is_dir();
        let mut there = if is_blank { There::default() } else { there(&store, &files)? };
        let mut exit = Exit::Passed;
        for file in files {
            if !file.imported.set_aside.is_empty() {
                exit = exit.or(Exit::Unable);
            }
            self.add(&store, &mut there, file)?;
        }
        if !self.dry_run {
            let counts = History::open(store.folder(), variables::now()?).or_unable()?.counts();
            let (records, series) = (counted(counts.records, "record"), counts.series);
            println!("{} now holds {records} in {series} series", store.name());
        }
        Ok(exit)
    }

    /// Adds what the store does not have, and says what was found.
    fn add(&self, store: &Store, there: &mut There, file: ReadFile) -> Outcome<()> {
        let ReadFile { name, imported } = file;
        let Placed { places, metrics, set_aside, notices } =
            there.place(imported, &self.source.extra);
        for notice in notices {
            println!("note: {name}: {notice}");
        }
        let (read, refused) = (places.len(), set_aside.len());
        for item in set_aside {
            println!("set aside: {name}: {} {}", item.place, item.reason);
        }
        let mut new: Vec<Record> = places.into_iter().filter_map(written).collect();
        let added = if self.dry_run {
            String::new()
        } else {
            self.write(store, &mut new, &metrics)?;
            format!(", {} new", new.len())
        };
        println!("{name}: {} read{added}, {refused} set aside", counted(read, "record"));
        Ok(())
    }

    fn write(&self, store: &Store, new: &mut [Record], metrics: &[Metric]) -> Outcome<()> {
        let metrics = used(metrics, new.iter());
        let mut additions = store::add(store)?;
        additions.metrics(&metrics).or_unable()?;
        add_all(&mut additions, new, self.layout.into()).or_unable()?;
        let summary = format!("Import of {}", counted(new.len(), "record"));
        additions.finish(&summary).or_unable()
    }
}

fn there(store: &Store, files: &[ReadFile]) -> Outcome<There> {
    let mut history = History::open(store.folder(), variables::now()?).or_unable()?;
    There::of(store, &mut history, files)
}

fn written(place: Place) -> Option<Record> {
    match place {
        Place::New(record) => Some(*record),
        Place::There(_) => None,
    }
}

fn add_all(
    additions: &mut Additions<'_>,
    records: &mut [Record],
    layout: StoreLayout,
) -> anyhow::Result<()> {
    let bar = progress::counted(records.len(), "writing records");
    additions.records(records, layout, || bar.inc(1))?;
    bar.finish_and_clear();
    Ok(())
}
