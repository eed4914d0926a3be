//! bench-records is what the browser loads: nothing that needs sockets, a GPU or a DOM may get into
//! its dependencies.

use anyhow::{Result, bail};

use crate::{process::output, workspace::Workspace};

/// What its dependencies' names must not begin with.
const FORBIDDEN: [&str; 3] = ["candle", "leptos", "tokio"];

/// Lists the dependencies, with all features, and fails on a forbidden one.
pub fn check(workspace: &Workspace) -> Result<String> {
    let words = "tree -p bench-records -e normal --all-features --target all --prefix none";
    let tree = output(&mut workspace.cargo(words))?;
    let names = names(&tree);
    if let Some(name) = names.iter().find(|name| is_forbidden(name)) {
        bail!(
            "bench-records depends on {name}; see `cargo tree -p bench-records --all-features \
             --target all -i {name}`, and move what needs it to bench-runner or the site"
        );
    }
    Ok(format!("{} crates, none of {}", names.len(), FORBIDDEN.join("*, ") + "*"))
}

fn names(tree: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn is_forbidden(name: &str) -> bool {
    FORBIDDEN.iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_crate_is_found_anywhere_in_the_tree() {
        let tree = "bench-records v0.1.0 (/x)\nserde v1.0.0\ncandle-core v0.11.1\nserde v1.0.0 (*)";
        assert_eq!(names(tree), ["bench-records", "candle-core", "serde"]);
        assert_eq!(names(tree).into_iter().filter(|name| is_forbidden(name)).count(), 1);
    }
}
