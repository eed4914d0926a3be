//! A table for a terminal: cells of anyone's text in, aligned columns out, a line a row.

use std::{fmt, ops::Range};

use comfy_table::{CellAlignment, presets::NOTHING};

use super::plain;

/// Columns aligned with spaces.
#[derive(Debug)]
pub struct Table(comfy_table::Table);

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(header: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_header(cells(header));
        Self(table)
    }

    /// Adds a row.
    pub fn row(&mut self, row: impl IntoIterator<Item = impl AsRef<str>>) {
        self.0.add_row(cells(row));
    }

    /// Aligns these columns to the right, as numbers are.
    pub fn align_right(&mut self, columns: Range<usize>) {
        for column in self.0.column_iter_mut().take(columns.end).skip(columns.start) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn cells(row: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    row.into_iter().map(|cell| plain(cell.as_ref())).collect()
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_one_line_whatever_its_cells_hold() {
        let mut table = Table::new(["name", "value"]);
        table.row(["a\nb\u{1b}[2J", "1"]);
        let text = table.to_string();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("a b\u{fffd}[2J"), "{text}");
    }
}
