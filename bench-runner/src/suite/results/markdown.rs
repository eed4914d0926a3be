//! `benchmark_results.md`.

use serde_json::Value;

use super::{Tables, platform, rows::Table};
use crate::terminal::plain;

/// The document: what the suites are, their tables, the machine, and the tables as JSON.
#[must_use]
pub(super) fn document(tables: &Tables) -> String {
    let platform: String = platform::rows()
        .iter()
        .map(|(name, value)| format!("| {name} | {} |\n", cell_text(value)))
        .collect();
    format!(
        "# Results of performance suites\n\n\
         ## Latency tests\n\n\
         One batch at a time, from its prompts to its last token.\n\n{}\n\
         ## Throughput tests\n\n\
         All prompts are handed over at once; the engine decides on batches.\n\n{}\n\
         ## Serving tests\n\n\
         Requests arrive at the given rate (qps; `inf`: all at once), at most so many at a time. `Median` and `P99` \
         are of the time per output token (TPOT), in milliseconds.\n\n{}\n\
         ## Platform\n\n|  | Platform Info |\n|:--|:--|\n{platform}\n\
         ## The tables as JSON\n\n```json\n{}\n```\n",
        table(&tables.latency),
        table(&tables.throughput),
        table(&tables.serving),
        tables.as_json_columns(),
    )
}

fn table(table: &Table) -> String {
    if table.rows.is_empty() {
        return "No results.\n".to_owned();
    }
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let headings = line(table.headings.iter().map(ToString::to_string).collect());
    let is_number = |column: usize| {
        table.rows.iter().all(|row| row[column].is_number() || row[column].is_null())
    };
    let rule = |column| if is_number(column) { "--:" } else { ":--" };
    let rules = (0..table.headings.len()).map(rule).collect::<Vec<_>>().join("|");
    let rows: String = table.rows.iter().map(|row| line(row.iter().map(cell).collect())).collect();
    format!("{headings}|{rules}|\n{rows}")
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => cell_text(text),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (None, Some(value)) => format!("{value:.2}"),
            _ => number.to_string(),
        },
        other => cell_text(&other.to_string()),
    }
}

/// A text that ends no cell and starts no markup.
fn cell_text(text: &str) -> String {
    plain(text).replace('|', "\\|").replace('<', "&lt;").replace('`', "\\`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_aligns_numbers_and_leaves_missing_cells_empty() {
        let rows = vec![vec![json!("latency_a|b"), json!(1.234), Value::Null]];
        let shown = table(&Table { headings: vec!["Test name", "Mean", "P99"], rows });
        assert_eq!(
            shown,
            "| Test name | Mean | P99 |\n|:--|--:|--:|\n| latency_a\\|b | 1.23 |  |\n"
        );
        assert_eq!(table(&Table::default()), "No results.\n");
    }
}
