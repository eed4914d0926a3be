//! The page against the code that computes.

use bench_records::{metric::METRICS, verdict::Verdict};

use super::model::parts;
use crate::testing::dataset_of;

fn text() -> String {
    format!("{:?}", parts(&dataset_of(&[("latency", &[1.0, 2.0])])))
}

#[test]
fn the_numbers_are_those_that_the_gate_computes_with() {
    // as text is printed for programmers, a narrow space is an escape
    let text = text().replace("\\u{202f}", "\u{202f}");
    for number in [
        "median of the last 5 ",
        "more than 5.0\u{202f}%",
        "more than 7 days",
        "more than 1 hour ahead",
        "8.0\u{202f}% worse",
    ] {
        assert!(text.contains(number), "{number} in {text}");
    }
}

#[test]
fn every_verdict_and_every_metric_has_a_row() {
    let parts = parts(&dataset_of(&[("latency", &[1.0])]));
    let rows = |title: &str| {
        let part = parts.iter().find(|part| part.title == title).expect("such a part");
        part.table.clone().expect("a table").rows
    };
    assert_eq!(rows("Verdicts of a record").len(), Verdict::ALL.len());
    assert_eq!(rows("Metrics").len(), METRICS.len());
    let needed: Vec<String> = rows("Percentiles").into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(needed, ["6", "29", "59", "299"]);
}

#[test]
fn rows_have_a_cell_for_each_heading() {
    for part in parts(&dataset_of(&[("latency", &[1.0])])) {
        let table = part.table.iter();
        table.for_each(|table| {
            assert!(
                table.rows.iter().all(|row| row.len() == table.columns.len()),
                "{}",
                part.title
            );
        });
    }
}
