//! The rows of `benchmark_results.json`.
//!
//! In: results of a folder that have `.commands` beside them. Out: a table for each kind, with vLLM's
//! columns. A column that no row has is left out of the serving table; a missing cell is null.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::super::{Kind, engine::without_nan, shell};
use crate::import::non_finite;

/// Field of a result, and the column's heading.
type Column = (&'static str, &'static str);

const LATENCY: [Column; 5] = [
    ("test_name", "Test name"),
    ("gpu_type", "GPU"),
    ("avg_latency", "Mean latency (ms)"),
    ("P50", "Median latency (ms)"),
    ("P99", "P99 latency (ms)"),
];

const THROUGHPUT: [Column; 7] = [
    ("test_name", "Test name"),
    ("gpu_type", "GPU"),
    ("num_requests", "# of req."),
    ("total_num_tokens", "Total # of tokens"),
    ("elapsed_time", "Elapsed time (s)"),
    ("requests_per_second", "Tput (req/s)"),
    ("tokens_per_second", "Tput (tok/s)"),
];

const SERVING: [Column; 26] = [
    ("test_name", "Test name"),
    ("model_id", "Model"),
    ("dataset_name", "Dataset Name"),
    ("input_len", "Input Len"),
    ("output_len", "Output Len"),
    ("tp_size", "TP Size"),
    ("pp_size", "PP Size"),
    ("dtype", "dtype"),
    ("gpu_type", "GPU"),
    ("completed", "# of req."),
    ("qps", "qps"),
    ("max_concurrency", "# of max concurrency."),
    ("request_throughput", "Tput (req/s)"),
    ("total_token_throughput", "Total Token Tput (tok/s)"),
    ("output_throughput", "Output Tput (tok/s)"),
    ("mean_ttft_ms", "Mean TTFT (ms)"),
    ("median_ttft_ms", "Median TTFT (ms)"),
    ("p99_ttft_ms", "P99 TTFT (ms)"),
    ("std_ttft_ms", "STD TTFT (ms)"),
    ("mean_tpot_ms", "Mean TPOT (ms)"),
    ("median_tpot_ms", "Median"),
    ("p99_tpot_ms", "P99"),
    ("std_tpot_ms", "STD TPOT (ms)"),
    ("mean_itl_ms", "Mean ITL (ms)"),
    ("median_itl_ms", "Median ITL (ms)"),
    ("p99_itl_ms", "P99 ITL (ms)"),
];

/// Options of commands, and the fields that they become.
const OF_SERVER: [(&str, &str); 6] = [
    ("--tensor-parallel-size", "tp_size"),
    ("--tp-size", "tp_size"),
    ("--pipeline-parallel-size", "pp_size"),
    ("--pp-size", "pp_size"),
    ("--dtype", "dtype"),
    ("-tp", "tp_size"),
];
const OF_CLIENT: [(&str, &str); 4] = [
    ("--dataset-name", "dataset_name"),
    ("--random-input-len", "input_len"),
    ("--random-output-len", "output_len"),
    ("--request-rate", "qps"),
];

/// The tables of a folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// Headings and rows.
    pub latency: Table,
    /// Headings and rows.
    pub throughput: Table,
    /// Headings and rows.
    pub serving: Table,
}

/// A table: a value for each heading in each row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Headings of its columns.
    pub headings: Vec<&'static str>,
    /// Rows, by the name of their test.
    pub rows: Vec<Vec<Value>>,
}

impl Tables {
    /// All rows as objects, in vLLM's order of tables.
    #[must_use]
    pub fn as_json_rows(&self) -> Value {
        let tables = [&self.latency, &self.throughput, &self.serving];
        tables.into_iter().flat_map(Table::objects).collect()
    }

    /// A value by row for each column of each table.
    #[must_use]
    pub fn as_json_columns(&self) -> Value {
        let tables = [
            ("latency", &self.latency),
            ("throughput", &self.throughput),
            ("serving", &self.serving),
        ];
        let tables = tables.into_iter().map(|(name, table)| (name.to_owned(), table.columns()));
        Value::Object(tables.collect())
    }
}

impl Table {
    fn of(columns: &[Column], rows: &[Map<String, Value>], optional: bool) -> Self {
        let is_there =
            |(field, _): &&Column| !optional || rows.iter().any(|row| row.contains_key(*field));
        let columns: Vec<&Column> = columns.iter().filter(is_there).collect();
        let cell = |row: &Map<String, Value>, (field, _): &&Column| {
            row.get(*field).cloned().unwrap_or_default()
        };
        Self {
            headings: columns.iter().map(|(_, heading)| *heading).collect(),
            rows: rows
                .iter()
                .map(|row| columns.iter().map(|column| cell(row, column)).collect())
                .collect(),
        }
    }

    fn objects(&self) -> impl Iterator<Item = Value> {
        self.rows.iter().map(|row| {
            let cells = self.headings.iter().zip(row);
            Value::Object(cells.map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
        })
    }

    fn columns(&self) -> Value {
        let column = |(index, heading): (usize, &&str)| {
            let cells = self
                .rows
                .iter()
                .enumerate()
                .map(|(row, cells)| (row.to_string(), cells[index].clone()));
            ((*heading).to_owned(), Value::Object(cells.collect()))
        };
        Value::Object(self.headings.iter().enumerate().map(column).collect())
    }
}

/// The tables of the results in a folder.
///
/// # Errors
/// Where the folder cannot be read.
pub fn read_rows(folder: &Path) -> Result<Tables> {
    let mut rows: BTreeMap<(Kind, String), Map<String, Value>> = BTreeMap::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json"))
        else {
            continue;
        };
        let kind =
            Kind::ALL.into_iter().find(|kind| name.starts_with(&format!("{}_", kind.word())));
        let commands = read_object(&path.with_extension("commands"));
        if let (Some(kind), Some(commands), Some(result)) = (kind, commands, read_object(&path)) {
            rows.insert((kind, name.to_owned()), row(kind, name, result, &commands));
        }
    }
    let of = |wanted: Kind| -> Vec<Map<String, Value>> {
        rows.iter().filter(|((kind, _), _)| *kind == wanted).map(|(_, row)| row.clone()).collect()
    };
    Ok(Tables {
        latency: Table::of(&LATENCY, &of(Kind::Latency), false),
        throughput: Table::of(&THROUGHPUT, &of(Kind::Throughput), false),
        serving: Table::of(&SERVING, &of(Kind::Serving), true),
    })
}

fn read_object(path: &Path) -> Option<Map<String, Value>> {
    let bytes = fs::read(path).ok()?;
    match serde_json::from_slice(&non_finite::quoted(&bytes)).map(without_nan).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// A result with what its commands say.
fn row(
    kind: Kind,
    name: &str,
    mut row: Map<String, Value>,
    commands: &Map<String, Value>,
) -> Map<String, Value> {
    if kind == Kind::Latency {
        in_milliseconds(&mut row);
    }
    let command = |field: &str| commands.get(field).and_then(Value::as_str).unwrap_or_default();
    take(&mut row, command("server_command"), &OF_SERVER);
    take(&mut row, command("client_command"), &OF_CLIENT);
    row.insert("gpu_type".to_owned(), gpus(command("gpu_type")).into());
    row.insert("test_name".to_owned(), name.into());
    row
}

fn in_milliseconds(row: &mut Map<String, Value>) {
    let percentiles = row.get("percentiles").cloned().unwrap_or_default();
    let sources = [
        ("avg_latency", row.get("avg_latency").cloned()),
        ("P50", percentiles.get("50").cloned()),
        ("P99", percentiles.get("99").cloned()),
    ];
    for (field, value) in sources {
        let ms = value.as_ref().and_then(Value::as_f64).map(|seconds| 1000.0 * seconds);
        row.insert(field.to_owned(), ms.map_or(Value::Null, Value::from));
    }
}

/// Puts the values of these options into their fields; whole numbers and fractions as such.
fn take(row: &mut Map<String, Value>, command: &str, options: &[(&str, &str)]) {
    let words = shell::words(command);
    for (index, word) in words.iter().enumerate() {
        let (option, joined) =
            word.split_once('=').map_or((word.as_str(), None), |(o, v)| (o, Some(v)));
        let Some((_, field)) = options.iter().find(|(name, _)| *name == option) else { continue };
        let value = joined.map(str::to_owned).or_else(|| words.get(index + 1).cloned());
        if let Some(value) = value.filter(|value| !value.starts_with("--")) {
            let number = value.parse::<serde_json::Number>();
            row.insert((*field).to_owned(), number.map_or_else(|_| value.into(), Value::Number));
        }
    }
}

/// `8xH100`, of a line for each.
fn gpus(lines: &str) -> String {
    let lines: Vec<&str> = lines.lines().collect();
    format!("{}x{}", lines.len().max(1), lines.first().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        folder
    }

    #[test]
    fn rows_have_vllms_columns_and_null_for_what_is_missing() {
        let folder = folder(&[
            ("latency_a.json", r#"{"avg_latency": 1.25, "percentiles": {"50": 1.5, "99": NaN}}"#),
            (
                "latency_a.commands",
                r#"{"latency_command": "vllm bench latency", "gpu_type": "H100\nH100"}"#,
            ),
            (
                "throughput_a.json",
                r#"{"elapsed_time": 12.5, "num_requests": 200, "total_num_tokens": 82000, "requests_per_second": 16.0, "tokens_per_second": 6560.0}"#,
            ),
            ("throughput_a.commands", r#"{"gpu_type": "cpu"}"#),
            ("throughput_a.pytorch.json", "[]"),
            ("serving_x_qps_inf_sla_summary.json", "{}"),
            ("other.json", "{}"),
        ]);
        let tables = read_rows(folder.path()).expect("rows");
        assert_eq!(
            tables.as_json_rows(),
            json!([
                {"Test name": "latency_a", "GPU": "2xH100", "Mean latency (ms)": 1250.0,
                 "Median latency (ms)": 1500.0, "P99 latency (ms)": null},
                {"Test name": "throughput_a", "GPU": "1xcpu", "# of req.": 200, "Total # of tokens": 82000,
                 "Elapsed time (s)": 12.5, "Tput (req/s)": 16.0, "Tput (tok/s)": 6560.0},
            ])
        );
        assert_eq!(tables.as_json_columns()["throughput"]["# of req."], json!({"0": 200}));
    }

    #[test]
    fn serving_rows_take_what_their_commands_say_and_leave_out_empty_columns() {
        let result = r#"{"model_id": "m", "completed": 200, "max_concurrency": 32, "p99_tpot_ms": 33.0, "median_tpot_ms": 29.8}"#;
        let folder = folder(&[
            ("serving_a_qps_inf_concurrency_32.json", result),
            (
                "serving_a_qps_inf_concurrency_32.commands",
                r#"{"server_command": "A=1 vllm serve m --tensor-parallel-size 2 --dtype bfloat16",
              "client_command": "vllm bench serve --request-rate inf --dataset-name=random --random-input-len 128", "gpu_type": "H100"}"#,
            ),
        ]);
        let tables = read_rows(folder.path()).expect("rows");
        assert_eq!(
            tables.as_json_rows(),
            json!([{
                "Test name": "serving_a_qps_inf_concurrency_32", "Model": "m", "Dataset Name": "random",
                "Input Len": 128, "TP Size": 2, "dtype": "bfloat16", "GPU": "1xH100", "# of req.": 200,
                "qps": "inf", "# of max concurrency.": 32, "Median": 29.8, "P99": 33.0,
            }])
        );
    }
}
