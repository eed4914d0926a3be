//! What a program of the site can do, and how far it is.

use std::sync::Arc;

use super::State;
use crate::{dataset::Dataset, dom::Content, load::LoadError, query::Page};

/// What a program can do of all that the dashboard does. What it leaves out is not linked into it.
#[derive(Clone, Copy)]
pub struct Program {
    /// Shows a page.
    pub view: fn(Page, &Arc<Dataset>) -> Content,
    /// Begins to read the history of that name, or the first, as the reading of that number.
    pub read: fn(State, u32, Option<String>),
}

/// How far a history is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// All is read.
    Done,
    /// On its way, in words.
    UnderWay(String),
    /// Something keeps the rest away.
    Stopped(LoadError),
    /// There is more than is read unasked, in words.
    Bounded(String),
}
