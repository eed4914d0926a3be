//! Tables that tools write for people, beside the results that are imported.
//!
//! In: a file. Out: an error that names the files to give in its place, where it is such a table: it
//! rounds, or leaves out what distinguishes workloads, when they ran and which requests failed.

use bench_records::lenient::strip_bom;
use serde_json::Value;

use super::error::ImportError;

/// How many lines of a text are looked at; GuideLLM's settings come before its benchmarks.
const LINES: usize = 2000;

/// Columns of GuideLLM's CSV, of which a file has at least two in its first lines.
const GUIDELLM_COLUMNS: [&str; 9] = [
    "run id",
    "run info",
    "strategy",
    "request latency",
    "request counts",
    "requests per second",
    "server throughput",
    "time to first token",
    "inter token latency",
];

/// Fields of vLLM's results, of which its sweep makes columns.
const VLLM_COLUMNS: [&str; 5] = [
    "request_throughput",
    "requests_per_second",
    "avg_latency",
    "avg_cold_startup_time",
    "avg_warm_startup_time",
];

/// Nothing, where the file is no such table.
///
/// # Errors
/// What to import in its place.
pub fn refuse(file: &str, bytes: &[u8]) -> Result<(), ImportError> {
    let bytes = strip_bom(bytes).trim_ascii();
    let refusal = match bytes.first() {
        Some(b'[' | b'{') => of_json(bytes),
        _ => of_text(&String::from_utf8_lossy(bytes)),
    };
    refusal.map_or(Ok(()), |(what, instead)| {
        Err(ImportError::Table { file: file.to_owned(), what, instead })
    })
}

type Refusal = (&'static str, &'static str);

/// `benchmark_results.json` of vLLM's suite: rows, or columns, of each kind of test.
fn of_json(bytes: &[u8]) -> Option<Refusal> {
    let is_row = |value: &Value| value.get("Test name").is_some();
    let is_table = |value: &Value| is_row(value) || value.get(0).is_some_and(is_row);
    // most files are not, and long ones take a while to parse
    if !bytes.windows(11).any(|window| window == b"\"Test name\"") {
        return None;
    }
    let document: Value = serde_json::from_slice(bytes).ok()?;
    let kinds = || ["latency", "throughput", "serving"].iter().filter_map(|k| document.get(k));
    (is_table(&document) || kinds().any(is_table)).then_some((
        "the table of all results that vLLM's suite writes, which names neither model nor time",
        "the results beside it, such as serving_*.json, latency_*.json and throughput_*.json",
    ))
}

fn of_text(text: &str) -> Option<Refusal> {
    let mut lines = text.lines();
    let first = lines.next()?;
    let columns = |line: &str| -> Vec<String> {
        line.split(',').map(|column| column.trim().trim_matches('"').to_lowercase()).collect()
    };
    if columns(first).iter().any(|column| VLLM_COLUMNS.contains(&column.as_str())) {
        return Some((
            "the table of a sweep of vllm bench",
            "the summary.json of each of its combinations, in the folders beside it",
        ));
    }
    let head: Vec<String> = text.lines().take(3).flat_map(columns).collect();
    let of_guidellm = |name: &&&str| head.iter().any(|column| column.contains(**name));
    if GUIDELLM_COLUMNS.iter().filter(of_guidellm).count() >= 2 {
        return Some(("GuideLLM's CSV", GUIDELLM_JSON));
    }
    let any = |start: &str| text.lines().take(LINES).any(|line| line.trim().starts_with(start));
    let is_list = text.lines().take(LINES).any(|line| line.trim_end() == "benchmarks:");
    (is_list && (any("requests_per_second:") || any("scheduler") || any("strategy:")))
        .then_some(("GuideLLM's YAML", GUIDELLM_JSON))
}

const GUIDELLM_JSON: &str = "the benchmarks.json beside it; guidellm benchmark --output-path \
                             benchmarks.json writes it";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Defaults, Format, detect, import};

    fn refused(format: Format, file: &str, text: &str) -> String {
        let found = detect(file, text.as_bytes()).expect_err("a table").to_string();
        let given = import(format, file, text.as_bytes(), &Defaults::default());
        assert_eq!(given.expect_err("a table").to_string(), found);
        found
    }

    #[test]
    fn the_table_of_vllms_suite_is_refused_with_the_results_beside_it() {
        let rows = r#"[{"Test name": "serving_llama8B_tp1_sharegpt_qps_4", "GPU": "1xH100",
                        "Tput (req/s)": 3.9, "Mean TTFT (ms)": 26.1, "Median": 7.2, "P99": 9.0}]"#;
        let columns = r#"{"latency": {}, "serving": {"Test name": {"0": "serving_llama8B"}}}"#;
        for text in [rows, columns] {
            assert_eq!(
                refused(Format::Vllm, "benchmark_results.json", text),
                "benchmark_results.json is the table of all results that vLLM's suite writes, \
                 which names neither model nor time; import the results beside it, such as \
                 serving_*.json, latency_*.json and throughput_*.json"
            );
        }
    }

    #[test]
    fn tables_of_a_sweep_and_of_guidellm_are_refused_with_the_file_that_has_all() {
        let sweep = ",request_rate,run_number,request_throughput,mean_ttft_ms\n0,4,0,3.9,26.1\n";
        let said = refused(Format::Vllm, "summary.csv", sweep);
        assert!(said.contains("import the summary.json of each"), "{said}");
        let csv = "Run Info,Run Info,Request Latency,Server Throughput\nRun ID,Model,Mean,Mean\n";
        let yaml = "metadata:\n  version: 1\nbenchmarks:\n- metrics:\n    requests_per_second:\n";
        for (file, text) in [("benchmarks.csv", csv), ("benchmarks.yaml", yaml)] {
            let said = refused(Format::GuideLlm, file, text);
            assert!(said.contains("import the benchmarks.json beside it"), "{said}");
        }
    }

    #[test]
    fn results_are_no_tables() {
        for text in [r#"{"avg_latency": 1.0}"#, "Metric,avg,min\nRequest Latency,3,2\n", ""] {
            assert_eq!(refuse("a", text.as_bytes()), Ok(()), "{text}");
        }
    }
}
