//! Every variable that is read, so that `docs/variables.md` can be held to it.

/// Names, in order. [`var`](super::var) reads no other, which builds with debug assertions check.
pub(in crate::variables) const KNOWN: [&str; 81] = [
    "ADAPTIVE_MAX_CONCURRENCY",
    "ADAPTIVE_MAX_PROBES",
    "BENCH_RUNNER_CUDA_DECODE",
    "BENCH_RUNNER_CUDA_EVENTS",
    "BENCH_RUNNER_CUDA_FRAMES",
    "BENCH_RUNNER_CUDA_KEYS",
    "BENCH_RUNNER_CUDA_MAX_IM2COL",
    "BENCH_RUNNER_CUDA_MAX_SCORES",
    "BENCH_RUNNER_CUDA_NORMS",
    "BENCH_RUNNER_CUDA_PLANS",
    "BENCH_RUNNER_CUDA_SCALE",
    "BENCH_RUNNER_CUDA_SHAPES",
    "BENCH_RUNNER_FAKE_SLOWDOWN",
    "BENCH_RUNNER_HANDED_OVER",
    "BENCH_RUNNER_NOW",
    "BUILDKITE_BRANCH",
    "BUILDKITE_BUILD_ID",
    "BUILDKITE_BUILD_URL",
    "BUILDKITE_COMMIT",
    "BUILDKITE_JOB_ID",
    "BUILDKITE_PIPELINE_DEFAULT_BRANCH",
    "BUILDKITE_PULL_REQUEST",
    "CI_DEFAULT_BRANCH",
    "CUDA_CACHE_MAXSIZE",
    "CUDA_CACHE_PATH",
    "CUDA_VISIBLE_DEVICES",
    "DASHBOARD_DAYS",
    "DASHBOARD_URL",
    "DRY_RUN",
    "DTYPE_FILTER",
    "ENABLE_ADAPTIVE_CONCURRENCY",
    "GITHUB_ACTIONS",
    "GITHUB_EVENT_PATH",
    "GITHUB_HEAD_REF",
    "GITHUB_JOB",
    "GITHUB_REF",
    "GITHUB_REF_NAME",
    "GITHUB_REPOSITORY",
    "GITHUB_RUN_ID",
    "GITHUB_SERVER_URL",
    "GITHUB_SHA",
    "GITHUB_STEP_SUMMARY",
    "HF_API_KEY",
    "HF_ENDPOINT",
    "HF_HOME",
    "HF_HUB_CACHE",
    "HF_HUB_OFFLINE",
    "HF_REPO_ID",
    "HF_TOKEN",
    "HF_TOKEN_PATH",
    "HUGGINGFACE_HUB_CACHE",
    "HUGGINGFACE_HUB_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "IMAGE_VERSION",
    "KUBERNETES_SERVICE_HOST",
    "LATENCY_JSON",
    "MAX_NUM_PROMPTS",
    "MIN_NUM_PROMPTS",
    "MODEL_FILTER",
    "ON_ARM64_CPU",
    "ON_CPU",
    "OPENAI_API_KEY",
    "PERFORMANCE_TRACKING_ROOT",
    "PERFORMANCE_TRACKING_SYNC_REUSE_TTL_SECONDS",
    "PERF_MAIN_BRANCH",
    "PERF_MAX_REGRESSION",
    "PERF_PYTEST_RC",
    "PERF_REPORTS_DIR",
    "PERF_RUN_SOURCE",
    "PERF_UPLOAD_POLICY",
    "PROMPTS_PER_CONCURRENCY",
    "REMOTE_HOST",
    "REMOTE_PORT",
    "SERVING_JSON",
    "SLA_TPOT_MS",
    "SLA_TTFT_MS",
    "STARTUP_JSON",
    "TEST_SCOPE",
    "TEST_SELECTOR",
    "THROUGHPUT_JSON",
    "XDG_CACHE_HOME",
];

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    /// Names in the first column of the document's tables.
    fn documented() -> BTreeSet<&'static str> {
        let document = include_str!("../../../docs/variables.md");
        let cells =
            document.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
        cells.flat_map(|cell| cell.split(['`', ',', ' '])).filter(|name| !name.is_empty()).collect()
    }

    #[test]
    fn the_document_names_the_variables_that_are_read_and_no_others() {
        assert_eq!(documented(), BTreeSet::from(KNOWN));
    }

    #[test]
    fn only_this_module_reads_variables() {
        let mut readers = Vec::new();
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        find_readers(&package.join("src"), &mut readers);
        for library in ["bench-engine", "bench-hub", "bench-serve", "bench-store"] {
            find_readers(&package.join("../crates").join(library).join("src"), &mut readers);
        }
        assert_eq!(readers, [package.join("src/variables/mod.rs")]);
    }

    fn find_readers(folder: &Path, readers: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                find_readers(&path, readers);
                continue;
            }
            let text = fs::read_to_string(&path).expect("source is text");
            // in two parts, so that this file is none of them
            if text.contains(concat!("env::v", "ar")) {
                readers.push(path);
            }
        }
    }
}
