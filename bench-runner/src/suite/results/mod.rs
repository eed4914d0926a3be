//! Results of a run as files.
//!
//! In: what an engine measured. Out: the files that vLLM's script leaves: a result with its `.commands` and
//! `.pytorch.json`, and tables of all results of the folder. A value that is missing is null.

mod columns;
mod markdown;
mod platform;
mod pytorch;
mod rows;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bench_records::identity::{canonical::canonical_json, fingerprint::sha256_hex};
use serde_json::{Value, json};

use super::{
    engine,
    file::Test,
    machine::Machine,
    plan::{Point, ScriptCommands},
};
use crate::store::atomic::{self, Durability};

pub use rows::{Tables, read_rows};

/// What stands beside a result.
pub struct About<'a> {
    /// The machine.
    pub machine: &'a Machine,
    /// The engine.
    pub engine: &'a str,
    /// What sent requests, in serving tests.
    pub client: Option<&'static str>,
    /// What tells this measurement from others of a commit.
    pub mark: String,
}

/// What tells a measurement from others of a commit: its result's name, and a digest of all that was set.
#[must_use]
pub fn mark(engine: &str, client: &str, test: &Test, point: &Point) -> String {
    let said = json!({
        "engine": engine,
        "client": client,
        "variables": test.variables,
        "engine_parameters": test.engine,
        "client_parameters": test.client,
        "load": point.load,
    });
    let digest = sha256_hex(&canonical_json(&said));
    format!("{}#{}", point.result, &digest[..12])
}

/// Writes a result with what stands beside it.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(
    folder: &Path,
    result: &str,
    test: &Test,
    value: &Value,
    commands: &ScriptCommands,
    about: &About<'_>,
) -> Result<()> {
    let path = |ending: &str| folder.join(format!("{result}.{ending}"));
    let write = |path: PathBuf, value: &Value| {
        let text = serde_json::to_string_pretty(value).context("a result serializes")?;
        atomic::write(&path, (text + "\n").as_bytes(), Durability::Derived)
    };
    let mut beside = serde_json::to_value(commands).context("commands serialize")?;
    beside["gpu_type"] = about.machine.gpu_type.clone().into();
    for (field, text) in [
        ("device", about.machine.device.as_deref()),
        ("engine", Some(about.engine).filter(|engine| *engine != engine::VLLM)),
        ("client", about.client.filter(|client| *client != "engine")),
        ("suite_point", Some(about.mark.as_str())),
    ] {
        if let Some(text) = text {
            beside[field] = text.into();
        }
    }
    // the commands first: a result is read with them
    write(path("commands"), &beside)?;
    write(path("json"), value)?;
    for (ending, records) in pytorch::records(test, value, about) {
        write(path(&ending), &records)?;
    }
    Ok(())
}

/// Writes the tables of all results of a folder, and gives the path of the Markdown.
///
/// # Errors
/// Where the folder cannot be read, or a file not be written.
pub fn write_tables(folder: &Path) -> Result<PathBuf> {
    let tables = read_rows(folder)?;
    let json = tables.as_json_rows();
    let path = folder.join("benchmark_results.json");
    atomic::write(&path, json.to_string().as_bytes(), Durability::Derived)?;
    let path = folder.join("benchmark_results.md");
    atomic::write(&path, markdown::document(&tables).as_bytes(), Durability::Derived)?;
    Ok(path)
}
