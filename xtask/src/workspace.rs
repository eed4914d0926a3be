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
    /// Its crates, as cargo lists them.
    pub crates: Vec<Member>,
}

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name in its `Cargo.toml`.
    pub name: String,
    /// The folder of that file, absolute.
    pub folder: PathBuf,
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
            crates: members(&metadata)?,
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

fn members(metadata: &Value) -> Result<Vec<Member>> {
    let packages = metadata["packages"].as_array().context("cargo metadata lacks packages")?;
    packages.iter().map(member).collect()
}

fn member(package: &Value) -> Result<Member> {
    let text = |field: &str| {
        let text = package[field].as_str();
        text.with_context(|| format!("cargo metadata lacks {field} of a package"))
    };
    let manifest = Path::new(text("manifest_path")?);
    let folder = manifest.parent().with_context(|| format!("{manifest:?} is in no folder"))?;
    Ok(Member { name: text("name")?.to_owned(), folder: folder.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_crate_has_its_name_and_the_folder_of_its_manifest() {
        let package =
            json!({"name": "hub-double", "manifest_path": "/w/tests/hub-double/Cargo.toml"});
        let expected =
            Member { name: "hub-double".to_owned(), folder: "/w/tests/hub-double".into() };
        assert_eq!(members(&json!({"packages": [package]})).expect("read"), [expected]);
    }

    #[test]
    fn what_cargo_does_not_say_is_named() {
        let error = |metadata: Value| members(&metadata).expect_err("it lacks a field").to_string();
        assert_eq!(error(json!({})), "cargo metadata lacks packages");
        let nameless = json!({"packages": [{"manifest_path": "/w/Cargo.toml"}]});
        assert_eq!(error(nameless), "cargo metadata lacks name of a package");
        let nowhere = json!({"packages": [{"name": "one"}]});
        assert_eq!(error(nowhere), "cargo metadata lacks manifest_path of a package");
    }
}
