//! A button that copies a text, and says whether it could.

use leptos::{prelude::*, task::spawn_local};

use crate::dom::{El, button, el};

/// The button; its text is made when it is pressed.
#[must_use]
pub fn copy_button(label: &str, words: impl Fn() -> String + 'static) -> El {
    let outcome = RwSignal::new("");
    let copy = move || {
        let promise = window().navigator().clipboard().write_text(&words());
        spawn_local(async move {
            let done = wasm_bindgen_futures::JsFuture::from(promise).await;
            // the page may have been left
            let _ = outcome.try_set(match done.is_ok() {
                true => " Copied.",
                false => " The browser does not allow it: select the text instead.",
            });
        });
    };
    let status = el("span", "small").attr("role", "status");
    let status = status.live_text(move || outcome.get().to_owned());
    el("span", "").add(button("", label, copy)).add(status)
}
