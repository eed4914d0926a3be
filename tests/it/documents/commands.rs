//! Commands of the documents, run in a folder with made-up benchmarks, results and histories.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use super::{documents, root, words};
use crate::{
    builders::{record, with},
    dataset::Setting,
    run::fake,
    support::{Finished, Workspace, binary, fixture, fixture_json},
};

/// What is run of a document, besides commands of ours.
const PROGRAMS: [&str; 3] = ["bench-runner", "cp", "sed"];

/// Commands that are only checked for what they are called with, and why.
const NOT_RUN: [(&str, &str); 2] = [
    ("bench-runner publish", "needs a built dashboard; tests of publishing run it"),
    ("cp target/cuda", "copies the CUDA build, which takes its toolkit and minutes"),
];

const RECORD: &str = "01JW3Q8ZK2V5M6N7P8Q9R0S1T2";
const DATASETS: [&str; 2] = ["my-org/perf", "FastVideo/performance-tracking"];

#[test]
fn every_command_of_the_documents_runs() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (path, text) in documents() {
        let folder = Folder::with_samples();
        for command in words::lines(&text, &PROGRAMS) {
            if command.line.starts_with("bench-runner reseed") {
                folder.put_reports();
            }
            let is_run = NOT_RUN.iter().all(|(name, _)| !command.line.contains(name));
            let finished = if is_run { folder.run(&command.line) } else { continue };
            let Finished { code, stdout, stderr } = finished;
            if code != command.code {
                wrong
                    .push(format!("{path}: {} leaves with {code}\n{stdout}{stderr}", command.line));
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 40, "{count} commands");
}

/// With `--help` at its end a command is read, and nothing is done.
#[test]
fn every_command_that_is_mentioned_is_one_that_exists() {
    let folder = Folder::with_samples();
    let mut commands: Vec<(String, String)> = Vec::new();
    for (path, text) in documents() {
        let lines = words::lines(&text, &["bench-runner"]).into_iter().map(|command| command.line);
        commands.extend(lines.chain(words::spans(&text)).map(|line| (path.clone(), line)));
    }
    commands.extend(examples_of_the_help(&folder));
    assert!(commands.len() > 100, "{}", commands.len());
    let mut wrong = Vec::new();
    for (path, line) in commands {
        let line = line.split(" #").next().unwrap_or(&line);
        let line = line.split(" > ").next().unwrap_or(line).trim();
        let Finished { code, stderr, .. } = folder.run(&format!("{line} --help"));
        if code != 0 {
            wrong.push(format!("{path}: {line}\n{stderr}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn examples_of_the_help(folder: &Folder) -> Vec<(String, String)> {
    let help = folder.run("bench-runner --help").stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !matches!(*name, "" | "help"));
    let examples = names.flat_map(|name| {
        let help = folder.run(&format!("bench-runner {name} --help")).stdout;
        let found = words::lines(&help.replace("\n  bench-", "\n    bench-"), &["bench-runner"]);
        // one that the help breaks within quotes is the same as in the documents
        let whole = found.into_iter().filter(|c| c.line.matches('"').count() % 2 == 0);
        whole.map(move |command| (format!("help of {name}"), command.line))
    });
    examples.collect()
}

/// A folder in which the documents' commands find what they name, and a Hub with their datasets.
struct Folder {
    setting: Setting,
}

impl Folder {
    fn with_samples() -> Self {
        let folder = Self { setting: Setting::new() };
        folder.put_benchmarks();
        folder.put_demo();
        folder.put_other_tools();
        for dataset in DATASETS {
            folder.setting.hub.create(dataset);
            let record = with(record("tiny-wan-cpu", 1), &json!({"gpu_type": "Fake GPU"}));
            let path = "tiny-wan-cpu/2025-05-01T12_00_00_00_00_0123456.json";
            folder.setting.hub.put(dataset, &[(path, record.to_string().as_bytes())]);
        }
        folder
    }

    fn workspace(&self) -> &Workspace {
        &self.setting.workspace
    }

    /// The repository's benchmarks under their names, on the pipeline that makes up its times.
    fn put_benchmarks(&self) {
        let workspace = self.workspace();
        let listed = fs::read_dir(root().join("benchmarks")).unwrap();
        let names = listed.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        for name in names.filter(|name| name.ends_with(".json")) {
            let id = name.trim_end_matches(".json");
            let config = serde_json::to_string_pretty(&fake(id, &json!({}))).unwrap();
            workspace.write(&format!("benchmarks/{name}"), &config);
            workspace.write(&format!(".buildkite/performance-benchmarks/tests/{name}"), &config);
        }
        copy(&root().join("benchmarks/examples"), &workspace.path("benchmarks/examples"));
        let example = fixture_json("../../benchmarks/examples/fake.json");
        let mut example: Value = example;
        example["model"]["architecture"]["wait"] = json!("none");
        workspace.write_json("benchmarks/examples/fake.json", &example);
    }

    /// History and results of the demonstration, and a record that some commands name.
    fn put_demo(&self) {
        let workspace = self.workspace();
        copy(&root().join("tests/fixtures/demo"), &workspace.path("."));
        copy(&root().join("tests/fixtures/demo/results"), &workspace.path("results/part-1"));
        let named = json!({"id": RECORD, "commit_sha": "3f2c1ab9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3"});
        workspace.put_records(&[with(record("wan", 1), &named)]);
        let commit = json!({"commit_sha": "12b47c20000000000000000000000000000000000"});
        let measured = with(record("tiny-wan-cpu", 2), &commit);
        workspace.put_records(&[with(measured, &json!({"gpu_type": "Sample CPU, 2 cores"}))]);
        self.put_reports();
    }

    /// The records of one comparison, as somebody has reviewed them.
    fn put_reports(&self) {
        let _ = fs::remove_dir_all(self.workspace().path("reports"));
        let results = "results/perf_tiny-wan-cpu_20260609T220000Z.json";
        let compare = format!("bench-runner compare --persist never --results {results}");
        let judged = self.run(&compare);
        assert_eq!(judged.code, 0, "{}", judged.stdout);
    }

    fn put_other_tools(&self) {
        for (name, fixture_name) in [
            ("data.js", "safetensors.data.js"),
            ("data.json", "AMDGPU.jl.json"),
            ("records.json", "SYNTHETIC_pytorch_v3_record.json"),
            ("latency_llama8B_tp1.json", "SYNTHETIC_vllm_bench_latency.json"),
        ] {
            self.workspace().write(name, &fixture(&format!("import/{fixture_name}")));
        }
        let mut timed = fixture_json("import/hyperfine.json");
        let results = timed["results"].as_array_mut().unwrap();
        results.retain(|result| result["exit_codes"].as_array().unwrap().iter().all(|c| c == 0));
        assert!(!results.is_empty());
        self.workspace().write_json("out.json", &timed);
        let model = root().join("tests/fixtures/tiny-wan");
        copy(&model, &self.workspace().path("tests/fixtures/tiny-wan"));
    }

    /// Runs a line as a shell does; somebody is there who says yes.
    fn run(&self, line: &str) -> Finished {
        let programs = self.workspace().path("programs");
        fs::create_dir_all(&programs).unwrap();
        let link = programs.join("bench-runner");
        if !link.exists() {
            std::os::unix::fs::symlink(binary(), link).unwrap();
        }
        let line = line.replace("bench-runner reseed", "bench-runner reseed --yes");
        let mut variables: BTreeMap<String, String> =
            self.setting.variables().into_iter().collect();
        variables.remove("PERFORMANCE_TRACKING_ROOT");
        variables.insert("TMPDIR".to_owned(), self.workspace().path("tmp").display().to_string());
        fs::create_dir_all(self.workspace().path("tmp")).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        self.workspace().bash(&line, &variables, &format!("{}:{path}", programs.display()))
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
