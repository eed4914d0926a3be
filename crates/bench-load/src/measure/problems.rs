//! Failures by what they say.

use std::collections::BTreeMap;

use crate::{outcome::Outcome, request::Request};

/// Requests that failed alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// How they ended.
    pub outcome: Outcome,
    /// What the first of them was answered.
    pub reason: String,
    /// How many.
    pub count: usize,
}

/// Failures that say the same but for numbers, the most frequent first.
pub(super) fn groups(requests: &[Request]) -> Vec<Group> {
    let mut groups: BTreeMap<(Outcome, String), Group> = BTreeMap::new();
    for problem in requests.iter().filter_map(|request| request.problem.as_ref()) {
        let (outcome, reason) = (problem.outcome, problem.reason.clone());
        let group = groups.entry((outcome, without_numbers(&reason)));
        group.or_insert(Group { outcome, reason, count: 0 }).count += 1;
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

/// Names of requests, times and ports differ where nothing else does.
fn without_numbers(reason: &str) -> String {
    let words = reason
        .split(' ')
        .map(|word| if word.bytes().any(|byte| byte.is_ascii_digit()) { "#" } else { word });
    words.collect::<Vec<_>>().join(" ")
}
