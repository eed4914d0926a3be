//! `bench-runner compare`: from results to verdicts, reports and history.

mod imported;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::anyhow;
use bench_records::{
    gate::{Batch, HistoryWindow, Policy, PolicyName},
    metric::{Metric, MetricTable},
    naming::short_commit,
    normalize::JobContext,
    own_metrics,
};

use crate::{
    commands::{import::SourceArgs, layout::LayoutArg, print_json},
    compare::{
        Admission, Basis, Compared, Comparison, Request, Storing,
        adopt::adopt,
        base,
        policy::PolicyArgs,
        results::{self, Results},
    },
    exit::{Exit, OrExit, Outcome},
    import::Format,
    report,
    store::{self, Additions, Store, atomic, folder::History},
    terminal::{self, Stream},
    variables::{self, UploadPolicy, var},
};

use imported::ImportedFiles;

/// Judge results against history, report, and add them to the history.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bench-runner compare --results results --store history\n  \
                        bench-runner compare --base before/ --results after/\n  \
                        bench-runner compare --results results/*/\n  \
                        bench-runner compare --from hyperfine out.json --store history")]
pub struct Args {
    /// Folders of perf_*.json results, or such files
    #[arg(long, default_value = "results", value_name = "DIR|FILE", num_args = 1..)]
    results: Vec<PathBuf>,
    /// Judge files of this tool; of a history, the newest commit
    #[arg(long, value_enum, value_name = "TOOL", requires = "files", conflicts_with = "results")]
    from: Option<Format>,
    /// Files of that tool
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
    /// Which records to add to the store; auto adds all of them, except on pull requests [env:
    /// PERF_UPLOAD_POLICY] [default: auto]
    #[arg(long, value_enum)]
    persist: Option<Persist>,
    /// Main branch, whose records alone enter baselines [env: PERF_MAIN_BRANCH, and CI's] [default: main or master, else the one of most records]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    main_branch: Vec<String>,
    /// Where in the store to put them
    #[arg(long, value_enum, default_value_t)]
    layout: LayoutArg,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Print {
    /// For people, with the path of the report.
    Text,
    /// As JSON, and nothing else.
    Json,
}

impl Print {
    /// What `--json` asks for.
    #[must_use]
    pub fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }

    /// Prints the findings; on GitHub Actions annotations too, with nothing else there being taken
    /// for a command of theirs.
    fn show(self, comparison: &Comparison) {
        let annotations = variables::is_github_actions().then(|| report::annotations(comparison));
        match (self, annotations) {
            (Self::Json, annotations) => {
                print_json(&report::findings(comparison));
                terminal::block(Stream::Err, annotations.unwrap_or_default());
            }
            (Self::Text, None) => terminal::block(Stream::Out, report::text(comparison)),
            (Self::Text, Some(annotations)) => {
                let token = ulid::Ulid::generate().to_string();
                let text = report::without_commands(&report::text(comparison), &token);
                terminal::block(Stream::Out, text);
                terminal::block(Stream::Out, annotations);
            }
        }
    }
}

/// Which records are added to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Persist {
    Auto,
    Always,
    Pass,
    Never,
}

impl From<UploadPolicy> for Persist {
    fn from(policy: UploadPolicy) -> Self {
        match policy {
            UploadPolicy::Never => Self::Never,
            UploadPolicy::Pass => Self::Pass,
            UploadPolicy::Always => Self::Always,
        }
    }
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

/// What is judged, read once it is known with what it is compared.
pub enum Load<'a> {
    /// Results of ours.
    Results(Box<dyn FnOnce() -> Outcome<Results> + 'a>),
    /// Files of another tool.
    Imported(ImportedFiles<'a>),
}

impl<'a> Load<'a> {
    /// The results that `load` gives.
    pub fn results(load: impl FnOnce() -> Outcome<Results> + 'a) -> Self {
        Self::Results(Box::new(load))
    }

    fn read(self, job: &JobContext, store: Option<(&Store, &mut History)>) -> Outcome<Results> {
        match self {
            Self::Results(load) => load(),
            Self::Imported(files) => files.results(job, store),
        }
    }

    fn base(&self, path: &Path, job: &JobContext) -> Outcome<base::Base> {
        match self {
            Self::Results(_) => base::load(path, job).or_usage(),
            Self::Imported(files) => files.base(path, job),
        }
    }
}

impl JudgeArgs {
    /// Judges what `load` gives, reports, and stores.
    ///
    /// # Errors
    /// Usage errors, and a store that cannot be read; everything else is reported first.
    pub fn run(&self, load: Load<'_>, print: Print) -> Outcome {
        self.policy.warn_of_unread();
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
        let folder = self.reports_folder();
        let mut unreported: Vec<_> =
            report::write_records(&folder, &comparison).err().into_iter().collect();
        let unstored = match &mut stored {
            Some((store, history, storing)) => {
                self.store_records(store, history, *storing, &mut comparison)
            }
            None => Vec::new(),
        };
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
        let is_done = unstored.is_empty() && (is_suite || unreported.is_empty());
        let unjudged = comparison.unjudged_by_suite();
        for name in &unjudged {
            eprintln!(
                "error: {name} has none of the six metrics that this policy judges; judge it with \
                 --policy strict"
            );
        }
        let is_done = is_done && unjudged.is_empty();
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
        match &self.base {
            Some(path) => base::check(path).or_usage()?,
            None => drop(store::named(self.store.as_deref())?),
        }
        match self.policy.check()? {
            PolicyName::Strict => atomic::check_folder(&self.reports_folder()).or_unable()?,
            // these pass over a report that cannot be written
            PolicyName::Seed | PolicyName::FastVideo => {}
        }
        self.check_store()
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
            adopt(&mut results, &history.labels().map(|(_, labels)| labels).collect::<Vec<_>>());
        }
        let batch = Batch { table: history.table().clone(), ..batch(job, HistoryWindow::Before) };
        let against = store.name();
        let basis = Basis::History;
        let request = Request { policy: &policy, job, batch, against, basis, storing };
        let compared = request
            .compare(results, |record| history.series(|_, labels| policy.wants(record, labels)));
        let mut comparison = compared.or_unable()?;
        comparison.history_set_aside = history.counts().set_aside + store.set_aside().len();
        Ok(comparison)
    }

    fn against_base(&self, path: &Path, job: &JobContext, load: Load<'_>) -> Outcome<Comparison> {
        let base = load.base(path, job)?;
        let own = base.members.iter().flat_map(|member| own_metrics::of_record(&member.record));
        let table = MetricTable::with_own(own);
        let batch = Batch { table, ..batch(job, HistoryWindow::All) };
        let results = load.read(job, None)?;
        let table = batch.table.clone().extended(results.own_metrics());
        let policy: Policy = self.policy.resolve(&table)?;
        let against = path.display().to_string();
        let (basis, storing) = (Basis::Given, Storing::Nothing);
        let request = Request { policy: &policy, job, batch, against, basis, storing };
        let wanted = |record: &_| {
            let wanted = base.series.iter().filter(|series| policy.wants(record, &series.labels));
            Ok::<_, anyhow::Error>(wanted.cloned().collect())
        };
        let mut comparison = request.compare(results, wanted).or_unable()?;
        comparison.tell_of_base(&base);
        Ok(comparison)
    }

    /// A dataset is many jobs' baseline: it takes the full suite's records of main, or what is
    /// stored expressly, and nothing of a pull request.
    fn storing(&self, store: &Store, job: &JobContext) -> Storing {
        let origin = &job.provenance;
        let is_shared = store.dataset().is_some();
        let persist = self.persist.or_else(|| variables::upload_policy().map(Persist::from));
        match persist.unwrap_or(Persist::Auto) {
            Persist::Never => Storing::Nothing,
            Persist::Always | Persist::Pass if is_shared && origin.is_pull_request() => {
                let name = store.name();
                eprintln!(
                    "warning: a pull request never writes to a dataset; nothing is added to {name}"
                );
                Storing::Nothing
            }
            Persist::Always => Storing::All,
            Persist::Pass => Storing::Passing,
            Persist::Auto => {
                let is_full_main = origin.test_scope == "full" && origin.is_of_main_branch();
                let is_wanted = !origin.is_pull_request() && (is_full_main || !is_shared);
                if is_wanted { Storing::All } else { Storing::Nothing }
            }
        }
    }

    /// Adds what was measured to the store and brings its index up to date.
    fn store_records(
        &self,
        store: &Store,
        history: &mut History,
        storing: Storing,
        comparison: &mut Comparison,
    ) -> Vec<anyhow::Error> {
        let mut additions = match store::add(store) {
            Ok(additions) => additions,
            Err(failure) => return vec![failure.error],
        };
        let mut problems = Vec::new();
        // before the records, whose numbers mean nothing without them
        if let Err(error) = add_own_metrics(&mut additions, comparison) {
            return vec![error];
        }
        // FastVideo's comparators store what holds no number too
        let is_suite = comparison.policy != PolicyName::Strict;
        let is_taken = |compared: &&mut Compared| {
            let is_measured = !compared.record.metrics.is_empty();
            (is_measured || is_suite) && storing.takes(&compared.record)
        };
        for compared in comparison.compared.iter_mut().filter(is_taken) {
            match &compared.admission {
                Admission::New => {}
                Admission::Known(path) => {
                    compared.stored_as = Some(path.clone());
                    continue;
                }
                Admission::Interrupted => continue,
            }
            // once the record is there, nobody comes back for its trials
            let trials = match &compared.raw {
                Some(raw) => additions.trials(&compared.record, raw),
                None => Ok(()),
            };
            let stored =
                trials.and_then(|()| additions.record(&mut compared.record, self.layout.into()));
            match stored {
                Ok(path) => compared.stored_as = Some(path),
                Err(error) => problems.push(error),
            }
        }
        let is_added = |compared: &&Compared| {
            compared.admission == Admission::New && compared.stored_as.is_some()
        };
        let mut stored = comparison.compared.iter().filter(is_added).count();
        match additions.records(&mut comparison.earlier, self.layout.into(), || {}) {
            Ok(()) => {
                stored += comparison.earlier.len();
                comparison.earlier_stored = comparison.earlier.len();
            }
            Err(error) => problems.push(error),
        }
        if stored > 0 {
            let commit = short_commit(&comparison.commit);
            let summary = format!("{stored} performance records of {commit}");
            problems.extend(additions.finish(&summary).err());
            problems.extend(history.update().err());
        }
        problems
    }

    fn reports_folder(&self) -> PathBuf {
        let named = self.reports.clone().or_else(|| var("PERF_REPORTS_DIR").map(PathBuf::from));
        named.unwrap_or_else(|| PathBuf::from("reports"))
    }
}

/// Adds the metrics of new records that are not built in; those that the store has already stay.
fn add_own_metrics(additions: &mut Additions<'_>, comparison: &Comparison) -> anyhow::Result<()> {
    let new = comparison.compared.iter().filter(|compared| compared.admission == Admission::New);
    let new = new.map(|compared| &compared.record).chain(&comparison.earlier);
    let keys: BTreeSet<&str> =
        new.flat_map(|record| record.metrics.keys().map(String::as_str)).collect();
    let own = comparison.table.own().iter().filter(|metric| keys.contains(&*metric.key));
    let own: Vec<Metric> = own.cloned().collect();
    if own.is_empty() { Ok(()) } else { additions.metrics(&own) }
}

fn batch(job: &JobContext, window: HistoryWindow) -> Batch {
    let unattributed_failure = variables::failed_tests();
    Batch { now: job.now, window, unattributed_failure, ..Batch::default() }
}
