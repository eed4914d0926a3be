//! Several errors at once.

use std::fmt;

/// Several errors at once; whoever prints them can give each a line of its own.
#[derive(Debug)]
pub struct Several(pub Vec<String>);

impl fmt::Display for Several {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for Several {}
