//! `templates/github/performance-suites.yml`, step by step: a schedule that measures each commit of main once.

#![cfg(unix)]

use std::{fs, net::TcpListener};

use serde_json::{Value, json};

use super::{
    github::{CiJob, on_schedule},
    put_program,
};
use crate::{
    dataset::{Setting, TOKEN},
    support::workspace::Finished,
};

const TEMPLATE: &str = "github/performance-suites.yml";
const COMMIT: &str = "steps.next.outputs.commit";

/// A checkout with a suite, and an engine that is called vllm.
struct Project {
    setting: Setting,
    port: u16,
}

impl Project {
    fn new() -> Self {
        let setting = Setting::new();
        let double = env!("CARGO_BIN_EXE_engine-double");
        put_program(&setting.workspace, "vllm", &format!("#!/bin/sh\nexec '{double}' \"$@\"\n"));
        setting.workspace.shell("git init --quiet --initial-branch main").expect(0);
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        Self { port: listener.local_addr().unwrap().port(), setting }
    }

    /// Commits a suite of these tests on main; the commit.
    fn commit(&self, tests: &[&str]) -> String {
        let test = |name: &&str| -> Value {
            json!({
                "test_name": name, "qps_list": ["inf"], "max_concurrency_list": [2],
                "server_parameters": {"model": "tiny/llama", "port": self.port},
                "client_parameters": {"model": "tiny/llama", "port": self.port, "num_prompts": 4,
                    "dataset_name": "random", "random-input-len": 8, "random-output-len": 4},
            })
        };
        let tests: Vec<Value> = tests.iter().map(test).collect();
        self.setting.workspace.shell("git checkout --quiet main 2> log || true").expect(0);
        let suite = if std::env::consts::ARCH == "aarch64" { "arm64-cpu" } else { "cpu" };
        self.setting
            .workspace
            .write_json(&format!("suites/serving-tests-{suite}.json"), &json!(tests));
        let commit = "git add suites && git -c user.name=tester -c user.email=tester@example.com \
                      commit --quiet --allow-empty --message change && git rev-parse HEAD";
        self.setting.workspace.shell(commit).expect(0).stdout.trim().to_owned()
    }

    /// A job of the schedule, on the head of main.
    fn job(&self) -> CiJob<'_> {
        let path = |name: &str| self.setting.workspace.path(name).display().to_string();
        let more = [
            ("ON_CPU", "1".to_owned()),
            ("SUITES", "suites".to_owned()),
            ("DOUBLE_LOG", path("calls.txt")),
        ];
        let job =
            CiJob::new(&self.setting, TEMPLATE, "measure", [&on_schedule()[..], &more].concat());
        self.setting.workspace.shell("git checkout --quiet main").expect(0);
        job.install();
        job
    }

    /// What a job finds to be measured next; empty where nothing is.
    fn next(&self) -> (String, Finished) {
        let found = self.job().run("Find the oldest commit that is not measured", &[]);
        let output = self.setting.workspace.read("runner/output");
        let commit = output.trim().strip_prefix("commit=").expect("an output").to_owned();
        (commit, found)
    }

    /// The steps that follow for that commit.
    fn measure(&self, commit: &str) -> Finished {
        let job = self.job();
        job.run("Find the oldest commit that is not measured", &[]).expect(0);
        job.run("Build the engine", &[(COMMIT, commit)]).expect(0);
        let given = [(COMMIT, commit), ("secrets.HF_TOKEN", TOKEN)];
        let measured = job.run("Measure, judge, and keep the records", &given);
        // what a stand-in takes scatters, and records are kept whatever the gate says
        assert!(measured.code <= 1, "{}", measured.stderr);
        measured
    }

    /// How often the engine was started.
    fn starts(&self) -> usize {
        let calls = fs::read_to_string(self.setting.workspace.path("calls.txt"));
        calls.unwrap_or_default().lines().filter(|call| call.starts_with("serve ")).count()
    }
}

#[test]
fn a_second_schedule_at_one_commit_measures_nothing_and_says_so() {
    let project = Project::new();
    let first = project.commit(&["serving_a", "serving_b"]);
    assert_eq!(project.next().0, first);
    project.measure(&first);
    assert_eq!((project.starts(), project.setting.records().len()), (2, 2));
    let (next, said) = project.next();
    assert_eq!(next, "");
    assert!(said.expect(0).stderr.contains("1 commit measured completely"));
    // a job that was started twice for it comes too late
    let said = project.measure(&first).stderr;
    assert!(said.contains("2 results of") && said.contains("nothing to measure"), "{said}");
    assert_eq!((project.starts(), project.setting.records().len()), (2, 2));
}

#[test]
fn of_newer_commits_the_oldest_that_is_missing_is_measured_first() {
    let project = Project::new();
    let first = project.commit(&["serving_a"]);
    project.measure(&first);
    let newer = [project.commit(&["serving_a"]), project.commit(&["serving_a"])];
    for commit in &newer {
        assert_eq!(project.next().0, *commit);
        project.measure(commit);
    }
    assert_eq!(project.next().0, "");
    assert_eq!((project.starts(), project.setting.records().len()), (3, 3));
}

#[test]
fn a_test_that_a_newer_commit_brings_is_measured_of_the_older_ones_too_and_only_once() {
    let project = Project::new();
    let first = project.commit(&["serving_a"]);
    project.measure(&first);
    let second = project.commit(&["serving_a", "serving_b"]);
    for commit in [&first, &second] {
        assert_eq!(project.next().0, *commit);
        project.measure(commit);
    }
    assert_eq!(project.next().0, "");
    assert_eq!((project.starts(), project.setting.records().len()), (4, 4));
}
