//! CSV in, a series out: a column of values, or one of times and one of values.
//!
//! Quoted fields, `;` or tabs between columns, and headers are read. What could mean two things, such as
//! `1,5`, is refused with its line: nobody is to look at steps of numbers that were cut in two.

mod columns;
mod number;
mod rows;

use anyhow::{Result, bail};
use bench_records::time::Micros;

use self::{
    columns::{Columns, columns},
    number::{is_missing, number},
    rows::Row,
};
use super::input::{Input, Time, times};

/// Reads a table, with or without a header.
pub(super) fn read(name: &str, text: &str) -> Result<Input> {
    let rows = rows::read(name, text)?;
    let Columns { times: time_column, values: value_column, ignored } = columns(name, &rows)?;
    let (mut values, mut written) = (Vec::new(), Vec::new());
    for row in &rows.data {
        values.push(value(name, row, row.field(value_column))?);
        if let Some(column) = time_column {
            written.push(time(name, row, row.field(column))?);
        }
    }
    let place = |index: usize| format!("line {}, time", rows.data[index].line);
    let times = match time_column {
        Some(_) => Some(times(name, &written, &values, place)?),
        None => None,
    };
    Ok(Input { values, times, ignored })
}

fn value(name: &str, row: &Row, field: &str) -> Result<f64> {
    number(field).map_err(|fault| fault.at(name, row.line, "value", field))
}

fn time(name: &str, row: &Row, field: &str) -> Result<Time> {
    if is_missing(field) {
        return Ok(Time::Missing);
    }
    if let Some(date) = Micros::parse(field).filter(|_| field.parse::<f64>().is_err()) {
        return Ok(Time::Date(date));
    }
    match number(field) {
        Ok(number) if number.is_finite() => Ok(Time::Number(number)),
        Err(fault) if fault.is_comma() => Err(fault.at(name, row.line, "time", field)),
        _ => bail!(
            "{name}: line {}, time is `{field}`, neither a number nor a date such as \
             2026-05-08T22:00:00Z",
            row.line
        ),
    }
}

#[cfg(test)]
mod tests;
