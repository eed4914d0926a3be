//! How units are spelled: times, sizes, and what is counted.
//!
//! In: one word of a unit. Out: its canonical spelling and its scale.

use super::scale::Scale;

/// What a word of a unit stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its canonical spelling in the plural, such as `bytes`.
    pub plural: String,
    /// Its canonical spelling after a `/`, such as `op`.
    pub singular: String,
    /// How many canonical ones it is.
    pub scale: Scale,
    /// Whether more of it in a second is good, which is so of work and not of errors.
    pub kind: UnitKind,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitKind {
    /// Work that is done: operations, tokens, bytes.
    Work,
    /// Memory or data.
    Size,
    /// What is better low, however it is counted: allocations, errors.
    Cost,
    /// What is not known.
    Other,
}

/// Spellings of times, with their length in seconds.
const TIMES: &[(&[&str], Scale)] = &[
    (&["ps", "psec", "picosecond", "picoseconds"], Scale::new(1, 1_000_000_000_000)),
    (
        &["ns", "nsec", "nsecs", "nano", "nanos", "nanosecond", "nanoseconds"],
        Scale::new(1, 1_000_000_000),
    ),
    (
        &[
            "us",
            "µs",
            "μs",
            "usec",
            "usecs",
            "µsec",
            "μsec",
            "micro",
            "micros",
            "mus",
            "microsecond",
            "microseconds",
        ],
        Scale::new(1, 1_000_000),
    ),
    (
        &["ms", "msec", "msecs", "milli", "millis", "millisecond", "milliseconds"],
        Scale::new(1, 1000),
    ),
    (&["s", "sec", "secs", "second", "seconds"], Scale::ONE),
    (&["min", "mins", "minute", "minutes"], Scale::new(60, 1)),
    (&["h", "hr", "hrs", "hour", "hours"], Scale::new(3600, 1)),
    (&["day", "days"], Scale::new(86_400, 1)),
];

/// Plural, singular, kind, and further spellings of what is counted.
const COUNTED: &[(&str, &str, UnitKind, &[&str])] = &[
    ("ops", "op", UnitKind::Work, &["operation", "operations"]),
    ("iter", "iter", UnitKind::Work, &["iters", "iteration", "iterations", "it", "its"]),
    ("runs", "run", UnitKind::Work, &[]),
    ("calls", "call", UnitKind::Work, &["invocation", "invocations", "exec", "execs"]),
    ("requests", "request", UnitKind::Work, &["req", "reqs"]),
    ("queries", "query", UnitKind::Work, &[]),
    ("tokens", "token", UnitKind::Work, &["tok", "toks"]),
    ("frames", "frame", UnitKind::Work, &[]),
    ("images", "image", UnitKind::Work, &["img", "imgs"]),
    ("videos", "video", UnitKind::Work, &[]),
    ("samples", "sample", UnitKind::Work, &[]),
    ("steps", "step", UnitKind::Work, &[]),
    ("batches", "batch", UnitKind::Work, &[]),
    ("elements", "element", UnitKind::Work, &["elem", "elems"]),
    ("items", "item", UnitKind::Work, &[]),
    ("rows", "row", UnitKind::Work, &[]),
    ("lines", "line", UnitKind::Work, &[]),
    ("records", "record", UnitKind::Work, &[]),
    ("messages", "message", UnitKind::Work, &["msg", "msgs"]),
    ("packets", "packet", UnitKind::Work, &["pkt", "pkts"]),
    ("transactions", "transaction", UnitKind::Work, &["tx", "txs", "txn", "txns"]),
    ("pixels", "pixel", UnitKind::Work, &["px"]),
    ("FLOP", "FLOP", UnitKind::Work, &["flop", "flops", "FLOPs"]),
    ("allocs", "alloc", UnitKind::Cost, &["allocation", "allocations"]),
    ("instructions", "instruction", UnitKind::Cost, &["instr", "instrs"]),
    ("cycles", "cycle", UnitKind::Cost, &[]),
    ("errors", "error", UnitKind::Cost, &["failure", "failures"]),
    ("misses", "miss", UnitKind::Cost, &[]),
    ("faults", "fault", UnitKind::Cost, &[]),
    ("drops", "drop", UnitKind::Cost, &[]),
    ("timeouts", "timeout", UnitKind::Cost, &[]),
];

/// What is longer than this has no name here.
const LONGEST_NAME_BYTES: usize = 32;

const PREFIXES: [(char, u32); 5] = [('k', 1), ('m', 2), ('g', 3), ('t', 4), ('p', 5)];
const PREFIX_NAMES: [(&str, &str); 5] =
    [("kilo", "kibi"), ("mega", "mebi"), ("giga", "gibi"), ("tera", "tebi"), ("peta", "pebi")];

/// Length of a unit of time in seconds.
pub fn time(text: &str) -> Option<Scale> {
    let text = text.trim();
    let is = |names: &[&str]| names.iter().any(|name| is_spelled(text, name));
    TIMES.iter().find(|(names, _)| is(names)).map(|(_, scale)| *scale)
}

/// A size in bytes. A lower-case `b` after a capital, as in `Mb`, may mean either and is no size.
pub fn size(text: &str) -> Option<Scale> {
    let (scale, rest) = size_prefix(text.trim());
    let is_prefixed = rest.len() < text.trim().len();
    let lower_case = text.chars().all(|c| !c.is_uppercase());
    match rest {
        "B" | "byte" | "bytes" | "Byte" | "Bytes" | "BYTES" => Some(scale),
        "b" if is_prefixed && lower_case => Some(scale),
        "bit" | "bits" | "Bit" | "Bits" => Some(scale.per(Scale::new(8, 1))),
        _ => None,
    }
}

fn size_prefix(text: &str) -> (Scale, &str) {
    let lower = text.to_lowercase();
    for (power, (decimal, binary)) in (1..).zip(PREFIX_NAMES) {
        for (name, base) in [(decimal, 1000_u128), (binary, 1024)] {
            if lower.starts_with(name) && text.is_char_boundary(name.len()) {
                return (Scale::new(base.pow(power), 1), &text[name.len()..]);
            }
        }
    }
    let Some(first) = text.chars().next() else { return (Scale::ONE, text) };
    let Some(power) = power_of(first) else { return (Scale::ONE, text) };
    let rest = &text[first.len_utf8()..];
    match rest.strip_prefix('i').or_else(|| rest.strip_prefix('I')) {
        Some(after) if !after.is_empty() => (Scale::new(1024_u128.pow(power), 1), after),
        _ => (Scale::new(1000_u128.pow(power), 1), rest),
    }
}

fn power_of(prefix: char) -> Option<u32> {
    let lower = prefix.to_ascii_lowercase();
    PREFIXES.iter().find(|(letter, _)| *letter == lower).map(|(_, power)| *power)
}

/// A word for what is counted, with `k`, `M`, `G` and `T` in front of the known ones.
pub fn counted(text: &str) -> Word {
    let text = text.trim();
    if let Some(scale) = size(text) {
        let (plural, singular) = ("bytes".to_owned(), "byte".to_owned());
        return Word { plural, singular, scale, kind: UnitKind::Size };
    }
    if let Some(word) = known(text, Scale::ONE) {
        return word;
    }
    let prefixed = text.chars().next().filter(|c| matches!(c, 'k' | 'K' | 'M' | 'G' | 'T'));
    let word = prefixed.and_then(|prefix| {
        let scale = Scale::new(1000_u128.pow(power_of(prefix)?), 1);
        known(&text[prefix.len_utf8()..], scale)
    });
    word.unwrap_or_else(|| {
        let (plural, singular) = (text.to_owned(), text.to_owned());
        Word { plural, singular, scale: Scale::ONE, kind: UnitKind::Other }
    })
}

/// Whether a word is this name, in capitals or not. A file states as many units as values, so that
/// this must take no memory.
fn is_spelled(text: &str, name: &str) -> bool {
    let is_long = text.len() > LONGEST_NAME_BYTES;
    !is_long
        && text.chars().flat_map(char::to_lowercase).eq(name.chars().flat_map(char::to_lowercase))
}

fn known(text: &str, scale: Scale) -> Option<Word> {
    let is = |name: &str| is_spelled(text, name);
    let found = COUNTED.iter().find(|(plural, singular, _, further)| {
        is(plural) || is(singular) || further.iter().any(|name| is(name))
    });
    let (plural, singular, kind, _) = found?;
    let (plural, singular) = ((*plural).to_owned(), (*singular).to_owned());
    Some(Word { plural, singular, scale, kind: *kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_counted_in_bytes_whatever_their_spelling() {
        for (text, bytes) in [
            ("B", 1),
            ("bytes", 1),
            ("kB", 1000),
            ("KB", 1000),
            ("kb", 1000),
            ("KiB", 1024),
            ("kib", 1024),
            ("MB", 1_000_000),
            ("MByte", 1_000_000),
            ("mebibytes", 1_048_576),
            ("GiB", 1 << 30),
        ] {
            assert_eq!(size(text), Some(Scale::new(bytes, 1)), "{text}");
        }
        assert_eq!(size("Mbit"), Some(Scale::new(125_000, 1)));
        for text in ["Mb", "b", "", "K", "widgets", "µB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_counted_has_one_spelling() {
        for (text, plural, thousands) in [
            ("operation", "ops", 0),
            ("Ops", "ops", 0),
            ("kops", "ops", 1),
            ("Melem", "elements", 2),
            ("GFLOPs", "FLOP", 3),
            ("tok", "tokens", 0),
            ("widgets", "widgets", 0),
            ("Kwidgets", "Kwidgets", 0),
        ] {
            let word = counted(text);
            let scale = Scale::new(1000_u128.pow(thousands), 1);
            assert_eq!((word.plural.as_str(), word.scale), (plural, scale), "{text}");
        }
    }
}
