//! Programs of peers, each in one version: looked for in cargo's target folder, installed where missing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use crate::{
    bench::venv::{self, Packages},
    process::{output, run, shown},
    versions::{AIPERF, OHA, VLLM},
    workspace::Workspace,
};

/// Takes one file out of the only wheel of a folder.
const EXTRACT: &str = "\
import pathlib, sys, zipfile
wheel = next(pathlib.Path(sys.argv[1]).glob('*.whl'))
pathlib.Path(sys.argv[3]).write_bytes(zipfile.ZipFile(wheel).read(sys.argv[2]))";

/// vllm-rs, out of vLLM's wheel; the rest of the wheel is dropped.
pub fn vllm_rs(workspace: &Workspace) -> Result<PathBuf> {
    let folder = folder(workspace, &format!("vllm-{VLLM}"))?;
    let program = vllm_rs_path(workspace);
    if program.is_file() {
        return Ok(program);
    }
    let wheels = tempfile::tempdir_in(&folder).context("cannot make a temporary folder")?;
    let mut download = workspace.command("python3");
    download.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]);
    download.args([&format!("vllm=={VLLM}"), "--dest"]).arg(wheels.path());
    println!("$ {} (once; 340 MB, of which 60 MB stay)", shown(&download));
    run(&mut download)?;
    let part = folder.join("vllm-rs.part");
    let mut extract = workspace.command("python3");
    extract.args(["-c", EXTRACT]).arg(wheels.path()).arg("vllm/vllm-rs").arg(&part);
    output(&mut extract)?;
    make_executable(&part)?;
    fs::rename(&part, &program).context("cannot name the program")?;
    Ok(program)
}

/// Where vllm-rs is once it is installed.
pub fn vllm_rs_path(workspace: &Workspace) -> PathBuf {
    folder_of(workspace, &format!("vllm-{VLLM}")).join("vllm-rs")
}

/// Where AIPerf is once it is installed.
pub fn aiperf_path(workspace: &Workspace) -> PathBuf {
    folder_of(workspace, "aiperf").join("bin/aiperf")
}

/// AIPerf, in an environment of its own.
pub fn aiperf(workspace: &Workspace) -> Result<PathBuf> {
    let packages = Packages { pinned: &[AIPERF], usually: "2 min, 900 MB" };
    venv::ensure(workspace, &folder_of(workspace, "aiperf"), &packages)?;
    Ok(aiperf_path(workspace))
}

/// oha with its default features: without TLS it does not compile in this version.
pub fn oha(workspace: &Workspace) -> Result<PathBuf> {
    let folder = folder(workspace, &format!("oha-{OHA}"))?;
    let program = folder.join("bin/oha");
    if program.is_file() {
        return Ok(program);
    }
    let words = format!("install oha --version {OHA} --locked --quiet");
    let mut install = workspace.cargo(&words);
    install.arg("--root").arg(&folder);
    println!("$ {} (once; usually 5 min)", shown(&install));
    run(&mut install)?;
    ensure!(program.is_file(), "`{}` made no program", shown(&install));
    Ok(program)
}

fn folder(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let folder = folder_of(workspace, name);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

fn folder_of(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("load-peers").join(name)
}

#[cfg(unix)]
fn make_executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
        .context("cannot make it executable")
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}
