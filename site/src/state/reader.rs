//! Reading a history: begun, gone on with, shown as it comes; a reading that is not the last is over.

use std::sync::Arc;

use leptos::prelude::*;

use super::{MOST_RECORDS, Reading, State};
use crate::{
    dataset::Dataset,
    load::{Load, LoadError},
    query::Key,
};

impl State {
    /// Loads the history again, from nothing.
    pub fn reload(&self) {
        self.dataset.set(Load::Loading);
        self.most_records.set_value(MOST_RECORDS);
        self.go_on();
    }

    /// Reads on where reading stopped; what is shown stays.
    pub fn go_on(&self) {
        let turn = self.turn.get_value() + 1;
        self.turn.set_value(turn);
        self.reading.set(Reading::Done);
        let name = self.query.with_untracked(|query| query.get(Key::Source).map(str::to_owned));
        (self.program.read)(*self, turn, name);
    }

    /// Reads on, beyond what is read unasked.
    pub fn read_more(&self) {
        self.most_records.update_value(|most| *most += MOST_RECORDS);
        self.go_on();
    }

    /// Records that may be read one by one.
    pub fn most_records(&self) -> usize {
        self.most_records.get_value()
    }

    /// Whether a reading is the last that was begun.
    pub fn is_turn(&self, turn: u32) -> bool {
        self.turn.try_get_value() == Some(turn)
    }

    /// Whether a history is shown.
    pub fn has_history(&self) -> bool {
        self.dataset.with_untracked(|dataset| matches!(dataset, Load::Ready(_)))
    }

    /// Shows what a reading has, and says how far it is.
    pub fn show(&self, turn: u32, dataset: Dataset, reading: Reading) {
        if self.is_turn(turn) {
            self.dataset.set(Load::Ready(Arc::new(dataset)));
            self.reading.set(reading);
        }
    }

    /// Says how far a reading is.
    pub fn say(&self, turn: u32, reading: Reading) {
        if self.is_turn(turn) {
            self.reading.set(reading);
        }
    }

    /// Says what stopped a reading, beside what is shown or in its place.
    pub fn stop(&self, turn: u32, error: LoadError) {
        if !self.is_turn(turn) {
            return;
        }
        if self.has_history() {
            self.reading.set(Reading::Stopped(error));
        } else {
            self.reading.set(Reading::Done);
            self.dataset.set(Load::Failed(error));
        }
    }
}
