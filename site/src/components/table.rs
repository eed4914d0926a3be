//! Tables, lists of facts and bars that are made from data: one way to draw each, whatever they hold.

use leptos::prelude::*;

/// A cell: text or anything else, with the class of its column.
pub struct Cell {
    class: &'static str,
    content: AnyView,
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
        Self { class, content: text.into().into_any() }
    }

    /// What is no text.
    pub fn view(content: AnyView) -> Self {
        Self { class: "", content }
    }
}

/// A heading; `>` in front puts its column to the right.
pub type Heading = &'static str;

/// A table whose first column names its rows.
pub fn table(
    caption: impl Into<String>,
    headings: impl IntoIterator<Item = String>,
    rows: Vec<Vec<Cell>>,
) -> AnyView {
    let headings = headings.into_iter().map(|heading| {
        let number = heading.starts_with('>').then_some("number");
        let text = heading.trim_start_matches('>').to_owned();
        view! { <th scope="col" class=number>{text}</th> }
    });
    let rows = rows.into_iter().map(|row| {
        let mut cells = row.into_iter();
        let name =
            cells.next().map(|cell| view! { <th scope="row" class=cell.class>{cell.content}</th> });
        let cells = cells.map(|cell| view! { <td class=cell.class>{cell.content}</td> });
        view! { <tr>{name}{cells.collect_view()}</tr> }
    });
    view! {
        <div class="scroll"><table>
            <caption>{caption.into()}</caption>
            <thead><tr>{headings.collect_view()}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table></div>
    }
    .into_any()
}

/// Headings that are known when the program is written.
pub fn headings(names: &[Heading]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Names and values; a value that is an address of the web, and nothing else, becomes a link.
pub fn facts(facts: Vec<(String, String)>) -> AnyView {
    let fact = |(name, value): (String, String)| {
        let is_address = value.starts_with("https://") && !value.contains(char::is_whitespace);
        let shown = if is_address {
            let href = value.clone();
            view! { <a href=href rel="noopener noreferrer" target="_blank">{value}</a> }.into_any()
        } else {
            value.into_any()
        };
        view! { <dt>{name}</dt><dd>{shown}</dd> }
    };
    view! { <dl class="facts">{facts.into_iter().map(fact).collect_view()}</dl> }.into_any()
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
pub fn bar(class: &'static str, words: String, pieces: Vec<Piece>) -> AnyView {
    let silent = words.is_empty();
    let percent = |fraction: f64| format!("{:.2}%", fraction.clamp(0.0, 1.0) * 100.0);
    let pieces = pieces.into_iter().map(|piece| {
        let width = (piece.width > 0.0).then(|| percent(piece.width));
        view! { <i class=piece.class style:left=percent(piece.at) style:width=width></i> }
    });
    view! {
        <span class=format!("strip {class}") role=(!silent).then_some("img")
            aria-label=(!silent).then_some(words) aria-hidden=silent.then_some("true")>
            {pieces.collect_view()}
        </span>
    }
    .into_any()
}
