//! A place of the overview's grid, which shows one card after another.

use std::cell::RefCell;

use super::model::Card;
use crate::{
    chart::{Spark, Sparkline},
    components::{
        link::{page_href, page_link},
        status::{Badge, change_class},
    },
    dom::{El, Words, el},
    format,
    query::{Page, Query},
};

/// A place with the card that it shows.
pub struct Place {
    item: El,
    link: El,
    name: (El, Words),
    status: Badge,
    place: Words,
    value: Words,
    change: (El, Words),
    label: Words,
    line: Sparkline,
    remark: Words,
    shown: RefCell<Option<Card>>,
}

impl Place {
    /// One that shows nothing yet.
    #[must_use]
    pub fn blank() -> Self {
        let [name, place, value, change, label, remark] =
            ["name", "where", "value", "", "quiet small", "line quiet small"].map(words);
        let (status, line) = (Badge::blank(), Sparkline::blank());
        let top = el("span", "top").add(name.0.clone()).add(status.element());
        let figures = [&value, &change, &label].map(|(element, _)| element.clone());
        let link = page_link(Query::to(Page::Overview), "card", "")
            .add(top)
            .add(place.0)
            .add(el("span", "line").all(figures))
            .add(line.element())
            .add(remark.0);
        Self {
            item: el("li", "").add(link.clone()),
            link,
            name,
            status,
            place: place.1,
            value: value.1,
            change,
            label: label.1,
            line,
            remark: remark.1,
            shown: RefCell::new(None),
        }
    }

    /// Its element of the list.
    #[must_use]
    pub fn item(&self) -> &El {
        &self.item
    }

    /// Shows a card, whose line is due then; whether it does not show it already.
    pub fn show(&self, card: &Card, words: &str) -> bool {
        if self.shown.borrow().as_ref() == Some(card) {
            return false;
        }
        self.link.put("href", &page_href(Query::to(Page::Series(card.key.clone()))));
        let full = if card.place.is_empty() {
            card.name.clone()
        } else {
            format!("{} on {}", card.name, card.place)
        };
        self.name.0.put("title", &full);
        self.name.1.say(&card.short_name);
        self.status.show(card.status, &card.status_words);
        self.place.say(&card.place);
        self.value.say(&card.figures.value);
        self.change.0.put("class", change_class(card.figures.outcome));
        self.change.1.say(&card.figures.change.map(format::percent).unwrap_or_default());
        self.label.say(&card.figures.label);
        self.remark.say(&card.remark);
        self.line.name(words);
        self.shown.replace(Some(card.clone()));
        true
    }

    /// Draws the line of its card.
    pub fn draw(&self, spark: &Spark) {
        self.line.show(spark);
    }
}

fn words(class: &str) -> (El, Words) {
    let element = el("span", class);
    let words = Words::at_end_of(&element);
    (element, words)
}
