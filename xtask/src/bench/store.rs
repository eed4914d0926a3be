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
use first_light::duration::in_words;

use super::{
    Bench,
    history::{self, Size},
    layout::StoreLayout,
};
use crate::runner::Profile;

/// Changes when the generator does, so that folders of an earlier one are made anew.
const GENERATOR: &str = "3";

/// A folder with a history and a result.
pub struct Store<'b> {
    bench: &'b Bench<'b>,
    root: PathBuf,
}

impl<'b> Store<'b> {
    /// The store in that layout and of that size.
    pub fn make(bench: &'b Bench, layout: StoreLayout, size: Size) -> Result<Self> {
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

    /// The folder of all of it.
    pub fn root(&self) -> &Path {
        &self.root
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

    /// A copy of its records, without an index, that may be changed; `name` stands for what is done
    /// with it. Files are linked: whatever removes or replaces one leaves the original.
    pub fn copy(&self, name: &str) -> Result<Self> {
        let mut folder = self.root.file_name().context("a store has a name")?.to_owned();
        folder.push(format!("-{name}"));
        let copy = Self { bench: self.bench, root: self.root.with_file_name(folder) };
        if copy.root.exists() {
            fs::remove_dir_all(&copy.root)?;
        }
        let mut folders = HashSet::new();
        for_files_below(&self.history().join("records"), &mut |path| {
            let there = copy.history().join(path.strip_prefix(self.history())?);
            make_folder_of(&there, &mut folders)?;
            fs::hard_link(path, &there).with_context(|| format!("linking {}", there.display()))
        })?;
        Ok(copy)
    }

    /// `bench-runner compact`, when all months of the history are over.
    pub fn compact(&self) -> Command {
        let mut command = self.call("compact");
        command.env("BENCH_RUNNER_NOW", "2036-01-01T00:00:00Z");
        command
    }

    /// `bench-runner history` of one series, by its key.
    pub fn one_series(&self, key: &str) -> Command {
        let mut command = self.call("history");
        command.args([key, "--json"]);
        command
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

    fn write(&self, layout: StoreLayout, size: Size) -> Result<()> {
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

/// Calls `each` with every file below a folder, one by one: a list of a million would count as memory
/// of the programs that are measured.
pub fn for_files_below(folder: &Path, each: &mut dyn FnMut(&Path) -> Result<()>) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => for_files_below(&entry.path(), each)?,
            false => each(&entry.path())?,
        }
    }
    Ok(())
}

fn put(path: &Path, text: &str, folders: &mut HashSet<PathBuf>) -> Result<()> {
    make_folder_of(path, folders)?;
    Ok(fs::write(path, text)?)
}

/// `made` has the folders that are there already.
fn make_folder_of(path: &Path, made: &mut HashSet<PathBuf>) -> Result<()> {
    let folder = path.parent().context("a path below the store's root has a parent")?;
    if !made.contains(folder) {
        fs::create_dir_all(folder)?;
        made.insert(folder.to_owned());
    }
    Ok(())
}
