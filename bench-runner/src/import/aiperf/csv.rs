//! `profile_export_aiperf.csv`.
//!
//! In: tables with the header `Metric,avg,…` and `Metric,Value`. Out: the same shape as the JSON:
//! `Request Latency (ms)` is `request_latency` with the unit `ms`.

use serde_json::{Map, Value, json};

use super::super::error::Unusable;

/// The summary that the CSV holds.
pub fn summary(bytes: &[u8]) -> Result<Map<String, Value>, Unusable> {
    let text = String::from_utf8_lossy(bytes);
    let mut summary = Map::new();
    let mut header: Option<Vec<String>> = None;
    for line in text.lines() {
        let cells = cells(line.trim_start_matches('\u{feff}'));
        match cells.first().map(String::as_str) {
            None | Some("") => header = None,
            Some("Metric") => header = Some(cells),
            Some(name) => {
                if let Some(header) = &header {
                    let (tag, unit) = name_and_unit(name);
                    summary.entry(tag).or_insert_with(|| statistics(header, &cells, unit));
                }
            }
        }
    }
    let expected = "tables that begin with Metric, as profile_export_aiperf.csv has";
    if summary.is_empty() {
        Err(Unusable::Missing { field: "Metric", expected })
    } else {
        Ok(summary)
    }
}

fn statistics(header: &[String], cells: &[String], unit: &str) -> Value {
    let mut statistics = Map::from_iter([("unit".to_owned(), json!(unit))]);
    for (name, cell) in header.iter().zip(cells).skip(1) {
        let name = if name == "Value" { "avg" } else { name };
        if let Ok(value) = cell.parse::<f64>() {
            statistics.insert(name.to_owned(), json!(value));
        }
    }
    statistics.into()
}

/// `Request Latency (ms)` as `request_latency` and `ms`.
fn name_and_unit(text: &str) -> (String, &str) {
    let (name, unit) = match text.rsplit_once(" (") {
        Some((name, unit)) => (name, unit.trim_end_matches(')')),
        None => (text, ""),
    };
    (name.to_lowercase().replace([' ', '-'], "_"), unit)
}

/// Cells of a line, of which some may be in quotes.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_become_the_shape_of_the_json() {
        let csv = "Metric,avg,p50\r\nRequest Latency (ms),61.1,59.2\r\n\r\nMetric,Value\r\n\
                   Request Count,16.00\r\nRequest Throughput (requests/sec),27.99\r\n\r\n\r\n\
                   Endpoint,GPU_Index\r\nhttp://x,0\r\n";
        let summary = summary(csv.as_bytes()).expect("tables");
        assert_eq!(summary["request_latency"], json!({"unit": "ms", "avg": 61.1, "p50": 59.2}));
        assert_eq!(summary["request_count"], json!({"unit": "", "avg": 16.0}));
        assert_eq!(summary["request_throughput"]["avg"], 27.99);
        assert_eq!(summary.len(), 3);
    }

    #[test]
    fn quotes_keep_commas_together() {
        assert_eq!(cells("\"a, b\",c,"), ["a, b", "c", ""]);
    }
}
