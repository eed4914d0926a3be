//! Records of PyTorch's benchmark database, schema v3.
//!
//! In: series. Out: a record for each metric of each run, with the names that vLLM's suites have for a metric
//! where they have one. Failed runs, and runs of pull requests, are left out and counted.

use bench_records::series::{Flags, Point, Series};
use serde_json::{Map, Value, json};

use crate::import::metric_name::name_in_suites;

/// Version of the schema.
const SCHEMA: &str = "v3";

/// What no record is made of: it was not measured well, or not of the project's own branches.
const LEFT_OUT: Flags =
    Flags(Flags::FAILED.0 | Flags::PULL_REQUEST.0 | Flags::EXCLUDED.0 | Flags::UNDATED.0);

/// Kinds of suites, which stand before a model's name.
const SUITES: [&str; 3] = ["latency/", "startup/", "throughput/"];

/// What the records say of all runs.
#[derive(Debug, Clone)]
pub struct About {
    /// Name of the benchmark.
    pub benchmark: String,
    /// `OWNER/NAME`, for series that do not say.
    pub repository: Option<String>,
}

/// What a series comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exported {
    /// Records, a metric each.
    pub records: Vec<Value>,
    /// Runs that are left out.
    pub left_out: usize,
}

/// The records of a series; `is_wanted` chooses among its runs.
///
/// # Errors
/// Where nobody says what repository was measured.
pub fn records(
    series: &Series,
    about: &About,
    is_wanted: impl Fn(&Point) -> bool,
) -> Result<Exported, String> {
    let repository = repository(series, about)?;
    let mut exported = Exported::default();
    for point in series.points.iter().filter(|point| is_wanted(point)) {
        if point.flags.any(LEFT_OUT) {
            exported.left_out += 1;
            continue;
        }
        let of_run = of_run(series, point, &repository, about);
        for (metric, value) in series.metrics.iter().zip(&point.values) {
            let Some(value) = value.filter(|value| value.is_finite()) else { continue };
            let mut record = of_run.clone();
            record["metric"] = json!({
                "name": name_in_suites(metric),
                "benchmark_values": [value],
                "extra_info": {},
            });
            exported.records.push(record);
        }
    }
    Ok(exported)
}

fn repository(series: &Series, about: &About) -> Result<String, String> {
    let of_url = |url: &str| {
        let mut parts = url.trim_end_matches('/').trim_end_matches(".git").rsplit('/');
        let (name, owner) = (parts.next()?, parts.next()?);
        Some(format!("{owner}/{name}"))
    };
    let said = about.repository.clone().or_else(|| of_url(series.labels.repository.as_deref()?));
    said.ok_or_else(|| {
        format!(
            "{} does not say what repository was measured; pass --repository OWNER/NAME",
            series.labels.model_id
        )
    })
}

/// A record without its metric.
fn of_run(series: &Series, point: &Point, repository: &str, about: &About) -> Value {
    let seconds = point.time.0.div_euclid(1_000_000);
    let identity = series.identity(point);
    let said = |field: &str| identity.get(field).map(String::as_str).unwrap_or_default();
    let (benchmark, gpu) = series.source(point);
    let workload = match said("workload_id") {
        "" => benchmark,
        workload => workload,
    };
    let suite = SUITES.iter().find(|suite| workload.starts_with(**suite));
    let model = suite.map_or(workload, |suite| &workload[suite.len()..]);
    let mut arguments = arguments(said("variant_id"));
    if let Some(suite) = suite {
        arguments.insert("suite".to_owned(), suite.trim_end_matches('/').into());
    }
    let branch = match series.labels.branches.of(point) {
        "" => "main",
        branch => branch,
    };
    json!({
        "timestamp": seconds,
        "schema_version": SCHEMA,
        "name": about.benchmark,
        "repo": repository,
        "head_branch": branch,
        "head_sha": point.commit,
        // as the database's own uploader does for runs outside of its workflows
        "workflow_id": seconds,
        "run_attempt": 1,
        "job_id": seconds,
        "benchmark": {"name": about.benchmark, "extra_info": {"args": arguments}},
        "model": {"name": model},
        "metric": null,
        "runners": [runner(gpu.unwrap_or("unknown"))],
    })
}

/// `a=1,b=2` as an object; what holds JSON stays whole.
fn arguments(variant: &str) -> Map<String, Value> {
    if variant.is_empty() || variant == "default" {
        return Map::new();
    }
    if variant.contains('{') {
        return Map::from_iter([("variant".to_owned(), variant.into())]);
    }
    let parts = variant.split(',').map(|part| match part.split_once('=') {
        Some((name, value)) => {
            let number = value.parse::<serde_json::Number>();
            (name.to_owned(), number.map_or_else(|_| value.into(), Value::Number))
        }
        None => (part.to_owned(), true.into()),
    });
    parts.collect()
}

/// The machine, of which records say the accelerator or processor.
fn runner(device: &str) -> Value {
    let kinds = [("NVIDIA", "cuda"), ("Instinct", "rocm"), ("Gaudi", "hpu")];
    let kind = kinds.iter().find(|(word, _)| device.contains(word)).map(|(_, kind)| *kind);
    let (gpu, count) = if kind.is_some() { (device, 1) } else { ("", 0) };
    json!({
        "name": kind.unwrap_or("cpu"),
        "type": device,
        "gpu_info": gpu,
        "gpu_count": count,
        "extra_info": {},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bench_records::record::Record;

    fn series(records: &[Value]) -> Series {
        let read = |fields: &Value| {
            Record::from_fields(fields.as_object().cloned().unwrap_or_default()).expect("a record")
        };
        let records: Vec<Record> = records.iter().map(read).collect();
        let mut series = Series::for_record(&records[0]);
        for (index, record) in records.iter().enumerate() {
            series.push(record, format!("{index}.json"));
        }
        series.sort();
        series
    }

    fn record(changes: &Value) -> Value {
        let mut record = json!({
            "model_id": "tiny/llama/in=8,rate=inf,stream", "timestamp": "2026-08-20T10:15:00Z",
            "commit_sha": "3f2c1ab", "gpu_type": "NVIDIA H100", "ttft_p50_ms": 110.5,
            "requests_per_s": 8.0, "workload_id": "tiny/llama", "variant_id": "in=8,rate=inf,stream",
            "benchmark_version": 1, "recipe_fingerprint": "a", "hardware_profile_id": "h",
            "software_profile_id": "s",
        });
        for (key, value) in changes.as_object().expect("an object") {
            record[key] = value.clone();
        }
        record
    }

    fn about(repository: Option<&str>) -> About {
        About { benchmark: "b".to_owned(), repository: repository.map(str::to_owned) }
    }

    #[test]
    fn a_run_becomes_a_record_for_each_of_its_metrics() {
        let exported = records(&series(&[record(&json!({}))]), &about(Some("o/r")), |_| true);
        let exported = exported.expect("a repository is named");
        let names: Vec<_> = exported.records.iter().map(|r| &r["metric"]["name"]).collect();
        assert_eq!(names, ["request_throughput", "median_ttft_ms"]);
        let first = &exported.records[1];
        assert_eq!(first["metric"]["benchmark_values"], json!([110.5]));
        assert_eq!(first["timestamp"], 1_787_220_900);
        assert_eq!(
            (first["repo"].as_str(), first["head_branch"].as_str()),
            (Some("o/r"), Some("main"))
        );
        assert_eq!(first["model"], json!({"name": "tiny/llama"}));
        assert_eq!(
            first["benchmark"]["extra_info"]["args"],
            json!({"in": 8, "rate": "inf", "stream": true})
        );
        assert_eq!(first["runners"][0]["gpu_info"], "NVIDIA H100");
    }

    #[test]
    fn failed_runs_and_those_of_pull_requests_are_left_out() {
        let later = |day: &str, changes: Value| {
            let mut record = record(&changes);
            record["timestamp"] = format!("2026-08-{day}T10:15:00Z").into();
            record
        };
        let all = [
            record(&json!({})),
            later("21", json!({"success": false})),
            later("22", json!({"run_source": "pr", "pr_number": "7"})),
        ];
        let exported = records(&series(&all), &about(Some("o/r")), |_| true).expect("exported");
        assert_eq!((exported.records.len(), exported.left_out), (2, 2));
    }

    #[test]
    fn the_repository_is_what_is_said_or_what_records_say() {
        let error =
            records(&series(&[record(&json!({}))]), &about(None), |_| true).expect_err("none");
        assert!(error.ends_with("pass --repository OWNER/NAME"), "{error}");
        let said =
            series(&[record(&json!({"repository": "https://github.com/vllm-project/vllm"}))]);
        let exported = records(&said, &about(None), |_| true).expect("exported");
        assert_eq!(exported.records[0]["repo"], "vllm-project/vllm");
    }
}
