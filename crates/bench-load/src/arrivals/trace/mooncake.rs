//! JSON lines of Mooncake.

use serde_json::{Map, Value};

use super::{
    Line,
    fault::LineFault,
    note::{Note, UnusedFields},
    table::whole,
};

/// Tokens of a block that a hash id names.
const BLOCK_TOKENS: usize = 512;
const FIELDS: [&str; 4] = ["timestamp", "input_length", "output_length", "hash_ids"];

/// Reads all lines; empty ones are none.
pub(super) fn read(text: &str, notes: &mut Vec<Note>) -> Result<Vec<Line>, Vec<LineFault>> {
    let (mut lines, mut faults, mut unused) = (Vec::new(), Vec::new(), UnusedFields::default());
    let written = text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty());
    for (at, text) in written {
        match line(at + 1, text, &mut unused) {
            Ok(line) => lines.push(line),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    notes.extend(blocks_differ(&lines));
    notes.extend(unused.notes());
    Ok(lines)
}

fn line(line: usize, text: &str, unused: &mut UnusedFields) -> Result<Line, LineFault> {
    let whole_line =
        |remedy: String| LineFault { line, field: None, value: Some(text.to_owned()), remedy };
    let fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| {
        // its line is always 1, and its column 0 where the whole value is of another kind
        let place = match error.column() {
            0 => String::new(),
            column => format!(" (column {column})"),
        };
        whole_line(format!("not a JSON object{place}; mend or remove the line"))
    })?;
    for field in fields.keys().filter(|field| !FIELDS.contains(&field.as_str())) {
        unused.count(field);
    }
    Ok(Line {
        line,
        at_ns: milliseconds(line, &fields)?,
        input_tokens: tokens(line, &fields, "input_length")?,
        output_tokens: tokens(line, &fields, "output_length")?,
        hash_ids: hash_ids(line, &fields)?,
    })
}

fn milliseconds(line: usize, fields: &Map<String, Value>) -> Result<i128, LineFault> {
    const FIELD: &str = "timestamp";
    let remedy = "write milliseconds, such as 27482";
    let value = fields.get(FIELD);
    let number = value.and_then(Value::as_number);
    let exact = number.and_then(|number| Some(i128::from(number.as_i64()?) * 1_000_000));
    let ns = exact.or_else(|| {
        // far beyond any trace, and a conversion would not say so
        let ns = number?.as_f64().filter(|ms| ms.abs() < 1e15)? * 1e6;
        Some(libm::rint(ns) as i128)
    });
    ns.ok_or_else(|| fault(line, FIELD, value, remedy))
}

fn tokens(line: usize, fields: &Map<String, Value>, field: &'static str) -> Result<u32, LineFault> {
    let value = fields.get(field);
    let tokens = match value {
        Some(Value::Number(number)) => whole(&number.to_string()),
        _ => None,
    };
    tokens.ok_or_else(|| fault(line, field, value, "write a number of tokens, such as 512"))
}

/// Absent, they are none: some traces leave them out.
fn hash_ids(line: usize, fields: &Map<String, Value>) -> Result<Vec<u64>, LineFault> {
    const FIELD: &str = "hash_ids";
    let value = match fields.get(FIELD) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(value) => value,
    };
    let ids = value.as_array().and_then(|ids| ids.iter().map(Value::as_u64).collect());
    ids.ok_or_else(|| {
        fault(line, FIELD, Some(value), "write a list of whole numbers, or leave it out")
    })
}

fn fault(line: usize, field: &'static str, value: Option<&Value>, remedy: &str) -> LineFault {
    LineFault {
        line,
        field: Some(field),
        value: value.map(Value::to_string),
        remedy: remedy.to_owned(),
    }
}

fn blocks_differ(lines: &[Line]) -> Option<Note> {
    let differs = |line: &&Line| {
        let blocks = (line.input_tokens as usize).div_ceil(BLOCK_TOKENS);
        !line.hash_ids.is_empty() && line.hash_ids.len() != blocks
    };
    let first_line = lines.iter().find(differs)?.line;
    Some(Note::BlocksDiffer { lines: lines.iter().filter(differs).count(), first_line })
}
