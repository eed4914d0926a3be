//! Who may depend on whom: the members of this workspace on each other, and on heavy crates.
//!
//! In: what cargo says of the workspace. Out: the walls that hold, or the first one that does not. A
//! member that [`WALLS`] does not name is refused too, so that nobody forgets to decide.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{process::output, workspace::Workspace};

/// What a member may depend on, tests apart.
struct Wall {
    member: &'static str,
    /// Members that it may name in its manifest.
    may_use: &'static [&'static str],
    /// What no crate in its whole tree may be called, by the beginning of the name.
    never: &'static [&'static str],
}

/// Reading from the command line, and exit codes, are the binary's.
const CLAP: &str = "clap";
const BROWSER: &str = "leptos";
const INFERENCE: &str = "candle";
const ASYNC: &str = "tokio";

const WALLS: [Wall; 8] = [
    // what the browser loads: nothing that needs sockets, a GPU or a DOM
    Wall {
        member: "bench-records",
        may_use: &[],
        never: &[ASYNC, BROWSER, INFERENCE, CLAP, "ureq", "hyper", "rustix"],
    },
    Wall {
        member: "bench-hub",
        may_use: &["bench-records"],
        never: &[ASYNC, BROWSER, INFERENCE, CLAP, "parquet"],
    },
    Wall {
        member: "bench-store",
        may_use: &["bench-hub", "bench-records"],
        never: &[ASYNC, BROWSER, INFERENCE, CLAP],
    },
    // engine and store do not know each other
    Wall {
        member: "bench-engine",
        may_use: &["bench-hub", "bench-records"],
        never: &[ASYNC, BROWSER, CLAP, "parquet"],
    },
    // the server and the store do not know each other either
    Wall {
        member: "bench-serve",
        may_use: &["bench-engine", "bench-records"],
        never: &[BROWSER, CLAP, "parquet"],
    },
    // what measures any server knows nothing of ours
    Wall {
        member: "bench-load",
        may_use: &["bench-records"],
        never: &[BROWSER, INFERENCE, CLAP, "axum", "parquet"],
    },
    // an asynchronous runtime comes with the server and the load tests alone
    Wall {
        member: "bench-runner",
        may_use: &[
            "bench-engine",
            "bench-hub",
            "bench-load",
            "bench-records",
            "bench-serve",
            "bench-store",
        ],
        never: &[BROWSER],
    },
    Wall { member: "site", may_use: &["bench-records"], never: &[INFERENCE, CLAP] },
];

/// What few members may name in their manifests; others have it by way of those.
const ALONE: [(&str, &[&str]); 5] = [
    (INFERENCE, &["bench-engine"]),
    (CLAP, &["bench-runner"]),
    (ASYNC, &["bench-serve", "bench-load"]),
    ("axum", &["bench-serve"]),
    ("hyper", &["bench-serve", "bench-load"]),
];

/// Members that stand outside: they build, test and try the others.
const OUTSIDE: [&str; 6] =
    ["bench-tests", "change-wasm", "first-light", "hub-double", "site-tests", "xtask"];

/// Holds every wall.
///
/// # Errors
/// Names the member, what it depends on, and how to see why.
pub fn check(workspace: &Workspace) -> Result<String> {
    let metadata = output(&mut workspace.cargo("metadata --no-deps --format-version 1"))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    let members = metadata["packages"].as_array().context("cargo metadata lacks packages")?;
    for member in members {
        check_member(member, members)?;
    }
    for wall in &WALLS {
        let words =
            format!("tree -p {} -e normal --all-features --target all --prefix none", wall.member);
        let tree = output(&mut workspace.cargo(&words))?;
        check_tree(wall, &tree)?;
    }
    Ok(format!("{} members, each with what it may use", WALLS.len()))
}

/// Holds what a manifest names of the workspace.
fn check_member(member: &Value, members: &[Value]) -> Result<()> {
    let name = name_of(member);
    if OUTSIDE.contains(&name) {
        return Ok(());
    }
    let wall = WALLS.iter().find(|wall| wall.member == name);
    let wall = wall.with_context(|| {
        format!("{name} has no wall; say in xtask/src/test/walls.rs what it may depend on")
    })?;
    let used = member["dependencies"].as_array().into_iter().flatten();
    let used: Vec<&str> = used.filter(|used| used["kind"] != "dev").map(name_of).collect();
    for (start, owners) in ALONE.iter().filter(|(_, owners)| !owners.contains(&name)) {
        let named = used.iter().find(|used| is_or_belongs_to(used, start));
        ensure!(
            named.is_none(),
            "{name} names {}, which {} alone may; move what needs it there",
            named.unwrap_or(&""),
            owners.join(" or ")
        );
    }
    for used in
        used.into_iter().filter(|used| members.iter().any(|member| name_of(member) == *used))
    {
        ensure!(
            wall.may_use.contains(&used),
            "{name} depends on {used}, and may on {}; see ARCHITECTURE.md for the direction",
            if wall.may_use.is_empty() { "no member".to_owned() } else { wall.may_use.join(", ") }
        );
    }
    Ok(())
}

/// Holds what is anywhere in a member's tree.
fn check_tree(wall: &Wall, tree: &str) -> Result<()> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    for name in names {
        if wall.never.iter().any(|start| is_or_belongs_to(name, start)) {
            let member = wall.member;
            bail!(
                "{member} depends on {name}; see `cargo tree -p {member} --all-features --target \
                 all -i {name}`, and move what needs it to where it belongs"
            );
        }
    }
    Ok(())
}

/// `candle` means candle-core too; `clap` does not mean clapper.
fn is_or_belongs_to(name: &str, start: &str) -> bool {
    let rest = name.strip_prefix(start);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

fn name_of(value: &Value) -> &str {
    value["name"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn member(name: &str, used: &[(&str, Value)]) -> Value {
        let used: Vec<Value> =
            used.iter().map(|(name, kind)| json!({"name": name, "kind": kind})).collect();
        json!({"name": name, "dependencies": used})
    }

    #[test]
    fn a_heavy_crate_is_found_anywhere_in_the_tree() {
        let tree = |name| format!("bench-records v0.1.0 (/x)\nserde v1.0.0\n{name} v0.11.1 (*)");
        assert!(check_tree(&WALLS[0], &tree("serde_json")).is_ok());
        assert!(check_tree(&WALLS[0], &tree("clapper")).is_ok());
        for name in ["candle-core", "tokio", "ureq"] {
            let error = check_tree(&WALLS[0], &tree(name)).expect_err(name).to_string();
            assert!(error.contains(&format!("depends on {name};")), "{error}");
        }
    }

    #[test]
    fn a_manifest_names_only_members_below() {
        let members =
            [member("bench-store", &[]), member("bench-hub", &[]), member("bench-records", &[])];
        let hub = |used: &str, kind| check_member(&member("bench-hub", &[(used, kind)]), &members);
        assert!(hub("bench-records", Value::Null).is_ok());
        assert!(hub("serde", Value::Null).is_ok());
        let error = hub("candle-nn", Value::Null).expect_err("the engine's").to_string();
        assert!(
            error.starts_with("bench-hub names candle-nn, which bench-engine alone"),
            "{error}"
        );
        assert!(hub("bench-store", json!("dev")).is_ok());
        let error = hub("bench-store", Value::Null).expect_err("upwards").to_string();
        assert!(error.contains("bench-hub depends on bench-store"), "{error}");
    }

    #[test]
    fn a_new_member_needs_a_wall() {
        let error = check_member(&member("bench-new", &[]), &[]).expect_err("unknown").to_string();
        assert!(error.contains("bench-new has no wall"), "{error}");
    }
}
