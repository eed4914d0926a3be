//! Files of other tools, read with what to assume where they are silent.
//!
//! In: paths and flags. Out: what each file holds; files that contradict each other are refused.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use bench_records::{
    metric::{Metric, MetricTable},
    record::Record,
    time::Micros,
};

use super::{
    conflicts::{Content, conflict},
    known,
    unmatched::unmatched,
};
use crate::{
    exit::{OrExit, Outcome},
    import::{
        self, BetterRule, Defaults, ExtraRule, Format, ImportError, Imported, MostFailed, Repeats,
        Runs, SetAsideItem,
        known::Known,
        place::{Place, Placer},
    },
    store::{Store, folder::History},
    values,
};

/// What to assume of files, and what distinguishes them from others.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SourceArgs {
    /// Commit that was measured, if the file does not say
    #[arg(long, value_parser = values::commit)]
    pub commit: Option<String>,
    /// Time of the measurement in ISO 8601, if the file does not say
    #[arg(long)]
    pub timestamp: Option<String>,
    /// GPU or CPU that ran it, if the file does not say
    #[arg(long)]
    pub gpu: Option<String>,
    /// Branch that was measured, if the file does not say
    #[arg(long)]
    pub branch: Option<String>,
    /// Repository that was measured, such as OWNER/NAME; overrides the file
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,
    /// Suite that was measured; overrides the file
    #[arg(long, value_name = "NAME")]
    pub suite: Option<String>,
    /// Name that distinguishes these measurements from others with the same names, such as debug
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// Direction in which values are better; overrides the file: lower, higher, or NAME=lower for some
    #[arg(long, value_name = "[NAME=]DIRECTION", value_parser = BetterRule::parse)]
    pub better: Vec<BetterRule>,
    /// What the lines of `extra` with this name are, where the name alone does not say
    #[arg(long, value_name = "NAME=parameter|result", value_parser = ExtraRule::parse)]
    pub extra: Vec<ExtraRule>,
    /// How to treat several values of one name in one run
    #[arg(long, value_enum, default_value_t)]
    pub repeats: Repeats,
    /// Model that a load test measured, if neither the file nor the .commands file beside it says
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Share of a load test's requests that may fail; a record with more failures is kept as failed and enters no baseline [default: 1%]
    #[arg(long, value_name = "SHARE")]
    pub max_failed: Option<MostFailed>,
}

/// A file and what it holds.
pub struct ReadFile {
    pub name: String,
    pub imported: Imported,
}

/// What the store has.
#[derive(Default)]
pub struct There {
    known: Known,
    /// Metrics of the dataset and of the files that were placed.
    pub table: MetricTable,
}

/// What a file comes to in a store.
pub struct Placed {
    /// Where each of its records goes.
    pub places: Vec<Place>,
    /// Metrics of its records that are not built in.
    pub metrics: Vec<Metric>,
    /// What could not be read.
    pub set_aside: Vec<SetAsideItem>,
    /// What people should hear.
    pub notices: Vec<String>,
}

impl SourceArgs {
    /// Reads `files`, written by the tool `from`, or by the one that their content says.
    ///
    /// # Errors
    /// Usage, where a file is not of the format, or two files contradict each other.
    pub fn read(&self, from: Option<Format>, files: &[PathBuf]) -> Outcome<Vec<ReadFile>> {
        self.read_with(from, files, |_| None)
    }

    /// The same; where neither a file nor a flag says when, the time that `time` gives.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_with(
        &self,
        from: Option<Format>,
        files: &[PathBuf],
        time: impl Fn(&Path) -> Option<Micros>,
    ) -> Outcome<Vec<ReadFile>> {
        let defaults = self.defaults()?;
        let read = files.iter().map(|file| {
            let timestamp = defaults.timestamp.or_else(|| time(file));
            read(from, file, &Defaults { timestamp, ..defaults.clone() })
        });
        let mut files = read.collect::<Outcome<Vec<ReadFile>>>()?;
        let mut runs = Runs::default();
        for ReadFile { name, imported } in &mut files {
            let said = runs.compare(name, &imported.records);
            imported.notices.extend(said);
        }
        let unmatched = unmatched(&self.extra, &files);
        files.iter_mut().take(1).for_each(|file| file.imported.notices.extend(unmatched.clone()));
        let content = |file: &ReadFile| Content::of(file.name.clone(), &file.imported.records);
        let contents: Vec<Content> = files.iter().map(content).collect();
        conflict(&contents).map_or(Ok(files), |words| Err(anyhow!(words))).or_usage()
    }

    /// The first flag that says something; `None` where nothing is said.
    pub fn given(&self) -> Option<&'static str> {
        let given = [
            ("--commit", self.commit.is_some()),
            ("--timestamp", self.timestamp.is_some()),
            ("--gpu", self.gpu.is_some()),
            ("--branch", self.branch.is_some()),
            ("--project", self.project.is_some()),
            ("--suite", self.suite.is_some()),
            ("--variant", self.variant.is_some()),
            ("--better", !self.better.is_empty()),
            ("--extra", !self.extra.is_empty()),
            ("--repeats", self.repeats != Repeats::default()),
            ("--model", self.model.is_some()),
            ("--max-failed", self.max_failed.is_some()),
        ];
        given.into_iter().find(|(_, is_given)| *is_given).map(|(flag, _)| flag)
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
            extra: self.extra.clone(),
            repeats: self.repeats,
            model: self.model.clone(),
            most_failed: self.max_failed.unwrap_or_default(),
        })
    }
}

fn read(from: Option<Format>, file: &PathBuf, defaults: &Defaults) -> Outcome<ReadFile> {
    let name = file.display().to_string();
    let bytes = fs::read(file).with_context(|| format!("cannot read {name}")).or_usage()?;
    let format = match from {
        Some(format) => format,
        None => import::detect(&name, &bytes).or_usage()?,
    };
    let beside = format.beside(file).and_then(|beside| fs::read(beside).ok());
    let beside = beside.as_deref();
    let imported = match import::import_with(format, &name, &bytes, beside, defaults) {
        // as where every benchmark failed
        Err(nothing @ ImportError::Empty { .. }) => return Err(nothing).or_unable(),
        imported => imported.or_usage()?,
    };
    if imported.records.is_empty() && imported.left_out == 0 {
        for item in &imported.set_aside {
            eprintln!("set aside: {name}: {} {}", item.place, item.reason);
        }
        if imported.has_indistinct {
            return Err(anyhow!("nothing of {name} is imported; what is set aside says why"))
                .or_unable();
        }
        if from.is_none() {
            let error = anyhow!(
                "nothing was measured: {name} is of the format {format}, and what is set aside says \
                 why none of it is imported"
            );
            return Err(error).or_unable();
        }
        let error = anyhow!("{name} holds nothing of this format; choose it with --from");
        return Err(error).or_usage();
    }
    Ok(ReadFile { name, imported })
}

impl There {
    /// What a store has of the series that the files measure.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn of(store: &Store, history: &mut History, files: &[ReadFile]) -> Outcome<Self> {
        let found = files.iter().flat_map(|file| &file.imported.records);
        let known = known::gather(store, history, found).or_unable()?;
        Ok(Self { known, table: history.table().clone() })
    }

    /// Finds a place for each record of a file, which was read with these rules.
    pub fn place(&mut self, imported: Imported, rules: &[ExtraRule]) -> Placed {
        let Imported { records, metrics, set_aside, mut notices, .. } = imported;
        self.table = std::mem::take(&mut self.table).extended(metrics.iter().cloned());
        let (places, said) = Placer::new(&mut self.known, &self.table, rules).place(records);
        notices.extend(said);
        Placed { places, metrics, set_aside, notices }
    }
}

/// The metrics that any of these records has.
pub fn used<'r>(metrics: &[Metric], records: impl Iterator<Item = &'r Record>) -> Vec<Metric> {
    let keys: HashSet<&str> =
        records.flat_map(|record| record.metrics.keys().map(String::as_str)).collect();
    let is_used = |metric: &&Metric| keys.contains(metric.key.as_ref());
    metrics.iter().filter(is_used).cloned().collect()
}
