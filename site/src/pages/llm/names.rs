//! What the tests of a group are called: only what tells them apart stands in a row.

use std::collections::BTreeMap;

use bench_records::sweep::{Setting, TestKind, Tested, setting_in_words};

/// What all tests of a group have in common, and the words of each.
pub struct Names {
    /// Such as `in 1024, out 128, tp 2`; by kind, where there are several.
    pub shared: String,
    /// A name for each test, in their order.
    pub tests: Vec<String>,
}

impl Names {
    /// Names of tests. How many requests a test has is in its name only where that alone tells it apart.
    #[must_use]
    pub fn of(tests: &[Tested<'_>]) -> Self {
        let mut kinds: BTreeMap<TestKind, Vec<&Tested<'_>>> = BTreeMap::new();
        for test in tests {
            kinds.entry(test.kind).or_default().push(test);
        }
        let shared: BTreeMap<TestKind, Vec<Setting<'_>>> =
            kinds.iter().map(|(kind, tests)| (*kind, shared(tests))).collect();
        let name = |test: &Tested<'_>, settings: &[Setting<'_>]| {
            let load = test.load.map(|load| load.in_words()).unwrap_or_default();
            let own = settings.iter().filter(|own| !shared[&test.kind].contains(own));
            let parts = [test.kind.as_str().to_owned(), load, in_words(own)];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
        };
        let short: Vec<String> = tests.iter().map(|test| name(test, &test.settings)).collect();
        let is_alone = |own: &String| short.iter().filter(|other| *other == own).count() == 1;
        let names = tests.iter().zip(&short).map(|(test, short)| match is_alone(short) {
            true => short.clone(),
            false => name(test, &test.strictly),
        });
        let of_kind = |(kind, settings): (&TestKind, &Vec<Setting<'_>>)| {
            let words = in_words(settings.iter());
            let is_lone = kinds.len() == 1 || words.is_empty();
            if is_lone { words } else { format!("{}: {words}", kind.as_str()) }
        };
        let words = shared.iter().map(of_kind).filter(|words| !words.is_empty());
        Self { tests: names.collect(), shared: words.collect::<Vec<_>>().join("; ") }
    }
}

/// Settings that all of these tests have.
fn shared<'l>(tests: &[&Tested<'l>]) -> Vec<Setting<'l>> {
    let Some((first, others)) = tests.split_first() else { return Vec::new() };
    let is_shared = |own: &Setting<'l>| others.iter().all(|other| other.settings.contains(own));
    first.settings.iter().copied().filter(is_shared).collect()
}

/// `in 1024, compile`.
fn in_words<'s>(settings: impl Iterator<Item = &'s Setting<'s>>) -> String {
    settings.map(|setting| setting_in_words(*setting)).collect::<Vec<_>>().join(", ")
}
