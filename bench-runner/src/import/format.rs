//! The tools whose files are read.

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;

/// The tool that wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// `data.js` of benchmark-action/github-action-benchmark, or the JSON in it.
    #[value(name = "github-action-benchmark")]
    GithubActionBenchmark,
    /// Raw or normalized records of FastVideo's suite.
    #[value(name = "fastvideo")]
    FastVideo,
    /// Records of PyTorch's benchmark database, schema v3.
    #[value(name = "pytorch")]
    PyTorch,
    /// Results of `vllm bench latency`, `throughput`, `startup`, `serve` or `sweep`.
    #[value(name = "vllm")]
    Vllm,
    /// Results of SGLang's `bench_serving`, `bench_offline_throughput`, `bench_one_batch`,
    /// `bench_one_batch_server` or diffusion benchmark.
    #[value(name = "sglang")]
    SgLang,
    /// `profile_export_aiperf.json` or `.csv` of AIPerf, or GenAI-Perf's.
    #[value(name = "aiperf")]
    AiPerf,
    /// `benchmarks.json` of GuideLLM.
    #[value(name = "guidellm")]
    GuideLlm,
    /// `hyperfine --export-json`.
    #[value(name = "hyperfine")]
    Hyperfine,
    /// A list of name, unit and value; higher is better.
    #[value(name = "customBiggerIsBetter", alias = "custom-bigger-is-better")]
    CustomBigger,
    /// A list of name, unit and value; lower is better.
    #[value(name = "customSmallerIsBetter", alias = "custom-smaller-is-better")]
    CustomSmaller,
    /// `cargo bench`, of libtest or Criterion; `estimates.json`.
    #[value(name = "criterion", aliases = ["cargo", "bencher"])]
    Criterion,
    /// `go test -bench`.
    #[value(name = "go")]
    Go,
    /// `--benchmark_format=json` of Google Benchmark.
    #[value(name = "google-benchmark", alias = "googlecpp")]
    GoogleBenchmark,
    /// `pytest --benchmark-json`.
    #[value(name = "pytest-benchmark", alias = "pytest")]
    Pytest,
    /// `-rf json` of JMH.
    #[value(name = "jmh")]
    Jmh,
    /// What benchmark.js prints.
    #[value(name = "benchmarkjs")]
    BenchmarkJs,
    /// Tables of Catch2.
    #[value(name = "catch2")]
    Catch2,
    /// JSON exporters of BenchmarkDotNet.
    #[value(name = "benchmarkdotnet")]
    BenchmarkDotNet,
    /// `BenchmarkTools.save`.
    #[value(name = "julia")]
    Julia,
}

impl Format {
    /// All formats.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied()
    }

    /// The file that may stand beside `file` and say more of it.
    pub fn beside(self, file: &Path) -> Option<PathBuf> {
        match self {
            Self::Vllm => Some(file.with_extension("commands")),
            Self::AiPerf if file.extension()? == "csv" => Some(file.with_extension("json")),
            _ => None,
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}
