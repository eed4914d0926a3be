//! A folder in which the documents' commands find what they name, and a Hub with their datasets.
//!
//! In: a line of a document. Out: how it ended, after what stands in for a person, a chat and a
//! file server was put in their place.

use std::{collections::BTreeMap, fs, os::unix::fs::symlink, path::Path};

use load_double::Double;
use serde_json::{Value, json};

use super::{root, webhook::Webhook};
use crate::{
    dataset::Setting,
    load::support::any_server,
    publish::folder::put_site,
    run::trials::fake,
    support::builders::{record, with},
    support::python,
    support::workspace::{Finished, Workspace, binary, fixture, fixture_json, has_program, xtask},
    templates::put_program,
};

const RECORD: &str = "01JW3Q8ZK2V5M6N7P8Q9R0S1T2";
const DATASETS: [&str; 2] = ["my-org/perf", "FastVideo/performance-tracking"];

/// What a command is called with in addition, unless it is already.
const ADDED: [(&str, &str); 2] = [
    // somebody is there who says yes
    ("bench-runner reseed", "--yes"),
    // the binary under test carries no dashboard
    ("bench-runner publish", "--site target/site"),
];

/// A file server until it has been asked once, on a port that is free.
const FILE_SERVER: &str = "python3 -m http.server -d dist";
const SERVED_ONCE: &str = r#"
python3 -u -m http.server -d dist --bind 127.0.0.1 0 > served 2>&1 & server=$!
trap 'kill $server' EXIT
until grep -q 'http://' served; do kill -0 $server; sleep 0.05; done
curl --fail -sS "$(sed -n 's/.*(\(http:.*\)).*/\1/p' served)" | grep -qi '<!doctype html>'
"#;

pub struct Folder {
    setting: Setting,
    chat: Webhook,
    /// What load tests load.
    server: Double,
}

impl Folder {
    pub fn with_samples() -> Self {
        let folder = Self { setting: Setting::new(), chat: Webhook::start(), server: any_server() };
        folder.put_programs();
        folder.put_benchmarks();
        folder.put_demo();
        folder.put_other_tools();
        put_site(folder.workspace(), "target/site");
        for dataset in DATASETS {
            folder.setting.hub.create(dataset);
            let record = with(record("tiny-wan-cpu", 1), &json!({"gpu_type": "Fake GPU"}));
            let path = "tiny-wan-cpu/2025-05-01T12_00_00_00_00_0123456.json";
            folder.setting.hub.put(dataset, &[(path, record.to_string().as_bytes())]);
        }
        folder
    }

    /// Runs a line as a shell does; `None`, loudly, where a program is not on this machine.
    pub fn run(&self, line: &str) -> Option<Finished> {
        if line.starts_with("bench-runner reseed") {
            self.put_reports();
        }
        let mut line = line.to_owned();
        for (beginning, option) in ADDED {
            let flag = option.split(' ').next().unwrap_or_default();
            if line.starts_with(beginning) && !line.contains(flag) {
                line = line.replace(beginning, &format!("{beginning} {option}"));
            }
        }
        if line.starts_with("bench-runner load") {
            line = short(&line) + &format!(" --base-url {}", self.server.url());
        }
        let is_there = match line.split(' ').next().unwrap_or_default() {
            "duckdb" => self.put_duckdb(),
            "python3" => has_program("python3") && has_program("curl"),
            program @ ("curl" | "jq") => has_program(program),
            _ => true,
        };
        let finished = is_there.then(|| match line.strip_prefix(FILE_SERVER) {
            Some(_) => self.bash(SERVED_ONCE),
            None => self.bash(&line),
        });
        if line.starts_with("curl") && is_there {
            let bodies = self.chat.bodies();
            assert!(serde_json::from_str::<Value>(&bodies[0]).is_ok(), "{line}: {bodies:?}");
        }
        finished
    }

    /// The help of a command, which reads all that it is called with.
    pub fn read(&self, line: &str) -> Finished {
        self.bash(&format!("{} --help", line.replace("cargo xtask", "xtask")))
    }

    fn bash(&self, line: &str) -> Finished {
        let mut variables: BTreeMap<String, String> =
            self.setting.variables().into_iter().collect();
        variables.remove("PERFORMANCE_TRACKING_ROOT");
        let temporary = self.workspace().path("tmp");
        fs::create_dir_all(&temporary).unwrap();
        variables.insert("TMPDIR".to_owned(), temporary.display().to_string());
        for name in ["SLACK_WEBHOOK_URL", "WEBHOOK_URL"] {
            variables.insert(name.to_owned(), self.chat.url());
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.workspace().path("programs").display());
        self.workspace().bash(line, &variables, &path)
    }

    fn workspace(&self) -> &Workspace {
        &self.setting.workspace
    }

    fn put_programs(&self) {
        let programs = self.workspace().path("programs");
        fs::create_dir_all(&programs).unwrap();
        symlink(binary(), programs.join("bench-runner")).unwrap();
        symlink(xtask(), programs.join("xtask")).unwrap();
    }

    /// The command that DuckDB's package in Python has not.
    fn put_duckdb(&self) -> bool {
        let Some(python) = python::with(&["duckdb"]) else { return false };
        let query = "import duckdb, sys; duckdb.sql(sys.argv[2]).show()";
        let script =
            format!("#!/bin/sh\nexec '{}' -c '{query}' \"$@\"\n", python.program().display());
        put_program(self.workspace(), "duckdb", &script);
        true
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
        let mut example = fixture_json("../../benchmarks/examples/fake.json");
        example["model"]["architecture"]["wait"] = json!("none");
        workspace.write_json("benchmarks/examples/fake.json", &example);
        fs::create_dir(workspace.path("bench-records")).unwrap();
    }

    /// History and results of the demonstration, and a record that some commands name.
    fn put_demo(&self) {
        let workspace = self.workspace();
        copy(&root().join("tests/fixtures/demo"), &workspace.path("."));
        copy(&root().join("tests/fixtures/demo/results"), &workspace.path("results/part-1"));
        // its memory rose, which is a finding to acknowledge
        let commit = "3f2c1ab9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3";
        let named = json!({"id": RECORD, "commit_sha": commit, "memory": 1200.0});
        workspace.put_records(&[record("wan", 1), with(record("wan", 2), &named)]);
        let commit = json!({"commit_sha": "12b47c20000000000000000000000000000000000"});
        let measured = with(record("tiny-wan-cpu", 2), &commit);
        workspace.put_records(&[with(measured, &json!({"gpu_type": "Sample CPU, 2 cores"}))]);
        self.put_reports();
    }

    /// The records of one comparison, as somebody has reviewed them.
    fn put_reports(&self) {
        let _ = fs::remove_dir_all(self.workspace().path("reports"));
        let results = "results/perf_tiny-wan-cpu_20260609T220000Z.json";
        self.bash(&format!("bench-runner compare --persist never --results {results}")).expect(0);
    }

    fn put_other_tools(&self) {
        for (name, fixture_name) in [
            ("data.js", "safetensors.data.js"),
            ("data.json", "AMDGPU.jl.json"),
            ("records.json", "SYNTHETIC_pytorch_v3_record.json"),
            ("latency_llama8B_tp1.json", "SYNTHETIC_vllm_bench_latency.json"),
            ("serving_llama8B_tp1_sharegpt_qps_4.json", "SYNTHETIC_vllm_bench_serve.json"),
            ("sglang_0401_512_1024_256.jsonl", "load/SYNTHETIC_sglang_0401_512_1024_256.jsonl"),
            ("profile_export_aiperf.json", "load/SYNTHETIC_profile_export_aiperf.json"),
            ("benchmarks.json", "load/SYNTHETIC_guidellm_benchmarks.json"),
            ("search.json", "load/SYNTHETIC_bench_runner_search.json"),
            ("output.json", "cases/output.json"),
            ("debug.js", "cases/debug.js"),
            ("release.js", "cases/release.js"),
        ] {
            self.workspace().write(name, &fixture(&format!("import/{fixture_name}")));
        }
        let go =
            "pkg: example.org/sort\nBenchmarkSort-8  5000  312.5 ns/op  64 B/op  2 allocs/op\n";
        self.workspace().write("bench.txt", go);
        let mut timed = fixture_json("import/hyperfine.json");
        let results = timed["results"].as_array_mut().unwrap();
        results.retain(|result| result["exit_codes"].as_array().unwrap().iter().all(|c| c == 0));
        assert!(!results.is_empty());
        self.workspace().write_json("out.json", &timed);
        for model in ["tests/fixtures/tiny-wan", "tests/fixtures/tiny-llama/qwen3"] {
            copy(&root().join(model), &self.workspace().path(model));
        }
    }
}

/// A load test with three requests at once.
fn short(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    for (option, value) in [("--num-prompts", "3"), ("--request-rate", "200")] {
        if let Some(at) = words.iter().position(|word| *word == option) {
            words[at + 1] = value;
        }
    }
    words.join(" ")
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
