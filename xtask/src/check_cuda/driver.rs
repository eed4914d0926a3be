//! A library in place of the driver's, which only machines with a GPU have: programs link against
//! its names, and never call it.

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::toolkit::{self, Toolkit};
use crate::{process, workspace::Workspace};

const SONAME: &str = "libcuda.so.1";
/// Fewer names than these are not the whole of the driver's interface.
const FEWEST: usize = 100;

/// Makes it from the names that cudarc declares.
pub fn make_stub(workspace: &Workspace, toolkit: &Toolkit) -> Result<String> {
    let source = bindings(workspace)?;
    let text =
        fs::read_to_string(&source).with_context(|| format!("cannot read {}", source.display()))?;
    let names = driver_names(&text);
    ensure!(
        names.len() >= FEWEST,
        "{} declares {} functions of the driver; cudarc has moved them",
        source.display(),
        names.len()
    );
    let folder = toolkit.home().join("lib").join("stubs");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let code = folder.join("cuda.c");
    let functions = names.iter().map(|name| format!("int {name}(void) {{ return 100; }}\n"));
    fs::write(&code, functions.collect::<String>())?;
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-w", "-fno-builtin", &format!("-Wl,-soname,{SONAME}"), "-o"]);
    cc.arg(folder.join("libcuda.so")).arg(&code);
    process::run(&mut cc)?;
    Ok(format!("{} names, none of which does anything", names.len()))
}

/// A folder in which the stub has the name that a loader looks for.
pub fn stub_folder(toolkit: &Toolkit) -> Result<PathBuf> {
    let stubs = toolkit.home().join("lib").join("stubs");
    toolkit::replace_link(&stubs.join("libcuda.so"), &stubs.join(SONAME))?;
    Ok(stubs)
}

/// Where cudarc's declarations are, as cargo has unpacked them.
fn bindings(workspace: &Workspace) -> Result<PathBuf> {
    let mut metadata = workspace.cargo("metadata --format-version 1 --features bench-runner/cuda");
    let metadata: Value = serde_json::from_str(&process::output(&mut metadata)?)?;
    let packages = metadata["packages"].as_array();
    let cudarc = packages.into_iter().flatten().find(|package| package["name"] == "cudarc");
    let manifest = cudarc.and_then(|package| package["manifest_path"].as_str());
    let manifest = PathBuf::from(manifest.context("cudarc is not among the dependencies")?);
    Ok(manifest.with_file_name("src").join("driver").join("sys").join("mod.rs"))
}

/// Functions named `cu…` with a capital after it, and what a header may rename them to.
fn driver_names(text: &str) -> BTreeSet<String> {
    let declared = text.lines().filter_map(|line| line.split_once("fn cu")).map(|(_, rest)| rest);
    let names = declared.filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    names
        .map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            format!("cu{}", &rest[..end.unwrap_or(rest.len())])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_driver_and_each_once() {
        let text = "    pub fn cuInit(Flags: u32) -> CUresult;\n\
                    pub unsafe fn cuMemAlloc_v2(dptr: *mut u64) -> CUresult {\n\
                    pub fn cuInit(Flags: u32) -> CUresult;\n\
                    pub unsafe fn culib() -> &'static Lib {\n";
        let expected = ["cuInit", "cuMemAlloc_v2"].map(str::to_owned);
        assert_eq!(driver_names(text), BTreeSet::from(expected));
    }
}
