//! A row of text with a column for each tool.

use super::tool::Tool;

/// Prints the names of the tools.
pub fn header() {
    row("", &Tool::ALL.map(|tool| tool.name().to_owned()));
}

/// Prints a row.
pub fn row(name: &str, cells: &[String]) {
    let cells: String = cells.iter().map(|cell| format!(" {cell:>13}")).collect();
    println!("  {name:<26}{cells}");
}
