//! `bench-runner export`: records for other tools.

use std::path::PathBuf;

use anyhow::anyhow;
use bench_records::naming::is_same_commit;
use clap::ValueEnum;
use globset::GlobMatcher;

use crate::{
    exit::{Exit, OrExit, Outcome},
    export::pytorch::{self, About},
    run::selection,
    store::{
        self,
        atomic::{self, Durability},
        folder::History,
    },
    terminal, values, variables,
    words::counted,
};

/// Write records in the format of another tool.
///
/// For PyTorch's benchmark database: a record in its schema v3 for each metric of each run, one per line. Failed
/// runs and those of pull requests are left out.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bench-runner export --to pytorch --repository vllm-project/vllm --out benchmark_results.json\n  \
                        bench-runner export --to pytorch --repository vllm-project/vllm --commit 3f2c1ab"
)]
pub struct Args {
    /// Tool that reads the records
    #[arg(long, value_enum, value_name = "TOOL")]
    to: Tool,
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
    /// File for the records [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Export only what was measured of this commit
    #[arg(long, value_name = "SHA", value_parser = values::commit)]
    commit: Option<String>,
    /// Export only benchmarks whose id matches, such as 'serving/*'
    #[arg(long, value_name = "GLOB", value_parser = selection::pattern)]
    only: Option<GlobMatcher>,
    /// Name of the benchmark in the database
    #[arg(long, value_name = "NAME", default_value = "bench-runner benchmark", value_parser = values::words)]
    benchmark: String,
    /// Repository that was measured, for records that do not say
    #[arg(long, value_name = "OWNER/NAME")]
    repository: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tool {
    /// PyTorch's benchmark database, schema v3, as JSON lines
    Pytorch,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage, where there is nothing to export; unable, where the store cannot be read or the file not written.
    pub fn run(self) -> Outcome {
        let Tool::Pytorch = self.to;
        let store = store::open_to_show(self.store.as_deref())?;
        store::check_there(&store, self.store.as_deref(), store::Unnamed::MustBeThere)?;
        let mut history = History::open(store.folder(), variables::now()?).or_unable()?;
        let is_named = |name: &str| self.only.as_ref().is_none_or(|glob| glob.is_match(name));
        let all = history.series(|_, labels| labels.names().any(is_named)).or_unable()?;
        let about =
            About { benchmark: self.benchmark.clone(), repository: self.repository.clone() };
        let (mut lines, mut left_out) = (String::new(), 0);
        for series in &all {
            let is_wanted =
                |commit: &str| self.commit.as_ref().is_none_or(|sha| is_same_commit(commit, sha));
            let exported = pytorch::records(series, &about, |point| is_wanted(&point.commit));
            let exported = exported.map_err(|reason| anyhow!(reason)).or_usage()?;
            left_out += exported.left_out;
            for record in exported.records {
                lines += &format!("{record}\n");
            }
        }
        let count = lines.lines().count();
        if left_out > 0 {
            eprintln!(
                "note: {} left out: failed, excluded, undated or of a pull request",
                counted(left_out, "run")
            );
        }
        if count == 0 {
            let error =
                anyhow!("{} has nothing to export; see `bench-runner history`", store.name());
            return Err(error).or_usage();
        }
        match &self.out {
            None => lines.lines().for_each(terminal::json),
            Some(path) => {
                atomic::write(path, lines.as_bytes(), Durability::Derived).or_unable()?;
                println!("{}: {}", path.display(), counted(count, "record"));
            }
        }
        Ok(Exit::Passed)
    }
}
