//! States of data in words: loading, empty, failed.

use crate::{
    dom::{El, button, el, text},
    load::LoadError,
};

/// Something is under way; the layout stays.
#[must_use]
pub fn loading(what: &str) -> El {
    text("p", "quiet", format!("Loading {what}…")).attr("role", "status")
}

/// There is nothing to show, and what to do about it.
#[must_use]
pub fn empty(what: &str, remedy: &str) -> El {
    note("note", "status", what).add(text("p", "", remedy))
}

/// Something failed: what, what to do, and a button that tries again.
#[must_use]
pub fn failed(error: &LoadError, retry: impl Fn() + 'static) -> El {
    let again = button("", "Try again", retry);
    note("note bad", "alert", &error.problem).add(text("p", "", &error.remedy)).add(again)
}

fn note(class: &str, role: &str, words: &str) -> El {
    el("div", class).attr("role", role).add(el("p", "").add(text("strong", "", words)))
}

/// What could not be read, beside what could.
#[must_use]
pub fn problems(problems: &[String]) -> Option<El> {
    let heading = match problems.len() {
        0 => return None,
        1 => "One part of this history could not be read; the rest is shown.".to_owned(),
        n => format!("{n} parts of this history could not be read; the rest is shown."),
    };
    let first = problems.iter().take(20).map(|problem| text("li", "", problem));
    Some(note("note warn", "status", &heading).add(el("ul", "").all(first)))
}
