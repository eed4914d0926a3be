//! The site in a real browser.
//!
//! In: what a test run is about. Out: steps that bundle the site and test it in Chromium; a loud
//! notice in their place where a developer's machine has no Chromium.

use anyhow::{Context, Result};

use super::Args;
use crate::{
    setup::{self, Browser, Part},
    site,
    step::Step,
    workspace::Workspace,
};

/// What a test run does about the browser.
pub enum BrowserTests {
    /// They run.
    Run,
    /// They are not asked for.
    LeftOut,
    /// They are asked for and cannot run, for this reason.
    Skipped(String),
}

/// Whether `args` ask for the browser tests, and whether this machine can run them. In CI they
/// are never skipped: a missing browser ends the run.
pub fn browser_tests(args: &Args, workspace: &Workspace) -> BrowserTests {
    let concerned = ["site", "site-tests"];
    if args.fast || args.package.as_ref().is_some_and(|name| !concerned.contains(&&**name)) {
        return BrowserTests::LeftOut;
    }
    let is_ci = std::env::var_os("CI").is_some();
    match setup::obstacle(workspace, Part::Browser) {
        Some(obstacle) if !is_ci => BrowserTests::Skipped(obstacle),
        _ => BrowserTests::Run,
    }
}

impl BrowserTests {
    /// What they need on the machine.
    pub fn parts(&self) -> &'static [Part] {
        match self {
            Self::Run => &[Part::Site, Part::Browser],
            Self::LeftOut => &[],
            Self::Skipped(_) => &[Part::Site],
        }
    }
}

/// Their steps.
pub fn steps<'w>(browser: &BrowserTests, workspace: &'w Workspace) -> Result<Vec<Step<'w>>> {
    let mut steps = match browser {
        BrowserTests::LeftOut => return Ok(Vec::new()),
        BrowserTests::Run | BrowserTests::Skipped(_) => site::steps(workspace)?,
    };
    steps.push(match browser {
        BrowserTests::Skipped(obstacle) => skipped(obstacle),
        _ => Step::command("the site in a browser", tests(workspace)?).usually("2 min"),
    });
    Ok(steps)
}

fn skipped<'w>(obstacle: &str) -> Step<'w> {
    let line = "!".repeat(100);
    let notice = format!(
        "{line}\nSKIPPED: no page was opened, the site is not tested on this machine\n{obstacle}\n\
         {line}"
    );
    Step::function("the site in a browser", move || Ok(notice))
}

fn tests(workspace: &Workspace) -> Result<std::process::Command> {
    let found = Browser::find().context("no Chromium with chromedriver, which set-up had found")?;
    let mut command = workspace.cargo("test -p site-tests");
    command.env("BROWSER_BINARY", found.browser).env("CHROMEDRIVER", found.driver);
    command.env("SITE_DIST", site::dist(workspace)).env("AXE", setup::axe(workspace));
    Ok(command)
}
