//! The overview alone: what most visits begin with, a good third of the whole to download. All else
//! is asked of the program with every page.

use site::{
    app::{self, Program},
    handover, pages,
};

fn main() {
    app::mount(Program { view: pages::overview_only, of_hub: handover::of_hub });
}
