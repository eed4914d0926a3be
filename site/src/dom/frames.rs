//! Work that waits for a frame.

use wasm_bindgen::{JsCast, prelude::Closure};

/// Runs before the next frame is painted.
pub fn before_next_frame(run: impl FnOnce() + 'static) {
    let run = Closure::once_into_js(run);
    let window = leptos::prelude::window();
    window.request_animation_frame(run.unchecked_ref()).expect("a window has frames");
}

/// Runs once the next frame is painted, before the one that follows it.
pub fn after_next_frame(run: impl FnOnce() + 'static) {
    before_next_frame(move || before_next_frame(run));
}
