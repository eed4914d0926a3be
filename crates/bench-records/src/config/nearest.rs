//! What somebody probably meant: the nearest of the allowed names.

/// The allowed name with the smallest edit distance to `found`, when at most a third of it (at
/// least one letter) differs. Case does not count; of equally near names the first is taken.
pub(super) fn nearest<'a>(found: &str, allowed: &[&'a str]) -> Option<&'a str> {
    // No allowed name is this long, and the distance takes the product of both lengths.
    if found.len() > 100 {
        return None;
    }
    let found = found.to_lowercase();
    let (distance, name) = allowed
        .iter()
        .map(|name| (edit_distance(&found, &name.to_lowercase()), *name))
        .min_by_key(|(distance, _)| *distance)?;
    (distance <= (name.len() / 3).max(1)).then_some(name)
}

/// Whether `found` is one of the allowed names but for a slip of one or two letters, or for case.
pub(super) fn is_misspelt(found: &str, allowed: &[&str]) -> bool {
    let lower = found.to_lowercase();
    let is_near = |name: &&str| {
        lower.len().abs_diff(name.len()) <= 2 && edit_distance(&lower, &name.to_lowercase()) <= 2
    };
    !allowed.contains(&found) && allowed.iter().any(is_near)
}

/// "did you mean …?" for the nearest allowed name, else `otherwise`.
pub(super) fn did_you_mean(found: &str, allowed: &[&str], otherwise: &str) -> String {
    match nearest(found, allowed) {
        Some(name) => format!("did you mean {name}?"),
        None => otherwise.to_owned(),
    }
}

/// Levenshtein distance in characters, one row at a time.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_insertions_deletions_and_substitutions() {
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("same", "same"), 0);
    }

    #[test]
    fn a_typo_finds_its_name_and_a_stranger_does_not() {
        let allowed = ["latency", "throughput", "memory"];
        assert_eq!(nearest("latncy", &allowed), Some("latency"));
        assert_eq!(nearest("Memory", &allowed), Some("memory"));
        assert_eq!(nearest("quality", &allowed), None);
        assert_eq!(nearest("x", &[]), None);
    }
}
