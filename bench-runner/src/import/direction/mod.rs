//! Which way a value is better: what is said, checked against the unit.
//!
//! In: a unit, what the tool and the fields beside the value say, the options. Out: the direction,
//! and a sentence for people wherever it had to be chosen.

mod stated;

use std::collections::{BTreeMap, BTreeSet};

use bench_records::metric::Better;
use globset::{Glob, GlobMatcher};

use super::unit::{Direction, Unit};
use crate::words::named;
pub use stated::stated_direction;

/// What `--better` says: `lower`, or `NAME=lower`.
#[derive(Debug, Clone)]
pub struct BetterRule {
    /// The benchmarks that it is about, by their name or a pattern; all without it.
    pub names: Option<Names>,
    /// The direction.
    pub better: Better,
}

impl BetterRule {
    /// Reads an option.
    ///
    /// # Errors
    /// Words for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, direction) = text.rsplit_once('=').map_or((None, text), |(n, d)| (Some(n), d));
        let expected = || format!("expected lower or higher, or NAME=lower, and not {text:?}");
        let better = direction_in(direction).ok_or_else(expected)?;
        let names = name.map(|name| {
            let pattern = Glob::new(name).ok().map(|glob| glob.compile_matcher());
            Names { text: name.to_owned(), pattern }
        });
        Ok(Self { names, better })
    }

    fn is_about(&self, name: &str) -> bool {
        self.names.as_ref().is_none_or(|names| {
            names.text == name || names.pattern.as_ref().is_some_and(|glob| glob.is_match(name))
        })
    }
}

/// Names, as they are written and as a pattern; `test[a]` is a name and no good pattern.
#[derive(Debug, Clone)]
pub struct Names {
    text: String,
    pattern: Option<GlobMatcher>,
}

/// What a tool says of all its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolSays {
    /// Its user chose the direction by choosing the tool.
    Chosen(Better),
    /// Its values are better this way unless their unit says otherwise.
    Default(Better),
    /// Its values are times and rates; those of other units are better this way.
    Mixed(Better),
    /// Nothing.
    Nothing,
}

/// What is known of one value.
pub struct Case<'a> {
    /// The benchmark.
    pub name: &'a str,
    /// Its unit.
    pub unit: &'a Unit,
    /// The unit as the file has it.
    pub printed: &'a str,
    /// The tool as the file names it.
    pub tool: &'a str,
    /// What that tool says.
    pub says: ToolSays,
    /// What a field such as `biggerIsBetter` says.
    pub stated: Option<Better>,
}

/// Settles directions, and remembers those that people should hear about.
#[derive(Default)]
pub struct Directions {
    doubts: BTreeMap<String, BTreeSet<String>>,
}

impl Directions {
    /// The direction of a value. A rule comes before a field, a field before the unit, and the unit
    /// before the tool.
    pub fn settle(&mut self, rules: &[BetterRule], case: &Case<'_>) -> Better {
        if let Some(rule) = rules.iter().rev().find(|rule| rule.is_about(case.name)) {
            return rule.better;
        }
        let (better, doubt) = choose(case);
        if let Some(doubt) = doubt {
            let unit = if case.printed.is_empty() { "no unit" } else { case.printed };
            let taken = match better {
                Better::Neither => "shown and never judged".to_owned(),
                better => format!("{} is taken as better", word(better)),
            };
            let sentence = format!("in {unit}: {taken}, {doubt}");
            self.doubts.entry(sentence).or_default().insert(case.name.to_owned());
        }
        better
    }

    /// A sentence for each kind of doubt, with the option that settles it.
    pub fn into_notices(self) -> impl Iterator<Item = String> {
        self.doubts.into_iter().map(|(sentence, names)| {
            let first = names.first().cloned().unwrap_or_default();
            let names = named(names, 1);
            format!("{names} {sentence}; --better lower or higher decides, or --better '{first}=lower' for one")
        })
    }
}

fn choose(case: &Case<'_>) -> (Better, Option<String>) {
    let of_unit = case.unit.direction();
    let tool = || if case.tool.is_empty() { "the tool" } else { case.tool };
    match (case.stated, of_unit, case.says) {
        (Some(stated), Direction::Clear(usual), _) if stated != usual => {
            (stated, Some("as a field beside it says, against its unit".to_owned()))
        }
        (Some(stated), ..) => (stated, None),
        (None, Direction::Clear(usual), ToolSays::Chosen(said) | ToolSays::Default(said))
            if said != usual =>
        {
            (usual, Some(format!("as the unit says, though {} says {}", tool(), word(said))))
        }
        (None, Direction::Clear(usual), _) => (usual, None),
        (None, Direction::Likely(usual), ToolSays::Chosen(said)) if said != usual => (
            said,
            Some(format!(
                "as {} says, though such a unit is mostly better {}",
                tool(),
                word(usual)
            )),
        ),
        (None, _, ToolSays::Chosen(said)) => (said, None),
        (None, Direction::Likely(usual), ToolSays::Default(said)) if said == usual => (usual, None),
        (None, Direction::Likely(usual), _) => (usual, Some("as such a unit mostly is".to_owned())),
        (None, Direction::Unsaid, ToolSays::Default(said) | ToolSays::Mixed(said)) => {
            (said, Some(format!("as {} is by default, for the unit does not say", tool())))
        }
        (None, Direction::Unsaid, ToolSays::Nothing) => (
            Better::Neither,
            Some("for neither the unit nor the file says which way is better".to_owned()),
        ),
    }
}

/// The direction in words.
pub fn word(better: Better) -> &'static str {
    match better {
        Better::Lower => "lower",
        Better::Higher => "higher",
        Better::Neither => "neither",
    }
}

fn direction_in(text: &str) -> Option<Better> {
    match text.trim().to_lowercase().as_str() {
        "lower" | "smaller" | "less" | "low" | "down" => Some(Better::Lower),
        "higher" | "bigger" | "larger" | "greater" | "more" | "high" | "up" => Some(Better::Higher),
        "neither" | "none" => Some(Better::Neither),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(unit: &str, says: ToolSays, stated: Option<Better>) -> (Better, Vec<String>) {
        let mut directions = Directions::default();
        let (parsed, tool) = (Unit::parse(unit), "pytest");
        let case = Case { name: "a", unit: &parsed, printed: unit, tool, says, stated };
        let better = directions.settle(&[], &case);
        (better, directions.into_notices().collect())
    }

    #[test]
    fn a_time_is_better_low_whatever_the_tool_says_and_people_hear_of_it() {
        for says in [ToolSays::Default(Better::Higher), ToolSays::Chosen(Better::Higher)] {
            let (better, notices) = settle("sec", says, None);
            assert_eq!(better, Better::Lower);
            assert_eq!(
                notices,
                [
                    "a in sec: lower is taken as better, as the unit says, though pytest says higher; \
                  --better lower or higher decides, or --better 'a=lower' for one"
                ]
            );
        }
    }

    #[test]
    fn what_a_field_says_counts_and_is_said_where_the_unit_says_the_other() {
        let chosen = ToolSays::Chosen(Better::Lower);
        assert_eq!(settle("points", chosen, Some(Better::Higher)), (Better::Higher, vec![]));
        let (better, notices) = settle("ms", chosen, Some(Better::Higher));
        assert_eq!((better, notices.len()), (Better::Higher, 1));
    }

    #[test]
    fn what_is_clear_is_not_talked_about_and_what_is_not_is() {
        use {
            Better::{Higher, Lower, Neither},
            ToolSays::{Chosen, Default, Nothing},
        };
        for (unit, says, better, notices) in [
            ("ns/iter", Default(Lower), Lower, 0),
            ("iter/sec", Default(Higher), Higher, 0),
            ("ms", Nothing, Lower, 0),
            ("points", Chosen(Lower), Lower, 0),
            ("points", Default(Lower), Lower, 1),
            ("points", Nothing, Neither, 1),
            ("errors/s", Chosen(Lower), Lower, 0),
            ("widgets/s", Chosen(Lower), Lower, 1),
            ("widgets/s", Nothing, Higher, 1),
            ("MB", Chosen(Higher), Lower, 1),
        ] {
            let (found, said) = settle(unit, says, None);
            assert_eq!((found, said.len()), (better, notices), "{unit} {says:?}: {said:?}");
        }
    }

    #[test]
    fn a_rule_comes_before_everything_and_the_last_one_counts() {
        let rules = ["higher", "a*=lower"].map(|text| BetterRule::parse(text).expect(text));
        let unit = Unit::parse("points");
        let mut directions = Directions::default();
        for (name, better) in [("abc", Better::Lower), ("xyz", Better::Higher)] {
            let stated = Some(Better::Neither);
            let case = Case {
                name,
                unit: &unit,
                printed: "points",
                tool: "",
                says: ToolSays::Nothing,
                stated,
            };
            assert_eq!(directions.settle(&rules, &case), better, "{name}");
        }
        assert_eq!(directions.into_notices().count(), 0);
        assert!(BetterRule::parse("fast").is_err());
    }
}
