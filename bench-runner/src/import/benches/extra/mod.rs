//! The lines of `extra`: which of them say what was measured.
//!
//! In: text that tools and their users write beside a value, and what `--extra` says. Out: the
//! parameters in it, and what was guessed of lines whose names do not say what they are. Nothing but
//! the text decides, so that a benchmark is the same whatever else its run has.

mod names;
mod value;

use std::collections::{BTreeMap, BTreeSet};

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
}

/// Lines of `extra` whose names do not say for certain what they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Guesses {
    /// Names of those that are words, or of a likely name, which distinguish.
    pub parameters: BTreeSet<String>,
    /// The others, which may change from run to run, and distinguish nothing.
    pub results: BTreeMap<String, String>,
    /// Words under the names of results and runs, which rarely distinguish.
    pub words: BTreeMap<String, String>,
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
}

impl Extra {
    /// Reads the `extra` of the benchmark `name`. What the name shows is left out.
    pub fn read(extra: &str, name: &str, rules: &[ExtraRule]) -> Self {
        let mut read = Self::default();
        for (key, value) in lines(extra) {
            let is_default = matches!(key, "threads" | "forks") && value == "1";
            if !is_default && !name.contains(&format!("{key}:{value}")) {
                let rule = rules.iter().rev().find(|rule| rule.name == key);
                read.add(key, value, rule.map(|rule| rule.line));
            }
        }
        if let Some(procs) = procs_in(extra) {
            read.parameters.insert(PROCS.to_owned(), procs.to_owned());
        }
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

/// The value of a line, or the number of processors.
pub fn stated_in<'e>(extra: &'e str, name: &str) -> Option<std::borrow::Cow<'e, str>> {
    if name == PROCS
        && let Some(procs) = procs_in(extra)
    {
        return Some(procs.into());
    }
    lines(extra).into_iter().rfind(|(key, _)| *key == name).map(|(_, value)| value.into())
}

/// The number of processors in a line such as `8 procs`, which Go's benchmarks have in `extra`.
fn procs_in(extra: &str) -> Option<&str> {
    let numbers = extra.lines().filter_map(|line| line.trim().strip_suffix(" procs"));
    numbers.map(str::trim).find(|number| number.parse::<u32>().is_ok())
}

/// Names and values of the lines `name: value` and `name=value`, of which one line may have several;
/// without JSON, and without what is no name.
fn lines(extra: &str) -> Vec<(&str, String)> {
    let mut all: Vec<(&str, String)> = Vec::new();
    for line in extra.split(['\n', ';']).filter(|line| !line.contains(['{', '['])) {
        let mut is_continued = false;
        for part in line.split(',') {
            match pair(part) {
                Some((key, value)) => {
                    is_continued = is_name(key) && !value.is_empty() && !value.starts_with("//");
                    if is_continued {
                        all.push((key, value.to_owned()));
                    }
                }
                // `1,024` is one number, and words go on behind a comma
                None => {
                    if let Some((_, value)) = all.last_mut().filter(|_| is_continued) {
                        value.push(',');
                        value.push_str(part.trim_end());
                    }
                }
            }
        }
    }
    all
}

fn pair(part: &str) -> Option<(&str, &str)> {
    let (key, value) = part.split_once([':', '='])?;
    Some((key.trim(), value.trim()))
}

fn is_name(key: &str) -> bool {
    let is_short = key.split_whitespace().count() <= 4 && key.len() <= 40;
    is_short && key.starts_with(char::is_alphabetic) && !key.contains('"')
}

#[cfg(test)]
mod tests;
