//! What a file given to `compare` is: a result, a record, or something of another tool.
//!
//! In: the bytes of a file. Out: its fields; for what is neither, a reason that says what wrote it and
//! which command reads it.

use bench_records::{
    lenient,
    raw::{Completion, RawRecord},
};
use serde_json::{Map, Value};

use crate::import::{self, Format};

/// A file that can be compared.
#[derive(Debug)]
pub enum InputFile {
    /// A raw result.
    Result(Box<RawRecord>),
    /// A normalized record, by its fields.
    Record(Box<Map<String, Value>>),
}

impl InputFile {
    /// Tells what the file `name` holds.
    ///
    /// # Errors
    /// The reason, where it is neither: what it is, and what to do.
    pub fn of(name: &str, bytes: &[u8]) -> Result<Self, String> {
        let fields = match lenient::read_object(bytes) {
            Ok(fields) => fields,
            Err(reason) => return Err(foreign(name, bytes).unwrap_or_else(|| reason.to_string())),
        };
        if fields.contains_key("run_config") && !fields.contains_key("timestamp") {
            return Err("is a benchmark and no result; measure it with `bench-runner run`".into());
        }
        if fields.contains_key("benchmark_id") {
            return Ok(Self::Result(Box::new(RawRecord::from_fields(fields))));
        }
        if is_record(&fields) {
            return Ok(Self::Record(Box::new(fields)));
        }
        if let Some(reason) = foreign(name, bytes) {
            return Err(reason);
        }
        // suites of old leave their id out
        let raw = RawRecord::from_fields(fields);
        let says_nothing =
            raw.completion == Completion::Measured && !raw.source.header.contains_key("failed");
        if raw.measured.metrics.is_empty() && says_nothing {
            return Err(
                "is no result of bench-runner: it has no benchmark_id and no metric; name a \
                        perf_*.json of `bench-runner run`"
                    .into(),
            );
        }
        Ok(Self::Result(Box::new(raw)))
    }
}

/// Records of ours and of FastVideo's suite say what was measured on what; vLLM's files have a
/// `model_id` too.
fn is_record(fields: &Map<String, Value>) -> bool {
    let has = |key: &str| fields.contains_key(key);
    has("model_id") && ["commit_sha", "gpu_type", "success"].iter().any(|key| has(key))
}

/// What to say of a file that another tool wrote; `None` where no importer reads it.
fn foreign(name: &str, bytes: &[u8]) -> Option<String> {
    // FastVideo's own files are results and records, and were told apart before
    let tool = import::detect(name, bytes).ok().filter(|format| *format != Format::FastVideo)?;
    Some(format!(
        "is no result of bench-runner; it looks like a file of {tool}: judge it with `bench-runner \
         compare --from {tool}`, or store it with `bench-runner import --from {tool}`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        InputFile::of("out.json", text.as_bytes()).expect_err("neither a result nor a record")
    }

    #[test]
    fn a_file_of_another_tool_is_told_with_the_command_that_reads_it() {
        let hyperfine = r#"{"results": [{"command": "./a", "mean": 1.0, "stddev": 0.1, "median": 1.0,
            "user": 1.0, "system": 0.1, "min": 0.9, "max": 1.1, "times": [0.9, 1.0, 1.1]}]}"#;
        assert!(reason(hyperfine).contains("`bench-runner import --from hyperfine`"));
        let gab = r#"window.BENCHMARK_DATA = {"lastUpdate": 1, "repoUrl": "https://github.com/o/n",
            "entries": {"s": [{"commit": {"id": "0123456789abcdef0123456789abcdef01234567"},
            "date": 1767225600000, "tool": "customBiggerIsBetter",
            "benches": [{"name": "a", "value": 1, "unit": "x/s"}]}]}}"#;
        assert!(reason(gab).contains("--from github-action-benchmark`"), "{}", reason(gab));
    }

    #[test]
    fn what_nobody_reads_is_no_result_and_a_result_of_old_needs_no_id() {
        assert!(reason(r#"{"model_id": "m", "backend": "x"}"#).contains("no benchmark_id"));
        let old = InputFile::of("a", br#"{"avg_generation_time_s": 1.0}"#).expect("a result");
        assert!(matches!(old, InputFile::Result(raw) if raw.benchmark_id == "unknown"));
        let record =
            InputFile::of("a", br#"{"model_id": "m", "gpu_type": "H100"}"#).expect("a record");
        assert!(matches!(record, InputFile::Record(_)));
    }
}
