//! A table in, the columns to read out, and in words those that are not.

use anyhow::{Result, bail, ensure};
use bench_records::time::Micros;

use super::{
    number::{Fault, is_missing, number},
    rows::{Row, Rows},
};

/// Names of a column of times; pandas gives its index no name.
const TIMES: [&str; 16] = [
    "",
    "time",
    "times",
    "timestamp",
    "ts",
    "date",
    "datetime",
    "day",
    "created_at",
    "run",
    "index",
    "i",
    "n",
    "step",
    "iteration",
    "x",
];
/// Names of a column of values.
const VALUES: [&str; 4] = ["value", "values", "y", "measurement"];
/// From so many digits on, a whole number is a time stamp and not what stands before a decimal comma.
const STAMP_DIGITS: usize = 9;

/// Which columns are read.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) times: Option<usize>,
    pub(super) values: usize,
    /// What is read past.
    pub(super) ignored: Vec<String>,
}

/// Finds the column of values, and that of times if there is one.
pub(super) fn columns(name: &str, rows: &Rows) -> Result<Columns> {
    match &rows.header {
        Some(header) => named(name, header, rows),
        None => unnamed(name, rows),
    }
}

fn unnamed(name: &str, rows: &Rows) -> Result<Columns> {
    let count = rows.data.iter().map(|row| row.fields().len()).max().unwrap_or(1);
    for row in &rows.data {
        let (line, found) = (row.line, row.fields().len());
        ensure!(
            found <= 2,
            "{name}: line {line} has {found} columns; keep the values, or time and value, or name \
             the columns in a first line"
        );
        // an empty line is a gap among values, and has no time
        ensure!(
            found == count || row.is_empty(),
            "{name}: line {line} has {found} column where others have {count}; write time,value"
        );
    }
    if count == 2 && rows.separator == b',' {
        refuse_decimal_commas(name, rows)?;
    }
    let times = (count == 2).then_some(0);
    Ok(Columns { times, values: count - 1, ignored: Vec::new() })
}

/// `1,5` is 1.5 to half the world. Two columns are two where a line shows it: by a date, a point, a time
/// stamp, a field that is empty, or by counting lines.
fn refuse_decimal_commas(name: &str, rows: &Rows) -> Result<()> {
    let is_digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let may_be_one = |row: &Row| {
        let whole = row.field(0).trim_start_matches(['-', '+']);
        let mut groups = whole.split('.');
        // `1.234,5` groups thousands by points
        let is_grouped = groups.next().is_some_and(|first| first.len() <= 3 && is_digits(first))
            && groups.all(|group| group.len() == 3 && is_digits(group));
        let is_whole = is_grouped || (is_digits(whole) && whole.len() < STAMP_DIGITS);
        is_whole && is_digits(row.field(1))
    };
    let mut given = rows.data.iter().filter(|row| !row.is_empty());
    let counts = |(at, row): (usize, &Row)| {
        row.field(0).parse::<usize>().is_ok_and(|count| count == at || count == at + 1)
    };
    let is_counted = rows.data.len() > 2 && rows.data.iter().enumerate().all(counts);
    if is_counted || !given.clone().all(may_be_one) {
        return Ok(());
    }
    let Some(first) = given.next() else { return Ok(()) };
    let (line, whole, rest) = (first.line, first.field(0), first.field(1));
    let number = format!("{}.{rest}", whole.replace('.', ""));
    bail!(
        "{name}: line {line} is `{whole},{rest}`, which may be a time and a value, or {number} \
         with a decimal comma; add a first line time,value, or write {number}"
    )
}

fn named(name: &str, header: &Row, rows: &Rows) -> Result<Columns> {
    let names = header.fields();
    for row in &rows.data {
        let (line, found, count) = (row.line, row.fields().len(), names.len());
        ensure!(
            found == count || row.is_empty(),
            "{name}: line {line} has {found} columns where the header has {count}; quote a field \
             that holds the separator, and write decimals with a point"
        );
    }
    let times = times_column(names, rows);
    let rest: Vec<usize> = (0..names.len()).filter(|at| Some(*at) != times).collect();
    let values = values_column(name, header, rows, &rest)?;
    let ignored = rest.iter().filter(|at| **at != values);
    let ignored = ignored.map(|at| format!("column `{}` ignored", names[*at])).collect();
    Ok(Columns { times: times.filter(|at| *at != values), values, ignored })
}

/// The first column that is called one of times, else the first whose entries are dates.
fn times_column(names: &[String], rows: &Rows) -> Option<usize> {
    if names.len() < 2 {
        return None;
    }
    let is_date = |field: &str| field.parse::<f64>().is_err() && Micros::parse(field).is_some();
    let is_of_dates = |at: &usize| {
        let mut given = rows.data.iter().map(|row| row.field(*at)).filter(|f| !is_missing(f));
        let first = given.next();
        first.is_some_and(is_date) && given.all(is_date)
    };
    // a comma at the end of each line makes no column of times
    let is_given = |at: &usize| rows.data.iter().any(|row| !is_missing(row.field(*at)));
    let by_name = |at: &usize| {
        TIMES.contains(&names[*at].to_lowercase().as_str())
            && (!names[*at].is_empty() || is_given(at))
    };
    let mut all = 0..names.len();
    all.clone()
        .find(|at| by_name(at) && is_of_dates(at))
        .or_else(|| all.clone().find(by_name).or_else(|| all.find(is_of_dates)))
}

fn values_column(name: &str, header: &Row, rows: &Rows, rest: &[usize]) -> Result<usize> {
    let names = header.fields();
    if let [only] = rest {
        return Ok(*only);
    }
    let called = rest.iter().find(|at| VALUES.contains(&names[**at].to_lowercase().as_str()));
    if let Some(called) = called {
        return Ok(*called);
    }
    let is_of_numbers = |at: &&usize| {
        let mut fields = rows.data.iter().map(|row| row.field(**at));
        fields.clone().any(|field| !is_missing(field))
            && fields.all(|field| number(field) != Err(Fault::NotANumber))
    };
    let numbers: Vec<usize> = rest.iter().filter(is_of_numbers).copied().collect();
    if let [only] = numbers.as_slice() {
        return Ok(*only);
    }
    let (line, shown) = (header.line, names.join(","));
    let which =
        if numbers.is_empty() { "none holds numbers alone" } else { "several hold numbers" };
    bail!(
        "{name}: line {line} names the columns {shown}, of which {which}; keep one, or call it value, \
         and call its times time"
    )
}
