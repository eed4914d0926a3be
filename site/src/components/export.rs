//! Tables as files: CSV, JSON and Markdown.
//!
//! In: a [`Sheet`] of plain text. Out: its text in each format, and buttons that save it.

use std::rc::Rc;

use serde_json::{Map, Value};
use wasm_bindgen::JsCast;

use super::choice::group;
use crate::dom::{El, button, el};

/// A table of text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// Headings.
    pub columns: Vec<String>,
    /// Cells, a list a row, as many as there are columns.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Comma-separated values as RFC 4180 has them; a cell that a spreadsheet would take for a
    /// formula is preceded by an apostrophe.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            let cells: Vec<String> = row.iter().map(|cell| csv_cell(cell)).collect();
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
        out
    }

    /// A list of objects; cells that are numbers become numbers, empty ones null.
    #[must_use]
    pub fn to_json(&self) -> String {
        let object = |row: &Vec<String>| {
            let fields = self.columns.iter().cloned().zip(row.iter().map(|cell| json_cell(cell)));
            Value::Object(fields.collect::<Map<_, _>>())
        };
        let rows: Vec<Value> = self.rows.iter().map(object).collect();
        serde_json::to_string_pretty(&rows).unwrap_or_default()
    }

    /// A table of GitHub-flavoured Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let line = |row: &[String]| {
            let cells: Vec<String> = row.iter().map(|cell| markdown_cell(cell)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let mut out = line(&self.columns);
        out.push_str(&format!("|{}\n", "---|".repeat(self.columns.len())));
        self.rows.iter().for_each(|row| out.push_str(&line(row)));
        out
    }
}

fn csv_cell(cell: &str) -> String {
    let is_formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

fn json_cell(cell: &str) -> Value {
    match cell.parse::<f64>() {
        _ if cell.is_empty() => Value::Null,
        Ok(number) if number.is_finite() => number.into(),
        _ => cell.into(),
    }
}

fn markdown_cell(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    for character in cell.chars() {
        match character {
            '\n' | '\r' => out.push(' '),
            '|' | '\\' | '`' | '*' | '_' | '<' | '[' | '@' => out.extend(['\\', character]),
            other => out.push(other),
        }
    }
    out
}

/// Buttons that save a table under `name` in each format; the table is made when one is pressed.
#[must_use]
pub fn export_buttons(name: &str, sheet: impl Fn() -> Sheet + 'static) -> El {
    type Format = (&'static str, &'static str, fn(&Sheet) -> String);
    const FORMATS: [Format; 3] = [
        ("CSV", "csv", Sheet::to_csv),
        ("JSON", "json", Sheet::to_json),
        ("Markdown", "md", Sheet::to_markdown),
    ];
    let sheet: Rc<dyn Fn() -> Sheet> = Rc::new(sheet);
    let buttons = FORMATS.map(|(label, extension, write)| {
        let (file, sheet) = (format!("{name}.{extension}"), sheet.clone());
        button("", label, move || save(&file, &write(&sheet())))
    });
    group("Export", "choice", buttons)
}

/// Has the browser save `text` as a file.
fn save(file: &str, text: &str) {
    let parts = js_sys::Array::of1(&text.into());
    let Ok(blob) = web_sys::Blob::new_with_str_sequence(&parts) else { return };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
    download(file, &url);
    // an address that stays costs memory and nothing else
    drop(web_sys::Url::revoke_object_url(&url));
}

/// Has the browser save what is at an address as a file.
pub fn download(file: &str, url: &str) {
    let link = el("a", "").attr("href", url).attr("download", file);
    link.node().unchecked_ref::<web_sys::HtmlElement>().click();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let columns = vec!["series".to_owned(), "value".to_owned()];
        let cells = ["=1+1", "a,\"b\"|c", ""];
        let rows = cells.iter().map(|cell| vec![(*cell).to_owned(), "-1.5".to_owned()]).collect();
        Sheet { columns, rows }
    }

    #[test]
    fn csv_quotes_what_it_must_and_defuses_formulas() {
        let expected = "series,value\r\n'=1+1,-1.5\r\n\"a,\"\"b\"\"|c\",-1.5\r\n,-1.5\r\n";
        assert_eq!(sheet().to_csv(), expected);
    }

    #[test]
    fn json_has_numbers_and_nulls() {
        let value: Value = serde_json::from_str(&sheet().to_json()).expect("valid JSON");
        assert_eq!(value[0]["series"], "=1+1");
        assert_eq!(value[0]["value"], -1.5);
        assert_eq!(value[2]["series"], Value::Null);
    }

    #[test]
    fn markdown_cells_stay_in_their_columns() {
        let text = sheet().to_markdown();
        assert!(text.contains(r#"| a,"b"\|c | -1.5 |"#), "{text}");
    }
}
