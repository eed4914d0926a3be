//! The page about the method, as it is drawn.

use super::model::{self, Part, Rows};
use crate::{
    components::table::{Cell, headings, table},
    dataset::Dataset,
    dom::{Content, El, el, text},
};

/// The page.
pub fn page(dataset: &Dataset) -> Content {
    let words = "How what is shown here is computed, with the limits in force.";
    let mut page = vec![text("h1", "", "Method"), text("p", "", words)];
    page.extend(model::parts(dataset).into_iter().flat_map(part));
    page
}

fn part(part: Part) -> Content {
    let mut shown = vec![text("h2", "", part.title)];
    shown.extend(part.text.iter().map(|words| text("p", "", words)));
    if !part.steps.is_empty() {
        let steps = part.steps.iter().map(|step| text("li", "", step));
        shown.push(el("ol", "text").all(steps));
    }
    shown.extend(part.table.map(drawn));
    shown
}

fn drawn(rows: Rows) -> El {
    let classes: Vec<&str> = rows
        .columns
        .iter()
        .map(|column| if column.starts_with('>') { "number" } else { "" })
        .collect();
    let line = |row: Vec<String>| {
        let cells = row.into_iter().zip(&classes);
        cells.map(|(text, class)| Cell::of(class, text)).collect()
    };
    let lines = rows.rows.into_iter().map(line).collect();
    table(rows.caption, headings(rows.columns), lines)
}
