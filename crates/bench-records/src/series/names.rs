//! What tells series apart that go by the same name.
//!
//! In: the names and labels of all series that are listed together. Out: for each the words that a
//! list must add, so that no two lines read alike.

use std::collections::BTreeMap;

use super::{Labels, noun};
use crate::identity::{SeriesKey, short_value};

/// A series as a list names it.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The benchmark.
    pub benchmark: &'a str,
    /// GPU name.
    pub gpu: Option<&'a str>,
    /// Its key.
    pub key: &'a SeriesKey,
    /// Its labels.
    pub labels: &'a Labels,
}

/// What a list must add to benchmark and GPU.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Apart {
    /// The variant, where another series has the same benchmark and GPU.
    pub variant: String,
    /// What differs beyond the variant, such as `software profile sw-2`; empty where nothing has to.
    pub further: String,
}

impl Apart {
    /// Both, for a name that says no more than it must.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        [self.variant.as_str(), self.further.as_str()].into_iter().filter(|part| !part.is_empty())
    }
}

/// What tells each of `series` apart from the others, in their order.
#[must_use]
pub fn tell_apart(series: &[Named<'_>]) -> Vec<Apart> {
    let mut by_name: BTreeMap<_, Vec<&Named<'_>>> = BTreeMap::new();
    for named in series {
        by_name.entry((named.benchmark, named.gpu)).or_default().push(named);
    }
    let apart = |own: &Named<'_>| {
        let alike = &by_name[&(own.benchmark, own.gpu)];
        let others = alike.iter().filter(|other| other.key != own.key);
        let variant = own.labels.variant();
        let same = others.clone().filter(|other| other.labels.variant() == variant);
        let same: Vec<Named<'_>> = same.map(|other| **other).collect();
        let variant = variant.filter(|_| others.count() > 0).unwrap_or_default().to_owned();
        Apart { variant, further: further(own, &same) }
    };
    series.iter().map(apart).collect()
}

/// Fields in the order in which they are named: a profile says more to a reader than a hash of a recipe.
const FIELDS: [&str; 5] = [
    "benchmark_version",
    "workload_id",
    "hardware_profile_id",
    "software_profile_id",
    "recipe_fingerprint",
];

fn without_scheme(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, rest)| rest)
}

/// What differs between a series and others of the same benchmark, GPU and variant: their repositories
/// and the fields of their identity, or its key where none does. Empty without others.
#[must_use]
pub fn further(own: &Named<'_>, others: &[Named<'_>]) -> String {
    let identity = &own.labels.identity;
    let mut words = String::new();
    let repository = own.labels.repository.as_deref();
    let differs = others.iter().any(|other| other.labels.repository.as_deref() != repository);
    match repository.filter(|_| differs) {
        Some(address) => add(&mut words, "repository", without_scheme(address)),
        None if differs => add(&mut words, "without", "repository"),
        None => {}
    }
    for field in FIELDS {
        let value = identity.get(field);
        let differs = others.iter().any(|other| other.labels.identity.get(field) != value);
        if let (true, Some(value)) = (differs, value) {
            add(&mut words, noun(field), short_value(value));
        }
    }
    let is_lone = identity.is_empty() && others.iter().all(|o| !o.labels.identity.is_empty());
    match words.is_empty() && !others.is_empty() {
        true if is_lone => add(&mut words, "without", "identity"),
        true => add(&mut words, "series", &own.key.0),
        false => {}
    }
    words
}

fn add(words: &mut String, noun: &str, value: &str) {
    for part in [if words.is_empty() { "" } else { ", " }, noun, " ", value] {
        words.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(fields: &[(&str, &str)]) -> Labels {
        Labels {
            model_id: "wan".to_owned(),
            gpu_type: Some("H100".to_owned()),
            identity: crate::order::map_of(
                fields.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())),
            ),
            partial: Default::default(),
            repository: None,
            also: Vec::new(),
            branches: Default::default(),
        }
    }

    fn apart(labels: &[Labels]) -> Vec<Vec<String>> {
        let keys: Vec<SeriesKey> =
            (0..labels.len()).map(|at| SeriesKey(format!("key{at}"))).collect();
        let named: Vec<Named<'_>> = labels
            .iter()
            .zip(&keys)
            .map(|(labels, key)| Named { benchmark: "wan", gpu: Some("H100"), key, labels })
            .collect();
        let words = |apart: &Apart| apart.words().map(str::to_owned).collect();
        tell_apart(&named).iter().map(words).collect()
    }

    #[test]
    fn a_name_of_its_own_needs_nothing() {
        assert_eq!(apart(&[labels(&[("variant_id", "bf16")])]), [Vec::<String>::new()]);
    }

    #[test]
    fn series_of_one_benchmark_and_gpu_are_told_apart_by_their_variants() {
        let two = [labels(&[("variant_id", "bf16")]), labels(&[("variant_id", "fp8")])];
        assert_eq!(apart(&two), [["bf16"], ["fp8"]]);
    }

    #[test]
    fn series_of_one_variant_are_told_apart_by_what_differs() {
        let of = |software| labels(&[("variant_id", "bf16"), ("software_profile_id", software)]);
        let expected = [["bf16", "software profile sw-1"], ["bf16", "software profile sw-2"]];
        assert_eq!(apart(&[of("sw-1"), of("sw-2")]), expected);
    }

    #[test]
    fn series_of_two_projects_are_told_apart_by_their_repositories() {
        let of = |address: &str| Labels {
            repository: Some(address.to_owned()),
            ..labels(&[("variant_id", "bf16")])
        };
        let two = [of("https://github.com/o/a"), of("https://github.com/o/b"), labels(&[])];
        let two_alike = [of("https://github.com/o/a"), of("https://github.com/o/a")];
        assert_eq!(
            apart(&two[..2]),
            [["bf16", "repository github.com/o/a"], ["bf16", "repository github.com/o/b"]]
        );
        let none = Labels { repository: None, ..two[0].clone() };
        assert_eq!(apart(&[two[0].clone(), none])[1], ["bf16", "without repository"]);
        assert_eq!(apart(&two_alike)[0], ["bf16", "series key0"]);
    }

    #[test]
    fn a_series_without_identity_says_so_and_what_differs_in_nothing_has_its_key() {
        let with = labels(&[("software_profile_id", "sw-1")]);
        let expected = [["software profile sw-1"], ["without identity"]];
        assert_eq!(apart(&[with, labels(&[])]), expected);
        assert_eq!(apart(&[labels(&[]), labels(&[])]), [["series key0"], ["series key1"]]);
    }
}
