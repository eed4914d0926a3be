//! NVIDIA's compiler, headers and libraries from the Python package index, in one folder.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    process,
    versions::{CUDA_PACKAGES, CUDNN_PACKAGE},
    workspace::Workspace,
};

/// The toolkit, installed or not.
pub struct Toolkit {
    /// What pip fills.
    pub folder: PathBuf,
    with_cudnn: bool,
}

impl Toolkit {
    /// That of the workspace, in its target folder.
    pub fn of(workspace: &Workspace, with_cudnn: bool) -> Self {
        Self { folder: workspace.target.join("cuda-toolkit"), with_cudnn }
    }

    /// The folder that CUDA_HOME names.
    pub fn home(&self) -> PathBuf {
        self.folder.join("nvidia").join("cu13")
    }

    fn packages(&self) -> impl Iterator<Item = &'static str> {
        CUDA_PACKAGES.into_iter().chain(self.with_cudnn.then_some(CUDNN_PACKAGE))
    }

    /// Whether every package is there in its version: pip leaves a folder named after both. That of
    /// cuDNN stays when pip replaces the folder of all packages without it, so its libraries count.
    fn is_installed(&self) -> bool {
        let is_whole = !self.with_cudnn || self.cudnn().is_dir();
        is_whole
            && self.packages().all(|package| {
                let folder = package.replace("==", "-").replacen("nvidia-", "nvidia_", 1);
                let (name, version) = folder.rsplit_once('-').unwrap_or((&folder, ""));
                let name = name.replace('-', "_");
                self.folder.join(format!("{name}-{version}.dist-info")).is_dir()
            })
    }

    /// Installs it where something is missing.
    pub fn install(&self) -> Result<String> {
        if self.is_installed() {
            return Ok(format!("all there, in {}", self.folder.display()));
        }
        let mut pip = self.pip();
        println!("$ {}", process::shown(&pip));
        process::run(&mut pip)?;
        Ok(format!("installed in {}", self.folder.display()))
    }

    fn pip(&self) -> Command {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target"]);
        pip.arg(&self.folder).args(self.packages());
        pip
    }

    /// Gives each library the name that linkers look for, and the folder of libraries the name that
    /// build scripts look in. cuDNN comes in a folder of its own, and is linked from the others'.
    pub fn link(&self) -> Result<String> {
        let libraries = self.home().join("lib");
        replace_link(Path::new("lib"), &self.home().join("lib64"))?;
        let mut linked = link_unversioned(&libraries, &libraries)?;
        let cudnn = self.cudnn();
        if self.with_cudnn {
            linked += link_unversioned(&cudnn.join("lib"), &libraries)?;
            linked += link_headers(&cudnn.join("include"), &self.home().join("include"))?;
        }
        Ok(format!("{linked} links in {}", self.home().display()))
    }

    /// Where programs find the libraries when they start.
    pub fn library_folders(&self) -> [PathBuf; 2] {
        [self.home().join("lib"), self.cudnn().join("lib")]
    }

    fn cudnn(&self) -> PathBuf {
        self.folder.join("nvidia").join("cudnn")
    }

    /// Sets what build scripts look for.
    pub fn put_into(&self, command: &mut Command) {
        let home = self.home();
        let mut paths = vec![home.join("bin")];
        paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let path: OsString = std::env::join_paths(paths).unwrap_or_default();
        let stubs = home.join("lib").join("stubs");
        command.env("CUDA_HOME", &home).env("PATH", path).env("LIBRARY_PATH", stubs);
    }
}

/// `libx.so` for each `libx.so.1` of a folder.
fn link_unversioned(from: &Path, into: &Path) -> Result<usize> {
    let mut count = 0;
    for (name, path) in entries(from)? {
        if let Some((stem, _)) = name.split_once(".so.") {
            replace_link(&path, &into.join(format!("{stem}.so")))?;
            count += 1;
        }
    }
    Ok(count)
}

fn link_headers(from: &Path, into: &Path) -> Result<usize> {
    let headers = entries(from)?;
    let count = headers.len();
    for (name, path) in headers {
        replace_link(&path, &into.join(name))?;
    }
    Ok(count)
}

/// Names and paths of a folder's files that are no links.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let listing = fs::read_dir(folder).with_context(|| {
        format!("{} is not there; remove the toolkit's folder, and start again", folder.display())
    })?;
    let files = listing.flatten().filter(|entry| entry.file_type().is_ok_and(|t| t.is_file()));
    Ok(files
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .collect())
}

/// A link, in place of an older one.
#[cfg(unix)]
pub fn replace_link(target: &Path, link: &Path) -> Result<()> {
    match fs::remove_file(link) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot replace {}", link.display()));
        }
        _ => {}
    }
    std::os::unix::fs::symlink(target, link)
        .with_context(|| format!("cannot link {}", link.display()))
}

/// Links are made on Unix alone.
#[cfg(not(unix))]
pub fn replace_link(_: &Path, link: &Path) -> Result<()> {
    anyhow::bail!("{} cannot be linked: check-cuda runs on Linux", link.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toolkit(folder: &Path) -> Toolkit {
        Toolkit { folder: folder.to_owned(), with_cudnn: false }
    }

    #[test]
    fn a_toolkit_is_there_when_all_packages_are_in_their_versions() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let toolkit = toolkit(folder.path());
        assert!(!toolkit.is_installed());
        for package in CUDA_PACKAGES {
            let (name, version) = package.split_once("==").expect("a version");
            let left = format!("{}-{version}.dist-info", name.replace('-', "_"));
            fs::create_dir(folder.path().join(left)).expect("writable");
        }
        assert!(toolkit.is_installed());
        assert!(!Toolkit { with_cudnn: true, ..toolkit }.is_installed());
    }

    #[test]
    fn cudnn_is_missing_where_pip_left_its_name_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let toolkit = Toolkit { with_cudnn: true, ..toolkit(folder.path()) };
        for package in toolkit.packages() {
            let (name, version) = package.split_once("==").expect("a version");
            let left = format!("{}-{version}.dist-info", name.replace('-', "_"));
            fs::create_dir(folder.path().join(left)).expect("writable");
        }
        assert!(!toolkit.is_installed());
        fs::create_dir_all(toolkit.cudnn()).expect("writable");
        assert!(toolkit.is_installed());
    }

    #[cfg(unix)]
    #[test]
    fn libraries_are_linked_by_their_plain_names_however_often() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let toolkit = toolkit(folder.path());
        let library = toolkit.home().join("lib").join("libcublas.so.13");
        fs::create_dir_all(library.parent().expect("a folder")).expect("writable");
        fs::write(&library, "library").expect("writable");
        for _ in 0..2 {
            toolkit.link().expect("it can be linked");
            let plain = toolkit.home().join("lib64").join("libcublas.so");
            assert_eq!(fs::read_to_string(plain).expect("a link"), "library");
        }
    }
}
