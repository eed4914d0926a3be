//! Tools that print text.

use super::*;

const TIMES: [(&str, f64); 4] = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6)];

pub const WRITERS: [Writer; 4] = [
    Writer { format: Format::Go, pieces: Pieces::Series, files: go },
    Writer { format: Format::Criterion, pieces: Pieces::Series, files: criterion },
    Writer { format: Format::Catch2, pieces: Pieces::Series, files: catch2 },
    Writer { format: Format::BenchmarkJs, pieces: Pieces::Series, files: benchmark_js },
];

fn lines(cells: &[Cell], line: impl Fn(&Cell, f64) -> String) -> String {
    let of_cell = |cell: &Cell| cell.values().map(|value| line(cell, value)).collect::<String>();
    cells.iter().map(of_cell).collect()
}

/// Packages and numbers of processors distinguish; further values follow the first.
fn go(_: u32, cells: &[Cell]) -> Vec<String> {
    let line = |cell: &Cell, value: f64| {
        let (name, procs) = (cell.name / 2, 1 << cell.parameter);
        let package = ["a", "b"][cell.name % 2];
        format!(
            "pkg: example.org/{package}\nBenchmarkX{name}-{procs} \t 500\t {value} ns/op\t {} B/op\t 2 \
             allocs/op\n",
            value * 2.0
        )
    };
    vec![lines(cells, line) + "PASS\n"]
}

/// libtest's lines, Criterion's report and the messages of cargo-criterion.
fn criterion(_: u32, cells: &[Cell]) -> Vec<String> {
    let line = |cell: &Cell, value: f64| {
        let name = format!("group{}/bench{}", cell.parameter, cell.name);
        let (unit, scale) = cell.unit_of(&TIMES);
        let scaled = value / scale;
        match cell.unit {
            0 => format!("test {name} ... bench: {value} ns/iter (+/- 3) = 12 MB/s\n"),
            1 => {
                let typical = json!({"estimate": scaled, "unit": unit});
                json!({"reason": "benchmark-complete", "id": name, "typical": typical}).to_string()
                    + "\n"
            }
            _ => format!("{name}   time:   [{scaled} {unit} {scaled} {unit} {scaled} {unit}]\n"),
        }
    };
    vec![lines(cells, line)]
}

fn catch2(_: u32, cells: &[Cell]) -> Vec<String> {
    let line = |cell: &Cell, value: f64| {
        let (unit, scale) = cell.unit_of(&TIMES);
        let (name, parameter, scaled) = (cell.name, cell.parameter, value / scale);
        let row = |value: f64| format!("   {value} {unit}  {value} {unit}  {value} {unit} \n");
        let head = format!("Fibonacci {name} of {parameter}    100   208   7.1968 ms \n");
        head + &row(scaled) + &row(scaled / 10.0) + "\n"
    };
    let head = "benchmark name     samples    iterations   estimated\n";
    vec![head.to_owned() + &lines(cells, line)]
}

fn benchmark_js(_: u32, cells: &[Cell]) -> Vec<String> {
    let line = |cell: &Cell, value: f64| {
        let (name, parameter) = (cell.name, cell.parameter);
        format!("group{parameter}#bench{name} x {value} ops/sec ±1.05% (85 runs sampled)\n")
    };
    vec![lines(cells, line)]
}
