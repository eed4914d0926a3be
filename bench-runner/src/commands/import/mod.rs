//! `bench-runner import`: brings in results of other tools.

mod conflicts;
mod known;

use std::{fs, path::PathBuf};

use anyhow::{Context, anyhow};
use bench_records::{
    metric::{Metric, MetricTable},
    record::Record,
    time::Micros,
};

use crate::{
    exit::{Exit, OrExit, Outcome},
    import::{
        self, BetterRule, Defaults, Format, Imported, MostFailed, Repeats, Runs,
        known::Known,
        place::{Place, Placer},
    },
    progress,
    report::counted,
    store::{
        self, Additions, Store,
        folder::{History, Layout},
    },
    variables,
};
use conflicts::{Content, conflict};

/// Bring in results of other tools.
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
    /// Tool that wrote the files [default: as their content says, where it can only be one]
    #[arg(long, value_enum)]
    from: Option<Format>,
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
    /// Repository that was measured, such as OWNER/NAME, whatever a file says
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// Suite that was measured, whatever a file says
    #[arg(long, value_name = "NAME")]
    suite: Option<String>,
    /// What distinguishes these measurements from others of the same names, such as debug
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Which way values are better, whatever a file says: lower, higher, or NAME=lower for some
    #[arg(long, value_name = "[NAME=]DIRECTION", value_parser = BetterRule::parse)]
    better: Vec<BetterRule>,
    /// What several values of one name in one run are
    #[arg(long, value_enum, default_value_t)]
    repeats: Repeats,
    /// Model that a load test measured, where neither the file nor the commands beside it say
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Share of a load test's requests that may fail; a record with more failures is kept as failed and enters no baseline [default: 1%]
    #[arg(long, value_name = "SHARE")]
    max_failed: Option<MostFailed>,
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

/// A file and what it holds.
struct ReadFile {
    name: String,
    imported: Imported,
}

/// What the store has.
#[derive(Default)]
struct There {
    known: Known,
    table: MetricTable,
}

impl Args {
    /// Runs the command; leaves with 3 where a part of a file was set aside.
    ///
    /// # Errors
    /// Usage, where a file is not of the format, or two files contradict each other; unable, where
    /// a record cannot be written.
    pub fn run(self) -> Outcome {
        let store = store::open(self.store.as_deref())?;
        let defaults = self.defaults()?;
        let read = self.files.iter().map(|file| self.read(file, &defaults));
        let files = read.collect::<Outcome<Vec<ReadFile>>>()?;
        check_agreement(&files)?;
        let mut runs = Runs::default();
        let mut there = if self.dry_run { There::default() } else { There::of(&store, &files)? };
        let mut exit = Exit::Passed;
        for mut file in files {
            let said = runs.compare(&file.name, &file.imported.records);
            file.imported.notices.extend(said);
            if !file.imported.set_aside.is_empty() {
                exit = exit.or(Exit::Unable);
            }
            self.add(&store, &mut there, file)?;
        }
        if !self.dry_run {
            let counts = History::open(&store, variables::now()?).or_unable()?.counts();
            let (records, series) = (counted(counts.records, "record"), counts.series);
            println!("{} now holds {records} in {series} series", store.name());
        }
        Ok(exit)
    }

    /// Adds what the store does not have, and says what was found.
    fn add(&self, store: &Store, there: &mut There, file: ReadFile) -> Outcome<()> {
        let ReadFile { name, imported } = file;
        let Imported { records, metrics, set_aside, notices, .. } = imported;
        let (read, refused) = (records.len(), set_aside.len());
        let own = there.table.own().iter().chain(&metrics).cloned();
        there.table = MetricTable::with_own(own);
        let (places, said) = Placer::new(&mut there.known, &there.table).place(records);
        for notice in notices.iter().chain(&said) {
            println!("note: {name}: {notice}");
        }
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
        let is_used = |metric: &&Metric| {
            new.iter().any(|record| record.metrics.contains_key(metric.key.as_ref()))
        };
        let metrics: Vec<Metric> = metrics.iter().filter(is_used).cloned().collect();
        let mut additions = store.add()?;
        additions.metrics(&metrics).or_unable()?;
        add_all(&mut additions, new, self.layout).or_unable()?;
        let summary = format!("Import of {}", counted(new.len(), "record"));
        additions.finish(&summary).or_unable()
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
        Ok(Defaults {
            commit: self.commit.clone(),
            timestamp,
            gpu: self.gpu.clone(),
            branch: self.branch.clone(),
            project: self.project.clone(),
            suite: self.suite.clone(),
            variant: self.variant.clone(),
            better: self.better.clone(),
            repeats: self.repeats,
            model: self.model.clone(),
            most_failed: self.max_failed.unwrap_or_default(),
        })
    }

    fn read(&self, file: &PathBuf, defaults: &Defaults) -> Outcome<ReadFile> {
        let name = file.display().to_string();
        let bytes = fs::read(file).with_context(|| format!("cannot read {name}")).or_usage()?;
        let format = match self.from {
            Some(format) => format,
            None => import::detect(&name, &bytes).or_usage()?,
        };
        let beside = format.beside(file).and_then(|beside| fs::read(beside).ok());
        let beside = beside.as_deref();
        let imported = import::import_with(format, &name, &bytes, beside, defaults).or_usage()?;
        if imported.records.is_empty() && imported.left_out == 0 {
            for item in &imported.set_aside {
                println!("set aside: {name}: {} {}", item.place, item.reason);
            }
            if imported.has_indistinct {
                return Err(anyhow!("nothing of {name} is imported; what is set aside says why"))
                    .or_unable();
            }
            let error = anyhow!("{name} holds nothing of this format; choose it with --from");
            return Err(error).or_usage();
        }
        Ok(ReadFile { name, imported })
    }
}

impl There {
    fn of(store: &Store, files: &[ReadFile]) -> Outcome<Self> {
        if !store.root().is_dir() {
            return Ok(Self::default());
        }
        let mut history = History::open(store, variables::now()?).or_unable()?;
        let found = files.iter().flat_map(|file| &file.imported.records);
        let known = known::gather(store, &mut history, found).or_unable()?;
        Ok(Self { known, table: history.table().clone() })
    }
}

fn check_agreement(files: &[ReadFile]) -> Outcome<()> {
    let content = |file: &ReadFile| Content::of(file.name.clone(), &file.imported.records);
    let contents: Vec<Content> = files.iter().map(content).collect();
    conflict(&contents).map_or(Ok(()), |words| Err(anyhow!(words))).or_usage()
}

fn written(place: Place) -> Option<Record> {
    match place {
        Place::New(record) => Some(*record),
        Place::There => None,
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
