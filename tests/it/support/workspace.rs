//! A temporary folder, the binary in it, and what it left.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use serde_json::Value;
use tempfile::TempDir;

/// Variables that would change what the binary does.
const JOB_VARIABLES: [&str; 65] = [
    "OPENAI_API_KEY",
    "PERF_MAIN_BRANCH",
    "BUILDKITE_PIPELINE_DEFAULT_BRANCH",
    "GITHUB_EVENT_PATH",
    "CI_DEFAULT_BRANCH",
    "PERF_MAX_REGRESSION",
    "PERFORMANCE_TRACKING_ROOT",
    "PERF_REPORTS_DIR",
    "PERF_PYTEST_RC",
    "PERF_UPLOAD_POLICY",
    "HF_REPO_ID",
    "HF_API_KEY",
    "HF_TOKEN",
    "HF_TOKEN_PATH",
    "HF_HOME",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "HF_HUB_OFFLINE",
    "HF_ENDPOINT",
    "HUGGING_FACE_HUB_TOKEN",
    "XDG_CACHE_HOME",
    "HTTP_PROXY",
    "TEST_SCOPE",
    "BUILDKITE_BRANCH",
    "BUILDKITE_COMMIT",
    "BUILDKITE_PULL_REQUEST",
    "BUILDKITE_BUILD_URL",
    "BUILDKITE_BUILD_ID",
    "BUILDKITE_JOB_ID",
    "GITHUB_ACTIONS",
    "GITHUB_SHA",
    "GITHUB_REF",
    "GITHUB_REF_NAME",
    "GITHUB_HEAD_REF",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_RUN_ID",
    "GITHUB_SERVER_URL",
    "GITHUB_REPOSITORY",
    "GITHUB_JOB",
    "HUGGINGFACE_HUB_TOKEN",
    "PERFORMANCE_TRACKING_SYNC_REUSE_TTL_SECONDS",
    "PERF_RUN_SOURCE",
    "DASHBOARD_DAYS",
    "DASHBOARD_URL",
    "BENCH_RUNNER_NOW",
    "ADAPTIVE_MAX_CONCURRENCY",
    "ADAPTIVE_MAX_PROBES",
    "DRY_RUN",
    "DTYPE_FILTER",
    "ENABLE_ADAPTIVE_CONCURRENCY",
    "LATENCY_JSON",
    "MAX_NUM_PROMPTS",
    "MIN_NUM_PROMPTS",
    "MODEL_FILTER",
    "ON_CPU",
    "ON_ARM64_CPU",
    "PROMPTS_PER_CONCURRENCY",
    "REMOTE_HOST",
    "REMOTE_PORT",
    "SERVING_JSON",
    "SLA_TPOT_MS",
    "SLA_TTFT_MS",
    "STARTUP_JSON",
    "TEST_SELECTOR",
    "THROUGHPUT_JSON",
];

/// A folder of its own with `results`, `history` and `reports` in it.
pub struct Workspace {
    root: TempDir,
}

/// What a run of the binary left behind.
pub struct Finished {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Workspace {
    pub fn new() -> Self {
        Self { root: TempDir::new().unwrap() }
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.path().join(relative)
    }

    /// Writes a file and its folders.
    pub fn write(&self, relative: &str, text: &str) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub fn write_json(&self, relative: &str, value: &Value) -> PathBuf {
        self.write(relative, &value.to_string())
    }

    pub fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap()
    }

    /// The binary in this folder, without the variables of whatever job runs the tests.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.program(binary().as_os_str());
        command.args(args);
        command
    }

    /// A script as GitHub Actions and Buildkite run one, with variables and a search path.
    pub fn bash(
        &self,
        script: &str,
        variables: &BTreeMap<String, String>,
        search_path: &str,
    ) -> Finished {
        let mut bash = self.program("bash".as_ref());
        bash.args(["-e", "-c", script]).envs(variables).env("PATH", search_path);
        finish(bash.output())
    }

    /// A shell script in which `"$0"` is the binary.
    pub fn shell(&self, script: &str) -> Finished {
        let mut shell = self.program("sh".as_ref());
        finish(shell.args(["-c", script]).arg(binary()).output())
    }

    /// A program in this folder, without the variables of whatever job runs the tests.
    pub fn program(&self, program: &OsStr) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.root.path());
        for name in JOB_VARIABLES {
            command.env_remove(name);
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Finished {
        finish(self.command(args).output())
    }

    pub fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Finished {
        finish(self.command(args).envs(variables.iter().copied()).output())
    }

    /// Paths of the files below a folder, relative to it, sorted.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let root = self.path(folder);
        let mut files = Vec::new();
        collect(&root, &root, &mut files);
        files.sort();
        files
    }

    /// The one file of a folder whose name ends so.
    pub fn only(&self, folder: &str, ending: &str) -> String {
        let mut found = self.files(folder).into_iter().filter(|name| name.ends_with(ending));
        let first = found.next().unwrap_or_else(|| panic!("no {ending} in {folder}"));
        assert_eq!(found.next(), None, "several {ending} in {folder}");
        self.read(&format!("{folder}/{first}"))
    }
}

impl Finished {
    /// Fails, with all that was printed, where the exit code is another.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert_eq!(self.code, code, "\nstdout: {stdout}\nstderr: {stderr}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {}", self.stdout))
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}

fn finish(output: std::io::Result<Output>) -> Finished {
    let output = output.unwrap();
    Finished {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The binary that `BENCH_RUNNER` names, else the one that cargo builds now.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| named_or_built("BENCH_RUNNER", "bench-runner"))
}

/// The tasks of the workspace, by `XTASK` or as cargo builds them now.
pub fn xtask() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| named_or_built("XTASK", "xtask"))
}

fn named_or_built(variable: &str, package: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return PathBuf::from(path);
    }
    let built = Command::new(env!("CARGO")).args(["build", "--quiet", "-p", package]).status();
    assert!(built.unwrap().success(), "{package} does not build");
    let tests = std::env::current_exe().unwrap();
    tests.parent().unwrap().parent().unwrap().join(package)
}

/// Whether a program of others is on this machine. Without it a test says so, loudly, and leaves
/// out what needs it; in CI that is an error.
pub fn has_program(name: &str) -> bool {
    let is_there = Command::new(name).arg("--version").output().is_ok();
    if !is_there {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        eprintln!("\n*** SKIPPED in {test}: no {name} on this machine\n");
        assert!(std::env::var_os("CI").is_none(), "no {name} in CI");
    }
    is_there
}

/// A fixture's text.
pub fn fixture(relative: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(relative);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A fixture's JSON.
pub fn fixture_json(relative: &str) -> Value {
    serde_json::from_str(&fixture(relative)).unwrap()
}
