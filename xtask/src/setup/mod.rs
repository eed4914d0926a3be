//! Set-up: what a task needs is looked for, and installed where it is missing.
//!
//! In: the workspace and which parts a task needs. Out: a machine on which the task can run. Each
//! kind of tool has a file of its own, which lists [`Need`]s.

mod browser;
mod linters;
mod npm;
mod python;
mod site;
mod system;
mod toolchain;

pub use browser::Browser;
pub use linters::{actionlint, check_jsonschema, hadolint};
pub use site::with_tools;

use std::{path::PathBuf, process::Command, time::Instant};

use anyhow::{Context, Result, bail, ensure};
use first_light::duration::in_words;

use crate::{
    process::{run, shown},
    versions::{AXE_CORE, PLOTLY, UPLOT},
    workspace::Workspace,
};

/// What a task needs beyond cargo.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Parts of the Rust toolchain.
    Toolchain,
    /// What bundles the site.
    Site,
    /// A browser, and what checks a page in it.
    Browser,
    /// Firefox, in which each page is opened too.
    Firefox,
    /// Tools in Python.
    Python,
    /// What checks files of CI systems.
    Linters,
    /// Chart libraries of others, to measure beside.
    Charts,
}

/// Something that has to be on the machine.
struct Need {
    what: String,
    is_there: Box<dyn Fn() -> bool>,
    install: Install,
    usually: &'static str,
}

/// How something gets onto the machine.
enum Install {
    Command(Command),
    /// We cannot: what a person does.
    ByHand(String),
}

/// Installs what is missing of these parts; says so before, or that all is there.
pub fn ensure_all(workspace: &Workspace, parts: &[Part]) -> Result<()> {
    let needs = parts.iter().flat_map(|part| part.needs(workspace));
    let missing: Vec<Need> = needs.filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        println!("set-up: all there");
        return Ok(());
    }
    println!("set-up: {} to install", missing.len());
    for need in &missing {
        println!("  {}: {}, usually {}", need.what, need.install.shown(), need.usually);
    }
    let (by_hand, ours): (Vec<_>, Vec<_>) =
        missing.into_iter().partition(|need| matches!(need.install, Install::ByHand(_)));
    by_hand.into_iter().chain(ours).try_for_each(install)
}

/// What of a part is missing and can only be installed by hand, in words.
pub fn obstacle(workspace: &Workspace, part: Part) -> Option<String> {
    let needs = part.needs(workspace).into_iter();
    let mut missing = needs.filter(|need| !(need.is_there)());
    missing.find_map(|need| match need.install {
        Install::ByHand(how) => Some(format!("{} is missing: {how}", need.what)),
        Install::Command(_) => None,
    })
}

/// Folder of a package of npm that set-up has installed.
pub fn npm_folder(workspace: &Workspace, name: &str, version: &str) -> PathBuf {
    npm::folder(workspace, name, version)
}

/// The accessibility checker's script.
pub fn axe(workspace: &Workspace) -> PathBuf {
    npm::folder(workspace, "axe-core", AXE_CORE).join("axe.min.js")
}

impl Part {
    fn needs(self, workspace: &Workspace) -> Vec<Need> {
        match self {
            Self::Toolchain => toolchain::needs(workspace),
            Self::Site => site::needs(workspace),
            Self::Browser => browser::needs(workspace),
            Self::Firefox => browser::needs_of_firefox(),
            Self::Python => python::needs(workspace),
            Self::Linters => linters::needs(workspace),
            Self::Charts => vec![
                npm::package(workspace, "uplot", UPLOT, "3 s, 1 MB"),
                npm::package(workspace, "plotly.js-dist-min", PLOTLY, "5 s, 5 MB"),
            ],
        }
    }
}

impl Install {
    fn shown(&self) -> String {
        match self {
            Self::Command(command) => format!("`{}`", shown(command)),
            Self::ByHand(how) => format!("by hand: {how}"),
        }
    }
}

fn install(need: Need) -> Result<()> {
    let started = Instant::now();
    let mut command = match need.install {
        Install::Command(command) => command,
        Install::ByHand(how) => bail!("{} is missing: {how}, and start again", need.what),
    };
    let by_hand = format!(
        "could not install {}; install it by hand with `{}`, or with the package manager that \
         brought cargo, and start again",
        need.what,
        shown(&command)
    );
    run(&mut command).with_context(|| by_hand.clone())?;
    ensure!((need.is_there)(), by_hand);
    println!("set-up: {} installed, {}", need.what, in_words(started.elapsed()));
    Ok(())
}
