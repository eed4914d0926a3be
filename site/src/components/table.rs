//! Tables, lists of facts and bars that are made from data: one way to draw each, whatever they hold.

use bench_records::decimal::fixed;

use super::{link::outward, scroll::scroll};
use crate::dom::{El, el, text};

/// A cell: text or anything else, with the class of its column.
pub struct Cell {
    class: &'static str,
    text: String,
    content: Vec<El>,
}

impl Cell {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of("", text)
    }

    /// A number with its unit, to the right.
    pub fn number(text: impl Into<String>) -> Self {
        Self::of("number", text)
    }

    /// Text of a class.
    pub fn of(class: &'static str, text: impl Into<String>) -> Self {
        Self { class, text: text.into(), content: Vec::new() }
    }

    /// What is no text alone.
    pub fn view(class: &'static str, content: Vec<El>) -> Self {
        Self { class, text: String::new(), content }
    }

    /// With more behind what it holds.
    pub fn with(mut self, more: impl IntoIterator<Item = El>) -> Self {
        self.content.extend(more);
        self
    }

    fn into(self, tag: &str) -> El {
        let cell = el(tag, self.class);
        // only names of rows are that long
        let cell = if tag == "th" { cell.name(&self.text) } else { cell.text(self.text) };
        cell.all(self.content)
    }
}

/// A heading; `>` in front puts its column to the right.
pub type Heading = &'static str;

/// A table whose first column names its rows.
pub fn table(
    caption: impl Into<String>,
    headings: impl IntoIterator<Item = String>,
    rows: Vec<Vec<Cell>>,
) -> El {
    let head = headings.into_iter().map(|words| heading(&words)).collect();
    let body = el("tbody", "").all(rows.into_iter().map(row));
    let caption: String = caption.into();
    table_of(&caption, text("span", "", &caption), head, vec![body])
}

/// A table called `name`, whose caption says `caption`, of parts that are made elsewhere.
pub fn table_of(name: &str, caption: El, headings: Vec<El>, bodies: Vec<El>) -> El {
    let head = el("thead", "").add(el("tr", "").all(headings));
    scroll(name, el("table", "").add(el("caption", "").add(caption)).add(head).all(bodies))
}

/// The heading of a column.
pub fn heading(words: &str) -> El {
    let class = if words.starts_with('>') { "number" } else { "" };
    text("th", class, words.trim_start_matches('>')).attr("scope", "col")
}

/// A row, whose first cell names it.
pub fn row(cells: Vec<Cell>) -> El {
    let mut cells = cells.into_iter();
    let name = cells.next().map(|cell| cell.into("th").attr("scope", "row"));
    el("tr", "").all(name).all(cells.map(|cell| cell.into("td")))
}

/// Headings that are known when the program is written.
pub fn headings(names: &[Heading]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Names and values; a value that is an address of the web, and nothing else, becomes a link.
pub fn facts(facts: Vec<(String, String)>) -> El {
    let list = el("dl", "facts");
    facts.into_iter().fold(list, |list, (name, value)| {
        let is_address = value.starts_with("https://") && !value.contains(char::is_whitespace);
        let shown = if is_address {
            el("dd", "").add(outward("", &value, &value))
        } else {
            text("dd", "", value)
        };
        list.add(text("dt", "", name)).add(shown)
    })
}

/// A piece of a bar or a mark on it: where it begins and how wide it is, as fractions of the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Class that draws it.
    pub class: &'static str,
    /// Left edge, 0 to 1.
    pub at: f64,
    /// Width, 0 to 1; 0 for a mark.
    pub width: f64,
}

/// Pieces on a line; `words` say the same to who cannot see them, empty where a table does.
pub fn bar(class: &str, words: &str, pieces: Vec<Piece>) -> El {
    let percent = |fraction: f64| format!("{}%", fixed(fraction.clamp(0.0, 1.0) * 100.0, 2));
    let pieces = pieces.into_iter().map(|piece| {
        let shown = el("i", piece.class).style("left", &percent(piece.at));
        if piece.width > 0.0 { shown.style("width", &percent(piece.width)) } else { shown }
    });
    let strip = el("span", &format!("strip {class}")).all(pieces);
    if words.is_empty() {
        strip.attr("aria-hidden", "true")
    } else {
        strip.attr("role", "img").attr("aria-label", words)
    }
}
