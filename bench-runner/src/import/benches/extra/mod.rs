//! The lines of `extra`: which of them say what was measured.
//!
//! In: text that tools and their users write beside a value, and what `--extra` says. Out: the
//! parameters in it, and what was guessed of lines whose names do not say what they are. Nothing but
//! the text decides, so that a benchmark is the same whatever else its run has.

mod lines;
mod names;
mod value;

use std::collections::{BTreeMap, BTreeSet};

pub use lines::stated_in;
use lines::{lines, procs_in};
use names::{ByName, by_name, is_certain};
use value::{is_fraction, is_label};

/// Parameter that holds on how many processors Go ran a benchmark, where it says so: `go test -cpu
/// 1,2,4` measures each benchmark three times.
pub const PROCS: &str = "procs";

/// What `--extra` says of the lines of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraRule {
    name: String,
    line: Line,
}

/// What a line of `extra` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// It distinguishes benchmarks.
    Parameter,
    /// It changes from run to run.
    Result,
}

/// What is taken from `extra`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extra {
    /// What distinguishes the benchmark from others of its name.
    pub parameters: BTreeMap<String, String>,
    /// What was guessed.
    pub guesses: Guesses,
    /// What people should hear of.
    pub lines: Lines,
}

/// Names of the lines of `extra`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    /// All of them, where an option may name one.
    pub names: BTreeSet<String>,
    /// Parameters of which several lines have different values; the last one counts.
    pub repeated: BTreeSet<String>,
}

/// What was decided of lines of `extra` whose names do not say for certain what they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guesses {
    /// Names of those that are words, or of a likely name, which distinguish.
    pub parameters: BTreeSet<String>,
    /// The others, which may change from run to run, and distinguish nothing.
    pub results: BTreeMap<String, String>,
    /// Words under the names of results and runs, which rarely distinguish.
    pub words: BTreeMap<String, String>,
    /// Names of those that are results because an option says so.
    pub ruled_out: BTreeSet<String>,
}

impl std::fmt::Display for ExtraRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line = match self.line {
            Line::Parameter => "parameter",
            Line::Result => "result",
        };
        write!(f, "{}={line}", self.name)
    }
}

impl ExtraRule {
    /// Reads an option such as `rows=parameter`.
    ///
    /// # Errors
    /// Words for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let named = text.rsplit_once('=').map(|(name, what)| (name.trim(), what.trim()));
        let line = match named {
            Some((name, "parameter")) if !name.is_empty() => Line::Parameter,
            Some((name, "result")) if !name.is_empty() => Line::Result,
            _ => return Err(format!("expected NAME=parameter or NAME=result, and not {text:?}")),
        };
        let name = named.map(|(name, _)| name.to_owned()).unwrap_or_default();
        Ok(Self { name, line })
    }

    /// The name of the lines that it is about.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Extra {
    /// Reads the `extra` of the benchmark `name`. What the name shows is left out.
    pub fn read(extra: &str, name: &str, rules: &[ExtraRule]) -> Self {
        let mut read = Self::default();
        let said =
            |key: &str| rules.iter().rev().find(|rule| rule.name == key).map(|rule| rule.line);
        let mut values: BTreeMap<&str, String> = BTreeMap::new();
        let mut repeated = BTreeSet::new();
        for (key, value) in lines(extra) {
            if values.insert(key, value.clone()).is_some_and(|before| before != value) {
                repeated.insert(key);
            }
            let is_default = matches!(key, "threads" | "forks") && value == "1";
            if !is_default && !shows(name, &format!("{key}:{value}")) {
                read.add(key, value, said(key));
            }
        }
        if let Some(procs) = procs_in(extra) {
            values.insert(PROCS, procs.to_owned());
            read.add(PROCS, procs.to_owned(), said(PROCS).or(Some(Line::Parameter)));
        }
        let is_parameter = |key: &&str| read.parameters.contains_key(*key);
        let repeated = repeated.into_iter().filter(is_parameter).map(str::to_owned).collect();
        let names = if rules.is_empty() { BTreeMap::new() } else { values };
        read.lines = Lines { names: names.into_keys().map(str::to_owned).collect(), repeated };
        read
    }

    fn add(&mut self, key: &str, value: String, said: Option<Line>) {
        let by_name = match said {
            Some(Line::Parameter) => ByName::Parameter,
            Some(Line::Result) => ByName::Result,
            None => by_name(key),
        };
        let is_sure = said.is_some() || is_certain(key);
        let is_taken = match by_name {
            ByName::Result => {
                if said.is_some() {
                    self.guesses.ruled_out.insert(key.to_owned());
                }
                if !is_sure && is_label(&value) {
                    self.guesses.words.insert(key.to_owned(), value);
                }
                return;
            }
            ByName::Parameter => is_sure || !is_fraction(&value),
            ByName::Open => is_label(&value),
        };
        let key = key.to_owned();
        if !is_taken {
            self.guesses.results.insert(key, value);
            return;
        }
        if !is_sure {
            self.guesses.parameters.insert(key.clone());
        }
        self.parameters.insert(key, value);
    }
}

/// Whether the name of a benchmark has `pair`, such as `n:1`, as words of their own: `x/n:10` and
/// `x/n:1.5` do not.
fn shows(name: &str, pair: &str) -> bool {
    name.match_indices(pair).any(|(at, _)| {
        let (before, after) = (&name[..at], &name[at + pair.len()..]);
        let mut after = after.chars();
        let ends = match (after.next(), after.next()) {
            (Some('.'), Some(next)) => !next.is_ascii_digit(),
            (next, _) => !next.is_some_and(char::is_alphanumeric),
        };
        ends && !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests;
