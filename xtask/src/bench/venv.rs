//! A Python environment of peers: looked at, and made or completed where it is not as pinned.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{
    process::{output, run, shown},
    workspace::Workspace,
};

const PRINT_VERSIONS: &str = "\
import sys, importlib.metadata as metadata
for name in sys.argv[1:]: print(name + '==' + metadata.version(name).split('+')[0])";

/// What an environment has.
pub struct Packages<'a> {
    /// Each as `name==version`.
    pub pinned: &'a [&'a str],
    /// What installing them usually takes.
    pub usually: &'a str,
}

/// The interpreter of the environment in `folder`, which has the pinned packages.
pub fn ensure(workspace: &Workspace, folder: &Path, packages: &Packages) -> Result<PathBuf> {
    let folder = std::path::absolute(folder)
        .with_context(|| format!("the folder {folder:?} of the environment is no path"))?;
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if has_all(&python, packages.pinned) {
        println!("{} has {}", workspace.relative(&folder).display(), packages.pinned.join(", "));
        return Ok(python);
    }
    if !python.is_file() {
        let mut make = workspace.command("python3");
        make.args(["-m", "venv"]).arg(&folder);
        println!("$ {}", shown(&make));
        run(&mut make).context("the peer runs in Python 3 with its module venv")?;
    }
    let mut install = workspace.command(&python.to_string_lossy());
    install.args(["-m", "pip", "install", "--quiet"]).args(packages.pinned);
    println!("$ {} (once; usually {})", shown(&install), packages.usually);
    run(&mut install)?;
    Ok(python)
}

fn has_all(python: &Path, pinned: &[&str]) -> bool {
    let names = pinned.iter().filter_map(|package| package.split("==").next());
    let mut ask = std::process::Command::new(python);
    ask.args(["-c", PRINT_VERSIONS]).args(names);
    output(&mut ask).is_ok_and(|found| found.lines().eq(pinned.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::versions::{AIPERF, DETECTOR_PACKAGES, PEER_PACKAGES, SERVER_PACKAGES};

    #[test]
    fn every_package_of_a_peer_is_pinned_to_one_version() {
        let peers = PEER_PACKAGES.into_iter().chain(SERVER_PACKAGES);
        for package in peers.chain(DETECTOR_PACKAGES).chain([AIPERF]) {
            let (name, version) = package.split_once("==").expect("name==version");
            assert!(!name.is_empty() && version.split('.').count() == 3, "{package}");
        }
    }

    #[test]
    fn a_folder_that_is_no_path_is_named_and_no_flag() {
        let workspace =
            Workspace { root: PathBuf::new(), target: PathBuf::new(), crates: Vec::new() };
        let packages = Packages { pinned: &[], usually: "" };
        let error = ensure(&workspace, Path::new(""), &packages).expect_err("no path").to_string();
        assert_eq!(error, "the folder \"\" of the environment is no path");
    }

    #[test]
    fn an_environment_that_is_not_there_lacks_the_packages() {
        assert!(!has_all(Path::new("/nowhere/bin/python"), &PEER_PACKAGES));
    }
}
