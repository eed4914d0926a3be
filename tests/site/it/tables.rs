//! Tables of a page as text, and whether their numbers are those of a file.

use serde_json::Value;

use crate::support::Page;

/// A table as a reader sees it.
pub struct Table {
    /// Headings of its columns.
    pub heads: Vec<String>,
    /// Cells, row by row.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The last one of a page; on that of a series its runs.
    pub fn last(page: &Page) -> Self {
        let table = page.run(
            "const table = [...document.querySelectorAll('main table')].at(-1);
             const cells = row => [...row.cells].map(cell => cell.innerText);
             return [...table.rows].map(cells)",
        );
        let mut rows = texts_of(&table);
        Self { heads: rows.remove(0), rows }
    }
}

fn texts_of(rows: &Value) -> Vec<Vec<String>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    list(rows).iter().map(|row| list(row).iter().map(text).collect()).collect()
}

/// Whether a printed number is this value, rounded to the digits that are printed; of a large one six
/// count, as many as the index has.
pub fn is_rounded(printed: &str, value: f64) -> bool {
    let plain: String = printed.chars().filter(|c| !c.is_whitespace()).collect();
    let Ok(number) = plain.replace('\u{2212}', "-").parse::<f64>() else { return false };
    let decimals = plain.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let last_decimal = -i32::try_from(decimals).unwrap_or(0);
    let sixth_digit = value.abs().log10().floor() as i32 - 5;
    let last = if value == 0.0 { last_decimal } else { last_decimal.max(sixth_digit) };
    // pages print what the index has: six digits, of which those that its noise supports
    let six: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    (number - six).abs() <= 0.500_001 * 10f64.powi(last)
}
