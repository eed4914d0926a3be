//! A packed release, tried as its users get it.
//!
//! In: an archive. Out: what its program says of itself and what it publishes; an error where it names a
//! folder of this machine, or does not start, or carries no dashboard.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;

use crate::{process::output, remap, workspace::Workspace};

const HISTORY: &str = "tests/fixtures/demo/history";

/// Unpacks the archive, looks for names of folders in its programs, and publishes a history with it.
pub fn run(workspace: &Workspace, archive: &Path) -> Result<String> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let file = File::open(archive).with_context(|| format!("no {}", archive.display()))?;
    tar::Archive::new(GzDecoder::new(file))
        .unpack(folder.path())
        .with_context(|| format!("cannot unpack {}", archive.display()))?;
    let mut private = remap::private_folders()?;
    private.push(workspace.root.clone());
    let programs = programs(folder.path())?;
    for program in &programs {
        let bytes = fs::read(program)?;
        if let Some(name) = named(&bytes, &private) {
            bail!("{} names {name}, a folder of this machine", program.display());
        }
    }
    let runner = programs.iter().find(|program| program.ends_with("bench-runner"));
    let runner = runner.context("no bench-runner in the archive")?;
    let version = output(Command::new(runner).arg("--version"))?;
    let site = folder.path().join("site");
    let mut publish = Command::new(runner);
    publish.args(["publish", "--store"]).arg(workspace.root.join(HISTORY));
    let said = output(publish.arg("--out").arg(&site).current_dir(folder.path()))?;
    ensure!(site.join("index.html").is_file(), "it published no dashboard: {said}");
    let said = said.lines().next().unwrap_or_default().to_owned();
    Ok(format!("{}: {said}", version.trim()))
}

/// The files that are started, in any folder of the archive.
fn programs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        for file in fs::read_dir(entry?.path())? {
            let path = file?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("bench-runner") {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The first of the folders whose path stands in the bytes, with what follows it.
fn named(bytes: &[u8], folders: &[PathBuf]) -> Option<String> {
    folders.iter().find_map(|folder| {
        let path = format!("{}/", folder.display()).into_bytes();
        let at = bytes.windows(path.len()).position(|window| window == path)?;
        let end = bytes.len().min(at + path.len() + 80);
        Some(String::from_utf8_lossy(&bytes[at..end]).into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_this_machine_is_found_within_other_bytes() {
        let folders = [PathBuf::from("/home/somebody")];
        let found = named(b"\0\xffpanic at /home/somebody/.cargo/x.rs", &folders);
        assert_eq!(found.as_deref(), Some("/home/somebody/.cargo/x.rs"));
        assert_eq!(named(b"/cargo/registry/x.rs", &folders), None);
        assert_eq!(named(b"/home/somebodyelse/x.rs", &folders), None);
    }
}
