//! `bench-runner compare`: from results to verdicts, reports and history.

use std::path::{Path, PathBuf};

use bench_records::{
    gate::{Batch, HistoryWindow, Policy, PolicyName},
    metric::MetricTable,
    naming::short_commit,
    normalize::JobContext,
};

use crate::{
    commands::print_json,
    compare::{
        Admission, Compared, Comparison, Request,
        adopt::adopt,
        base,
        policy::PolicyArgs,
        results::{self, Results},
    },
    exit::{Exit, OrExit, Outcome},
    report,
    store::{
        self, Store, atomic,
        folder::{History, Layout},
    },
    variables::{self, var},
};

/// Judge results against history, report, and add them to the history.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  bench-runner compare --results results --store history\n  \
                        bench-runner compare --base before/ --results after/\n  \
                        bench-runner compare --results results/*/")]
pub struct Args {
    /// Folders of perf_*.json results, or such files
    #[arg(long, default_value = "results", value_name = "DIR|FILE", num_args = 1..)]
    results: Vec<PathBuf>,
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
    /// Whether to add the records to the store; auto adds them except on pull requests
    #[arg(long, value_enum, default_value_t)]
    persist: Persist,
    /// Where in the store to put them
    #[arg(long, value_enum, default_value_t)]
    layout: Layout,
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
                eprint!("{}", annotations.unwrap_or_default());
            }
            (Self::Text, None) => println!("{}", report::text(comparison)),
            (Self::Text, Some(annotations)) => {
                let token = ulid::Ulid::generate().to_string();
                println!("{}", report::without_commands(&report::text(comparison), &token));
                print!("{annotations}");
            }
        }
    }
}

/// When records are added to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Persist {
    #[default]
    Auto,
    Always,
    Never,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage errors, and a store that cannot be read; everything else is reported first.
    pub fn run(self) -> Outcome {
        let load = || results::load(&self.results).or_unable();
        self.judge.run(load, Print::of(self.json))
    }
}

impl JudgeArgs {
    /// Judges the results that `load` gives, reports, and stores.
    ///
    /// # Errors
    /// Usage errors, and a store that cannot be read; everything else is reported first.
    pub fn run(&self, load: impl FnOnce() -> Outcome<Results>, print: Print) -> Outcome {
        let job = variables::job_context()?;
        let (mut comparison, mut stored) = match &self.base {
            Some(path) => (self.against_base(path, &job, load)?, None),
            None => {
                let store = store::open(self.store.as_deref())?;
                let mut history = History::open(&store, job.now).or_unable()?;
                let is_stored = self.persists(&store, &job);
                let comparison = self.against_history(&store, &mut history, &job, load)?;
                (comparison, Some((store, history)).filter(|_| is_stored))
            }
        };
        let folder = self.reports_folder();
        let mut unreported: Vec<_> =
            report::write_records(&folder, &comparison).err().into_iter().collect();
        let unstored = match &mut stored {
            Some((store, history)) => self.store_records(store, history, &mut comparison),
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
        Ok(comparison.exit().or(if is_done { Exit::Passed } else { Exit::Unable }))
    }

    /// Says what is wrong with flags and variables, for what takes long before it judges.
    ///
    /// # Errors
    /// Usage errors.
    pub fn check(&self) -> Outcome<()> {
        match &self.base {
            Some(path) => base::check(path).or_usage()?,
            None => drop(Store::named(self.store.as_deref())?),
        }
        match self.policy.resolve(&MetricTable::default())?.name() {
            PolicyName::Strict => atomic::check_folder(&self.reports_folder()).or_unable(),
            // these pass over a report that cannot be written
            PolicyName::Seed | PolicyName::FastVideo => Ok(()),
        }
    }

    fn against_history(
        &self,
        store: &Store,
        history: &mut History,
        job: &JobContext,
        load: impl FnOnce() -> Outcome<Results>,
    ) -> Outcome<Comparison> {
        let policy = self.policy.resolve(history.table())?;
        let mut results = load()?;
        if policy.name() == PolicyName::Strict {
            adopt(&mut results, &history.labels().map(|(_, labels)| labels).collect::<Vec<_>>());
        }
        let batch = Batch { table: history.table().clone(), ..batch(job, HistoryWindow::Before) };
        let against = store.name();
        let is_stored = self.persists(store, job);
        let request = Request { policy: &policy, job, batch, against, is_stored };
        let compared = request
            .compare(results, |record| history.series(|_, labels| policy.wants(record, labels)));
        let mut comparison = compared.or_unable()?;
        comparison.history_set_aside = history.counts().set_aside + store.set_aside().len();
        Ok(comparison)
    }

    fn against_base(
        &self,
        path: &Path,
        job: &JobContext,
        load: impl FnOnce() -> Outcome<Results>,
    ) -> Outcome<Comparison> {
        let series = base::load(path, job).or_usage()?;
        let batch = batch(job, HistoryWindow::All);
        let policy: Policy = self.policy.resolve(&batch.table)?;
        let results = load()?;
        let against = path.display().to_string();
        let request = Request { policy: &policy, job, batch, against, is_stored: false };
        let wanted = |record: &_| {
            let wanted = series.iter().filter(|series| policy.wants(record, &series.labels));
            Ok::<_, anyhow::Error>(wanted.cloned().collect())
        };
        let mut comparison = request.compare(results, wanted).or_unable()?;
        for compared in &mut comparison.compared {
            if compared.judgement.baseline_count == 0 {
                let notice = format!("{} has no result of this series", comparison.against);
                compared.judgement.notices.push(notice);
            }
        }
        Ok(comparison)
    }

    /// A dataset is many jobs' baseline: it takes the full suite's records of main, or what is
    /// stored expressly, and nothing of a pull request.
    fn persists(&self, store: &Store, job: &JobContext) -> bool {
        let origin = &job.provenance;
        let is_shared = store.dataset().is_some();
        match self.persist {
            Persist::Always => !(is_shared && origin.is_pull_request()),
            Persist::Never => false,
            Persist::Auto if is_shared => {
                let is_full_main = origin.test_scope == "full" && origin.branch == "main";
                is_full_main && !origin.is_pull_request()
            }
            Persist::Auto => !origin.is_pull_request(),
        }
    }

    /// Adds what was measured to the store and brings its index up to date.
    fn store_records(
        &self,
        store: &Store,
        history: &mut History,
        comparison: &mut Comparison,
    ) -> Vec<anyhow::Error> {
        let mut additions = match store.add() {
            Ok(additions) => additions,
            Err(failure) => return vec![failure.error],
        };
        let mut problems = Vec::new();
        let measured = |compared: &&mut Compared| !compared.record.metrics.is_empty();
        for compared in comparison.compared.iter_mut().filter(measured) {
            match &compared.admission {
                Admission::New => {}
                Admission::Known(path) => {
                    compared.stored_as = Some(path.clone());
                    continue;
                }
                Admission::Interrupted => continue,
            }
            // once the record is there, nobody comes back for its trials
            let stored = additions
                .trials(&compared.record, &compared.raw)
                .and_then(|()| additions.record(&mut compared.record, self.layout));
            match stored {
                Ok(path) => compared.stored_as = Some(path),
                Err(error) => problems.push(error),
            }
        }
        let is_added = |compared: &&Compared| {
            compared.admission == Admission::New && compared.stored_as.is_some()
        };
        let stored = comparison.compared.iter().filter(is_added).count();
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

fn batch(job: &JobContext, window: HistoryWindow) -> Batch {
    let unattributed_failure = variables::failed_tests();
    Batch { now: job.now, window, unattributed_failure, ..Batch::default() }
}
