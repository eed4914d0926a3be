//! `bench-runner compare`: from results to verdicts, reports and history.

mod imported;
mod load;
mod print;
mod recipes;
mod storing;

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use bench_records::{
    gate::{Batch, HistoryWindow, Policy, PolicyName},
    normalize::JobContext,
};

use crate::{
    commands::{import::SourceArgs, layout::LayoutArg},
    compare::{
        Basis, Comparison, FailOn, Request, Storing, adopt::adopt, base, policy::PolicyArgs,
        refusals::refuse, results,
    },
    exit::{Exit, OrExit, Outcome},
    import::Format,
    report,
    store::{self, Store, atomic, folder::History},
    variables::{self, var},
};

pub use imported::ImportedFiles;
pub use load::Load;
pub use print::Print;
use storing::Persist;

/// Judge results against history, write reports, and add the results to the history.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bench-runner compare --results results --store history\n  \
                        bench-runner compare --base before/ --results after/\n  \
                        bench-runner compare --results results/*/\n  \
                        bench-runner compare --from hyperfine out.json --store history")]
pub struct Args {
    /// Folders of perf_*.json results, or single result files
    #[arg(long, default_value = "results", value_name = "DIR|FILE", num_args = 1..)]
    results: Vec<PathBuf>,
    /// Judge files written by this tool; if a file has several commits, judge the newest
    #[arg(long, value_enum, value_name = "TOOL", requires = "files", conflicts_with = "results")]
    from: Option<Format>,
    /// Files written by the tool that --from names
    #[arg(value_name = "FILE", requires = "from")]
    files: Vec<PathBuf>,
    #[command(flatten, next_help_heading = "With --from")]
    source: SourceArgs,
    #[command(flatten)]
    judge: JudgeArgs,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

/// With what results are compared, how they are judged, and where that goes.
#[derive(Debug, clap::Args)]
pub struct JudgeArgs {
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI", conflicts_with = "base")]
    store: Option<String>,
    /// Judge against these results instead of a store
    #[arg(long, value_name = "FILE|DIR")]
    base: Option<PathBuf>,
    /// Folder for reports [env: PERF_REPORTS_DIR] [default: reports]
    #[arg(long, value_name = "DIR")]
    reports: Option<PathBuf>,
    #[command(flatten)]
    policy: PolicyArgs,
    /// What ends with exit code 1 under the policy strict; reports are the same
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    fail_on: FailOn,
    /// Which records to add to the store; auto adds all except on pull requests, and to a dataset
    /// only those of the full suite on the main branch [env: PERF_UPLOAD_POLICY: never, pass or
    /// always] [default: auto]
    #[arg(long, value_enum)]
    persist: Option<Persist>,
    /// Main branch: only its records enter baselines [env: PERF_MAIN_BRANCH, and CI's] [default: main or master, otherwise the branch with the most records]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    main_branch: Vec<String>,
    /// Where in the store to put the records
    #[arg(long, value_enum, default_value_t)]
    layout: LayoutArg,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage errors, and a store that cannot be read; everything else is reported first.
    pub fn run(self) -> Outcome {
        let print = Print::of(self.json);
        if let Some(from) = self.from {
            let files = ImportedFiles { from, files: &self.files, source: &self.source };
            return self.judge.run(Load::Imported(files), print);
        }
        if let Some(flag) = self.source.given() {
            let error =
                anyhow!("{flag} says something of other tools' files; name their tool with --from");
            return Err(error).or_usage();
        }
        let load = || results::load(&self.results).or_unable();
        self.judge.run(Load::results(load), print)
    }
}

impl JudgeArgs {
    /// The store that the flag names.
    pub fn store(&self) -> Option<&str> {
        self.store.as_deref()
    }

    /// Judges what `load` gives, reports, and stores.
    ///
    /// # Errors
    /// Usage errors, and a store that cannot be read; everything else is reported first.
    pub fn run(&self, load: Load<'_>, print: Print) -> Outcome {
        self.policy_name()?;
        self.policy.warn_of_unread();
        let dashboard = variables::dashboard_url()?;
        let job = self.job()?;
        let (mut comparison, mut stored) = match &self.base {
            Some(path) => (self.against_base(path, &job, load)?, None),
            None => {
                let store = store::open(self.store.as_deref())?;
                let mut history = History::open(store.folder(), job.now).or_unable()?;
                let storing = self.storing(&store, &job);
                let comparison = self.against_history(&store, &mut history, &job, storing, load)?;
                let stored = (store, history, storing);
                (comparison, Some(stored).filter(|_| storing != Storing::Nothing))
            }
        };
        comparison.dashboard = dashboard;
        let folder = self.reports_folder();
        let mut unreported: Vec<_> =
            report::write_records(&folder, &comparison).err().into_iter().collect();
        let unstored = match &mut stored {
            Some((store, history, storing)) => {
                self.store_records(store, history, *storing, &mut comparison)
            }
            None => Vec::new(),
        };
        let unjudged: Vec<String> =
            comparison.unjudged_by_suite().into_iter().map(str::to_owned).collect();
        if !(unstored.is_empty() && unjudged.is_empty()) {
            comparison.besides = comparison.besides.or(Exit::Unable);
        }
        let written = report::write_reports(&folder, &comparison);
        print.show(&comparison);
        match written {
            Ok(path) if print == Print::Text => println!("report: {}", path.display()),
            Ok(_) => {}
            Err(error) => unreported.push(error),
        }
        for problem in unreported.iter().chain(&unstored) {
            eprintln!("error: {problem:#}");
        }
        // FastVideo's comparators pass over a report that they cannot write
        let is_suite = comparison.policy != PolicyName::Strict;
        let is_done = is_suite || unreported.is_empty();
        for name in &unjudged {
            eprintln!(
                "error: {name} has none of the six metrics that this policy judges; judge it with \
                 --policy strict"
            );
        }
        Ok(comparison.exit().or(if is_done { Exit::Passed } else { Exit::Unable }))
    }

    /// What CI says of the job, and this command of its repository.
    fn job(&self) -> Outcome<JobContext> {
        let mut job = variables::job_context()?;
        if !self.main_branch.is_empty() {
            job.provenance.main_branch = self.main_branch.join(",");
        }
        Ok(job)
    }

    /// Says what is wrong with flags and variables, for what takes long before it judges.
    ///
    /// # Errors
    /// Usage errors.
    pub fn check(&self) -> Outcome<()> {
        variables::dashboard_url()?;
        match &self.base {
            Some(path) => base::check(path).or_usage()?,
            None => drop(store::named(self.store.as_deref())?),
        }
        match self.policy_name()? {
            PolicyName::Strict => atomic::check_folder(&self.reports_folder()).or_unable()?,
            // these pass over a report that cannot be written
            PolicyName::Seed | PolicyName::FastVideo => {}
        }
        self.check_store()
    }

    /// The policy; only `strict` knows levels.
    fn policy_name(&self) -> Outcome<PolicyName> {
        let policy = self.policy.check()?;
        if policy != PolicyName::Strict && self.fail_on != FailOn::Gate {
            let error =
                anyhow!("--fail-on needs --policy strict; the other policies know no steps");
            return Err(error).or_usage();
        }
        Ok(policy)
    }

    /// Holds that the store can be read and, where records are going to be stored, written to.
    fn check_store(&self) -> Outcome<()> {
        if self.base.is_some() {
            return Ok(());
        }
        let store = store::named(self.store.as_deref())?;
        store.folder().metric_table().or_unable()?;
        if self.storing(&store, &self.job()?) != Storing::Nothing {
            store::check_writable(&store)?;
        }
        Ok(())
    }

    fn against_history(
        &self,
        store: &Store,
        history: &mut History,
        job: &JobContext,
        storing: Storing,
        load: Load<'_>,
    ) -> Outcome<Comparison> {
        let mut results = load.read(job, Some((store, &mut *history)))?;
        let table = history.table().clone().extended(results.own_metrics());
        let policy = self.policy.resolve(&table)?;
        if policy.name() == PolicyName::Strict {
            refuse(&mut results, &table);
            adopt(&mut results, &history.labels().map(|(_, labels)| labels).collect::<Vec<_>>());
        }
        let batch = Batch { table: history.table().clone(), ..batch(job, HistoryWindow::Before) };
        let against = store.name();
        let basis = Basis::History;
        let fail_on = self.fail_on;
        let request = Request { policy: &policy, job, batch, against, basis, storing, fail_on };
        let compared = request
            .compare(results, |record| history.series(|_, labels| policy.wants(record, labels)));
        let mut comparison = compared.or_unable()?;
        recipes::explain(&mut comparison, store, history, &policy).or_unable()?;
        comparison.history_set_aside = history.counts().set_aside + store.set_aside().len();
        Ok(comparison)
    }

    fn against_base(&self, path: &Path, job: &JobContext, load: Load<'_>) -> Outcome<Comparison> {
        let base = load.base(path, job)?;
        let table = base.table().or_usage()?;
        let batch = Batch { table, ..batch(job, HistoryWindow::All) };
        let mut results = load.read(job, None)?;
        let table = batch.table.clone().extended(results.own_metrics());
        let policy: Policy = self.policy.resolve(&table)?;
        if policy.name() == PolicyName::Strict {
            refuse(&mut results, &table);
        }
        let against = path.display().to_string();
        let (basis, storing) = (Basis::Given, Storing::Nothing);
        let fail_on = self.fail_on;
        let request = Request { policy: &policy, job, batch, against, basis, storing, fail_on };
        let wanted = |record: &_| {
            let wanted = base.series.iter().filter(|series| policy.wants(record, &series.labels));
            Ok::<_, anyhow::Error>(wanted.cloned().collect())
        };
        let mut comparison = request.compare(results, wanted).or_unable()?;
        comparison.tell_of_base(&base);
        Ok(comparison)
    }

    fn reports_folder(&self) -> PathBuf {
        let named = self.reports.clone().or_else(|| var("PERF_REPORTS_DIR").map(PathBuf::from));
        named.unwrap_or_else(|| PathBuf::from("reports"))
    }
}

fn batch(job: &JobContext, window: HistoryWindow) -> Batch {
    let unattributed_failure = variables::failed_tests();
    Batch { now: job.now, window, unattributed_failure, ..Batch::default() }
}
