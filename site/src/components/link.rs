//! Links to pages of the dashboard, and out of it.

use leptos::prelude::*;

use crate::{query::Query, state::state};

/// A link to a page; keeps the choice of a history.
#[component]
pub fn PageLink(
    to: Query,
    #[prop(optional)] class: &'static str,
    #[prop(optional, into)] current: Option<Signal<Option<&'static str>>>,
    children: Children,
) -> impl IntoView {
    let state = state();
    let source = state.param("source");
    let href = move || to.clone().with("source", source.get()).to_hash();
    view! {
        <a class=class href=href aria-current=move || current.and_then(|current| current.get())>
            {children()}
        </a>
    }
}

/// A commit: its first ten digits, with a link where the repository is known.
#[component]
pub fn Commit(commit: String, url: Option<String>) -> impl IntoView {
    let short: String = commit.chars().take(10).collect();
    match url {
        _ if commit.is_empty() => view! { <span class="quiet">"no commit"</span> }.into_any(),
        Some(url) => view! {
            <a class="mono" href=url rel="noopener noreferrer" target="_blank" title=commit>{short}</a>
        }
        .into_any(),
        None => view! { <span class="mono" title=commit>{short}</span> }.into_any(),
    }
}
