//! `templates/buildkite/`: both pipelines, step by step, with a stand-in for Buildkite's agent.

use std::{collections::BTreeMap, fs};

use super::{COMMIT, file, project, put_program, starter, store, verdicts};
use crate::{
    dataset::{DATASET, Setting, TOKEN},
    support::workspace::Finished,
};

/// The agent: artifacts are a folder, and what it is told is kept.
const AGENT: &str = r#"#!/bin/sh
set -eu
echo "$*" >> agent
case "$1 $2" in
  "artifact download") mkdir -p results && cp -R artifacts/. results/ ;;
  "annotate --context") cat > annotation ;;
  "pipeline upload") ;;
  *) exit 1 ;;
esac
"#;

fn setting() -> Setting {
    let setting = project();
    put_program(&setting.workspace, "bench-runner", &starter());
    put_program(&setting.workspace, "buildkite-agent", AGENT);
    setting
}

/// A build of main by a schedule.
const ON_MAIN: [(&str, &str); 4] = [
    ("BUILDKITE_SOURCE", "schedule"),
    ("BUILDKITE_COMMIT", COMMIT),
    ("BUILDKITE_BRANCH", "main"),
    ("BUILDKITE_PULL_REQUEST", "false"),
];

const ON_PULL_REQUEST: [(&str, &str); 4] = [
    ("BUILDKITE_SOURCE", "webhook"),
    ("BUILDKITE_COMMIT", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    ("BUILDKITE_BRANCH", "feature"),
    ("BUILDKITE_PULL_REQUEST", "7"),
];

/// Runs a step with `$$` as the upload leaves it, and the matrix filled in.
fn run(setting: &Setting, pipeline: &str, label: &str, more: &[(&str, &str)]) -> Finished {
    let pipeline = file::read(pipeline);
    let step = file::labelled(&pipeline, label);
    let script = step["command"].as_str().unwrap().replace("$$", "$");
    let script = script.replace("{{matrix.shard}}", matrix(more, "shard"));
    let mut variables: BTreeMap<String, String> = setting.variables().into_iter().collect();
    variables.extend(file::variables(&pipeline["env"], &[]));
    variables.extend(file::variables(&step["env"], &[]));
    let (name, value) = store();
    variables.insert(name.to_owned(), value);
    variables.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let own = setting.workspace.path("programs").display().to_string();
    let path = format!("{own}:{}", std::env::var("PATH").unwrap_or_default());
    setting.workspace.bash(&script, &variables, &path)
}

fn matrix<'v>(variables: &[(&str, &'v str)], name: &str) -> &'v str {
    variables.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

fn measure(setting: &Setting, slowdown: &str) {
    let _ = fs::remove_dir_all(setting.workspace.path("artifacts"));
    fs::create_dir_all(setting.workspace.path("artifacts")).unwrap();
    for (job, shard) in [("job-1", "1/2"), ("job-2", "2/2")] {
        let more =
            [("BUILDKITE_JOB_ID", job), ("shard", shard), ("BENCH_RUNNER_FAKE_SLOWDOWN", slowdown)];
        let more = [&ON_MAIN[..], &more].concat();
        run(setting, PERFORMANCE, "{{matrix.shard}}", &more).expect(0);
        let results = setting.workspace.path(&format!("results/{job}"));
        fs::rename(results, setting.workspace.path(&format!("artifacts/{job}"))).unwrap();
    }
}

const PERFORMANCE: &str = "buildkite/performance.yml";

fn plan(setting: &Setting, more: &[(&str, &str)]) -> bool {
    let _ = fs::remove_file(setting.workspace.path("agent"));
    run(setting, "buildkite/pipeline.yml", "plan", more).expect(0);
    setting.workspace.path("agent").exists()
}

#[test]
fn a_schedule_adds_its_steps_for_a_commit_once() {
    let setting = setting();
    assert!(plan(&setting, &ON_MAIN));
    measure(&setting, "denoise=1");
    run(&setting, PERFORMANCE, "judge", &ON_MAIN).expect(0);
    assert_eq!(setting.records().len(), 2, "{:?}", setting.records());
    assert!(!plan(&setting, &ON_MAIN));
    assert!(plan(&setting, &ON_PULL_REQUEST));
}

#[test]
fn a_failed_gate_annotates_the_build_and_is_kept_on_main() {
    let setting = setting();
    measure(&setting, "denoise=1");
    run(&setting, PERFORMANCE, "judge", &ON_MAIN).expect(0);
    let said = setting.workspace.read("agent");
    assert!(said.ends_with("annotate --context performance --style success\n"), "{said}");
    measure(&setting, "denoise=2");
    run(&setting, PERFORMANCE, "judge", &ON_MAIN).expect(1);
    let said = setting.workspace.read("agent");
    assert!(said.ends_with("annotate --context performance --style error\n"), "{said}");
    assert_eq!(setting.workspace.read("annotation"), setting.workspace.read("reports/comment.md"));
    assert!(verdicts(&setting.workspace).iter().all(|(_, verdict)| verdict == "regression"));
    assert_eq!(setting.records().len(), 4);
}

#[test]
fn a_pull_request_leaves_history_as_it_is() {
    let setting = setting();
    measure(&setting, "denoise=1");
    run(&setting, PERFORMANCE, "judge", &ON_PULL_REQUEST).expect(0);
    assert_eq!(setting.records().len(), 0);
}

#[test]
fn compaction_is_one_at_a_time_and_makes_parts_of_past_months() {
    let setting = setting();
    setting.put("wan/2025-05-01_0123456.json", &crate::support::builders::record("wan", 1));
    let step = file::labelled(&file::read(PERFORMANCE), "compact past months");
    assert_eq!((&step["concurrency"], step["concurrency_group"].is_string()), (&1.into(), true));
    run(&setting, PERFORMANCE, "compact past months", &[("HF_TOKEN", TOKEN)]).expect(0);
    assert!(setting.hub.files(DATASET).into_keys().any(|path| path.ends_with(".parquet")));
}
