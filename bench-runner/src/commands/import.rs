//! `bench-runner import`: brings in results of other tools.

use std::{fs, path::PathBuf};

use anyhow::{Context, anyhow};
use bench_records::{record::Record, time::Micros};

use crate::{
    exit::{Exit, OrExit, Outcome},
    import::{self, Defaults, Format, Imported},
    progress,
    report::counted,
    store::{
        self, Additions,
        folder::{History, Layout},
    },
    variables,
};

/// Bring in results of other tools.
///
/// Importing the same file again adds nothing: a record's id follows from what was measured.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    bench-runner import --from github-action-benchmark dev/bench/data.js\n  \
    bench-runner import --from hyperfine out.json --timestamp 2026-08-20T10:15:00Z --commit 3f2c1ab")]
pub struct Args {
    /// Tool that wrote the files
    #[arg(long, value_enum)]
    from: Format,
    /// The files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Commit that was measured, where a file does not say
    #[arg(long)]
    commit: Option<String>,
    /// When it was measured, where a file does not say: ISO 8601
    #[arg(long)]
    timestamp: Option<String>,
    /// GPU or CPU that it ran on, where a file does not say
    #[arg(long)]
    gpu: Option<String>,
    /// Branch that was measured, where a file does not say
    #[arg(long)]
    branch: Option<String>,
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
    /// Where in the store to put the records
    #[arg(long, value_enum, default_value_t)]
    layout: Layout,
    /// Read and report, and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    /// Runs the command; leaves with 3 where a part of a file was set aside.
    ///
    /// # Errors
    /// Usage, where a file is not of the format; unable, where a record cannot be written.
    pub fn run(self) -> Outcome {
        let store = store::open(self.store.as_deref())?;
        let defaults = self.defaults()?;
        let mut history = match self.dry_run {
            true => None,
            false => Some(History::open(&store, variables::now()?).or_unable()?),
        };
        let mut exit = Exit::Passed;
        for file in &self.files {
            let imported = self.read(file, &defaults)?;
            for item in &imported.set_aside {
                println!("set aside: {}: {} {}", file.display(), item.place, item.reason);
                exit = exit.or(Exit::Unable);
            }
            let records = imported.records;
            if records.is_empty() {
                let error = anyhow!(
                    "{} holds nothing of this format; choose it with --from",
                    file.display()
                );
                return Err(error).or_usage();
            }
            let read = counted(records.len(), "record");
            let new = match &mut history {
                None => String::new(),
                Some(history) => {
                    let mut records = history.new_among(records).or_unable()?;
                    let mut additions = store.add()?;
                    additions.metrics(&imported.metrics).or_unable()?;
                    add_all(&mut additions, &mut records, self.layout).or_unable()?;
                    let summary = format!("Import of {}", counted(records.len(), "record"));
                    additions.finish(&summary).or_unable()?;
                    history.update().or_unable()?;
                    format!(", {} new", records.len())
                }
            };
            let set_aside = imported.set_aside.len();
            println!("{}: {read} read{new}, {set_aside} set aside", file.display());
        }
        if let Some(history) = history {
            let counts = history.counts();
            let (records, series) = (counted(counts.records, "record"), counts.series);
            println!("{} now holds {records} in {series} series", store.name());
        }
        Ok(exit)
    }

    fn defaults(&self) -> Outcome<Defaults> {
        let timestamp = match &self.timestamp {
            None => None,
            Some(text) => Some(
                Micros::parse(text)
                    .ok_or_else(|| anyhow!("--timestamp is {text:?}, expected ISO 8601 such as 2026-08-20T10:15:00Z"))
                    .or_usage()?,
            ),
        };
        let (commit, gpu, branch) = (self.commit.clone(), self.gpu.clone(), self.branch.clone());
        Ok(Defaults { commit, timestamp, gpu, branch })
    }

    fn read(&self, file: &PathBuf, defaults: &Defaults) -> Outcome<Imported> {
        let name = file.display().to_string();
        let bytes = fs::read(file).with_context(|| format!("cannot read {name}")).or_usage()?;
        import::import(self.from, &name, &bytes, defaults).or_usage()
    }
}

fn add_all(
    additions: &mut Additions<'_>,
    records: &mut [Record],
    layout: Layout,
) -> anyhow::Result<()> {
    let bar = progress::counted(records.len(), "writing records");
    additions.records(records, layout, || bar.inc(1))?;
    bar.finish_and_clear();
    Ok(())
}
