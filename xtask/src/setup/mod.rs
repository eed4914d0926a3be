//! Set-up: what a task needs is looked for, and installed where it is missing.
//!
//! In: the workspace. Out: a machine on which `cargo xtask test` can run. Each kind of tool has a
//! file of its own, which lists [`Need`]s; what the site's build and its browser tests need comes in
//! beside `toolchain`.

mod python;
mod toolchain;

use std::{process::Command, time::Instant};

use anyhow::{Context, Result, ensure};

use crate::{
    duration::in_words,
    process::{run, shown},
    workspace::Workspace,
};

/// Something that has to be on the machine.
struct Need {
    what: String,
    is_there: Box<dyn Fn() -> bool>,
    install: Command,
    usually: &'static str,
}

/// Installs what is missing; says so before, or that all is there.
pub fn ensure_all(workspace: &Workspace) -> Result<()> {
    let needs = toolchain::needs(workspace).into_iter().chain(python::needs(workspace));
    let missing: Vec<Need> = needs.filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        println!("set-up: all there");
        return Ok(());
    }
    println!("set-up: {} to install", missing.len());
    for need in &missing {
        println!("  {}: `{}`, usually {}", need.what, shown(&need.install), need.usually);
    }
    missing.into_iter().try_for_each(install)
}

fn install(mut need: Need) -> Result<()> {
    let started = Instant::now();
    let by_hand = format!(
        "could not install {}; install it by hand with `{}`, or with the package manager that \
         brought cargo, and start again",
        need.what,
        shown(&need.install)
    );
    run(&mut need.install, 0).with_context(|| by_hand.clone())?;
    ensure!((need.is_there)(), by_hand);
    println!("set-up: {} installed, {}", need.what, in_words(started.elapsed()));
    Ok(())
}
