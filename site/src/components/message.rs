//! States of data in words: loading, empty, failed.

use crate::{
    dataset::Dataset,
    dom::{Content, El, button, el, text},
    format,
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

/// What stands in place of a history's series where none can be shown, and why.
#[must_use]
pub fn nothing_of(dataset: &Dataset) -> Option<El> {
    match (dataset.rows.is_empty(), dataset.records) {
        (false, _) => None,
        (true, 0) => {
            let remedy = "Run `bench-runner gate`, then `bench-runner publish`.";
            Some(empty("This history has no records yet.", remedy))
        }
        (true, records) => {
            let records = format::counted(records, "record", "records");
            let remedy = "Make its index anew with `bench-runner index`, then publish it again.";
            Some(empty(&format!("This history has {records}, and none can be read."), remedy))
        }
    }
}

/// What stands in place of a page whose series is not there.
#[must_use]
pub fn no_such_series(key: &str) -> Content {
    let remedy =
        "It may have been renamed, or the link is for another history: look in the overview.";
    let what = format!("This history has no series {key}.");
    vec![text("h1", "", "No such series"), empty(&what, remedy)]
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
    let list = el("ul", "").all(first);
    // many would press the page itself out of sight
    let list = match problems.len() > 3 {
        true => el("details", "").add(text("summary", "", "What, and where")).add(list),
        false => list,
    };
    Some(note("note warn", "status", &heading).add(list))
}
