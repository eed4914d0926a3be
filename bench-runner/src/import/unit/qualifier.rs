//! What stands beside a unit and says which statistic a value is, or how sure.
//!
//! In: a unit as printed, such as `ms (avg)`, `[ms]`, `ops/s ±`. Out: the unit alone, and the words
//! that qualify it.

/// Words for the statistic that a value is, which are no part of a unit.
const STATISTICS: [&str; 24] = [
    "avg", "average", "mean", "median", "med", "min", "minimum", "max", "maximum", "peak", "best",
    "worst", "total", "sum", "std", "stddev", "std dev", "stdev", "sd", "wall", "cpu", "real",
    "user", "sys",
];

const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];

/// The unit alone, without brackets around it.
pub fn unqualified(text: &str) -> &str {
    parts(text).0
}

/// What a unit says of which statistic a value is, such as `avg`; empty for nothing. How many runs there
/// were, as in `ms (avg, 5 runs)`, is not part of it.
pub fn statistic(text: &str) -> String {
    let said = parts(text).1;
    let said = said.iter().flat_map(|words| words.split([',', ';'])).map(str::trim);
    let kept = said.filter(|words| !words.is_empty() && !is_count(words));
    kept.collect::<Vec<_>>().join(" ")
}

/// The unit, and the words beside it, the last one first.
fn parts(text: &str) -> (&str, Vec<String>) {
    let (mut unit, mut words) = (text.trim(), Vec::new());
    loop {
        let Some((shorter, word)) = without_spread(unit).or_else(|| without_last(unit)) else {
            return (unit, words);
        };
        unit = shorter;
        words.extend(word.map(str::to_lowercase));
    }
}

/// A step: the unit that is left, and what was said beside it.
type Step<'t> = (&'t str, Option<&'t str>);

/// Without `± 3 %` at its end, or the bare sign, which say how sure a value is.
fn without_spread(unit: &str) -> Option<Step<'_>> {
    let at = unit.find('±').or_else(|| unit.find("+/-"))?;
    Some((unit[..at].trim_end(), None))
}

/// Without brackets around all, around its last words, or around nothing; without a statistic at
/// either end.
fn without_last(unit: &str) -> Option<Step<'_>> {
    for (open, close) in BRACKETS {
        if let Some(body) = unit.strip_suffix(close) {
            // one that nothing opens is a slip
            let Some(at) = body.rfind(open) else { return Some((body.trim_end(), None)) };
            let (before, inside) = (body[..at].trim_end(), body[at + open.len_utf8()..].trim());
            return Some(match before {
                "" => (inside, None),
                // a divisor in brackets is part of the unit, as in `ns/(op)`
                before if before.ends_with(['/', '*', '^', '·']) => return None,
                before => (before, Some(inside).filter(|inside| !inside.is_empty())),
            });
        }
        if let Some(body) = unit.strip_prefix(open).filter(|body| !body.contains(close)) {
            return Some((body.trim_start(), None));
        }
    }
    let is_statistic = |word: &str| {
        let lower = word.trim_matches(['.', ',', ':']).to_lowercase();
        STATISTICS.contains(&lower.as_str()) || is_percentile(&lower)
    };
    let separator = [' ', ',', ';', ':'];
    if let Some((before, last)) = unit.rsplit_once(separator)
        && is_statistic(last)
    {
        return Some((before.trim_end_matches(separator), Some(last)));
    }
    let (first, after) = unit.split_once(' ')?;
    is_statistic(first).then(|| (after.trim_start(), Some(first)))
}

/// `5 runs`, which begins with a number and names no percentile.
fn is_count(words: &str) -> bool {
    words.starts_with(|c: char| c.is_ascii_digit()) && !is_percentile(words)
}

/// `p99`, `p99.9`, `99%ile`.
pub(in crate::import) fn is_percentile(word: &str) -> bool {
    let number = word.strip_prefix('p').or_else(|| word.strip_suffix("%ile"));
    number.is_some_and(|number| number.parse::<f64>().is_ok_and(|p| (0.0..=100.0).contains(&p)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that qualifies a unit.
    fn qualifier(text: &str) -> String {
        parts(text).1.join(" ")
    }

    #[test]
    fn a_unit_is_told_from_the_words_beside_it() {
        for (text, unit, words) in [
            ("ms (avg)", "ms", "avg"),
            ("ms(avg)", "ms", "avg"),
            ("ns/op (mean)", "ns/op", "mean"),
            ("[ms]", "ms", ""),
            ("([ms])", "ms", ""),
            ("MB (Peak)", "MB", "peak"),
            ("ms [p99]", "ms", "p99"),
            ("ms p99.9", "ms", "p99.9"),
            ("avg ms", "ms", "avg"),
            ("ops/s ±", "ops/s", ""),
            ("ops/s ± 3.5%", "ops/s", ""),
            ("ms +/- 2", "ms", ""),
            ("ms (avg, 5 runs)", "ms", "avg, 5 runs"),
            ("ms (avg) (GPU)", "ms", "gpu avg"),
            ("ms)", "ms", ""),
            ("(ms", "ms", ""),
            ("ms ()", "ms", ""),
            ("", "", ""),
            ("()", "", ""),
            ("±", "", ""),
            ("max", "max", ""),
            ("requests/second", "requests/second", ""),
            ("ns per iteration", "ns per iteration", ""),
        ] {
            assert_eq!((unqualified(text), qualifier(text).as_str()), (unit, words), "{text}");
        }
    }

    #[test]
    fn a_statistic_does_not_say_of_how_many_runs_it_is() {
        for (unit, expected) in [
            ("ms (avg, 5 runs)", "avg"),
            ("ms (5 runs)", ""),
            ("ms [99%ile]", "99%ile"),
            ("ms (avg) (GPU 0)", "gpu 0 avg"),
            ("ms p99.9", "p99.9"),
            ("ms", ""),
        ] {
            assert_eq!(statistic(unit), expected, "{unit}");
        }
    }
}
