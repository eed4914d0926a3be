//! The rows of `benchmark_results.json`.
//!
//! In: results of a folder that have `.commands` beside them. Out: a table for each kind, with vLLM's
//! columns. A column that no row has is left out of the serving table; a missing cell is null.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::{
    super::{SuiteKind, engine::without_nan, shell},
    columns::{Column, LATENCY, OF_CLIENT, OF_SERVER, SERVING, THROUGHPUT},
};
use crate::import::non_finite;

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
    let mut rows: BTreeMap<(SuiteKind, String), Map<String, Value>> = BTreeMap::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json"))
        else {
            continue;
        };
        let kind =
            SuiteKind::ALL.into_iter().find(|kind| name.starts_with(&format!("{}_", kind.word())));
        let commands = read_object(&path.with_extension("commands"));
        if let (Some(kind), Some(commands), Some(result)) = (kind, commands, read_object(&path)) {
            rows.insert((kind, name.to_owned()), row(kind, name, result, &commands));
        }
    }
    let of = |wanted: SuiteKind| -> Vec<Map<String, Value>> {
        rows.iter().filter(|((kind, _), _)| *kind == wanted).map(|(_, row)| row.clone()).collect()
    };
    Ok(Tables {
        latency: Table::of(&LATENCY, &of(SuiteKind::Latency), false),
        throughput: Table::of(&THROUGHPUT, &of(SuiteKind::Throughput), false),
        serving: Table::of(&SERVING, &of(SuiteKind::Serving), true),
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
    kind: SuiteKind,
    name: &str,
    mut row: Map<String, Value>,
    commands: &Map<String, Value>,
) -> Map<String, Value> {
    if kind == SuiteKind::Latency {
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
mod tests;
