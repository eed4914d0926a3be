//! CSV in, a series out: a column of values, or a column of times and one of values.

use anyhow::{Context, Result, bail, ensure};
use bench_records::time::Micros;

use super::input::{Input, Time, times};

/// How others write a missing value.
const MISSING: [&str; 6] = ["", "null", "none", "na", "n/a", "-"];
/// Names of a column of times.
const TIMES: [&str; 5] = ["time", "times", "timestamp", "date", "datetime"];

/// A line's number and its fields.
type Row<'t> = (usize, Vec<&'t str>);

/// Reads one or two columns, with or without a header.
pub(super) fn read(name: &str, text: &str) -> Result<Input> {
    let mut rows: Vec<Row<'_>> =
        text.trim_end().lines().enumerate().map(|(at, line)| (at + 1, fields(line))).collect();
    if let Some(header) = rows.first().filter(|(_, fields)| is_header(fields)) {
        check_header(name, header)?;
        rows.remove(0);
    }
    let columns = rows.iter().map(|(_, fields)| fields.len()).max().unwrap_or(1);
    let (mut values, mut written) = (Vec::new(), Vec::new());
    for row in &rows {
        check_columns(name, row, columns)?;
        values.push(value(name, row)?);
        if columns == 2 {
            written.push(time(name, row)?);
        }
    }
    let place = |index: usize| format!("line {}, time", rows[index].0);
    let times = match columns {
        2 => Some(times(name, &written, &values, place)?),
        _ => None,
    };
    Ok(Input { values, times, ..Input::default() })
}

fn fields(line: &str) -> Vec<&str> {
    line.split(',').map(|field| field.trim().trim_matches('"').trim()).collect()
}

/// A first line of words; one that begins as a number does is a number, or a fault.
fn is_header(fields: &[&str]) -> bool {
    let is_word = |field: &&str| {
        field.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && number(field).is_none()
    };
    fields.iter().all(is_word)
}

fn check_header(name: &str, (line, fields): &Row<'_>) -> Result<()> {
    let is_time = |field: &&str| TIMES.contains(&field.to_lowercase().as_str());
    if let [first, second] = fields.as_slice() {
        ensure!(
            is_time(first) || !is_time(second),
            "{name}: line {line} names the columns {first},{second}; put times first"
        );
    }
    Ok(())
}

fn check_columns(name: &str, (line, fields): &Row<'_>, columns: usize) -> Result<()> {
    let found = fields.len();
    ensure!(
        found <= 2,
        "{name}: line {line} has {found} columns; keep the values, or time and value"
    );
    // an empty line is a gap among values, and has no time
    let is_empty = fields.iter().all(|field| field.is_empty());
    ensure!(
        found == columns || is_empty,
        "{name}: line {line} has {found} column where others have {columns}; write time,value"
    );
    Ok(())
}

fn value(name: &str, (line, fields): &Row<'_>) -> Result<f64> {
    let field = fields.last().copied().unwrap_or_default();
    number(field).with_context(|| {
        format!(
            "{name}: line {line}, value is `{field}`, not a number; separate columns by commas, \
             and leave a missing value empty"
        )
    })
}

/// The number of a field; NaN where it is missing.
fn number(field: &str) -> Option<f64> {
    let is_missing = MISSING.contains(&field.to_lowercase().as_str());
    if is_missing { Some(f64::NAN) } else { field.parse().ok() }
}

fn time(name: &str, (line, fields): &Row<'_>) -> Result<Time> {
    let field = fields.first().copied().unwrap_or_default();
    if MISSING.contains(&field.to_lowercase().as_str()) {
        return Ok(Time::Missing);
    }
    if let Some(number) = field.parse().ok().filter(|number: &f64| number.is_finite()) {
        return Ok(Time::Number(number));
    }
    match Micros::parse(field) {
        Some(date) => Ok(Time::Date(date)),
        None => bail!(
            "{name}: line {line}, time is `{field}`, neither a number nor a date such as \
             2026-05-08T22:00:00Z"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::TimeUnit;
    use super::*;

    fn read(text: &str) -> Input {
        super::read("a.csv", text).expect("good CSV")
    }

    fn refusal(text: &str) -> String {
        format!("{:#}", super::read("a.csv", text).expect_err("bad CSV"))
    }

    #[test]
    fn one_column_with_or_without_a_header_is_values() {
        for text in ["1\n2.5\n", "latency\r\n1\r\n2.5", "\"latency\"\n\"1\"\n\"2.5\"\n\n"] {
            let input = read(text);
            assert_eq!((input.values, input.times), (vec![1.0, 2.5], None), "{text}");
        }
    }

    #[test]
    fn two_columns_are_times_and_values() {
        let input = read("time,value\n1, 10\n2, 11\n");
        let times = input.times.expect("times");
        assert_eq!((times.values, times.unit), (vec![1.0, 2.0], TimeUnit::Given));
        let dated = read("2026-05-08,10\n2026-05-09,11\n").times.expect("times");
        assert_eq!((dated.values[1] - dated.values[0], dated.unit), (1.0, TimeUnit::Day));
    }

    #[test]
    fn missing_values_are_gaps_in_their_place() {
        let input = read("1\n\nNaN\nn/a\n5\n");
        assert_eq!(input.values.len(), 5);
        let note = "3 of 5 values missing or not finite, left out: index 1, 2, 3";
        assert_eq!(input.notes(), [note]);
        assert_eq!(read("1,10\n2,\n,\n4,11\n").values.len(), 4);
    }

    #[test]
    fn what_is_no_number_is_named_with_its_line() {
        for (text, said) in [
            ("1\n12O.5\n", "a.csv: line 2, value is `12O.5`, not a number"),
            ("12O.5\n1\n", "a.csv: line 1, value is `12O.5`, not a number"),
            ("1\n2;3\n", "a.csv: line 2, value is `2;3`, not a number; separate columns by commas"),
            ("1,2,3\n", "a.csv: line 1 has 3 columns; keep the values, or time and value"),
            ("1,2\n3\n", "a.csv: line 2 has 1 column where others have 2; write time,value"),
            ("yesterday,2\n3,4\n", "a.csv: line 1, time is `yesterday`, neither"),
            ("1,2\n,4\n", "a.csv: line 2, time is missing; give each value a time"),
            ("1,2\n2026-05-08,4\n", "a.csv: line 1, time is a number beside dates"),
            (
                "latency,time\n1,2\n",
                "a.csv: line 1 names the columns latency,time; put times first",
            ),
        ] {
            let refusal = refusal(text);
            assert!(refusal.starts_with(said), "{refusal}");
        }
    }

    #[test]
    fn times_that_go_back_are_noted() {
        let notes = read("2,10\n1,11\n").notes();
        assert!(notes[0].starts_with("times[1] is before times[0]"), "{notes:?}");
    }
}
