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
        self, Additions, Store,
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
        let mut records_before = if self.dry_run { None } else { Some(count(&store)?) };
        let mut exit = Exit::Passed;
        for file in &self.files {
            let imported = self.read(file, &defaults)?;
            for item in &imported.set_aside {
                println!("set aside: {}: {} {}", file.display(), item.place, item.reason);
                exit = exit.or(Exit::Unable);
            }
            let mut records: Vec<Record> =
                imported.records.into_iter().map(|found| found.record).collect();
            if records.is_empty() {
                let error = anyhow!(
                    "{} holds nothing of this format; choose it with --from",
                    file.display()
                );
                return Err(error).or_usage();
            }
            if !self.dry_run {
                let mut additions = store.add()?;
                additions.metrics(&imported.metrics).or_unable()?;
                add_all(&mut additions, &mut records, self.layout).or_unable()?;
                let summary = format!("Import of {}", counted(records.len(), "record"));
                additions.finish(&summary).or_unable()?;
            }
            let new = records_before.map(|before| Ok((before, count(&store)?))).transpose()?;
            records_before = new.map(|(_, after)| after);
            let new = new.map(|(before, after)| format!(", {} new", after.saturating_sub(before)));
            println!(
                "{}: {} read{}, {} set aside",
                file.display(),
                counted(records.len(), "record"),
                new.unwrap_or_default(),
                imported.set_aside.len()
            );
        }
        if !self.dry_run {
            let counts = History::open(&store, variables::now()?).or_unable()?.counts();
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
        Ok(Defaults { commit, timestamp, gpu, branch, ..Defaults::default() })
    }

    fn read(&self, file: &PathBuf, defaults: &Defaults) -> Outcome<Imported> {
        let name = file.display().to_string();
        let bytes = fs::read(file).with_context(|| format!("cannot read {name}")).or_usage()?;
        import::import(self.from, &name, &bytes, defaults).or_usage()
    }
}

/// Number of records in the store; what was added shows in it.
fn count(store: &Store) -> Outcome<usize> {
    if !store.root().is_dir() {
        return Ok(0);
    }
    Ok(History::open(store, variables::now()?).or_unable()?.counts().records)
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
