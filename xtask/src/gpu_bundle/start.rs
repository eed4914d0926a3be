//! Whether the CUDA builds find every symbol and start, on a machine without a GPU.

use std::{env, path::Path, process::Command};

use anyhow::{Result, ensure};
use first_light::{bundle::Program, judge::undefined};

use crate::{check_cuda, process, workspace::Workspace};

/// Starts both with the libraries that they were linked to, and a stub in place of the driver.
pub fn check(workspace: &Workspace, bundle: &Path) -> Result<String> {
    let libraries = env::join_paths(check_cuda::library_folders(workspace)?)?;
    let mut said = String::new();
    for program in [Program::Cuda, Program::Cudnn] {
        let path = bundle.join(program.path());
        let mut ldd = Command::new("ldd");
        ldd.arg("-r").arg(&path).env("LD_LIBRARY_PATH", &libraries);
        let listing = process::output(&mut ldd)?;
        let missing = undefined(&listing);
        ensure!(missing.is_empty(), "{}: {}", program.path(), missing.join(", "));
        let version =
            Command::new(&path).arg("--version").env("LD_LIBRARY_PATH", &libraries).output()?;
        ensure!(
            version.status.success(),
            "{} ended with {}: {}",
            program.path(),
            version.status,
            String::from_utf8_lossy(&version.stderr).trim()
        );
        let words = String::from_utf8_lossy(&version.stdout);
        said += &format!("{}: {}, nothing undefined\n", program.path(), words.trim());
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu_bundle::NAME;

    #[test]
    fn the_cuda_builds_of_a_bundle_start_where_one_was_made() {
        let workspace = Workspace::locate().expect("a workspace");
        let bundle = workspace.target.join(NAME);
        if !bundle.join(Program::Cuda.path()).is_file() {
            eprintln!("no bundle: make one with `cargo xtask gpu-bundle`");
            return;
        }
        let said = check(&workspace, &bundle).expect("both start");
        assert_eq!(said.lines().count(), 2, "{said}");
    }
}
