//! The site in a real browser.
//!
//! In: what a test run is about. Out: steps that bundle the site and test it in Chromium and in
//! Firefox; a loud notice in their place where a developer's machine has no such browser.

use anyhow::{Context, Result};

use super::{Args, readiness::Readiness};
use crate::{
    setup::{self, Browser, Part},
    site,
    step::Step,
    workspace::Workspace,
};

/// Whether the browser tests run.
pub fn browser_tests(args: &Args, workspace: &Workspace) -> Readiness {
    let concerned = ["site", "site-tests"];
    let is_concerned = args.package.as_ref().is_none_or(|name| concerned.contains(&&**name));
    Readiness::of(!args.fast && is_concerned, Part::Browser, workspace)
}

/// Whether those in Firefox run, beside the others.
fn firefox_tests(browser: &Readiness, workspace: &Workspace) -> Readiness {
    Readiness::of(matches!(browser, Readiness::Run), Part::Firefox, workspace)
}

/// What they need on the machine.
pub fn parts(browser: &Readiness, workspace: &Workspace) -> &'static [Part] {
    match browser {
        Readiness::Run => match firefox_tests(browser, workspace) {
            Readiness::Run => &[Part::Site, Part::Browser, Part::Firefox],
            Readiness::LeftOut | Readiness::Skipped(_) => &[Part::Site, Part::Browser],
        },
        Readiness::LeftOut => &[],
        Readiness::Skipped(_) => &[Part::Site],
    }
}

/// Their steps.
pub fn steps<'w>(browser: &Readiness, workspace: &'w Workspace) -> Result<Vec<Step<'w>>> {
    let mut steps = match browser {
        Readiness::LeftOut => return Ok(Vec::new()),
        Readiness::Run | Readiness::Skipped(_) => site::steps(workspace)?,
    };
    if let Readiness::Skipped(obstacle) = browser {
        steps.push(skipped("the site in a browser", obstacle));
        return Ok(steps);
    }
    let title = "the binary that carries the dashboard";
    steps.push(Step::command(title, carrier(workspace)).usually("1 min"));
    steps.push(Step::command("the site in a browser", tests(workspace)?).usually("2 min"));
    let title = "the site in Firefox";
    match firefox_tests(browser, workspace) {
        Readiness::LeftOut => {}
        Readiness::Skipped(obstacle) => steps.push(skipped(title, &obstacle)),
        Readiness::Run => {
            steps.push(Step::command(title, tests_in_firefox(workspace)?).usually("20 s"));
        }
    }
    Ok(steps)
}

fn skipped<'w>(title: &str, obstacle: &str) -> Step<'w> {
    let line = "!".repeat(100);
    let notice = format!(
        "{line}\nSKIPPED: no page was opened, {title} is not tested on this machine\n{obstacle}\n{line}"
    );
    Step::function(title, move || Ok(notice))
}

/// With inference, so that what it replaces in the target folder has nothing that it lacks.
fn carrier(workspace: &Workspace) -> std::process::Command {
    let mut command = workspace.cargo("build -p bench-runner --features site");
    command.env("BENCH_RUNNER_SITE_DIR", site::dist(workspace));
    command
}

fn tests_in_firefox(workspace: &Workspace) -> Result<std::process::Command> {
    let found = Browser::find_firefox().context("no Firefox, which set-up had found")?;
    let mut command = workspace.cargo("test -p site-tests --test site -- --ignored firefox::");
    command.env("FIREFOX_BINARY", found.browser).env("GECKODRIVER", found.driver);
    command.env("SITE_DIST", site::dist(workspace));
    Ok(command)
}

fn tests(workspace: &Workspace) -> Result<std::process::Command> {
    let found = Browser::find().context("no Chromium with chromedriver, which set-up had found")?;
    let mut command = workspace.cargo("test -p site-tests");
    command.env("BROWSER_BINARY", found.browser).env("CHROMEDRIVER", found.driver);
    command.env("BENCH_RUNNER", super::plan::binary(workspace));
    command.env("SITE_DIST", site::dist(workspace)).env("AXE", setup::axe(workspace));
    Ok(command)
}
