//! Where the workspace and its build products are.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// Folders of the workspace, absolute.
pub struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the configuration puts it.
    pub target: PathBuf,
    /// Names of its crates.
    pub crates: Vec<String>,
}

impl Workspace {
    /// The workspace that cargo sees from here.
    pub fn locate() -> Result<Self> {
        let mut metadata = Command::new("cargo");
        metadata.args(["metadata", "--no-deps", "--format-version", "1"]);
        let text = process::output(&mut metadata)?;
        let metadata: Value = serde_json::from_str(&text).context("cargo metadata is not JSON")?;
        let folder = |field: &str| {
            let path = metadata[field].as_str();
            path.map(PathBuf::from).with_context(|| format!("cargo metadata lacks {field}"))
        };
        Ok(Self {
            root: folder("workspace_root")?,
            target: folder("target_directory")?,
            crates: crate_names(&metadata),
        })
    }

    /// `program`, started from the root.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }

    /// `cargo` with these words, started from the root.
    pub fn cargo(&self, words: &str) -> Command {
        let mut command = self.command("cargo");
        command.args(words.split_whitespace());
        command
    }

    /// `path` as a reader at the root would write it.
    pub fn relative<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

fn crate_names(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array();
    let names = packages.into_iter().flatten().filter_map(|package| package["name"].as_str());
    names.map(str::to_owned).collect()
}
