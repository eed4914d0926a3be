//! What can be wider than its place, and scrolls there on its own.

use leptos::prelude::on_cleanup;

use crate::{
    dom::{El, el},
    observe,
};

/// `content` at a place that scrolls. While it is wider than that, the place is a region called
/// `words`, which the keyboard reaches too.
#[must_use]
pub fn scroll(words: &str, content: El) -> El {
    let place = el("div", "scroll").add(content);
    let (scrolled, words) = (place.clone(), words.to_owned());
    // whatever is seen of it: out of view it may not be laid out
    let id = observe::observe(place.node(), move |_| {
        let node = scrolled.node();
        let is_wider = node.scroll_width() > node.client_width();
        for (name, value) in [("role", "region"), ("tabindex", "0"), ("aria-label", &words)] {
            scrolled.put_if(is_wider, name, value);
        }
    });
    on_cleanup(move || id.into_iter().for_each(observe::forget));
    place
}
