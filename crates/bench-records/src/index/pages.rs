//! The head in parts: a file that is small however many series there are, and pages with the points of the others.
//!
//! In: the lines of all series. Out: the files; and back. The head has the lines of the series that stand worst,
//! as many as an overview shows at first, and a list of the others; pages have their lines, in the order in which
//! the series stand.

use serde::Serialize;

use super::{
    HEAD_PATH, HeadEntry, HeadHeader, HeadSeries, IndexError, entry::in_order, head::FORMAT,
    list::HeadList, parse_line, push_line,
};

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
    let header = HeadHeader { pages: pages.len(), ..header.clone() };
    let mut head = String::new();
    push_line(&mut head, &header);
    let texts = |text: &mut String, places: &[usize]| {
        let mut places = places.to_vec();
        places.sort_unstable();
        for (_, line) in places.into_iter().filter_map(|at| series.get(at)) {
            text.push_str(line);
            text.push('\n');
        }
    };
    if pages.is_empty() {
        texts(&mut head, &(0..series.len()).collect::<Vec<_>>());
    } else {
        let listed: Vec<&HeadEntry> = later.iter().map(|at| entries[*at]).collect();
        push_line(&mut head, &HeadList::of(&listed, SERIES_A_PAGE));
        texts(&mut head, first);
    }
    let mut files = vec![(HEAD_PATH.to_owned(), head)];
    for (at, places) in pages.into_iter().enumerate() {
        let (page, format) = (at + 1, FORMAT.to_owned());
        let mut text = String::new();
        push_line(&mut text, &PageHeader { format, page, series: places.len() });
        texts(&mut text, places);
        files.push((page_path(page), text));
    }
    files
}

/// Reads the lines of a page, as [`HeadSeries`] or whatever a reader needs of them.
///
/// # Errors
/// [`IndexError`] where the page is of another version, is another one, or a line is broken.
pub fn read_page<T>(
    text: &str,
    page: usize,
    line: impl Fn(usize, &str) -> Result<T, IndexError>,
) -> Result<Vec<T>, IndexError> {
    let mut lines = text.lines().enumerate();
    let header: PageHeader = parse_line(1, lines.next().map_or("", |(_, line)| line))?;
    if header.format != FORMAT || header.page != page {
        let found = (header.page, header.format);
        let problem =
            format!("it is page {} of {}, expected page {page} of {FORMAT}", found.0, found.1);
        return Err(IndexError::BadLine { line: 1, problem });
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
pub fn page_series(text: &str, page: usize) -> Result<Vec<HeadSeries>, IndexError> {
    read_page(text, page, parse_line)
}

/// Whether a page has the series that the list of a head says, and no others. Pages are written anew where they are,
/// so that a reader may have the head of one state and a page of another.
#[must_use]
pub fn is_as_listed(listed: &[&str], lines: &[HeadSeries]) -> bool {
    // pages are short
    let is_there = |key: &&str| lines.iter().any(|line| line.key.0 == *key);
    listed.len() == lines.len() && listed.iter().all(is_there)
}

/// What is said of a page that has not.
#[must_use]
pub fn of_another_state(page: usize) -> String {
    let path = page_path(page);
    format!("{path} is of another state of the history than its head: it changed meanwhile")
}

/// Whether a path within a store is that of a page.
#[must_use]
pub fn is_page(path: &str) -> bool {
    let name = path.strip_prefix(PAGES_DIR).and_then(|rest| rest.strip_prefix('/'));
    let number = name.and_then(|name| name.strip_suffix(".ndjson"));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}
