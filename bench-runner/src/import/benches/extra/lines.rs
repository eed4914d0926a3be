//! The lines of `extra`, as names and values.
//!
//! In: text that tools and their users write beside a value. Out: the pairs in it, whatever they mean.

use std::borrow::Cow;

use super::PROCS;

/// The value of a line, or the number of processors.
pub fn stated_in<'e>(extra: &'e str, name: &str) -> Option<Cow<'e, str>> {
    if name == PROCS
        && let Some(procs) = procs_in(extra)
    {
        return Some(procs.into());
    }
    lines(extra).into_iter().rfind(|(key, _)| *key == name).map(|(_, value)| value.into())
}

/// The number of processors in a line such as `8 procs`, which Go's benchmarks have in `extra`.
pub fn procs_in(extra: &str) -> Option<&str> {
    let numbers = extra.lines().filter_map(|line| line.trim().strip_suffix(" procs"));
    numbers.map(str::trim).find(|number| number.parse::<u32>().is_ok())
}

/// Names and values of the lines `name: value` and `name=value`, of which one line may have several;
/// without JSON, and without what is no name. A list in brackets is one value.
pub fn lines(extra: &str) -> Vec<(&str, String)> {
    let mut all: Vec<(&str, String)> = Vec::new();
    for line in extra.split(['\n', ';']).filter(|line| !line.contains('{')) {
        let mut is_continued = false;
        for part in parts(line) {
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

/// The parts between the commas of a line that are in no brackets.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    line.split(move |c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
}

fn pair(part: &str) -> Option<(&str, &str)> {
    let (key, value) = part.split_once([':', '='])?;
    Some((key.trim(), value.trim()))
}

fn is_name(key: &str) -> bool {
    let is_short = key.split_whitespace().count() <= 4 && key.len() <= 40;
    // a name ends before a list, of which it may have none of the elements
    let is_outside = key.matches('[').count() == key.matches(']').count();
    is_short && is_outside && key.starts_with(char::is_alphabetic) && !key.contains('"')
}
