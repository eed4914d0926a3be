//! Keys without a letter, as WebDriver (W3C, "Keyboard actions") spells them.

/// Tabulator.
pub const TAB: &str = "\u{e004}";
/// Enter.
pub const ENTER: &str = "\u{e007}";
/// Escape.
pub const ESCAPE: &str = "\u{e00c}";
/// Arrow to the left.
pub const LEFT: &str = "\u{e012}";
/// Arrow to the right.
pub const RIGHT: &str = "\u{e014}";
/// Arrow down.
pub const DOWN: &str = "\u{e015}";
/// To the first.
pub const HOME: &str = "\u{e011}";
/// To the last.
pub const END: &str = "\u{e010}";
/// Control, which is held.
pub const CONTROL: &str = "\u{e009}";
/// Space.
pub const SPACE: &str = " ";
