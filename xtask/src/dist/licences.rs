//! The licences of all that is compiled into the program and the dashboard.
//!
//! In: the crates that cargo resolves for both, and the files of their packages. Out: one text that names
//! each crate with its licence, then gives each licence's text once, with the crates that carry it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process::output, versions::WASM_TARGET, workspace::Workspace};

/// How the names of files start that hold a licence or a notice.
const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// A crate of somebody else's.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    /// Name and version, as cargo writes them: `anyhow v1.0.100`.
    id: String,
    /// Its licence as an SPDX expression.
    licence: String,
    /// Where its package was unpacked.
    folder: PathBuf,
}

/// Writes the text for the program with these features, compiled for `host`.
pub fn write(file: &Path, workspace: &Workspace, (host, features): (&str, &str)) -> Result<()> {
    let packages = packages(workspace, host, features)?;
    fs::write(file, text(&packages)?).with_context(|| format!("cannot write {}", file.display()))
}

/// The crates of the program and of the dashboard, without those of the workspace.
fn packages(workspace: &Workspace, host: &str, features: &str) -> Result<Vec<Package>> {
    let program = format!("-p bench-runner --features {features} --target {host}");
    let dashboard = format!("-p site --target {WASM_TARGET}");
    let mut ids = compiled(workspace, &program)?;
    ids.extend(compiled(workspace, &dashboard)?);
    let metadata = output(&mut workspace.cargo("metadata --locked --format-version 1"))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    let all = metadata["packages"].as_array().context("cargo metadata lacks packages")?;
    let mut packages: Vec<Package> =
        all.iter().filter_map(Package::of_others).filter(|p| ids.contains(&p.id)).collect();
    packages.sort();
    Ok(packages)
}

/// What is compiled for these options, as `name vVersion`.
fn compiled(workspace: &Workspace, options: &str) -> Result<BTreeSet<String>> {
    let words = format!("tree --locked --edges normal --prefix none {options}");
    let tree = output(&mut workspace.cargo(&words))?;
    let id = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    Ok(tree.lines().map(id).collect())
}

impl Package {
    fn of_others(package: &Value) -> Option<Self> {
        let field = |name: &str| package[name].as_str();
        field("source")?;
        let licence = field("license").or(field("license_file")).unwrap_or("not stated");
        Some(Self {
            id: format!("{} v{}", field("name")?, field("version")?),
            licence: licence.to_owned(),
            folder: Path::new(field("manifest_path")?).parent()?.to_owned(),
        })
    }

    /// The texts that its package holds.
    fn texts(&self) -> Result<Vec<String>> {
        let mut texts = BTreeSet::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
            if path.is_file() && NAMES.iter().any(|start| name.starts_with(start)) {
                texts.insert(String::from_utf8_lossy(&fs::read(&path)?).trim().to_owned());
            }
        }
        Ok(texts.into_iter().collect())
    }
}

fn text(packages: &[Package]) -> Result<String> {
    let mut out =
        "bench-runner and the dashboard that it carries contain these packages:\n\n".to_owned();
    let mut holders: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let _ = writeln!(out, "  {}: {}", package.id, package.licence);
        let texts =
            package.texts().with_context(|| format!("cannot read {}", package.folder.display()))?;
        for text in texts {
            holders.entry(text).or_default().push(&package.id);
        }
    }
    for (text, ids) in holders {
        let _ = write!(out, "\n{}\n{}\n\n{text}\n", "=".repeat(80), ids.join(", "));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(root: &Path, id: &str, files: &[(&str, &str)]) -> Package {
        let folder = root.join(id);
        fs::create_dir(&folder).expect("writable");
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("writable");
        }
        Package { id: id.to_owned(), licence: "MIT".to_owned(), folder }
    }

    #[test]
    fn a_text_that_two_packages_share_is_given_once_with_both_their_names() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let packages = [
            package(folder.path(), "a v1.0.0", &[("LICENSE-MIT", "permission is granted\n")]),
            package(
                folder.path(),
                "b v2.0.0",
                &[("license.md", "permission is granted"), ("x", "y")],
            ),
            package(folder.path(), "c v3.0.0", &[]),
        ];
        let text = text(&packages).expect("readable");
        assert_eq!(text.matches("permission is granted").count(), 1, "{text}");
        assert!(text.contains("a v1.0.0, b v2.0.0\n"), "{text}");
        assert!(text.contains("  c v3.0.0: MIT\n") && !text.contains('y'), "{text}");
    }

    #[test]
    fn crates_of_the_workspace_are_not_somebody_elses() {
        let own = serde_json::json!({
            "name": "bench-records", "version": "0.1.0", "source": null,
            "manifest_path": "/w/bench-records/Cargo.toml", "license": "Apache-2.0",
        });
        assert_eq!(Package::of_others(&own), None);
    }
}
