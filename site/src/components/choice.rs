//! Controls whose state stands in the URL.

use leptos::prelude::*;

use crate::state::state;

/// One of a few: buttons side by side. The first is the default and leaves the URL short.
#[component]
pub fn Choice(
    label: &'static str,
    param: &'static str,
    options: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    let state = state();
    let current = state.param(param);
    let buttons = options.iter().enumerate().map(|(index, (value, text))| {
        let stored = if index == 0 { "" } else { *value };
        let pressed = move || (current.get() == stored).to_string();
        view! {
            <button type="button" aria-pressed=pressed on:click=move |_| state.set_param(param, stored)>
                {*text}
            </button>
        }
    });
    view! {
        <div class="field" role="group" aria-label=label>
            <span>{label}</span>
            <div class="choice">{buttons.collect_view()}</div>
        </div>
    }
}

/// One of many: a list whose first entry, `all`, stands for no choice.
#[component]
pub fn Select(
    label: &'static str,
    param: &'static str,
    all: &'static str,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let state = state();
    let current = state.param(param);
    let entries = move || {
        let chosen = current.get();
        let entry = move |(value, text): (String, String)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{text}</option> }
        };
        options.get().into_iter().map(entry).collect_view()
    };
    let first = (!all.is_empty()).then(|| {
        view! { <option value="" selected=move || current.get().is_empty()>{all}</option> }
    });
    view! {
        <label>
            <span>{label}</span>
            <select prop:value=current on:change=move |event| state.set_param(param, event_target_value(&event))>
                {first}
                {entries}
            </select>
        </label>
    }
}

/// Free text that narrows what is shown as it is typed.
#[component]
pub fn Search(
    label: &'static str,
    param: &'static str,
    placeholder: &'static str,
) -> impl IntoView {
    let state = state();
    let current = state.param(param);
    view! {
        <label class="wide">
            <span>{label}</span>
            <input type="search" placeholder=placeholder prop:value=current
                on:input=move |event| state.set_param(param, event_target_value(&event))/>
        </label>
    }
}
