//! A series alone: where links from reports, comments and badges lead. All else is asked of the
//! program with every page.

use site::{
    app::{self, Program},
    handover, pages,
};

fn main() {
    app::mount(Program { view: pages::series_only, of_hub: handover::of_hub });
}
