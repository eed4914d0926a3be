//! The pages: each has a `model`, plain Rust that says what is shown, and a thin `view`.

mod chart_state;
pub mod compare;
pub mod method;
pub mod overview;
pub mod regressions;
pub mod run;
pub mod series;

use std::sync::Arc;

use leptos::prelude::*;

use crate::{dataset::Dataset, query::Page};

/// The page that a URL names.
pub fn view(page: Page, dataset: Arc<Dataset>) -> AnyView {
    match page {
        Page::Overview => view! { <overview::view::Overview dataset/> }.into_any(),
        Page::Series(key) => view! { <series::view::SeriesPage key dataset/> }.into_any(),
        Page::Regressions => view! { <regressions::view::Regressions dataset/> }.into_any(),
        Page::Compare => view! { <compare::view::Compare dataset/> }.into_any(),
        Page::Run(key, point) => view! { <run::view::Run key point dataset/> }.into_any(),
        Page::Method => view! { <method::view::Method dataset/> }.into_any(),
        Page::Unknown(path) => view! {
            <h1>"No such page"</h1>
            <p>{format!("{path} is no page of this dashboard. ")}<a href="#/">"Open the overview"</a>"."</p>
        }
        .into_any(),
    }
}
