//! Where NVIDIA's libraries are: folders come in, the search path of children goes out.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What the CUDA builds need, besides the driver.
pub const CUDA: [&str; 3] = ["libcublas.so.13", "libcurand.so.10", "libcudart.so.13"];
/// What the build with cuDNN needs besides.
pub const CUDNN: &str = "libcudnn.so.9";
/// The driver.
pub const DRIVER: &str = "libcuda.so.1";

/// Folders of PyTorch's wheels, asked of the Python that has them.
const OF_PYTHON: &str = "import nvidia\nfor p in nvidia.__path__:\n print(p)";

/// Folders in which libraries were found, in the order in which they are searched.
#[derive(Debug, Clone, Default)]
pub struct Libraries {
    folders: Vec<PathBuf>,
    /// What `ldconfig -p` lists.
    listed: String,
}

impl Libraries {
    /// Looks in `given`, in LD_LIBRARY_PATH, in PyTorch's wheels and in a toolkit's usual places.
    pub fn find(given: &[PathBuf]) -> Self {
        let mut places = given.to_vec();
        places.extend(env::split_paths(&env::var_os("LD_LIBRARY_PATH").unwrap_or_default()));
        for wheel in stdout_of("python3", &["-c", OF_PYTHON]).lines().map(Path::new) {
            places.extend(["cu13/lib", "cudnn/lib"].map(|below| wheel.join(below)));
        }
        for variable in ["CUDA_HOME", "CUDA_PATH"] {
            places.extend(env::var_os(variable).map(|home| PathBuf::from(home).join("lib64")));
        }
        places.extend(
            ["/usr/local/cuda/lib64", "/usr/local/nvidia/lib64", "/usr/local/nvidia/lib"]
                .map(PathBuf::from),
        );
        let mut folders: Vec<PathBuf> = Vec::new();
        for place in places {
            if place.is_dir() && !folders.contains(&place) {
                folders.push(place);
            }
        }
        Self { folders, listed: stdout_of("ldconfig", &["-p"]) }
    }

    /// Whether the loader would find this library.
    pub fn has(&self, name: &str) -> bool {
        self.folders.iter().any(|folder| folder.join(name).exists())
            || self.listed.split_whitespace().any(|word| word == name)
    }

    /// For LD_LIBRARY_PATH.
    pub fn search_path(&self) -> String {
        let words: Vec<String> =
            self.folders.iter().map(|folder| folder.display().to_string()).collect();
        words.join(":")
    }
}

fn stdout_of(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).stdin(Stdio::null()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_given_comes_first_and_its_libraries_are_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("libof-this-test.so.1"), "").expect("writable");
        let found = Libraries::find(&[folder.path().to_owned(), PathBuf::from("/nowhere")]);
        assert!(found.has("libof-this-test.so.1"));
        assert!(!found.has("libof-another-test.so.1"));
        assert!(found.search_path().starts_with(&folder.path().display().to_string()));
        assert!(!found.search_path().contains("/nowhere"));
    }
}
