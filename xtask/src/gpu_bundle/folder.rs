//! The files of a bundle that are no programs: copied out of the repository.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use first_light::bundle::{BENCHMARKS, FIXTURES, PEERS};

use crate::workspace::Workspace;

/// Copies configurations, checkpoints, references and the scripts of the peers.
pub fn fill(workspace: &Workspace, bundle: &Path) -> Result<String> {
    let ours = workspace.root.join("crates/first-light");
    let mut bytes = copy_all(&ours.join("benchmarks"), &bundle.join(BENCHMARKS))?;
    for fixture in FIXTURES {
        bytes += copy_all(&workspace.root.join(fixture), &bundle.join(fixture))?;
    }
    for file in PEERS {
        bytes += copy(&ours.join(file), &bundle.join(file))?;
    }
    bytes += copy(&workspace.root.join("docs/gpu.md"), &bundle.join("gpu.md"))?;
    Ok(format!("{:.1} MB", bytes as f64 / 1e6))
}

fn copy_all(from: &Path, to: &Path) -> Result<u64> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    let listing = fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?;
    let mut bytes = 0;
    for entry in listing {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        bytes += if path.is_dir() { copy_all(&path, &target)? } else { copy(&path, &target)? };
    }
    Ok(bytes)
}

fn copy(from: &Path, to: &Path) -> Result<u64> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn everything_that_the_plan_names_is_in_the_bundle() {
        let bundle = tempfile::tempdir().expect("a temporary folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let workspace = Workspace { root, target: PathBuf::new(), crates: Vec::new() };
        fill(&workspace, bundle.path()).expect("copied");
        for step in first_light::plan::steps() {
            let named = |word: &&String| {
                ["benchmarks/", "tests/", "peers/"].iter().any(|start| word.starts_with(start))
            };
            for word in step.action.words.iter().filter(named) {
                assert!(bundle.path().join(word).exists(), "{}: {word}", step.name);
            }
        }
        assert!(PEERS.iter().all(|file| bundle.path().join(file).is_file()));
    }
}
