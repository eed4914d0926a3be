//! Which steps a test run has, and in which order: cheap and telling ones first.

use std::path::PathBuf;

use anyhow::Result;

use super::{
    Args, files, functions, modules, names, pages, readiness::Readiness, rooms, site, walls,
    workflows,
};
use crate::{bench::load::peers, step::Step, versions::WASM_TARGET, workspace::Workspace};

/// Crates with fuzz targets, which are workspaces of their own.
const FUZZED: [&str; 2] = ["bench-records", "bench-serve"];

/// For steps that compile the inference crates, on two cores.
const FIRST_TIME: &str = "5 min the first time, then under 1 min";

/// The steps that `args` ask for.
pub fn steps<'w>(
    args: &Args,
    workspace: &'w Workspace,
    browser: &Readiness,
    linting: &Readiness,
) -> Result<Vec<Step<'w>>> {
    let package = args.package.as_deref();
    let mut steps = lints(package, workspace);
    steps.extend(workflows::steps(linting, workspace)?);
    if !args.fast {
        steps.extend(further_builds(package, workspace));
    }
    steps.extend(tests(package, workspace));
    if args.long {
        steps.extend(long_tests(workspace));
    }
    steps.extend(site::steps(browser, workspace)?);
    if !args.fast {
        steps.extend(closing(package, workspace));
    }
    Ok(steps)
}

fn lints<'w>(package: Option<&str>, workspace: &'w Workspace) -> Vec<Step<'w>> {
    let (all, scope) = match package {
        Some(name) => (scope(package), format!("-p {name}")),
        None => ("--all".to_owned(), scope(package)),
    };
    vec![
        cargo(workspace, "format", &format!("fmt {all} --check")),
        cargo(workspace, "lints", &format!("clippy {scope} --all-targets -- -D warnings"))
            .usually(FIRST_TIME),
    ]
}

fn further_builds<'w>(package: Option<&str>, workspace: &'w Workspace) -> Vec<Step<'w>> {
    let mut steps = Vec::new();
    if concerns(package, "bench-runner") {
        let words = "clippy -p bench-runner --no-default-features --all-targets -- -D warnings";
        steps.push(cargo(workspace, "lints without inference", words));
    }
    if concerns(package, "bench-records") {
        let words = format!("check -p bench-records --target {WASM_TARGET}");
        steps.push(cargo(workspace, "bench-records for the browser", &words));
    }
    for name in FUZZED.into_iter().filter(|name| concerns(package, name)) {
        let title = format!("fuzz targets of {name} compile");
        steps.push(Step::command(&title, fuzz(name, workspace)));
    }
    if package.is_none() {
        let check = move || walls::check(workspace);
        steps.push(Step::function("who depends on whom", check));
        steps.push(Step::function("rooms depend one way", move || rooms::check(workspace)));
        steps.push(Step::function("modules are folders", move || modules::check(workspace)));
        steps.push(Step::function("one type of a name", move || names::check(workspace)));
        let check = move || functions::check(workspace);
        steps.push(Step::function("public functions are short", check));
    }
    if concerns(package, "site") {
        steps.push(Step::function("pages stand apart", move || pages::check(workspace)));
        let words = format!("clippy -p site --target {WASM_TARGET} -- -D warnings");
        steps.push(
            cargo(workspace, "lints of the site in the browser", &words)
                .usually("2 min the first time"),
        );
    }
    steps
}

fn tests<'w>(package: Option<&str>, workspace: &'w Workspace) -> Vec<Step<'w>> {
    // those of the browser have a step of their own: they need the bundled site
    if package == Some("site-tests") {
        return Vec::new();
    }
    let scope = package.map_or("--workspace --exclude site-tests".to_owned(), |_| scope(package));
    let mut tests = workspace.cargo(&format!("test {scope}"));
    let mut steps = Vec::new();
    if concerns(package, "bench-tests") {
        tests.env("BENCH_RUNNER", binary(workspace));
        if let Ok(this) = std::env::current_exe() {
            tests.env("XTASK", this);
        }
        let title = "the binary that the tests start";
        steps.push(cargo(workspace, title, "build -p bench-runner").usually(FIRST_TIME));
    }
    steps.push(Step::command("tests", tests));
    steps
}

/// Those that `cargo test` passes over, because they take minutes.
fn long_tests<'w>(workspace: &'w Workspace) -> [Step<'w>; 6] {
    let words = "test -p bench-engine --test batches -- --ignored";
    let batches = cargo(workspace, "many batches", words).usually("10 min");
    let words = "test -p bench-serve --test exact --test exact_texts --test crowd -- --ignored";
    let served = cargo(workspace, "many requests", words).usually("6 min");
    let words = "test -p bench-load --lib -- --ignored";
    let searched = cargo(workspace, "many searches for the highest rate", words).usually("60 min");
    // compiles OpenH264, which takes a C++ compiler
    let words = "test -p bench-serve --features mp4 --lib --test routes -- mp4 picture";
    let mp4 = cargo(workspace, "videos as MP4", words).usually("3 min the first time");
    // one at a time: each of them starts writers of its own
    let words = "test -p bench-tests --test it -- --ignored --test-threads 1";
    let mut tests = workspace.cargo(words);
    tests.env("BENCH_RUNNER", binary(workspace));
    tests.env("VLLM_RS", peers::vllm_rs_path(workspace));
    tests.env("AIPERF", peers::aiperf_path(workspace));
    let install = move || {
        let programs = [peers::vllm_rs(workspace)?, peers::aiperf(workspace)?];
        Ok(programs.map(|program| program.display().to_string()).join("\n"))
    };
    let clients = Step::function("load clients of others", install).usually("4 min the first time");
    let tests = Step::command("long tests", tests).usually("15 min");
    [batches, served, searched, mp4, clients, tests]
}

fn closing<'w>(package: Option<&str>, workspace: &'w Workspace) -> Vec<Step<'w>> {
    let mut doc = workspace.cargo(&format!("doc {} --no-deps", scope(package)));
    doc.env("RUSTDOCFLAGS", "-D warnings");
    let mut steps = vec![Step::command("documentation", doc)];
    if package.is_none() {
        steps.push(Step::function("files of the repository", move || files::check(workspace)));
    }
    steps
}

fn scope(package: Option<&str>) -> String {
    package.map_or("--workspace".to_owned(), |name| format!("-p {name}"))
}

fn concerns(package: Option<&str>, name: &str) -> bool {
    package.is_none_or(|package| package == name)
}

fn cargo<'w>(workspace: &Workspace, title: &str, words: &str) -> Step<'w> {
    Step::command(title, workspace.cargo(words))
}

/// Without their default feature the targets need neither a nightly toolchain nor a C++ compiler.
fn fuzz(name: &str, workspace: &Workspace) -> std::process::Command {
    let manifest = format!("crates/{name}/fuzz/Cargo.toml");
    let words = format!("check --manifest-path {manifest} --no-default-features");
    let mut command = workspace.cargo(&words);
    command.arg("--target-dir").arg(workspace.target.join("fuzz"));
    command
}

/// The program of a development build.
pub fn binary(workspace: &Workspace) -> PathBuf {
    let name = format!("bench-runner{}", std::env::consts::EXE_SUFFIX);
    workspace.target.join("debug").join(name)
}
