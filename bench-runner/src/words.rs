//! Words that several rooms put together.

use bench_records::raw::Source;
pub use bench_records::words::counted;

/// Fields that a sentence names at most.
const FIELDS_NAMED: usize = 3;

/// Such as `a, b and 2 more`: at most so many names, in their order.
#[must_use]
pub fn named(names: impl IntoIterator<Item = String>, most: usize) -> String {
    let mut names: Vec<String> = names.into_iter().collect();
    let further = names.len().saturating_sub(most);
    names.truncate(most);
    let named = names.join(", ");
    if further == 0 { named } else { format!("{named} and {further} more") }
}

/// What a raw record says that cannot be read, and what becomes of it; `None` where all of it can.
#[must_use]
pub fn unread(source: &Source) -> Option<String> {
    let fields = named(source.unread(), FIELDS_NAMED);
    (!fields.is_empty()).then(|| {
        format!(
            "{fields}: cannot be read and counts as not stated (of a list, the items that cannot); \
             correct it, or write null"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_names_the_first_and_counts_the_others() {
        let of = |count: usize| named((0..count).map(|number| format!("n{number}")), 2);
        for (count, expected) in
            [(0, ""), (1, "n0"), (2, "n0, n1"), (3, "n0, n1 and 1 more"), (5, "n0, n1 and 3 more")]
        {
            assert_eq!(of(count), expected);
        }
    }
}
