//! `templates/github/performance.yml`, step by step: from a schedule or a pull request to history.

use std::{collections::BTreeMap, fs};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{COMMIT, file, project, starter, store, verdicts};
use crate::{
    dataset::Setting,
    support::workspace::{Finished, Workspace},
};

/// Where a job runs, and on what event.
pub struct CiJob<'s> {
    setting: &'s Setting,
    workflow: Value,
    name: &'static str,
    event: Vec<(&'static str, String)>,
}

/// What a schedule on main says of itself.
pub fn on_schedule() -> Vec<(&'static str, String)> {
    [
        ("GITHUB_EVENT_NAME", "schedule"),
        ("GITHUB_SHA", COMMIT),
        ("GITHUB_REF", "refs/heads/main"),
        ("GITHUB_REF_NAME", "main"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

fn on_pull_request() -> Vec<(&'static str, String)> {
    [
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_SHA", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("GITHUB_REF", "refs/pull/7/merge"),
        ("GITHUB_REF_NAME", "7/merge"),
        ("GITHUB_HEAD_REF", "feature"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

impl<'s> CiJob<'s> {
    pub fn new(
        setting: &'s Setting,
        template: &str,
        name: &'static str,
        event: Vec<(&'static str, String)>,
    ) -> Self {
        let job = Self { setting, workflow: file::read(template), name, event };
        for name in ["output", "path"] {
            job.workspace().write(&format!("runner/{name}"), "");
        }
        job
    }

    fn workspace(&self) -> &Workspace {
        &self.setting.workspace
    }

    /// Runs the step of this name, with these values of its expressions.
    pub fn run(&self, step: &str, expressions: &[(&str, &str)]) -> Finished {
        let step = file::step(&self.workflow, self.name, step);
        let script = step["run"].as_str().expect("a step that runs a script");
        let mut variables: BTreeMap<String, String> =
            self.setting.variables().into_iter().filter(|(name, _)| name != "HF_TOKEN").collect();
        variables.extend(file::variables(&self.workflow["env"], &[]));
        variables.extend(self.edited().map(|(name, value)| (name.to_owned(), value)));
        variables
            .extend(self.event.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        variables.extend(file::variables(&step["env"], expressions));
        self.workspace().bash(script, &variables, &self.search_path())
    }

    /// What a user has put in place of what is to be set, and the runner's own variables.
    fn edited(&self) -> impl Iterator<Item = (&'static str, String)> {
        let archive = self.workspace().path("bench-runner.tar.gz").display().to_string();
        let sum = fs::read_to_string(self.workspace().path("bench-runner.sum")).unwrap_or_default();
        let path = |name: &str| self.workspace().path(name).display().to_string();
        [
            store(),
            ("BENCH_RUNNER_URL", format!("file://{archive}")),
            ("BENCH_RUNNER_SHA256", sum),
            ("RUNNER_TEMP", path("runner/temp")),
            ("GITHUB_OUTPUT", path("runner/output")),
            ("GITHUB_PATH", path("runner/path")),
        ]
        .into_iter()
    }

    fn search_path(&self) -> String {
        let added = self.workspace().read("runner/path");
        let own = self.workspace().path("programs").display().to_string();
        let system = std::env::var("PATH").unwrap_or_default();
        let folders: Vec<&str> = added.lines().chain([own.as_str(), system.as_str()]).collect();
        folders.join(":")
    }

    /// Installs the program from an archive, as each job does.
    pub fn install(&self) {
        let _ = fs::remove_dir_all(self.workspace().path("runner/temp"));
        self.workspace().write("archive/bench-runner-1.0/bench-runner", &starter());
        let pack = "chmod +x archive/*/bench-runner && tar -czf bench-runner.tar.gz -C archive .";
        self.workspace().shell(pack).expect(0);
        let sum = Sha256::digest(fs::read(self.workspace().path("bench-runner.tar.gz")).unwrap());
        let sum: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        self.workspace().write("bench-runner.sum", &sum);
        self.run("Install bench-runner", &[]).expect(0);
    }
}

const PERFORMANCE: &str = "github/performance.yml";

fn plan(setting: &Setting, event: Vec<(&'static str, String)>) -> String {
    let job = CiJob::new(setting, PERFORMANCE, "plan", event);
    job.install();
    job.run("Look whether this commit was measured", &[]).expect(0);
    setting.workspace.read("runner/output")
}

/// Both parts of the suite on one GPU; their results are where the next job downloads them to.
fn measure(setting: &Setting, slowdown: &str) {
    let _ = fs::remove_dir_all(setting.workspace.path("artifacts"));
    fs::create_dir_all(setting.workspace.path("artifacts")).unwrap();
    for (index, shard) in ["1/2", "2/2"].iter().enumerate() {
        let mut event = on_schedule();
        event.push(("BENCH_RUNNER_FAKE_SLOWDOWN", slowdown.to_owned()));
        let job = CiJob::new(setting, PERFORMANCE, "measure", event);
        job.install();
        job.run("Measure", &[("matrix.shard", shard)]).expect(0);
        let (from, to) = ("results", format!("artifacts/results-L40S-{index}"));
        fs::rename(setting.workspace.path(from), setting.workspace.path(&to)).unwrap();
    }
    fs::rename(setting.workspace.path("artifacts"), setting.workspace.path("results")).unwrap();
}

fn judge(setting: &Setting, event: Vec<(&'static str, String)>, token: &str) -> Finished {
    let expression = "github.ref == 'refs/heads/main' && secrets.HF_TOKEN || ''";
    let job = CiJob::new(setting, PERFORMANCE, "judge", event);
    job.install();
    job.run("Judge; on main also keep the records", &[(expression, token)])
}

#[test]
fn a_schedule_measures_judges_and_keeps_a_commit_once() {
    let setting = project();
    assert_eq!(plan(&setting, on_schedule()), "measure=true\n");
    measure(&setting, "denoise=1");
    judge(&setting, on_schedule(), crate::dataset::TOKEN).expect(0);
    let calibrated = |id: &str| (id.to_owned(), "calibration".to_owned());
    assert_eq!(verdicts(&setting.workspace), [calibrated("flux"), calibrated("wan")]);
    assert_eq!(setting.records().len(), 2, "{:?}", setting.records());
    assert_eq!(plan(&setting, on_schedule()), "measure=false\n");
    let by_hand = [on_schedule(), vec![("GITHUB_EVENT_NAME", "workflow_dispatch".to_owned())]];
    assert_eq!(plan(&setting, by_hand.concat()), "measure=true\n");
}

#[test]
fn a_regression_on_main_fails_the_gate_and_is_kept() {
    let setting = project();
    measure(&setting, "denoise=1");
    judge(&setting, on_schedule(), crate::dataset::TOKEN).expect(0);
    measure(&setting, "denoise=2");
    judge(&setting, on_schedule(), crate::dataset::TOKEN).expect(1);
    assert_eq!(setting.records().len(), 4);
    assert!(setting.workspace.read("reports/comment.md").contains("2 of 2 benchmarks failed"));
}

#[test]
fn a_pull_request_is_gated_and_leaves_history_as_it_is() {
    let setting = project();
    measure(&setting, "denoise=1");
    judge(&setting, on_schedule(), crate::dataset::TOKEN).expect(0);
    assert_eq!(plan(&setting, on_pull_request()), "measure=true\n");
    measure(&setting, "denoise=2");
    judge(&setting, on_pull_request(), "").expect(1);
    assert_eq!(setting.records().len(), 2);
}

#[test]
fn a_store_that_cannot_be_read_is_no_reason_to_measure() {
    let setting = project();
    let job = CiJob::new(&setting, PERFORMANCE, "plan", on_schedule());
    job.install();
    setting.hub.behave(|behaviour| behaviour.is_private = true);
    let finished = job.run("Look whether this commit was measured", &[]);
    assert_eq!(finished.code, 3, "{}", finished.stderr);
    assert_eq!(setting.workspace.read("runner/output"), "");
}

#[test]
fn an_archive_with_another_digest_is_not_installed() {
    let setting = project();
    let job = CiJob::new(&setting, PERFORMANCE, "judge", on_schedule());
    job.install();
    setting.workspace.write("runner/path", "");
    setting.workspace.write("bench-runner.tar.gz", "something else");
    let finished = job.run("Install bench-runner", &[]);
    assert_ne!(finished.code, 0);
    assert_eq!(setting.workspace.read("runner/path"), "");
}

#[test]
fn past_months_are_compacted() {
    let setting = project();
    let old = crate::support::builders::record("wan", 1);
    setting.put("wan/2025-05-01_0123456.json", &old);
    setting.put("wan/2025-05-02_0123456.json", &crate::support::builders::record("wan", 2));
    let job = CiJob::new(&setting, "github/performance-compact.yml", "compact", on_schedule());
    job.install();
    job.run("Compact past months", &[("secrets.HF_TOKEN", crate::dataset::TOKEN)]).expect(0);
    let files: Vec<String> = setting.hub.files(crate::dataset::DATASET).into_keys().collect();
    assert!(files.iter().any(|path| path.ends_with(".parquet")), "{files:?}");
    assert_eq!(setting.records().len(), 0);
}
