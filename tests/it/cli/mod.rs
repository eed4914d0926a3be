//! The command line: arguments, variables, terminals, schemas.

pub mod arguments;
pub mod completions;
pub mod detect;
pub mod formats;
pub mod hostile_text;
pub mod schema;
pub mod terminal;
pub mod variables;
