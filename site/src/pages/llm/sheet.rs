//! The page as a table of text, for files and for a message.

use super::{cell::value_in_words, model::Table};
use crate::{components::export::Sheet, format};

/// A row a test and metric.
#[must_use]
pub fn sheet(table: &Table) -> Sheet {
    let columns = [
        "model",
        "device",
        "test",
        "series",
        "metric",
        "unit",
        "value",
        "records",
        "held_against",
        "change",
        "stands",
    ];
    let rows = table.groups.iter().flat_map(|group| {
        group.tests.iter().flat_map(move |test| {
            let shown = table.columns.iter().zip(&test.cells);
            shown.filter_map(move |(metric, cell)| {
                let shown = cell.shown()?;
                let number = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
                Some(vec![
                    group.model.clone(),
                    group.device.clone(),
                    test.name.clone(),
                    test.row.key().to_string(),
                    metric.key.to_string(),
                    metric.unit.to_string(),
                    shown.value.to_string(),
                    shown.count.to_string(),
                    number(shown.base),
                    number(shown.change()),
                    shown.words.clone(),
                ])
            })
        })
    });
    Sheet { columns: columns.map(str::to_owned).to_vec(), rows: rows.collect() }
}

/// A short table: a row a test, value and change of each metric.
#[must_use]
pub fn markdown(table: &Table, address: &str) -> String {
    let metrics = table.columns.iter().map(|metric| metric.label.to_string());
    let columns = ["Model", "Device", "Test"].map(str::to_owned).into_iter().chain(metrics);
    let rows = table.groups.iter().flat_map(|group| {
        group.tests.iter().map(move |test| {
            let cells = table.columns.iter().zip(&test.cells).map(|(metric, cell)| {
                let Some(shown) = cell.shown() else { return String::new() };
                let change = shown.change().map(|change| format!(" ({})", format::percent(change)));
                value_in_words(metric, shown) + &change.unwrap_or_default()
            });
            let names = [&group.model, &group.device, &test.name].map(String::clone);
            names.into_iter().chain(cells).collect()
        })
    });
    let sheet = Sheet { columns: columns.collect(), rows: rows.collect() };
    format!("{}\n{address}\n", sheet.to_markdown())
}
