//! Which tool wrote a file, from what is in it.
//!
//! In: a file's bytes. Out: its format, where only one fits; else an error that asks for `--from`.

use bench_records::lenient::strip_bom;
use serde_json::Value;

use super::{
    Format,
    error::ImportError,
    non_finite::quoted,
    output::{benchmarkjs, go},
    sglang, tables,
};

/// How many lines of a text are looked at.
const LINES: usize = 2000;

/// The format of a file.
///
/// # Errors
/// Where no format fits, or several do.
pub fn detect(file: &str, bytes: &[u8]) -> Result<Format, ImportError> {
    let fitting = match first_value(bytes) {
        Some(document) => of_json(&document),
        None => of_text(bytes),
    };
    if fitting.is_empty() {
        tables::refuse(file, bytes)?;
    }
    match fitting[..] {
        [format] => Ok(format),
        ref several => {
            let names: Vec<String> = several.iter().map(Format::to_string).collect();
            Err(ImportError::Undetected { file: file.to_owned(), fitting: names.join(", ") })
        }
    }
}

/// The document, or the first line that is one.
fn first_value(bytes: &[u8]) -> Option<Value> {
    let bytes = strip_bom(bytes).trim_ascii();
    if bytes.starts_with(b"window.BENCHMARK_DATA") {
        return Some(serde_json::json!({"entries": {}}));
    }
    let parse = |bytes: &[u8]| serde_json::from_slice(&quoted(bytes)).ok();
    parse(bytes).or_else(|| parse(bytes.split(|byte| *byte == b'\n').next()?))
}

fn of_json(document: &Value) -> Vec<Format> {
    let entry = match document {
        Value::Array(entries) => entries.first().unwrap_or(document),
        other => other,
    };
    let has = |pointer: &str| entry.pointer(pointer).is_some();
    let benchmarks = |inner: &str| has(&format!("/benchmarks/0/{inner}"));
    let measured_nothing =
        || entry.get("benchmarks").and_then(Value::as_array).is_some_and(Vec::is_empty);
    let of_sglang = || entry.as_object().is_some_and(sglang::is_result);
    let of_aiperf = || has("/request_throughput/avg");
    let is_group = document.pointer("/1/0/0").and_then(Value::as_str) == Some("BenchmarkGroup");
    let fits = |format: &Format| match format {
        Format::GithubActionBenchmark => document.get("entries").is_some_and(Value::is_object),
        Format::FastVideo => {
            (has("/benchmark_id") && !of_aiperf())
                || (has("/model_id") && (has("/commit_sha") || has("/gpu_type")))
        }
        Format::PyTorch => has("/benchmark/name") && has("/metric/name"),
        Format::Vllm => {
            let offline = ["/avg_latency", "/requests_per_second", "/avg_cold_startup_time"];
            let serves = has("/request_throughput") && !of_sglang() && !of_aiperf();
            let searches = has("/search/conclusion") && has("/metrics");
            serves || searches || offline.iter().any(|field| has(field))
        }
        Format::SgLang => of_sglang(),
        Format::AiPerf => of_aiperf(),
        Format::GuideLlm => {
            let is_report = has("/metadata/guidellm_version");
            benchmarks("metrics/requests_per_second") || (is_report && measured_nothing())
        }
        Format::Hyperfine => has("/results/0/command"),
        Format::GoogleBenchmark => {
            let measured = benchmarks("real_time") || benchmarks("error_occurred");
            has("/context") && (measured || measured_nothing())
        }
        Format::Pytest => benchmarks("stats") || (has("/machine_info") && measured_nothing()),
        Format::Jmh => has("/primaryMetric"),
        Format::BenchmarkDotNet => has("/Benchmarks"),
        Format::Julia => is_group,
        Format::Criterion => has("/mean/point_estimate") || has("/reason"),
        Format::CustomBigger | Format::CustomSmaller => has("/name") && has("/value"),
        Format::Go | Format::BenchmarkJs | Format::Catch2 => false,
    };
    Format::all().filter(fits).collect()
}

fn of_text(bytes: &[u8]) -> Vec<Format> {
    let text = String::from_utf8_lossy(bytes);
    let any = |is: &dyn Fn(&str) -> bool| text.lines().take(LINES).any(is);
    let fits = |format: &Format| match format {
        Format::Go => {
            any(&|line| line.starts_with("Benchmark") && line.contains("/op"))
                || any(&go::is_failure)
        }
        Format::Criterion => any(&|line| {
            line.contains("... bench:")
                || line.contains(" time:   [")
                || (line.starts_with("test ") && line.trim_end().ends_with("... FAILED"))
        }),
        Format::BenchmarkJs => {
            any(&|line| line.contains(" x ") && line.contains("runs sampled"))
                || benchmarkjs::all_failed(&text)
        }
        Format::AiPerf => any(&|line| line.starts_with("Metric,avg,")),
        Format::Catch2 => {
            any(&|line| line.starts_with("benchmark name") && line.contains("samples"))
        }
        _ => false,
    };
    Format::all().filter(fits).collect()
}
