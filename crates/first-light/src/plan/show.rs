//! The plan in words, for `--dry-run`.

use std::time::Duration;

use super::Step;
use crate::{duration::in_words, machine::Machine};

/// Every step with its limit, its needs and its command, and what keeps it from running here.
pub fn text(steps: &[Step], machine: &Machine) -> String {
    let mut text = String::new();
    let mut part = 0;
    for step in steps {
        if step.part != part {
            part = step.part;
            let of_part = steps.iter().filter(|other| other.part == part);
            let total = Duration::from_secs(of_part.map(|other| other.limit_s).sum());
            text += &format!("part {part}, at most {}\n", in_words(total));
        }
        let needs: Vec<String> = step.needs.iter().map(|need| need.words()).collect();
        let variables =
            step.action.variables.iter().map(|(name, value)| format!("{name}={value} "));
        let words = variables.collect::<String>() + &step.action.words.join(" ");
        let lacking = step.needs.iter().find_map(|need| machine.lacks(*need));
        let here = lacking.map_or("would run".to_owned(), |reason| format!("skipped: {reason}"));
        text += &format!("  {} (at most {} s)\n    $ {words}\n", step.name, step.limit_s);
        text += &format!("    needs {}\n    {here}\n", needs.join(", "));
    }
    text
}
