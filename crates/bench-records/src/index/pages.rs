//! The head in parts: a file that is small however many series there are, and pages with the points of the others.
//!
//! In: the lines of all series. Out: the files; and back. The head has the lines of the series that stand worst,
//! as many as an overview shows at first, and a list of the others; pages have their lines, in the order in which
//! the series stand.

use serde::Serialize;

use super::{
    HEAD_PATH, HeadEntry, HeadHeader, HeadSeries, IndexError,
    entry::in_order,
    head::{FORMAT, is_readable},
    list::HeadList,
    parse_line, push_line,
};
use crate::identity::fingerprint::sha256_hex;

/// Folder of the pages within a store.
pub const PAGES_DIR: &str = "index/v1/head";

/// Series whose points are in the head itself: an overview shows so many at first.
pub const SERIES_AT_FIRST: usize = 60;
/// Series of each further page: what a search finds is in many of them.
pub const SERIES_A_PAGE: usize = 24;

/// First line of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PageHeader {
    /// That of the head.
    pub format: String,
    /// Which page it is, from 1.
    pub page: usize,
    /// Number of series, and of the lines that follow.
    pub series: usize,
    /// Mark of the lines that follow, which the head has too; earlier pages lack it.
    pub mark: String,
}

/// Path of a page within a store, from 1.
#[must_use]
pub fn page_path(page: usize) -> String {
    format!("{PAGES_DIR}/{page}.ndjson")
}

/// How many pages so many series have.
#[must_use]
pub fn page_count(series: usize) -> usize {
    series.saturating_sub(SERIES_AT_FIRST).div_ceil(SERIES_A_PAGE)
}

/// Path and text of each file of a head: the head, then its pages. `series` are in the order of their keys, and
/// stay so in each file.
#[must_use]
pub fn head_files(header: &HeadHeader, series: &[(&HeadEntry, &str)]) -> Vec<(String, String)> {
    let entries: Vec<&HeadEntry> = series.iter().map(|(entry, _)| *entry).collect();
    let order = if series.len() > SERIES_AT_FIRST { in_order(&entries) } else { Vec::new() };
    let (first, later) = order.split_at(order.len().min(SERIES_AT_FIRST));
    let pages: Vec<&[usize]> = later.chunks(SERIES_A_PAGE).collect();
    let texts = |text: &mut String, places: &[usize]| {
        let mut places = places.to_vec();
        places.sort_unstable();
        for (_, line) in places.into_iter().filter_map(|at| series.get(at)) {
            text.push_str(line);
            text.push('\n');
        }
    };
    let page_texts: Vec<String> = pages
        .iter()
        .map(|places| {
            let mut text = String::new();
            texts(&mut text, places);
            text
        })
        .collect();
    let page_marks: Vec<String> = page_texts.iter().map(|text| mark_of(text)).collect();
    let mut head = String::new();
    push_line(
        &mut head,
        &HeadHeader { pages: pages.len(), page_marks: page_marks.clone(), ..header.clone() },
    );
    if pages.is_empty() {
        texts(&mut head, &(0..series.len()).collect::<Vec<_>>());
    } else {
        let listed: Vec<&HeadEntry> = later.iter().map(|at| entries[*at]).collect();
        push_line(&mut head, &HeadList::of(&listed, SERIES_A_PAGE));
        texts(&mut head, first);
    }
    let mut files = vec![(HEAD_PATH.to_owned(), head)];
    for (at, (lines, mark)) in page_texts.iter().zip(page_marks).enumerate() {
        let (page, format) = (at + 1, FORMAT.to_owned());
        let mut text = String::new();
        push_line(&mut text, &PageHeader { format, page, series: pages[at].len(), mark });
        text.push_str(lines);
        files.push((page_path(page), text));
    }
    files
}

/// The mark of a page's lines: eight hexadecimal digits of their SHA-256.
fn mark_of(lines: &str) -> String {
    let mut mark = sha256_hex(lines);
    mark.truncate(8);
    mark
}

/// Whether the lines of a page are those that its mark was made of; true where the head has no mark for it.
#[must_use]
pub fn is_whole(text: &str, mark: &str) -> bool {
    mark.is_empty() || mark_of(text.split_once('\n').map_or("", |(_, lines)| lines)) == mark
}

/// Reads the lines of a page, as [`HeadSeries`] or whatever a reader needs of them. `mark` is what the head has for
/// the page.
///
/// # Errors
/// [`IndexError`] where the page is of another version, is another one, bears another mark, or a line is broken.
pub fn read_page<T>(
    text: &str,
    page: usize,
    mark: &str,
    line: impl Fn(usize, &str) -> Result<T, IndexError>,
) -> Result<Vec<T>, IndexError> {
    let mut lines = text.lines().enumerate();
    let header: PageHeader = parse_line(1, lines.next().map_or("", |(_, line)| line))?;
    if !is_readable(&header.format) || header.page != page {
        let found = (header.page, header.format);
        let problem =
            format!("it is page {} of {}, expected page {page} of {FORMAT}", found.0, found.1);
        return Err(IndexError::BadLine { line: 1, problem });
    }
    if header.mark != mark {
        return Err(IndexError::OtherState { page });
    }
    let mut read = Vec::with_capacity(header.series.min(SERIES_A_PAGE));
    for (at, text) in lines {
        read.push(line(at + 1, text)?);
    }
    match read.len() == header.series {
        true => Ok(read),
        false => Err(IndexError::Uneven {
            column: "series".to_owned(),
            found: read.len(),
            expected: header.series,
        }),
    }
}

/// The series of a page.
///
/// # Errors
/// As [`read_page`].
pub fn page_series(text: &str, page: usize, mark: &str) -> Result<Vec<HeadSeries>, IndexError> {
    read_page(text, page, mark, parse_line)
}

/// Whether a page has the series that the list of a head says, and no others. Pages are written anew where they are,
/// so that a reader may have the head of one state and a page of another.
#[must_use]
pub fn is_as_listed(listed: &[&str], lines: &[HeadSeries]) -> bool {
    // pages are short
    let is_there = |key: &&str| lines.iter().any(|line| line.key.0 == *key);
    listed.len() == lines.len() && listed.iter().all(is_there)
}

/// Whether a path within a store is that of a page.
#[must_use]
pub fn is_page(path: &str) -> bool {
    let name = path.strip_prefix(PAGES_DIR).and_then(|rest| rest.strip_prefix('/'));
    let number = name.and_then(|name| name.strip_suffix(".ndjson"));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}
