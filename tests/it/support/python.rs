//! Tools in Python that read what we write, where they are installed.
//!
//! `cargo xtask test` puts them into `target/python`; elsewhere `BENCH_PYTHON` names an interpreter
//! that has them. Without them a test says so, loudly, and checks nothing; where `CI` is set it fails.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// An interpreter.
pub struct Python(PathBuf);

/// An interpreter that has these modules.
pub fn with(modules: &[&str]) -> Option<Python> {
    let python = Python(interpreter());
    let imports = format!("import {}", modules.join(", "));
    let found = Command::new(&python.0).args(["-c", &imports]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    eprintln!("\n*** SKIPPED {name}: {} has no {}", python.0.display(), modules.join(", "));
    eprintln!("*** run `cargo xtask test`, or set BENCH_PYTHON to an interpreter that has them\n");
    for variable in ["BENCH_PYTHON", "CI"] {
        assert!(std::env::var_os(variable).is_none(), "{variable} is set: {name} has to run");
    }
    None
}

fn interpreter() -> PathBuf {
    std::env::var_os("BENCH_PYTHON").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/python/bin/python"),
        PathBuf::from,
    )
}

impl Python {
    /// The interpreter; programs of its packages are beside it.
    pub fn program(&self) -> &Path {
        &self.0
    }

    /// Runs a script, and gives what it prints.
    #[track_caller]
    pub fn run(&self, script: &str, args: &[&str]) -> String {
        self.run_with(script, args, &[])
    }

    /// As [`Python::run`], with variables.
    #[track_caller]
    pub fn run_with(&self, script: &str, args: &[&str], variables: &[(&str, &str)]) -> String {
        let mut command = Command::new(&self.0);
        command.arg("-c").arg(script).args(args).envs(variables.iter().copied());
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
