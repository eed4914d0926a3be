//! Load tests, hyperfine, and PyTorch's database.

use super::*;

const SUMMARY: &str = include_str!(
    "../../../../../../tests/fixtures/import/load/SYNTHETIC_profile_export_aiperf.json"
);

const REPORT: &str =
    include_str!("../../../../../../tests/fixtures/import/load/SYNTHETIC_guidellm_benchmarks.json");

pub const WRITERS: [Writer; 5] = [
    Writer { format: Format::AiPerf, pieces: Pieces::Series, files: aiperf },
    Writer { format: Format::Vllm, pieces: Pieces::Series, files: vllm },
    Writer { format: Format::GuideLlm, pieces: Pieces::Series, files: guidellm },
    Writer { format: Format::SgLang, pieces: Pieces::Series, files: sglang },
    Writer { format: Format::Hyperfine, pieces: Pieces::Series, files: hyperfine },
];

pub const PYTORCH: Writer =
    Writer { format: Format::PyTorch, pieces: Pieces::Metrics, files: pytorch };

/// A file a run; the load and the lengths distinguish, and times have their units.
fn aiperf(_: u32, cells: &[Cell]) -> Vec<String> {
    let file = |cell: &Cell| {
        let mut summary: Value = serde_json::from_str(SUMMARY).expect("the fixture");
        let (unit, scale) = cell.unit_of(&[("us", 1.0), ("ms", 1e3), ("sec", 1e6)]);
        let value = f64::from(cell.value);
        for field in ["request_latency", "time_to_first_token", "inter_token_latency"] {
            summary[field] = json!({"unit": unit, "avg": value / scale, "p50": value / scale});
        }
        summary["request_throughput"]["avg"] = (1e3 / value).into();
        summary["start_time"] = bench_records::time::Micros(cell.micros()).to_iso().into();
        let config = &mut summary["input_config"];
        config["phases"][1]["concurrency"] = (1 << cell.name).into();
        config["datasets"][0]["prompts"]["isl"]["mean"] = (256 << cell.parameter).into();
        config["datasets"][0]["random_seed"] = cell.value.into();
        summary.to_string()
    };
    cells.iter().map(file).collect()
}

/// A line a run; mean lengths are of the same power of two, or four times apart.
fn vllm(_: u32, cells: &[Cell]) -> Vec<String> {
    let line = |cell: &Cell| {
        let value = f64::from(cell.value);
        let line = json!({
            "date": format!("202604{:02}-100000", cell.day + 1), "backend": "vllm",
            "model_id": "m", "num_prompts": 1000, "completed": 1000,
            "request_rate": 1 << cell.name, "request_throughput": 1000.0 / value,
            "total_input_tokens": 256_000 << (2 * cell.parameter), "total_output_tokens": 128_000,
            "mean_ttft_ms": value, "p99_ttft_ms": value * 2.0,
        });
        line.to_string() + "\n"
    };
    vec![cells.iter().map(line).collect()]
}

/// A report a workload of data; its benchmarks are of one load each.
fn guidellm(_: u32, cells: &[Cell]) -> Vec<String> {
    let report = |parameter: usize| {
        let of_data = cells.iter().filter(|cell| cell.parameter == parameter);
        let mut report: Value = serde_json::from_str(REPORT).expect("the fixture");
        let blank = report["benchmarks"][0].clone();
        let benchmark = |cell: &Cell| {
            let (mut own, value) = (blank.clone(), f64::from(cell.value));
            let seconds = cell.micros() as f64 / 1e6;
            own["config"]["strategy"]["streams"] = (1 << cell.name).into();
            own["scheduler_metrics"]["start_time"] = seconds.into();
            own["start_time"] = seconds.into();
            own["metrics"]["time_to_first_token_ms"]["successful"]["mean"] = value.into();
            own
        };
        report["benchmarks"] = of_data.map(benchmark).collect();
        report["config"]["spec"]["data"][0]["prompt_tokens"] = (256 << parameter).into();
        report
    };
    let reports = [0, 1].map(report).into_iter();
    let filled = reports.filter(|report| report["benchmarks"].get(0).is_some());
    filled.map(|report| report.to_string()).collect()
}

/// A line a run of JSON lines.
fn sglang(_: u32, cells: &[Cell]) -> Vec<String> {
    let line = |cell: &Cell| {
        let value = f64::from(cell.value);
        let line = json!({
            "backend": "sglang", "dataset_name": "random", "request_rate": 1 << cell.name,
            "max_concurrency": 16, "random_input_len": 256 << cell.parameter,
            "random_output_len": 128, "random_range_ratio": 0.0,
            "server_info": {"model_path": "m", "tp_size": 1, "random_seed": cell.value},
            "completed": 100, "duration": value, "request_throughput": 100.0 / value,
            "total_input_tokens": 25600 << cell.parameter, "total_output_tokens": 12800,
            "output_throughput": 12800.0 / value, "mean_ttft_ms": value, "median_ttft_ms": value,
            "p99_ttft_ms": value * 2.0, "mean_e2e_latency_ms": value * 3.0,
        });
        line.to_string() + "\n"
    };
    vec![cells.iter().map(line).collect()]
}

fn hyperfine(_: u32, cells: &[Cell]) -> Vec<String> {
    let result = |cell: &Cell| {
        json!({
            "command": format!("decode {}", cell.name), "mean": f64::from(cell.value),
            "parameters": {"threads": cell.parameter.to_string()},
            "times": cell.values().collect::<Vec<_>>(),
        })
    };
    vec![json!({"results": cells.iter().map(result).collect::<Vec<_>>()}).to_string()]
}

/// An entry a metric; the arguments distinguish runs.
fn pytorch(_: u32, cells: &[Cell]) -> Vec<String> {
    let entries = cells.iter().flat_map(|cell| {
        let metric = ["median_ttft_ms", "latency", "compile_time_s"][cell.name];
        let entry = |value: f64| json!({
            "benchmark": {"name": "vllm", "extra_info": {"args": {"request_rate": cell.parameter}}},
            "model": {"name": "m"}, "timestamp": cell.micros() / 1_000_000, "repo": "o/r",
            "head_sha": format!("{:040}", cell.day), "runners": [{"gpu_info": "H100"}],
            "metric": {"name": metric, "benchmark_values": [value, value * 1.5]},
        });
        cell.values().map(entry).collect::<Vec<_>>()
    });
    vec![json!(entries.collect::<Vec<_>>()).to_string()]
}
