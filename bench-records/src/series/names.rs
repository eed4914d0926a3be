//! What tells series apart that go by the same name.
//!
//! In: the names and labels of all series that are listed together. Out: for each the words that a
//! list must add, so that no two lines read alike.

use std::cmp::Ordering;

use super::{Labels, noun};
use crate::{
    identity::{SeriesKey, cohort::IDENTITY_FIELDS, short_value},
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
    let by_name = |a: &Named<'_>, b: &Named<'_>| (a.benchmark, a.gpu).cmp(&(b.benchmark, b.gpu));
    for alike in alike(series, &by_name) {
        for at in &alike {
            apart[*at].variant = series[*at].labels.variant().unwrap_or_default().to_owned();
        }
    }
    let by_variant = |a: &Named<'_>, b: &Named<'_>| {
        by_name(a, b).then_with(|| a.labels.variant().cmp(&b.labels.variant()))
    };
    for alike in alike(series, &by_variant) {
        let labels: Vec<&Labels> = alike.iter().map(|at| series[*at].labels).collect();
        let further = differences(&labels);
        for (at, words) in alike.iter().zip(&further) {
            let is_lone = further.iter().filter(|other| *other == words).count() == 1;
            let key = series[*at].key;
            apart[*at].further = match (is_lone, words.is_empty()) {
                (true, false) => words.clone(),
                (_, true) => format!("series {key}"),
                (false, false) => format!("{words}, series {key}"),
            };
        }
    }
    apart
}

type Order<'o> = &'o dyn Fn(&Named<'_>, &Named<'_>) -> Ordering;

/// Positions of those that are equal to another one in an order, together with it.
fn alike(series: &[Named<'_>], order: Order<'_>) -> Vec<Vec<usize>> {
    let places: Vec<usize> = (0..series.len()).collect();
    let places = sorted(&places, |a, b| order(&series[*a], &series[*b]));
    let is_equal = |a: &usize, b: &usize| order(&series[*a], &series[*b]) == Ordering::Equal;
    let alike = places.chunk_by(is_equal).filter(|places| places.len() > 1);
    alike.map(<[usize]>::to_vec).collect()
}

/// The fields of the identity that differ among these, as few as tell all apart, in words.
fn differences(labels: &[&Labels]) -> Vec<String> {
    let mut words = vec![Vec::new(); labels.len()];
    // the name says the variant; a profile says more to a reader than a hash of a recipe
    let order = ["benchmark_version", "workload_id", "hardware_profile_id", "software_profile_id"];
    let rest = IDENTITY_FIELDS.into_iter().filter(|f| !order.contains(f) && *f != "variant_id");
    for field in order.into_iter().chain(rest) {
        let values: Vec<Option<&String>> =
            labels.iter().map(|labels| labels.identity.get(field)).collect();
        if values.iter().all(|value| value == &values[0]) {
            continue;
        }
        for (words, value) in words.iter_mut().zip(values) {
            words.extend(value.map(|value| format!("{} {}", noun(field), short_value(value))));
        }
        let is_lone = |at: usize| words.iter().filter(|other| **other == words[at]).count() == 1;
        if (0..words.len()).all(is_lone) {
            break;
        }
    }
    let without = |labels: &&Labels| labels.identity.is_empty();
    let some_have = !labels.iter().all(without);
    let words = words.into_iter().zip(labels);
    words
        .map(|(words, labels)| match some_have && without(labels) {
            true => "without identity".to_owned(),
            false => words.join(", "),
        })
        .collect()
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
    fn a_series_without_identity_says_so_and_what_differs_in_nothing_has_its_key() {
        let with = labels(&[("software_profile_id", "sw-1")]);
        let expected = [["software profile sw-1"], ["without identity"]];
        assert_eq!(apart(&[with, labels(&[])]), expected);
        assert_eq!(apart(&[labels(&[]), labels(&[])]), [["series key0"], ["series key1"]]);
    }
}
