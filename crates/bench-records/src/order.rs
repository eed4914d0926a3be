//! Sorting, compiled once: a sort for each type of element is a tenth of what a browser downloads.

use std::{cmp::Ordering, collections::BTreeMap};

/// `items` in the order of `compare`; equal ones stay as they stood.
#[must_use]
pub fn sorted<T: Clone>(items: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let order = order(items.len(), &|a, b| compare(&items[a], &items[b]));
    order.into_iter().map(|at| items[at].clone()).collect()
}

/// `items` in the order of `compare`, where they can be moved.
#[must_use]
pub fn in_order<T>(items: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let order = order(items.len(), &|a, b| compare(&items[a], &items[b]));
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| items[at].take()).collect()
}

/// The map of some pairs; `collect` would sort them first.
#[must_use]
pub fn map_of<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(pairs);
    map
}

/// The texts in alphabetical order, each once.
#[must_use]
pub fn distinct<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let texts: Vec<&str> = texts.collect();
    let mut texts = sorted(&texts, |a, b| a.cmp(b));
    texts.dedup();
    texts.into_iter().map(str::to_owned).collect()
}

fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_unstable_by(|a, b| compare(*a, *b).then(a.cmp(b)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_items_keep_their_places() {
        let items = [(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd')];
        let sorted = sorted(&items, |a, b| a.0.cmp(&b.0));
        assert_eq!(sorted, [(1, 'b'), (1, 'd'), (2, 'a'), (2, 'c')]);
        assert_eq!(in_order(items.to_vec(), |a, b| a.0.cmp(&b.0)), sorted);
    }

    #[test]
    fn texts_are_listed_once() {
        assert_eq!(distinct(["b", "a", "b"].into_iter()), ["a", "b"]);
    }
}
