//! Which files are read.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::super::{Kind, settings::Settings};

/// A file that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// What its tests measure.
    pub kind: Kind,
    /// Where it is.
    pub path: PathBuf,
}

/// The files of a folder that hold tests of these kinds: those that variables name, else
/// `<kind>-tests<suffix>.json`. Also notes on default files that are not there.
///
/// # Errors
/// Where no file is there.
pub fn choose(
    folder: &Path,
    settings: &Settings,
    suffix: &str,
    kinds: &[Kind],
) -> Result<(Vec<Chosen>, Vec<String>)> {
    let (mut chosen, mut notes) = (Vec::new(), Vec::new());
    for kind in kinds.iter().copied() {
        let named = settings.files.get(&kind);
        let default = || format!("{}-tests{suffix}.json", kind.word());
        let path = folder.join(named.cloned().unwrap_or_else(default));
        if named.is_some() || path.is_file() {
            chosen.push(Chosen { kind, path });
        } else {
            let variable = kind.variable();
            notes.push(format!(
                "no {} tests: {} is not there; {variable} names another file of the folder",
                kind.word(),
                path.display()
            ));
        }
    }
    if chosen.is_empty() {
        bail!(
            "{} holds no suite: {}; name a folder of suites with --tests",
            folder.display(),
            notes.join("; ")
        );
    }
    Ok((chosen, notes))
}
