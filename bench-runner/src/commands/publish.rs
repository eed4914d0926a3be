//! `bench-runner publish`: a history as a static site.

use std::path::PathBuf;

use anyhow::ensure;
use bench_records::{naming::is_commit, time::Micros};

use crate::{
    commands::print_json,
    exit::{Exit, OrExit, Outcome},
    publish::{self, Identity, Program, Published, PublishedFolder, Runs, Snapshot},
    store::{
        self, Store,
        dataset::{Freshness, Wanted},
        folder::History,
    },
    values, variables,
    words::counted,
};

/// Make a static site from a history: the dashboard with its data, and a table, an Atom feed, badges
/// and a summary for readers without JavaScript and for programs.
///
/// The site works on any static host, in a sub-folder of one, and offline. Files that an earlier
/// `publish` put into the folder are replaced at once; others stay.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    bench-runner publish --store history --out dist\n  \
    bench-runner publish --out dist --build 4d3f0a1 --base-url https://example.org/perf/\n\n\
    Serve it with any file server, such as `python3 -m http.server -d dist`")]
pub struct Args {
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
    /// Folder that becomes the site
    #[arg(long, value_name = "DIR", default_value = "dist")]
    out: PathBuf,
    /// Folder of this build within --out, beside those of earlier builds; index.html lists them
    #[arg(long, value_name = "NAME")]
    build: Option<String>,
    /// Address at which the folder will be served, for links in the feed and summary.json
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Heading of every page
    #[arg(long, default_value = "Inference performance")]
    title: String,
    /// Address of the measured repository, for links to commits [env: GITHUB_SERVER_URL, GITHUB_REPOSITORY]
    #[arg(long, value_name = "URL")]
    repository: Option<String>,
    /// A release, so that comparisons can be asked for by its tag; repeat it for several
    #[arg(long, value_name = "TAG=COMMIT", value_parser = release)]
    release: Vec<(String, String)>,
    /// How many days before the newest record the charts show at first [env: DASHBOARD_DAYS] [default: 30]
    #[arg(long, value_parser = values::days, allow_negative_numbers = true)]
    days: Option<u32>,
    /// Runs whose records and trials are included, for the run page
    #[arg(long, value_enum, default_value_t)]
    runs: Runs,
    /// Folder of a built dashboard [default: the one built into this binary by the feature `site`]
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// Print what was published as JSON
    #[arg(long)]
    json: bool,
}

/// A release as `TAG=COMMIT`.
fn release(text: &str) -> Result<(String, String), String> {
    let (tag, commit) = text.split_once('=').ok_or("expected TAG=COMMIT")?;
    if tag.is_empty() || !is_commit(commit) {
        return Err("expected TAG=COMMIT, a commit of 7 to 64 hexadecimal digits".to_owned());
    }
    Ok((tag.to_owned(), commit.to_owned()))
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage, for an address or a folder that cannot be used; unable, where the history cannot be
    /// read or the site cannot be written.
    pub fn run(self) -> Outcome {
        let identity = self.identity()?;
        self.check_out().or_usage()?;
        let program = Program::load(self.site.as_deref()).or_usage()?;
        let store = store::named(self.store.as_deref())?;
        store::check_there(&store, self.store.as_deref(), store::Unnamed::MustBeThere)?;
        let wanted =
            if self.runs == Runs::None { Wanted::History } else { Wanted::HistoryAndTrials };
        store.sync(Freshness::Now, wanted).or_unable()?;
        let snapshot = self.snapshot(&store, variables::now()?)?;
        let source = (store.folder(), self.runs);
        let published = match &self.build {
            None => publish::publish(&snapshot, source, &program, &identity, &self.out),
            Some(name) => {
                let place = (self.out.as_path(), name.as_str());
                publish::publish_build(&snapshot, source, &program, &identity, place)
            }
        };
        self.report(&published.or_unable()?);
        Ok(Exit::Passed)
    }

    fn snapshot(&self, store: &Store, now: Micros) -> Outcome<Snapshot> {
        let mut history = History::open_looking_at_files(store.folder(), now).or_unable()?;
        let events = store.folder().events().or_unable()?;
        let snapshot = Snapshot::read(&mut history, &events, now).or_unable()?;
        let unread = history.set_aside().map(|(path, why)| (path, why.to_owned()));
        for (path, reason) in store.set_aside().into_iter().chain(unread) {
            eprintln!("warning: set aside: {path} {reason}");
        }
        if snapshot.records == 0 {
            eprintln!("warning: {} has no records yet", store.name());
        }
        Ok(snapshot)
    }

    fn identity(&self) -> Outcome<Identity> {
        let base_url = self.base_url.as_deref().map(|url| {
            let url = url.trim_end_matches('/');
            self.build.as_ref().map_or(format!("{url}/"), |name| format!("{url}/{name}/"))
        });
        let repository = self.repository.clone().or_else(variables::repository);
        let check = || {
            for (flag, url) in [("--base-url", &base_url), ("--repository", &repository)] {
                let is_web = |url: &String| {
                    ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme))
                };
                if let Some(url) = url {
                    ensure!(
                        is_web(url),
                        "{flag} {url}: expected an address such as https://host/path"
                    );
                }
            }
            Ok(())
        };
        check().or_usage()?;
        let lookback_days = variables::lookback_days(self.days)?;
        let releases = self.release.iter().cloned().collect();
        Ok(Identity { title: self.title.clone(), repository, base_url, lookback_days, releases })
    }

    fn check_out(&self) -> anyhow::Result<()> {
        let Some(name) = &self.build else {
            return publish::check_replaceable(&self.out, PublishedFolder::Dashboard);
        };
        publish::check_name(name)?;
        publish::check_replaceable(&self.out, PublishedFolder::Builds)?;
        publish::check_replaceable(&self.out.join(name), PublishedFolder::Dashboard)
    }

    fn report(&self, published: &Published) {
        if self.json {
            return print_json(published);
        }
        let Published { out, series, records, states, gate_failed, files, bytes, kept, .. } =
            published;
        let states = publish::states_in_words(states, *gate_failed);
        let megabytes = *bytes as f64 / 1e6;
        println!("{out}: {} in {series} series: {states}", counted(*records, "record"));
        println!("{files} files, {megabytes:.1} MB, for any static host:");
        for (file, what) in [
            ("index.html", "the dashboard"),
            ("latest.html", "the latest verdicts, without JavaScript"),
            ("feed.xml", "what changed, as an Atom feed"),
            ("badges/overall.svg", "a badge; one a series beside it, and JSON for shields.io"),
            ("summary.json", "how each series stands, for programs"),
        ] {
            println!("  {file:<20} {what}");
        }
        if *kept > 0 {
            println!("kept: {} that {out} has besides", counted(*kept, "file"));
        }
    }
}
