//! The overview alone: what most visits begin with, a good third of the whole to download. All else
//! is asked of the program with every page.

use site::{app, handover, pages, reading, state::Program};

fn main() {
    let read = |state, turn, name| reading::begin(state, turn, name, handover::of_hub);
    app::mount(Program { view: pages::overview_only, read });
}
