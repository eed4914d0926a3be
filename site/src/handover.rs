//! From a program that shows one page alone to the one with every page.
//!
//! The script that started this one, `site/start.js`, fetches and starts the other when it is asked;
//! the other takes the place over, and this one ends.

use std::{cell::RefCell, future::ready};

use bench_records::{hub::HubDataset, index::HeadReading};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::Event;

use crate::{
    components::message::{failed, loading},
    dom::{Content, el},
    load::LoadError,
    reading::{Steps, Task},
};

/// The start script is asked for the program with every page.
const WANTED: &str = "pages-wanted";
/// It could not be had.
const FAILED: &str = "pages-failed";
/// Another program is about to show its page.
const TAKEN_OVER: &str = "taken-over";

/// What stands in place of a page that this program does not have.
#[must_use]
pub fn elsewhere() -> Content {
    let has_failed = RwSignal::new(false);
    on_next(FAILED, move || {
        // the reader may have gone on
        let _ = has_failed.try_set(true);
    });
    raise(WANTED);
    let words = move || match has_failed.get() {
        true => vec![failed(&unreachable(), reload)],
        false => vec![loading("the page")],
    };
    vec![el("div", "").live(words)]
}

/// Leaves the reading of a dataset to the program that can.
#[must_use]
pub fn of_hub(task: Task, _: HubDataset, _: Option<HeadReading>) -> Steps {
    on_next(FAILED, move || task.stop(unreachable()));
    raise(WANTED);
    Box::pin(ready(Ok(())))
}

fn unreachable() -> LoadError {
    LoadError {
        problem: "The program of this page cannot be reached.".to_owned(),
        remedy: "Check the connection, then try again.".to_owned(),
    }
}

/// A script that failed is not asked for again within a page.
fn reload() {
    // a browser that does not reload shows what it showed
    drop(window().location().reload());
}

/// Ends the program that is shown, if one is.
pub fn take_over() {
    raise(TAKEN_OVER);
}

/// Keeps the page until another program takes over.
pub fn until_taken_over(mounted: impl Sized + 'static) {
    on_next(TAKEN_OVER, move || drop(mounted));
}

fn raise(name: &str) {
    let event = Event::new(name).expect("any name makes an event");
    window().dispatch_event(&event).expect("a window takes any event");
}

fn on_next(name: &str, run: impl FnOnce() + 'static) {
    let run = RefCell::new(Some(run));
    let listener = Closure::<dyn Fn()>::new(move || {
        let run = run.borrow_mut().take();
        run.into_iter().for_each(|run| run());
    });
    let listener = listener.into_js_value();
    window()
        .add_event_listener_with_callback(name, listener.unchecked_ref())
        .expect("a window takes listeners");
}
