//! The page about the method, as it is drawn.

use std::sync::Arc;

use leptos::prelude::*;

use super::model::{self, Part, Rows};
use crate::{
    components::table::{Cell, headings, table},
    dataset::Dataset,
};

/// The page.
#[component]
pub fn Method(dataset: Arc<Dataset>) -> impl IntoView {
    let parts = model::parts(&dataset).into_iter().map(part).collect_view();
    view! { <h1>"Method"</h1><p>"How what is shown here is computed, with the limits in force."</p>{parts} }
}

fn part(part: Part) -> AnyView {
    let text = part.text.into_iter().map(|text| view! { <p>{text}</p> }).collect_view();
    let steps = part.steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view();
    let is_list = !steps.is_empty();
    view! {
        <h2>{part.title}</h2>
        {text}
        {is_list.then(|| view! { <ol class="text">{steps}</ol> })}
        {part.table.map(drawn)}
    }
    .into_any()
}

fn drawn(rows: Rows) -> AnyView {
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
