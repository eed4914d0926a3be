//! Links to pages of the dashboard, and out of it.

use crate::{
    dom::{El, el, text},
    query::{Key, Query},
    state::state,
};

/// A link to a page; keeps the choice of a history.
#[must_use]
pub fn page_link(to: Query, class: &str, words: &str) -> El {
    el("a", class).name(words).attr("href", &page_href(to))
}

/// Address of a page, with the choice of a history.
#[must_use]
pub fn page_href(to: Query) -> String {
    to.with(Key::Source, state().source_untracked()).to_hash()
}

/// A link out of the dashboard.
#[must_use]
pub fn outward(class: &str, href: &str, words: &str) -> El {
    text("a", class, words)
        .attr("href", href)
        .attr("rel", "noopener noreferrer")
        .attr("target", "_blank")
}

/// A commit: its first ten digits, with a link where the repository is known.
#[must_use]
pub fn commit(commit: &str, url: Option<String>) -> El {
    let short: String = commit.chars().take(10).collect();
    match url {
        _ if commit.is_empty() => text("span", "quiet", "no commit"),
        Some(url) => outward("mono", &url, &short).attr("title", commit),
        None => text("span", "mono", short).attr("title", commit),
    }
}

/// Where a page stands below others: links to them, then its own name.
#[must_use]
pub fn trail(above: impl IntoIterator<Item = (Query, &'static str)>, own: &str) -> El {
    let mut trail = el("p", "small");
    for (to, words) in above {
        trail = trail.add(page_link(to, "", words)).text(" / ");
    }
    trail.text(own)
}
