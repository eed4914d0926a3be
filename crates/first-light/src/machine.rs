//! What a machine has of what steps need, or the reason for which a step is skipped.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    bundle::Program,
    libraries::{CUDA, CUDNN, Libraries},
};

/// Something without which a step makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A CUDA device.
    Device,
    /// Libraries of CUDA.
    Cuda,
    /// cuDNN.
    Cudnn,
    /// A program of the bundle.
    Bundled(Program),
    /// A program of the machine.
    Tool(&'static str),
    /// PyTorch, with CUDA.
    Torch,
}

impl Need {
    /// In words, for the plan.
    pub fn words(self) -> String {
        match self {
            Self::Device => "a CUDA device".to_owned(),
            Self::Cuda => "CUDA's libraries".to_owned(),
            Self::Cudnn => CUDNN.to_owned(),
            Self::Bundled(program) => program.path().to_owned(),
            Self::Tool(name) => name.to_owned(),
            Self::Torch => "PyTorch with CUDA".to_owned(),
        }
    }
}

/// A machine, looked at once.
pub struct Machine {
    /// Its libraries.
    pub libraries: Libraries,
    bundle: PathBuf,
    has_device: bool,
    has_torch: bool,
}

impl Machine {
    /// Looks at this one.
    pub fn look(bundle: &Path, libraries: Libraries) -> Self {
        let nodes = (0..16).any(|number| Path::new(&format!("/dev/nvidia{number}")).exists());
        let has_device = nodes || says("nvidia-smi", &["-L"], "GPU 0");
        let torch = "import torch; print(torch.cuda.is_available())";
        let has_torch = has_device && says("python3", &["-c", torch], "True");
        Self { libraries, bundle: bundle.to_owned(), has_device, has_torch }
    }

    /// Why something that is needed is not there; nothing where it is.
    pub fn lacks(&self, need: Need) -> Option<String> {
        match need {
            Need::Device if !self.has_device => {
                Some("no CUDA device: no /dev/nvidia0, and nvidia-smi lists none".to_owned())
            }
            Need::Cuda => CUDA
                .iter()
                .find(|name| !self.libraries.has(name))
                .map(|name| format!("{name} is not found; name its folder with --libraries")),
            Need::Cudnn if !self.libraries.has(CUDNN) => {
                Some(format!("{CUDNN} is not found; name its folder with --libraries"))
            }
            Need::Bundled(program) if !self.bundle.join(program.path()).is_file() => {
                Some(format!("{} is not in the bundle", program.path()))
            }
            Need::Tool(name) => tool(name).is_none().then(|| format!("{name} is not installed")),
            Need::Torch if !self.has_torch => {
                Some("python3 has no PyTorch that sees a CUDA device".to_owned())
            }
            _ => None,
        }
    }
}

/// A program of the search path or of a toolkit.
pub fn tool(name: &str) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    folders.push(PathBuf::from("/usr/local/cuda/bin"));
    folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn says(program: &str, words: &[&str], expected: &str) -> bool {
    let output = Command::new(program).args(words).stdin(Stdio::null()).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(expected))
}
