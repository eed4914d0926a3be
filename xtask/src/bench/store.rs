//! A store of made-up records on disk, with a result to judge; made once, then used again.
//!
//! In: layout and size. Out: `target/bench/<layout>-<records>/{history,results,reports}`.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result};

use super::{
    Bench,
    history::{self, Size},
    layout::Layout,
};
use crate::{duration::in_words, runner::Profile};

/// Changes when the generator does, so that folders of an earlier one are made anew.
const GENERATOR: &str = "2";

/// A folder with a history and a result.
pub struct Store<'b> {
    bench: &'b Bench<'b>,
    root: PathBuf,
}

impl<'b> Store<'b> {
    /// The store in that layout and of that size.
    pub fn make(bench: &'b Bench, layout: Layout, size: Size) -> Result<Self> {
        let name = format!("{}-{}", layout.name(), size.records());
        let store = Self { bench, root: bench.workspace.target.join("bench").join(name) };
        let marker = store.root.join("generator");
        if fs::read_to_string(&marker).is_ok_and(|made_by| made_by == GENERATOR) {
            println!("{} is there from an earlier run", store.root.display());
            return Ok(store);
        }
        let started = Instant::now();
        store.write(layout, size).with_context(|| format!("making {}", store.root.display()))?;
        fs::write(marker, GENERATOR)?;
        println!("{} made, {}", store.root.display(), in_words(started.elapsed()));
        Ok(store)
    }

    /// The folder of its records.
    pub fn history(&self) -> PathBuf {
        self.root.join("history")
    }

    /// Removes the index, as before its first use.
    pub fn forget_index(&self) -> Result<()> {
        match fs::remove_dir_all(self.history().join("index")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// `bench-runner index`.
    pub fn index(&self) -> Command {
        self.call("index")
    }

    /// `bench-runner compare` of the one result; the history stays as it is.
    pub fn compare(&self) -> Command {
        let mut command = self.call("compare");
        command.arg("--results").arg(self.root.join("results"));
        command.arg("--reports").arg(self.root.join("reports"));
        command.args(["--persist", "never"]);
        command
    }

    fn call(&self, subcommand: &str) -> Command {
        let mut command = Profile::call(self.bench.workspace);
        command.arg(subcommand).arg("--store").arg(self.history());
        command
    }

    fn write(&self, layout: Layout, size: Size) -> Result<()> {
        if self.root.exists() {
            fs::remove_dir_all(&self.root)?;
        }
        let history = self.history();
        let mut folders = HashSet::new();
        for record in size.all() {
            put(&history.join(layout.path(&record)), &record.to_json(), &mut folders)?;
        }
        let result = self.root.join("results/perf_wan-t2v-000_20261001T220000Z.json");
        put(&result, &history::result().to_string(), &mut folders)
    }
}

fn put(path: &Path, text: &str, folders: &mut HashSet<PathBuf>) -> Result<()> {
    let folder = path.parent().context("a path below the store's root has a parent")?;
    if !folders.contains(folder) {
        fs::create_dir_all(folder)?;
        folders.insert(folder.to_owned());
    }
    Ok(fs::write(path, text)?)
}
