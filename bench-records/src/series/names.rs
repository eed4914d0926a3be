//! What tells series apart that go by the same name.
//!
//! In: the names and labels of all series that are listed together. Out: for each the words that a
//! list must add, so that no two lines read alike.

use super::{Labels, noun};
use crate::{
    identity::{SeriesKey, short_value},
    order::sorted,
};

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
    let mut apart = vec![Apart::default(); series.len()];
    let places: Vec<usize> = (0..series.len()).collect();
    let name = |at: &usize| (series[*at].benchmark, series[*at].gpu);
    let places = sorted(&places, |a, b| name(a).cmp(&name(b)));
    let mut from = 0;
    for at in 0..places.len() {
        let is_last = places.get(at + 1).is_none_or(|next| name(next) != name(&places[from]));
        if is_last && at > from {
            let alike = &places[from..=at];
            alike.iter().for_each(|own| apart[*own] = among(series, *own, alike));
        }
        from = if is_last { at + 1 } else { from };
    }
    apart
}

/// Fields in the order in which they are named: a profile says more to a reader than a hash of a recipe.
const FIELDS: [&str; 6] = [
    "variant_id",
    "benchmark_version",
    "workload_id",
    "hardware_profile_id",
    "software_profile_id",
    "recipe_fingerprint",
];

/// What tells a series apart from others of its benchmark and GPU, in as few fields as do.
fn among(series: &[Named<'_>], own: usize, alike: &[usize]) -> Apart {
    let value = |at: usize, field: &str| match field {
        "variant_id" => series[at].labels.variant(),
        _ => series[at].labels.identity.get(field).map(String::as_str),
    };
    let mut others: Vec<usize> = alike.iter().copied().filter(|at| *at != own).collect();
    let mut apart = Apart::default();
    for field in FIELDS {
        let (before, own_value) = (others.len(), value(own, field));
        others.retain(|other| value(*other, field) == own_value);
        let differs = others.len() < before;
        match own_value {
            Some(value) if field == FIELDS[0] => value.clone_into(&mut apart.variant),
            Some(value) if differs => add(&mut apart.further, noun(field), short_value(value)),
            None if differs && field != FIELDS[0] && apart.further.is_empty() => {
                add(&mut apart.further, "without", "identity");
            }
            _ => {}
        }
    }
    if !others.is_empty() {
        add(&mut apart.further, "series", &series[own].key.0);
    }
    apart
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
    fn a_series_without_identity_says_so_and_what_differs_in_nothing_has_its_key() {
        let with = labels(&[("software_profile_id", "sw-1")]);
        let expected = [["software profile sw-1"], ["without identity"]];
        assert_eq!(apart(&[with, labels(&[])]), expected);
        assert_eq!(apart(&[labels(&[]), labels(&[])]), [["series key0"], ["series key1"]]);
    }
}
