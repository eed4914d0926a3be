//! Options for lines of `extra` that no file has.
//!
//! In: what `--extra` says, and what was read. Out: a sentence for each option that changes nothing.

use std::collections::BTreeSet;

use super::ReadFile;
use crate::{import::ExtraRule, words::named};

/// Names of lines that a sentence has at most.
const NAMED: usize = 5;

/// A sentence for each rule whose name no line of any file has.
pub fn unmatched(rules: &[ExtraRule], files: &[ReadFile]) -> Vec<String> {
    let lines: BTreeSet<&String> =
        files.iter().flat_map(|file| &file.imported.extra_lines).collect();
    let there = match lines.is_empty() {
        true => "there are no such lines".to_owned(),
        false => format!(
            "there are {}, and names are compared as they are written",
            named(lines.iter().map(|line| format!("`{line}`")), NAMED)
        ),
    };
    let is_there = |rule: &&ExtraRule| lines.iter().any(|line| *line == rule.name());
    let unmatched = rules.iter().filter(|rule| !is_there(rule));
    unmatched
        .map(|rule| {
            let name = rule.name();
            format!("--extra \"{rule}\" changes nothing, for no line of `extra` is {name}; {there}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Imported;

    #[test]
    fn an_option_for_a_line_that_no_file_has_is_told_with_the_lines_that_are_there() {
        let file = |lines: &[&str]| {
            let extra_lines = lines.iter().map(|line| (*line).to_owned()).collect();
            let imported = Imported { extra_lines, ..Imported::default() };
            ReadFile { name: "file".to_owned(), imported }
        };
        let rules = ["tokens=parameter", "Tokens=result"];
        let rules = rules.map(|rule| ExtraRule::parse(rule).expect("an option"));
        let said = "--extra \"Tokens=result\" changes nothing, for no line of `extra` is Tokens; there \
                    are `kind`, `tokens`, and names are compared as they are written";
        assert_eq!(unmatched(&rules, &[file(&["kind"]), file(&["tokens"])]), [said]);
        let said = unmatched(&rules[..1], &[file(&[])]);
        assert!(said[0].ends_with("is tokens; there are no such lines"), "{said:?}");
    }
}
