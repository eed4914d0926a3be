//! The repository holds source, not build products: no large file, none that `.gitignore` names.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::{process::output, workspace::Workspace};

/// The largest file that may be committed, in bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Looks at every file that git tracks or would add.
pub fn check(workspace: &Workspace) -> Result<String> {
    if !workspace.root.join(".git").exists() {
        return Ok("not a git checkout: nothing to look at".to_owned());
    }
    let files = git_files(workspace, &["--cached", "--others", "--exclude-standard"])?;
    let large = too_large(&workspace.root, &files);
    ensure!(
        large.is_empty(),
        "more than 4 MiB: {}; make it smaller, or let a build step make it",
        large.join(", ")
    );
    let ignored = git_files(workspace, &["--cached", "--ignored", "--exclude-standard"])?;
    ensure!(
        ignored.is_empty(),
        "tracked although .gitignore names it: {}; remove it with `git rm --cached`",
        ignored.join(", ")
    );
    Ok(format!("{} files, none above 4 MiB, none that .gitignore names", files.len()))
}

fn git_files(workspace: &Workspace, options: &[&str]) -> Result<Vec<String>> {
    let mut git = workspace.command("git");
    let listing = output(git.args(["ls-files", "-z"]).args(options))?;
    Ok(listing.split_terminator('\0').map(str::to_owned).collect())
}

fn too_large(root: &Path, files: &[String]) -> Vec<String> {
    let size = |file: &String| root.join(file).symlink_metadata().map_or(0, |data| data.len());
    let large = files.iter().filter(|file| size(file) > MAX_BYTES);
    large.map(|file| format!("{file} ({} bytes)", size(file))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_named_with_its_size_and_a_deleted_one_is_no_matter() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str, bytes: u64| {
            std::fs::write(folder.path().join(name), vec![0; bytes as usize]).expect("writable");
            name.to_owned()
        };
        let files = [file("a", MAX_BYTES), file("b", MAX_BYTES + 1), "gone".to_owned()];
        assert_eq!(too_large(folder.path(), &files), [format!("b ({} bytes)", MAX_BYTES + 1)]);
    }
}
