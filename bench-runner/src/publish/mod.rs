//! Publishing: a history as a folder of static files that any host serves.
//!
//! In: a store and the built dashboard. Out: the dashboard with its data; and for those without a
//! browser program a table, a feed, badges, and a summary for robots.

mod badge;
mod builds;
mod data;
mod feed;
mod folder;
mod kept;
mod markup;
mod page;
mod program;
mod snapshot;
mod summary;
mod table;
mod unlisted;

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use bench_records::{identity::SeriesKey, naming, series::Series};
use clap::ValueEnum;
use serde::Serialize;

use crate::store::FolderStore;

pub use builds::check_name;
pub use folder::{PublishedFolder, check_replaceable};
pub use program::Program;
pub use snapshot::Snapshot;
pub use summary::{Counts, StateCount, Summary, states_in_words};

use folder::{Placed, Staging};
use page::Page;

/// Of which runs the records and trials go along, for the page of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Runs {
    /// Those on the overview: 30 days of each series, at most 200 runs
    #[default]
    Recent,
    /// All runs
    All,
    /// No runs: the run page shows only what the index has
    None,
}

/// How the published history is called, and where it will be.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Heading of every page.
    pub title: String,
    /// Address of the repository that it measures, `https://…`, for links to commits.
    pub repository: Option<String>,
    /// Address of the published folder, with a slash at its end.
    pub base_url: Option<String>,
    /// Days before the newest record that charts show at first.
    pub lookback_days: u32,
    /// Commit of each release, by its tag.
    pub releases: BTreeMap<String, String>,
}

impl Identity {
    /// Address of a file of the published folder: with a host where it is known.
    #[must_use]
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.as_deref().unwrap_or_default())
    }

    /// Address of the repository that a series says it measures, else of the whole history's.
    #[must_use]
    fn repository_of(&self, series: &Series) -> Option<String> {
        let own = series.labels.repository.as_deref().and_then(naming::repository_url);
        own.or_else(|| self.repository.clone())
    }

    /// Address of the page of a series.
    #[must_use]
    fn series_url(&self, key: &SeriesKey) -> String {
        self.url(&format!("index.html#/series/{key}"))
    }
}

/// What was published.
#[derive(Debug, Serialize)]
pub struct Published {
    /// Folder with the dashboard.
    pub out: String,
    /// Number of series.
    pub series: usize,
    /// Number of records.
    pub records: usize,
    /// Number of series by what the gate said of their newest records.
    pub status: Counts,
    /// Number of series in each state.
    pub states: Vec<StateCount>,
    /// Number of series whose gate failed although their state is not red.
    pub gate_failed: usize,
    /// Number of files.
    pub files: usize,
    /// Their size.
    pub bytes: u64,
    /// Number of files of the folder that were not published and stay.
    pub kept: usize,
}

/// Makes the folder beside `out`, then puts it in the place of what is there.
///
/// # Errors
/// Where a file cannot be read or written; `out` is then what it was.
pub fn publish(
    snapshot: &Snapshot,
    (store, runs): (&FolderStore, Runs),
    program: &Program,
    identity: &Identity,
    out: &Path,
) -> Result<Published> {
    let mut staging = Staging::beside(out)?;
    let summary = Summary::of(snapshot, identity);
    let page = Page { identity, template: program.index() };
    for (path, bytes) in program.files() {
        staging.put(path, bytes)?;
    }
    staging.put("index.html", page.dashboard().as_bytes())?;
    staging.put("config.json", page.config().as_bytes())?;
    staging.put_text("latest.html", &table::page(&page, &summary, snapshot))?;
    staging.put_text("summary.json", &summary.to_json())?;
    staging.put_text("feed.xml", &feed::feed(snapshot, identity)?)?;
    for (path, text) in badge::badges(&summary, snapshot) {
        staging.put_text(&path, &text)?;
    }
    data::write(snapshot, store, runs, &mut staging)?;
    let Placed { files, bytes, kept } = staging.replace(out)?;
    let (series, records) = (snapshot.standings.len(), snapshot.records);
    let out = out.display().to_string();
    let Summary { status, states, gate_failed, .. } = summary;
    Ok(Published { out, series, records, status, states, gate_failed, files, bytes, kept })
}

/// As [`publish`], into the folder `name` within `out`, and lists all builds there.
///
/// # Errors
/// As [`publish`].
pub fn publish_build(
    snapshot: &Snapshot,
    store: (&FolderStore, Runs),
    program: &Program,
    identity: &Identity,
    (out, name): (&Path, &str),
) -> Result<Published> {
    let published = publish(snapshot, store, program, identity, &out.join(name))?;
    builds::write_list(out, &identity.title)?;
    Ok(published)
}
