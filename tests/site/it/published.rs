//! What `bench-runner publish` makes of real histories, by a program that carries the dashboard.
//!
//! The files are whole histories of two projects, as github-action-benchmark published them.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::Command,
};

use flate2::read::GzDecoder;
use serde_json::Value;
use site_tests::{server::Server, session::Window};
use tempfile::TempDir;

use crate::{
    support::{Page, variable},
    tables::{Table, is_rounded},
};

const HISTORIES: [&str; 2] = ["safetensors", "AMDGPU.jl"];

/// An imported and published history.
struct Published {
    folder: TempDir,
    /// What was imported.
    files: Vec<Value>,
}

impl Published {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let published = Self { files: HISTORIES.map(history).into(), folder };
        for (name, text) in HISTORIES.iter().zip(&published.files) {
            let file = published.folder.path().join(format!("{name}.json"));
            fs::write(&file, text.to_string()).expect("writable");
            let file = file.display().to_string();
            published.call(&["import", "--from", "github-action-benchmark", &file]);
        }
        published.call(&["publish", "--out", "dist"]);
        published
    }

    fn call(&self, words: &[&str]) {
        let mut command = Command::new(variable("BENCH_RUNNER"));
        command.args(words).args(["--store", "history"]).current_dir(self.folder.path());
        let output = command.output().expect("bench-runner starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn dist(&self) -> PathBuf {
        self.folder.path().join("dist")
    }

    fn page(&self, hash: &str) -> Page {
        Page::of(Server::start(self.dist()).expect("a free port"), hash, Window::default())
    }

    /// Key and benchmark of each series, worst first.
    fn series(&self) -> Vec<(String, String)> {
        let summary = fs::read_to_string(self.dist().join("summary.json")).expect("a summary");
        let summary: Value = serde_json::from_str(&summary).expect("JSON");
        let text = |series: &Value, field: &str| series[field].as_str().unwrap_or("").to_owned();
        let list = summary["series"].as_array().expect("a list");
        list.iter().map(|series| (text(series, "key"), text(series, "benchmark"))).collect()
    }

    /// Commit, value and unit of each result of a benchmark in the imported files.
    fn values(&self, benchmark: &str) -> Vec<(String, f64, String)> {
        let suites =
            self.files.iter().flat_map(|file| file["entries"].as_object().expect("suites"));
        let runs = suites.flat_map(|(suite, runs)| {
            runs.as_array().expect("runs").iter().map(move |run| (suite, run))
        });
        runs.flat_map(|(suite, run)| {
            let commit = run["commit"]["id"].as_str().expect("a commit").to_owned();
            let benches = run["benches"].as_array().expect("benches").iter();
            let own = benches.filter(move |bench| {
                let name = bench["name"].as_str().expect("a name");
                name == benchmark || format!("{suite}/{name}") == benchmark
            });
            own.map(move |bench| {
                let unit = bench["unit"].as_str().expect("a unit").to_owned();
                (commit.clone(), bench["value"].as_f64().expect("a number"), unit)
            })
        })
        .collect()
    }
}

/// Seconds in a unit of time, which the heading of a column has in parentheses; 1 for another unit.
fn size_of(unit: &str) -> f64 {
    let unit = unit.split_once('(').map_or(unit, |(_, unit)| unit.trim_end_matches(')'));
    match unit {
        "ns" => 1e-9,
        "µs" | "us" => 1e-6,
        "ms" => 1e-3,
        _ => 1.0,
    }
}

fn history(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/import");
    let packed = fs::read(folder.join(format!("{name}.full.json.gz"))).expect("a fixture");
    let mut text = String::new();
    GzDecoder::new(&*packed).read_to_string(&mut text).expect("packed text");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn two_hundred_cells_of_the_pages_are_the_values_of_the_imported_files() {
    let published = Published::new();
    let page = published.page("");
    let mut compared = 0;
    for (key, benchmark) in published.series().into_iter().step_by(9) {
        page.go(&format!("#/series/{key}"));
        let heading = Value::from(benchmark.as_str());
        page.wait(&format!(
            "document.querySelector('main h1')?.innerText === {heading} && \
             document.querySelectorAll('main table tbody tr').length > 0"
        ));
        let table = Table::last(&page);
        assert_eq!(table.heads[1], "Commit", "{:?}", table.heads);
        let values = published.values(&benchmark);
        // what is timed, else the one metric; allocations and memory of a series stand beside it
        let is_timed = |head: &String| head.starts_with("Time (");
        let column = table.heads.iter().position(is_timed).unwrap_or(4);
        let head = size_of(&table.heads[column]);
        for cells in table.rows.iter().take(25) {
            let commit = cells[1].trim();
            let of_commit: Vec<f64> = values
                .iter()
                .filter(|(id, ..)| commit.len() >= 7 && id.starts_with(commit))
                .map(|(_, value, unit)| value * size_of(unit) / head)
                .collect();
            assert!(
                of_commit.iter().any(|value| is_rounded(&cells[column], *value)),
                "{benchmark} {:?}: {cells:?} against {of_commit:?}",
                table.heads
            );
            compared += 1;
        }
    }
    assert!(compared >= 200, "only {compared} cells were compared");
}

#[test]
fn a_published_folder_is_whole_and_asks_no_other_host() {
    let published = Published::new();
    let page = published.page("");
    page.wait_for(&published.series()[0].1);
    let key = &published.series()[0].0;
    for hash in ["#/regressions", "#/compare", "#/method", &format!("#/series/{key}")] {
        page.go(hash);
        page.wait("document.querySelector('main h1') && !document.querySelector('main').innerText.includes('Loading')");
    }
    page.go("latest.html");
    page.wait("document.querySelectorAll('tbody tr').length > 0");
    let missing: Vec<_> = page.server.requests().into_iter().filter(|r| r.status != 200).collect();
    assert_eq!(missing, []);
    assert_eq!(page.foreign_requests(), Vec::<String>::new());
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn a_published_folder_names_no_folder_of_the_machine() {
    let published = Published::new();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut private = vec![published.folder.path().to_owned()];
    private.extend(workspace.canonicalize());
    private.extend(std::env::home_dir().filter(|home| home.components().count() > 1));
    private.extend(std::env::var_os("CARGO_HOME").map(PathBuf::from));
    let mut files = 0;
    let mut folders = vec![published.dist()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).expect("readable");
            for folder in &private {
                let name = folder.display().to_string().into_bytes();
                let is_named = bytes.windows(name.len()).any(|window| window == name);
                assert!(!is_named, "{} names {}", path.display(), folder.display());
            }
            files += 1;
        }
    }
    assert!(files > 100, "{files} files");
}
