//! The text of a table in, its header and rows out, each with its line.

use anyhow::{Context, Result};
use csv::{Position, ReaderBuilder, StringRecord, Trim};

use super::number::number;

/// A line's number and its fields.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    fields: Vec<String>,
}

/// A table.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) separator: u8,
    pub(super) header: Option<Row>,
    pub(super) data: Vec<Row>,
}

impl Row {
    /// A field, or an empty one where the line ends before.
    pub(super) fn field(&self, column: usize) -> &str {
        self.fields.get(column).map_or("", String::as_str)
    }

    pub(super) fn fields(&self) -> &[String] {
        &self.fields
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.iter().all(String::is_empty)
    }
}

/// Reads all lines; an empty one is a gap, those at the end are none.
pub(super) fn read(name: &str, text: &str) -> Result<Rows> {
    let text = text.trim_end();
    let separator = separator(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let (mut data, mut next_line) = (Vec::new(), 1);
    for record in reader.records() {
        let record = record.with_context(|| format!("{name}: line {next_line} is no CSV"))?;
        // the reader skips empty lines, which are gaps here
        let line = next_line + record.position().map_or(0, |start| empty_lines(text, start));
        data.extend((next_line..line).map(|line| Row { line, fields: vec![String::new()] }));
        next_line = line + lines_of(&record);
        data.push(Row { line, fields: record.iter().map(str::to_owned).collect() });
    }
    let starts_with_words = data.iter().position(|row| !row.is_empty());
    let header = starts_with_words.filter(|at| is_header(&data[*at])).map(|at| {
        data.drain(..at);
        data.remove(0)
    });
    Ok(Rows { separator, header, data })
}

/// `;` or a tab where a line has one outside quotes, else a comma.
fn separator(text: &str) -> u8 {
    let has = |separator: char| {
        text.split('"').step_by(2).any(|outside| outside.trim().contains(separator))
    };
    if has(';') {
        b';'
    } else if has('\t') {
        b'\t'
    } else {
        b','
    }
}

/// How many lines before a record are empty; its position is where the reader began to look for it.
fn empty_lines(text: &str, start: &Position) -> u64 {
    let byte = usize::try_from(start.byte()).unwrap_or(usize::MAX);
    let Some((before, rest)) = text.as_bytes().split_at_checked(byte) else { return 0 };
    // of a line that ends with two characters the reader takes the first one
    let rest =
        if before.ends_with(b"\r") { rest.strip_prefix(b"\n").unwrap_or(rest) } else { rest };
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    skipped.filter(|byte| **byte == b'\n').count() as u64
}

fn lines_of(record: &StringRecord) -> u64 {
    1 + record.iter().map(|field| field.matches('\n').count() as u64).sum::<u64>()
}

/// A first line of words; one that begins as a number does is a number, or a fault.
fn is_header(row: &Row) -> bool {
    let is_word = |field: &String| {
        field.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && number(field).is_err()
    };
    let fields = row.fields();
    fields.iter().any(is_word) && fields.iter().all(|field| field.is_empty() || is_word(field))
}
