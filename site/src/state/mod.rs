//! What the pages share: where the reader is, the history, and series that were opened before.

pub mod pages;
mod program;
mod reader;
mod whole;

use std::{collections::HashMap, sync::Arc};

use bench_records::{series::Series, time::Micros};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

pub use program::{Program, Reading};
pub use whole::Histories;

use crate::{
    dataset::Dataset,
    dom::{after_next_frame, effect},
    idle::WhenIdle,
    load::Load,
    query::{Key, Query},
};

/// Records that are read one by one before the reader is asked.
const MOST_RECORDS: usize = 500;

/// Handle to the shared state; cheap to copy.
#[derive(Clone, Copy)]
pub struct State {
    /// What this program can do.
    pub program: Program,
    /// Page and state of the page, as in the URL.
    pub query: RwSignal<Query>,
    /// The history.
    pub dataset: RwSignal<Load<Arc<Dataset>>>,
    /// How far the history is read.
    pub reading: RwSignal<Reading>,
    /// Counts the readings: one that is not the last is over.
    turn: StoredValue<u32>,
    most_records: StoredValue<usize>,
    series: StoredValue<HashMap<String, Arc<Series>>>,
    /// Writes the address.
    rest: WhenIdle,
}

/// The state that [`State::provide`] made.
#[must_use]
pub fn state() -> State {
    use_context().expect("the shell provides the state before any page is made")
}

impl State {
    /// Makes the state for all that is below, follows the URL, and starts loading.
    pub fn provide(program: Program) -> Self {
        let state = Self {
            program,
            query: RwSignal::new(Query::parse(&hash())),
            dataset: RwSignal::new(Load::Loading),
            reading: RwSignal::new(Reading::Done),
            turn: StoredValue::new(0),
            most_records: StoredValue::new(MOST_RECORDS),
            series: StoredValue::new(HashMap::new()),
            rest: WhenIdle::idle(),
        };
        provide_context(state);
        let follow = Closure::<dyn Fn()>::new(move || {
            let now = Query::parse(&hash());
            // another program may have taken over
            if state.query.try_get_untracked().is_some_and(|query| query != now) {
                state.rest.give_up();
                state.query.set(now);
            }
        });
        let listener = follow.as_ref().unchecked_ref();
        for event in ["hashchange", "popstate"] {
            window()
                .add_event_listener_with_callback(event, listener)
                .expect("a window takes listeners");
        }
        follow.forget();
        state.reload_when_the_source_changes();
        state
    }

    /// Opens a page; the back button returns to this one.
    pub fn open(&self, query: &Query) {
        self.write_now();
        window().location().set_hash(&query.to_hash()).expect("a hash can always be set");
        self.query.set(query.clone());
    }

    /// Changes the state of the page without a step for the back button. The address follows behind the
    /// frame that shows it: a browser is longer about an address than about a chart.
    pub fn refine(&self, query: Query) {
        let state = *self;
        self.refine_at_rest(query);
        after_next_frame(move || state.write_now());
    }

    /// As [`State::refine`], for what changes with every key: the address follows at rest.
    pub fn refine_at_rest(&self, query: Query) {
        let state = *self;
        self.rest.ask(move || write(&state.query.get_untracked()));
        self.query.set(query);
    }

    /// Writes an address that waits for rest.
    pub fn write_now(&self) {
        if self.rest.give_up() {
            write(&self.query.get_untracked());
        }
    }

    /// Sets a parameter of the page.
    pub fn set_param(&self, key: Key, value: impl Into<String>) {
        self.refine(self.query.get_untracked().with(key, value));
    }

    /// The history that the URL names, empty for the first; a page is made anew when it changes.
    #[must_use]
    pub fn source_untracked(&self) -> String {
        self.query.with_untracked(|query| query.get(Key::Source).unwrap_or_default().to_owned())
    }

    /// A parameter of the page, as it changes.
    pub fn param(&self, key: Key) -> Memo<String> {
        let query = self.query;
        Memo::new(move |_| query.with(|query| query.get(key).unwrap_or_default().to_owned()))
    }

    /// A list among the parameters of the page, as it changes.
    pub fn list(&self, key: Key) -> Memo<Vec<String>> {
        let query = self.query;
        Memo::new(move |_| query.with(|query| query.list(key)))
    }

    fn reload_when_the_source_changes(self) {
        let source = self.param(Key::Source);
        effect(move || {
            // a memo that is only tracked follows nothing until it is read
            drop(source.get());
            self.reload();
        });
    }
}

/// Puts a page into the address in place of the one that is there.
fn write(query: &Query) {
    let history = window().history().expect("a window has a history");
    history
        .replace_state_with_url(&JsValue::NULL, "", Some(&query.to_hash()))
        .expect("the page's own address can be replaced");
}

fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// The browser's clock.
pub fn now() -> Micros {
    Micros((js_sys::Date::now() * 1e3) as i64)
}
