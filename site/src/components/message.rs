//! States of data in words: loading, empty, failed.

use leptos::prelude::*;

use crate::load::LoadError;

/// Something is under way; the layout stays.
#[component]
pub fn Loading(#[prop(into)] what: String) -> impl IntoView {
    view! { <p class="quiet" role="status">{format!("Loading {what}…")}</p> }
}

/// There is nothing to show, and what to do about it.
#[component]
pub fn Empty(#[prop(into)] what: String, #[prop(into)] remedy: String) -> impl IntoView {
    view! {
        <div class="note" role="status"><p><strong>{what}</strong></p><p>{remedy}</p></div>
    }
}

/// Something failed: what, what to do, and a button that tries again.
#[component]
pub fn Failed(error: LoadError, retry: impl Fn() + 'static) -> impl IntoView {
    view! {
        <div class="note bad" role="alert">
            <p><strong>{error.problem}</strong></p>
            <p>{error.remedy}</p>
            <button type="button" on:click=move |_| retry()>"Try again"</button>
        </div>
    }
}

/// What could not be read, beside what could.
#[component]
pub fn Problems(problems: Vec<String>) -> impl IntoView {
    (!problems.is_empty()).then(|| {
        let count = problems.len();
        let heading = if count == 1 {
            "One part of this history could not be read; the rest is shown.".to_owned()
        } else {
            format!("{count} parts of this history could not be read; the rest is shown.")
        };
        let first = problems.into_iter().take(20);
        view! {
            <div class="note warn" role="status">
                <p><strong>{heading}</strong></p>
                <ul>{first.map(|problem| view! { <li>{problem}</li> }).collect_view()}</ul>
            </div>
        }
    })
}
