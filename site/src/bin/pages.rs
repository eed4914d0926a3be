//! The whole dashboard: every page, every kind of source.

use site::{
    app::{self, Program},
    pages, reading,
};

fn main() {
    app::mount(Program { view: pages::view, of_hub: reading::of_hub });
}
