//! Text that changes often, written only where it does.

use std::cell::RefCell;

use leptos::prelude::document;

use super::{El, append};

/// A text within an element that is changed now and then, and only where it differs.
pub struct Words {
    node: web_sys::Text,
    now: RefCell<String>,
}

impl Words {
    /// An empty text at the end of `within`.
    #[must_use]
    pub fn at_end_of(within: &El) -> Self {
        let node = document().create_text_node("");
        append(&within.0, &node);
        Self { node, now: RefCell::default() }
    }

    /// Says this.
    pub fn say(&self, words: &str) {
        if *self.now.borrow() != words {
            self.node.set_data(words);
            self.now.replace(words.to_owned());
        }
    }
}
