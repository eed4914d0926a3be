//! What the page holds against what, as the address says it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    commits::{self, Candidate},
    components::choice::list,
    dataset::Dataset,
    dom::{El, el, text, value_of},
    query::{Key, Query},
    sides::{Side, branches},
    state::state,
};

/// What values are held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// The level that main had before.
    Level,
    /// Records of a commit or branch.
    Records(Side),
}

/// Both sides, and words of the address that no record is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    /// What values are held against.
    pub base: Base,
    /// What is held against it.
    pub current: Side,
    /// What the address names in vain.
    pub unknown: Vec<String>,
}

impl Sides {
    /// The sides that an address names: the newest of main against its level, unless it says otherwise.
    #[must_use]
    pub fn of(query: &Query, dataset: &Dataset, known: &[Candidate]) -> Self {
        let mut sides = Self { base: Base::Level, current: Side::Newest, unknown: Vec::new() };
        let mut named = |key: Key| {
            let said = query.get(key).filter(|said| !said.is_empty())?;
            let side = Side::named(said, known, &dataset.config.releases);
            if side.is_none() {
                sides.unknown.push(said.to_owned());
            }
            side
        };
        let (base, current) = (named(Key::A), named(Key::B));
        sides.base = base.map_or(Base::Level, Base::Records);
        sides.current = current.unwrap_or(Side::Newest);
        sides
    }
}

/// Lists of commits and branches for either side, and fields for what they lack.
pub fn controls(dataset: &Arc<Dataset>, known: &[Candidate]) -> El {
    let state = state();
    let options = || {
        let commits = known.iter().map(|known| (known.value.clone(), known.label.clone()));
        branches(dataset).into_iter().chain(commits).collect::<Vec<_>>()
    };
    let side = |label: &str, key: Key, first: &str| {
        let first = [(String::new(), first.to_owned())];
        let options = first.into_iter().chain(options());
        let (of, known, releases) =
            (state.param(key), known.to_vec(), dataset.config.releases.clone());
        // what is typed may name a commit of the list in other words
        let chosen = move || {
            let said = of.get();
            let commit = commits::named(&said, &known, &releases).filter(|_| !said.is_empty());
            commit.map_or(said, |commit| commit.value.clone())
        };
        list("", "", label, options, chosen, move |value| state.set_param(key, value))
    };
    let fields = [
        side("Held against", Key::A, "the level of main before"),
        typed("or a commit, tag, date", Key::A),
        side("Shown", Key::B, "the newest of main"),
        typed("or a commit, tag, date", Key::B),
    ];
    let is_chosen = state
        .query
        .with_untracked(|query| [Key::A, Key::B].iter().any(|key| query.get(*key).is_some()));
    let fold = el("details", "fold")
        .add(text("summary", "", "Compare commits or branches"))
        .add(el("div", "controls").all(fields));
    fold.put_if(is_chosen, "open", "");
    fold
}

/// A field for what the lists do not have.
fn typed(label: &str, key: Key) -> El {
    let state = state();
    let field = el("input", "").attr("type", "text").attr("size", "12");
    let field = field.on("change", move |event| state.set_param(key, value_of(&event).trim()));
    el("label", "").add(text("span", "", label)).add(field)
}

/// Whether the address names a commit that the newest records may lack.
pub fn is_lacking(dataset: &Arc<Dataset>) -> Memo<bool> {
    let state = state();
    let known = commits::candidates(dataset);
    let dataset = dataset.clone();
    Memo::new(move |_| {
        let lacks = |said: &str| {
            let is_branch = matches!(
                Side::named(said, &known, &dataset.config.releases),
                Some(Side::Branch(_))
            );
            !said.is_empty()
                && !is_branch
                && commits::is_older(said, &known, &dataset.config.releases)
        };
        state
            .query
            .with(|query| [Key::A, Key::B].iter().any(|key| query.get(*key).is_some_and(lacks)))
    })
}
