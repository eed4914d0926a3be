//! The last lines of a program's standard error, which an error repeats.

use std::collections::VecDeque;

/// Lines that an error repeats.
const LENGTH: usize = 10;

/// The last lines so far.
#[derive(Debug, Default)]
pub(super) struct Tail(VecDeque<String>);

impl Tail {
    pub(super) fn add(&mut self, line: String) {
        if self.0.len() == LENGTH {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }

    /// What an error says of them; nothing where there are none.
    pub(super) fn in_words(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let lines: Vec<&str> = self.0.iter().map(String::as_str).collect();
        format!(" (its last lines: {})", lines.join(" | "))
    }
}
