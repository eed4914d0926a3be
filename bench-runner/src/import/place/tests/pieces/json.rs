//! Tools that write JSON.

use super::*;

const TIMES: [(&str, f64); 3] = [("ns", 1.0), ("us", 1e3), ("ms", 1e6)];

pub const WRITERS: [Writer; 10] = [
    Writer { format: Format::GoogleBenchmark, pieces: Pieces::Series, files: google },
    Writer { format: Format::Pytest, pieces: Pieces::Series, files: pytest },
    Writer { format: Format::Jmh, pieces: Pieces::Series, files: jmh },
    Writer { format: Format::BenchmarkDotNet, pieces: Pieces::Series, files: benchmark_dot_net },
    Writer { format: Format::Julia, pieces: Pieces::Series, files: julia },
    Writer { format: Format::CustomSmaller, pieces: Pieces::Series, files: custom },
    Writer { format: Format::CustomBigger, pieces: Pieces::Series, files: custom },
    Writer { format: Format::GithubActionBenchmark, pieces: Pieces::Series, files: history },
    Writer { format: Format::GithubActionBenchmark, pieces: Pieces::Series, files: extra_history },
    Writer { format: Format::CustomSmaller, pieces: Pieces::Series, files: extra_output },
];

fn entries(cells: &[Cell], entry: impl Fn(&Cell, f64) -> Value) -> Vec<Value> {
    let of_cell = |cell: &Cell| cell.values().map(|value| entry(cell, value)).collect::<Vec<_>>();
    cells.iter().flat_map(of_cell).collect()
}

fn date(cells: &[Cell]) -> String {
    bench_records::time::Micros(cells[0].micros()).to_iso()
}

/// Repetitions and counters; threads are a parameter.
fn google(_: u32, cells: &[Cell]) -> Vec<String> {
    let benchmarks = entries(cells, |cell, value| {
        let (unit, scale) = cell.unit_of(&TIMES);
        json!({
            "name": format!("BM_{}/{}", cell.name, cell.parameter), "run_type": "iteration",
            "iterations": 10, "real_time": value / scale, "cpu_time": value / scale,
            "time_unit": unit, "threads": 1 + cell.parameter, "tokens": value,
            "items_per_second": value * 3.0,
        })
    });
    vec![json!({"context": {"date": date(cells)}, "benchmarks": benchmarks}).to_string()]
}

fn pytest(_: u32, cells: &[Cell]) -> Vec<String> {
    let benchmarks = entries(cells, |cell, value| {
        let name = format!("tests/test_a.py::test_{}[{}]", cell.name, cell.parameter);
        json!({"fullname": name, "stats": {"ops": value, "mean": 1.0 / value, "rounds": cell.repeats}})
    });
    vec![json!({"datetime": date(cells), "benchmarks": benchmarks}).to_string()]
}

/// Parameters, threads and modes distinguish.
fn jmh(_: u32, cells: &[Cell]) -> Vec<String> {
    let benchmarks = entries(cells, |cell, value| {
        let (unit, scale) = cell.unit_of(&TIMES);
        json!({
            "benchmark": format!("org.A.b{}", cell.name / 2), "threads": 1 + cell.name % 2,
            "mode": (["avgt", "sample"][cell.parameter]), "params": {"size": "8"},
            "primaryMetric": {"score": value / scale, "scoreUnit": format!("{unit}/op")},
        })
    });
    vec![json!(benchmarks).to_string()]
}

fn benchmark_dot_net(_: u32, cells: &[Cell]) -> Vec<String> {
    let benchmarks = entries(cells, |cell, value| {
        json!({
            "FullName": format!("A.B{}(n: {})", cell.name, cell.parameter),
            "Statistics": {"Mean": value, "StandardDeviation": 1.0},
            "Memory": {"BytesAllocatedPerOperation": value * 2.0},
        })
    });
    vec![json!({"Benchmarks": benchmarks}).to_string()]
}

/// Groups distinguish; a name stands once in its group, so that only trials have repeats.
fn julia(_: u32, cells: &[Cell]) -> Vec<String> {
    let mut groups: BTreeMap<String, Value> = BTreeMap::new();
    for cell in cells {
        let times: Vec<f64> = cell.values().collect();
        let bench = match times[..] {
            [time] => json!(["TrialEstimate", {"time": time, "memory": 48, "allocs": 3}]),
            _ => json!(["Trial", {"times": times, "memory": 48, "allocs": 3}]),
        };
        let group = groups.entry(format!("group{}", cell.parameter)).or_insert(json!({}));
        group[format!("bench{}", cell.name)] = bench;
    }
    let groups =
        groups.into_iter().map(|(name, data)| (name, json!(["BenchmarkGroup", {"data": data}])));
    let groups: serde_json::Map<String, Value> = groups.collect();
    vec![json!([{"Julia": "1.10"}, [["BenchmarkGroup", {"data": groups}]]]).to_string()]
}

fn bench(cell: &Cell, value: f64) -> Value {
    let (unit, scale) = cell.unit_of(&TIMES);
    json!({"name": format!("bench{}", cell.name), "unit": unit, "value": value / scale})
}

/// Parameters stand in `params` or in `extra`.
fn custom(_: u32, cells: &[Cell]) -> Vec<String> {
    let list = entries(cells, |cell, value| {
        let mut entry = bench(cell, value);
        match cell.name {
            0 => entry["params"] = json!({"batch": cell.parameter}),
            _ => {
                entry["extra"] =
                    format!("batch: {}\nrounds: {}", cell.parameter, cell.repeats).into();
            }
        }
        entry
    });
    vec![json!(list).to_string()]
}

/// Suites distinguish.
fn history(day: u32, cells: &[Cell]) -> Vec<String> {
    let mut suites: BTreeMap<&str, Vec<Cell>> = BTreeMap::new();
    for cell in cells {
        suites.entry(["Benchmark", "s"][cell.parameter]).or_default().push(cell.clone());
    }
    let suites = suites.into_iter().map(|(suite, cells)| {
        let mut run = run(day, "", 0.0, "", "o/r");
        run["benches"] = json!(entries(&cells, bench));
        (suite, vec![run])
    });
    vec![document(&suites.collect::<Vec<_>>()).to_string()]
}

/// Lines beside a value distinguish, of which a run may have one or both; results stand among them.
fn with_extra(cell: &Cell, value: f64) -> Value {
    let stated = [
        ["kind: x", "kind: y"],
        ["rows: 1000", "rows: 2000"],
        ["iterations: 5\nforks: 1\nthreads: 1", "iterations: 5\nforks: 3\nthreads: 1"],
    ][cell.name][cell.parameter];
    let mut entry = bench(cell, value);
    entry["extra"] = format!("mean: {value} ns\n{stated}\ntokens: {value}").into();
    entry
}

fn extra_history(day: u32, cells: &[Cell]) -> Vec<String> {
    let mut run = run(day, "", 0.0, "", "o/r");
    run["benches"] = json!(entries(cells, with_extra));
    vec![document(&[("s", vec![run])]).to_string()]
}

fn extra_output(_: u32, cells: &[Cell]) -> Vec<String> {
    vec![json!(entries(cells, with_extra)).to_string()]
}
