//! Files of CI systems: the project's own, and the templates that users copy; and what is committed
//! of formats that have a schema.
//!
//! In: the files below `.github`, `.buildkite` and `templates`, the Dockerfiles, benchmarks and examples.
//! Out: steps that check them with actionlint, against JSON schemas, and with hadolint.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use super::{Args, readiness::Readiness};
use crate::{
    setup::{self, Part},
    step::Step,
    workspace::Workspace,
};

const DOCKERFILES: [&str; 2] = ["Dockerfile", "Dockerfile.cuda"];
const GITHUB: [&str; 2] = [".github/workflows", "templates/github"];
const BUILDKITE: [&str; 2] = [".buildkite", "templates/buildkite"];
/// Folders of JSON files that keep a schema of ours.
const OWN: [(&str, &str, &str); 2] = [
    ("benchmarks, by schema", "benchmarks/schema/benchmark.schema.json", "benchmarks"),
    (
        "examples of results, by schema",
        "benchmarks/schema/raw-record.schema.json",
        "tests/fixtures/raw-record",
    ),
];
/// A workflow that actionlint has to refuse: shows that it looks.
const BROKEN: &str = "tests/fixtures/workflows/broken.yml";

/// Whether they are checked.
pub fn linting(args: &Args, workspace: &Workspace) -> Readiness {
    Readiness::of(!args.fast && args.package.is_none(), Part::Linters, workspace)
}

/// What checking them needs on the machine.
pub fn parts(linting: &Readiness) -> &'static [Part] {
    match linting {
        Readiness::Run => &[Part::Linters],
        Readiness::LeftOut | Readiness::Skipped(_) => &[],
    }
}

/// The steps.
pub fn steps<'w>(linting: &Readiness, workspace: &'w Workspace) -> Result<Vec<Step<'w>>> {
    match linting {
        Readiness::LeftOut => Ok(Vec::new()),
        Readiness::Skipped(obstacle) => Ok(vec![skipped(obstacle)]),
        Readiness::Run => checks(workspace),
    }
}

fn skipped<'w>(why: &str) -> Step<'w> {
    let notice = format!("SKIPPED: {why}");
    Step::function("workflows of CI systems", move || Ok(notice))
}

fn checks(workspace: &Workspace) -> Result<Vec<Step<'_>>> {
    let yaml = |folders: [&str; 2]| files(&workspace.root, &folders, ".yml");
    let (github, buildkite) = (yaml(GITHUB)?, yaml(BUILDKITE)?);
    let mut steps = vec![
        Step::command("GitHub workflows, by actionlint", actionlint(workspace, &github)),
        Step::ending("a broken one is refused", actionlint(workspace, &[BROKEN.to_owned()]), &[1]),
    ];
    let Some(program) = setup::check_jsonschema(workspace) else {
        steps.push(skipped("no python3 with venv, for check-jsonschema"));
        return Ok(steps);
    };
    for (title, schema, files) in [
        ("GitHub workflows, by schema", "vendor.github-workflows", &github),
        ("Buildkite pipelines, by schema", "vendor.buildkite", &buildkite),
    ] {
        let mut command = workspace.command(&program.to_string_lossy());
        command.args(["--builtin-schema", schema]).args(files);
        steps.push(Step::command(title, command));
    }
    for (title, schema, folder) in OWN {
        let mut command = workspace.command(&program.to_string_lossy());
        let files = files(&workspace.root, &[folder], ".json")?;
        command.args(["--schemafile", schema]).args(files);
        steps.push(Step::command(title, command));
    }
    if let Some(hadolint) = setup::hadolint(workspace) {
        let mut command = workspace.command(&hadolint.to_string_lossy());
        command.args(DOCKERFILES);
        steps.push(Step::command("Dockerfiles, by hadolint", command));
    }
    Ok(steps)
}

/// It takes one pattern, and is content where that matches nothing.
fn actionlint(workspace: &Workspace, files: &[String]) -> Command {
    let mut command = workspace.command(&setup::actionlint(workspace).to_string_lossy());
    command.arg(match files {
        [one] => one.clone(),
        several => format!("{{{}}}", several.join(",")),
    });
    command
}

fn files(root: &Path, folders: &[&str], ending: &str) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for folder in folders {
        let listing = fs::read_dir(root.join(folder)).with_context(|| format!("no {folder}"))?;
        let before = files.len();
        for entry in listing {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(ending) {
                files.push(format!("{folder}/{name}"));
            }
        }
        ensure!(files.len() > before, "no {ending} file in {folder}");
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_workflow_of_the_repository_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let github = files(&root, &GITHUB, ".yml").expect("workflows");
        assert!(github.contains(&".github/workflows/ci.yml".to_owned()), "{github:?}");
        assert!(github.contains(&"templates/github/performance.yml".to_owned()), "{github:?}");
        assert!(files(&root, &BUILDKITE, ".yml").expect("pipelines").len() >= 3);
        for (title, schema, folder) in OWN {
            assert!(root.join(schema).is_file(), "{title}");
            assert!(!files(&root, &[folder], ".json").expect(title).is_empty());
        }
        assert!(root.join(BROKEN).is_file(), "actionlint is content with a file that is not there");
    }
}
