//! The whole dashboard: every page, every kind of source.

use site::{app, pages, reading, state::Program};

fn main() {
    let read = |state, turn, name| reading::begin(state, turn, name, reading::of_hub);
    app::mount(Program { view: pages::view, read });
}
