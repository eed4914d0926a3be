//! One convention for modules: what has parts of its own is a folder with a `mod.rs`.
//!
//! In: the sources of each crate. Out: how many folders there are, or each file that stands beside the
//! folder of its parts.

use anyhow::{Result, ensure};

use super::sources::{Tests, visit};
use crate::workspace::Workspace;

/// Holds that no module is a file and a folder of one name.
///
/// # Errors
/// Names each one that is both.
pub fn check(workspace: &Workspace) -> Result<String> {
    let (mut folders, mut both) = (0, Vec::new());
    let sources = workspace.crates.iter().map(|member| member.folder.join("src"));
    for source in sources.filter(|source| source.is_dir()) {
        visit(&source, Tests::Read, &mut |path, _| {
            folders += usize::from(path.ends_with("mod.rs"));
            if path.with_extension("").is_dir() {
                both.push(workspace.relative(path).display().to_string());
            }
            Ok(())
        })?;
    }
    ensure!(
        both.is_empty(),
        "a module with parts of its own is a folder with mod.rs, but {} stand beside a folder; move \
         each to the mod.rs of that folder",
        both.join(", ")
    );
    Ok(format!("{folders} modules with parts of their own, each with mod.rs"))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;
    use crate::workspace::Member;

    #[test]
    fn a_file_beside_the_folder_of_its_parts_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let src = folder.path().join("src");
        fs::create_dir_all(src.join("room")).expect("writable");
        for file in ["lib.rs", "room/mod.rs", "room/part.rs"] {
            fs::write(src.join(file), "").expect("writable");
        }
        let own = Member { name: "own".to_owned(), folder: folder.path().to_owned() };
        let workspace =
            Workspace { root: folder.path().to_owned(), target: PathBuf::new(), crates: vec![own] };
        let said = check(&workspace).expect("sound");
        assert_eq!(said, "1 modules with parts of their own, each with mod.rs");
        fs::write(src.join("room.rs"), "").expect("writable");
        let error = check(&workspace).expect_err("both").to_string();
        assert!(error.contains("src/room.rs stand beside a folder"), "{error}");
    }
}
