//! Controls whose state stands in the URL.

use leptos::prelude::*;

use crate::{
    dom::{El, button, el, text, value_of},
    query::Key,
    state::state,
};

/// A label in front of several buttons.
#[must_use]
pub fn group(label: &str, class: &str, buttons: impl IntoIterator<Item = El>) -> El {
    el("div", "field")
        .attr("role", "group")
        .attr("aria-label", label)
        .add(text("span", "", label))
        .add(el("div", class).all(buttons))
}

/// A button that is pressed while `is_pressed` holds.
#[must_use]
pub fn toggle(
    class: &str,
    label: &str,
    is_pressed: impl Fn() -> bool + 'static,
    press: impl Fn() + 'static,
) -> El {
    button(class, label, press).live_attr("aria-pressed", move || Some(is_pressed().to_string()))
}

/// One of a few: buttons side by side. The one whose value is empty, else the first, is the default and leaves
/// the URL short.
#[must_use]
pub fn choice(label: &str, param: Key, options: &[(&'static str, &'static str)]) -> El {
    let state = state();
    let current = state.param(param);
    let names_default = options.iter().any(|(value, _)| value.is_empty());
    let buttons = options.iter().enumerate().map(|(index, (value, text))| {
        let stored = if index == 0 && !names_default { "" } else { *value };
        let press = move || state.set_param(param, stored);
        toggle("", text, move || current.with(|now| now == stored), press)
    });
    group(label, "choice", buttons)
}

/// One of many: a list whose first entry, `all`, stands for no choice.
#[must_use]
pub fn select(
    label: &str,
    param: Key,
    all: &str,
    options: impl IntoIterator<Item = (String, String)>,
) -> El {
    let state = state();
    let current = state.param(param);
    let first = (!all.is_empty()).then(|| (String::new(), all.to_owned()));
    let options = first.into_iter().chain(options);
    list("", "", label, options, move || current.get(), move |value| state.set_param(param, value))
}

/// A list of values and words, with what is chosen now and what happens when that changes.
#[must_use]
pub fn list(
    class: &str,
    label_class: &str,
    label: &str,
    options: impl Iterator<Item = (String, String)>,
    chosen: impl Fn() -> String + 'static,
    choose: impl Fn(String) + 'static,
) -> El {
    let options = options.map(|(value, words)| text("option", "", words).attr("value", &value));
    let field = el("select", "").all(options).live_attr("value", move || Some(chosen()));
    let field = field.on("change", move |event| choose(value_of(&event)));
    el("label", class).add(text("span", label_class, label)).add(field)
}

/// Free text that narrows what is shown as it is typed.
#[must_use]
pub fn search(label: &str, param: Key, placeholder: &str) -> El {
    let state = state();
    let current = state.param(param);
    let field = el("input", "").attr("type", "search").attr("placeholder", placeholder);
    let field = field.live_attr("value", move || Some(current.get()));
    let typed = move |event| {
        state.refine_at_rest(state.query.get_untracked().with(param, value_of(&event)));
    };
    // what follows is a step of the back button from here
    let field = field.on("input", typed).on("change", move |_| state.write_now());
    el("label", "wide").add(text("span", "", label)).add(field)
}
