//! Puts a built dashboard into the binary, where the feature `site` asks for it.
//!
//! In: the folder that `BENCH_RUNNER_SITE_DIR` names. Out: `site.rs`, the list of its files.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

const VARIABLE: &str = "BENCH_RUNNER_SITE_DIR";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    if env::var_os("CARGO_FEATURE_SITE").is_none() {
        return;
    }
    let Some(folder) = env::var_os(VARIABLE).map(PathBuf::from) else {
        return println!(
            "cargo::error=the feature `site` needs {VARIABLE}, the folder of a built dashboard; \
             `cargo xtask site` makes target/site"
        );
    };
    if !folder.join("index.html").is_file() {
        return println!(
            "cargo::error={VARIABLE} is {}, which has no index.html; `cargo xtask site` makes a \
             dashboard in target/site",
            folder.display()
        );
    }
    let folder = fs::canonicalize(folder).expect("it has an index.html");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    let line = |path: &PathBuf| {
        let name = path.strip_prefix(&folder).expect("found in it").to_string_lossy();
        let name = name.replace('\\', "/");
        format!("    ({name:?}, include_bytes!({:?})),\n", path.display().to_string())
    };
    let list: String = files.iter().map(line).collect();
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("site.rs"), format!("&[\n{list}]\n"))
        .expect("OUT_DIR is writable");
}

/// The files below a folder, less the sample data and what says where data is.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("the folder of the dashboard is readable");
    for path in entries.map(|entry| entry.expect("readable").path()) {
        let name = path.file_name().unwrap_or_default();
        if name == "data" || name == "config.json" {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
