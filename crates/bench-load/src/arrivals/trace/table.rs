//! CSV with a header: columns found by name, lines with their faults.

use csv::{ReaderBuilder, StringRecord};

use super::{Line, fault::LineFault};

/// The columns of a format.
pub(super) struct Columns {
    pub(super) time: &'static str,
    pub(super) input: &'static str,
    pub(super) output: &'static str,
    /// A time of the file's own clock in nanoseconds.
    pub(super) at_ns: fn(&str) -> Option<i128>,
    /// What a time looks like.
    pub(super) time_remedy: &'static str,
}

/// Reads all lines below the header.
pub(super) fn read(text: &str, columns: &Columns) -> Result<Vec<Line>, Vec<LineFault>> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().cloned().map_err(|error| vec![unreadable(1, &error)])?;
    let place = |name: &'static str| {
        let found = header.iter().position(|cell| cell.trim() == name);
        found.ok_or_else(|| vec![no_column(name, &header)])
    };
    let places = [place(columns.time)?, place(columns.input)?, place(columns.output)?];
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    let mut last = 1;
    for row in reader.records() {
        let read = row.map_err(|error| unreadable(last + 1, &error)).and_then(|row| {
            last = row.position().map_or(last + 1, |position| position.line() as usize);
            line(last, &row, header.len(), places, columns)
        });
        match read {
            Ok(line) => lines.push(line),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

fn line(
    line: usize,
    row: &StringRecord,
    width: usize,
    [time, input, output]: [usize; 3],
    columns: &Columns,
) -> Result<Line, LineFault> {
    if row.len() > width {
        let value = Some(row.iter().collect::<Vec<_>>().join(","));
        let remedy =
            format!("has {} cells below {width} columns; mend or remove the line", row.len());
        return Err(LineFault { line, field: None, value, remedy });
    }
    let fault = |at: usize, field, remedy: &str| {
        let value = row.get(at).map(str::trim).filter(|cell| !cell.is_empty());
        let remedy = remedy.to_owned();
        LineFault { line, field: Some(field), value: value.map(str::to_owned), remedy }
    };
    let cell = |at: usize| row.get(at).map(str::trim);
    let tokens = |at: usize, field| {
        let remedy = "write a number of tokens, such as 512";
        cell(at).and_then(whole).ok_or_else(|| fault(at, field, remedy))
    };
    let at_ns = cell(time).and_then(columns.at_ns);
    Ok(Line {
        line,
        at_ns: at_ns.ok_or_else(|| fault(time, columns.time, columns.time_remedy))?,
        input_tokens: tokens(input, columns.input)?,
        output_tokens: tokens(output, columns.output)?,
        hash_ids: Vec::new(),
    })
}

fn unreadable(line: usize, error: &csv::Error) -> LineFault {
    let line = error.position().map_or(line, |position| position.line() as usize);
    let value = Some(error.to_string());
    LineFault { line, field: None, value, remedy: "mend or remove the line".to_owned() }
}

fn no_column(name: &'static str, header: &StringRecord) -> LineFault {
    let has: Vec<&str> = header.iter().collect();
    let remedy = format!("the header has {}; name that column in it", has.join(", "));
    LineFault { line: 1, field: Some(name), value: None, remedy }
}

/// A whole number, also one that a table program wrote as `512.0`.
pub(super) fn whole(cell: &str) -> Option<u32> {
    let (digits, zeros) = cell.split_once('.').unwrap_or((cell, ""));
    zeros.bytes().all(|digit| digit == b'0').then(|| digits.parse().ok()).flatten()
}
