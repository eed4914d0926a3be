//! Compiled code that names no folder of the machine on which it was compiled.
//!
//! In: where cargo and the toolchain keep sources. Out: options of rustc that name them alike on every
//! machine. What panics say of the workspace's own files is relative to its root without any option.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::process::output;

/// The options, one for each folder.
pub fn options() -> Result<Vec<String>> {
    let folders = [(cargo_home()?, "/cargo"), (standard_library()?, "/rust")];
    Ok(folders
        .iter()
        .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
        .collect())
}

/// The folders that must not be named in what is given to others.
pub fn private_folders() -> Result<Vec<PathBuf>> {
    let mut folders = vec![cargo_home()?, standard_library()?];
    // some containers have `/` for it, which is nobody's
    folders.extend(std::env::home_dir().filter(|home| home.components().count() > 1));
    Ok(folders)
}

fn cargo_home() -> Result<PathBuf> {
    let set = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
        .context("neither CARGO_HOME nor a home folder is set")
}

/// Sources of the standard library, which rustup's component `rust-src` brings; without it they have
/// the name that its own build gave them.
fn standard_library() -> Result<PathBuf> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(sysroot.trim()).join("lib/rustlib/src/rust"))
}
