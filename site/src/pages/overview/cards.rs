//! The cards of the overview: places that stay, and are filled again when the selection changes.
//!
//! In: the rows that are selected, in their order. Out: a list. A search so changes texts and lines; a
//! browser makes no elements for it and lays out little.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use leptos::prelude::*;

use super::{
    known::Known,
    model::{self, Card},
    place::Place,
};
use crate::{
    dataset::{Dataset, Row},
    dom::{El, after_next_frame, el},
    idle::WhenIdle,
};

/// Places that are made before the first frame: more than a window shows.
const AT_FIRST: usize = 24;

/// Places that are made, and filled again, before any later frame. A search fills those in the window
/// first, so that it answers within one.
const MADE: usize = 8;
const FILLED: usize = 24;

/// What is to be shown: rows, and the metric that the reader chose.
pub type Hand = (Vec<Arc<Row>>, String);

/// The list, and the places in it.
pub struct Cards {
    /// The list.
    pub list: El,
    dataset: Arc<Dataset>,
    known: Known,
    /// What is shown last.
    hand: RefCell<Hand>,
    /// Asks for the points of what is in the window.
    rest: WhenIdle,
    places: RefCell<Vec<Place>>,
    /// How many of the places, from the first on, are in the list.
    shown: Cell<usize>,
    /// The page, which places belong to however late they are made.
    owner: Owner,
    /// Counts the hands: one that is not the last is shown no further.
    turn: StoredValue<u32>,
}

impl Cards {
    /// A list without cards.
    #[must_use]
    pub fn new(dataset: &Arc<Dataset>, known: Known) -> Rc<Self> {
        let cards = Rc::new(Self {
            list: el("ul", "cards"),
            dataset: dataset.clone(),
            known,
            hand: RefCell::default(),
            rest: WhenIdle::idle(),
            places: RefCell::default(),
            shown: Cell::new(0),
            owner: Owner::current().unwrap_or_default(),
            turn: StoredValue::new(0),
        });
        if dataset.pages > 0 {
            let scrolled = cards.clone();
            let scroll = window_event_listener_untyped("scroll", move |_| scrolled.want());
            on_cleanup(move || scroll.remove());
        }
        cards
    }

    /// Asks, once the reader rests, for the points of the cards in the window and a few below it.
    fn want(self: &Rc<Self>) {
        let cards = self.clone();
        self.rest.ask(move || {
            let most = cards.in_window() + MADE;
            cards.known.want(cards.hand.borrow().0.iter().take(most));
        });
    }

    /// Shows these in place of what is shown.
    pub fn show(self: &Rc<Self>, hand: Hand) {
        let turn = self.turn.get_value() + 1;
        self.turn.set_value(turn);
        let first = if turn == 1 { AT_FIRST } else { self.in_window().max(MADE) };
        self.keep_at_most(hand.0.len());
        self.hand.replace(hand.clone());
        if self.dataset.pages > 0 {
            self.want();
        }
        self.clone().fill(turn, hand, 0, first);
    }

    /// Fills places from `from` up to `to`, then the others frame by frame.
    fn fill(self: Rc<Self>, turn: u32, hand: Hand, from: usize, to: usize) {
        let to = to.min(hand.0.len());
        // links are made of what the page knows
        self.owner.with(|| (from..to).for_each(|at| self.fill_one(at, &hand.0[at], &hand.1)));
        if to == hand.0.len() {
            return;
        }
        after_next_frame(move || {
            // the page may have been left
            if self.turn.try_get_value() == Some(turn) {
                let made = self.places.borrow().len();
                let next = (to + FILLED).min(made.max(to) + MADE);
                self.fill(turn, hand, to, next);
            }
        });
    }

    /// How many places there are down to the window's end.
    fn in_window(&self) -> usize {
        let height = window().inner_height().ok().and_then(|height| height.as_f64());
        let is_above = |place: &&Place| {
            place.item().node().get_bounding_client_rect().top() < height.unwrap_or_default()
        };
        self.places.borrow().iter().take(self.shown.get()).take_while(is_above).count()
    }

    fn fill_one(&self, at: usize, row: &Row, metric: &str) {
        let mut places = self.places.borrow_mut();
        if at == places.len() {
            places.push(Place::blank());
        }
        let (place, card) = (&places[at], Card::of(&self.dataset, row, metric));
        if place.show(&card, &card.sentence(row)) {
            place.draw(&model::spark(&self.dataset, row, &card));
        }
        if at >= self.shown.get() {
            self.list.append(place.item());
            self.shown.set(at + 1);
        }
    }

    fn keep_at_most(&self, count: usize) {
        let places = self.places.borrow();
        for place in places.iter().take(self.shown.get()).skip(count) {
            place.item().remove();
        }
        self.shown.set(self.shown.get().min(count));
    }
}
