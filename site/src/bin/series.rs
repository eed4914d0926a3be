//! A series alone: where links from reports, comments and badges lead. All else is asked of the
//! program with every page.

use site::{app, handover, pages, reading, state::Program};

fn main() {
    let read = |state, turn, name| reading::begin(state, turn, name, handover::of_hub);
    app::mount(Program { view: pages::series_only, read });
}
