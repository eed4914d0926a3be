//! The text of a field in, a number out, or why nobody can say which number it is.

use anyhow::{Error, anyhow};

/// How others write a missing value.
const MISSING: [&str; 7] = ["", "null", "none", "na", "n/a", "nan", "-"];

/// Why a field is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Words, or a number with more than a number.
    NotANumber,
    /// A comma where others have a point.
    DecimalComma,
    /// A comma before three digits, which groups thousands in one country and is a point in another.
    DecimalOrThousands,
}

impl Fault {
    /// Whether a comma is what is wrong.
    pub(super) fn is_comma(self) -> bool {
        self != Self::NotANumber
    }

    /// What to say of a field.
    pub(super) fn at(self, name: &str, line: u64, what: &str, field: &str) -> Error {
        let place = format!("{name}: line {line}, {what} is `{field}`");
        let (point, none) = (field.replace(',', "."), field.replace(',', ""));
        match self {
            Self::NotANumber => anyhow!(
                "{place}, not a number; separate columns by commas, and leave a missing value empty"
            ),
            Self::DecimalComma => anyhow!("{place}, with a decimal comma; write {point}"),
            Self::DecimalOrThousands => {
                anyhow!("{place}, which may be {point} or {none}; write it without a comma")
            }
        }
    }
}

/// Whether a field says that there is no value.
pub(super) fn is_missing(field: &str) -> bool {
    MISSING.contains(&field.to_lowercase().as_str())
}

/// The number of a field; NaN where it is missing. Commas that can only group thousands are read past.
pub(super) fn number(field: &str) -> Result<f64, Fault> {
    if is_missing(field) {
        return Ok(f64::NAN);
    }
    if !field.contains(',') {
        return field.parse().map_err(|_| Fault::NotANumber);
    }
    let digits = field.strip_prefix(['-', '+']).unwrap_or(field);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let groups: Vec<&str> = whole.split(',').collect();
    let is_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !groups.iter().all(|group| is_digits(group)) || !is_digits(fraction) {
        return Err(Fault::NotANumber);
    }
    let is_grouped = (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|g| g.len() == 3);
    match (is_grouped, groups.len(), digits.contains('.')) {
        (true, 2, false) if groups[0] != "0" => Err(Fault::DecimalOrThousands),
        (true, 3.., _) | (true, _, true) => {
            field.replace(',', "").parse().map_err(|_| Fault::NotANumber)
        }
        (_, 2, false) => Err(Fault::DecimalComma),
        _ => Err(Fault::NotANumber),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_is_read_only_where_it_can_mean_one_thing() {
        for (field, expected) in [
            ("1.5", Ok(1.5)),
            ("-2e-3", Ok(-2e-3)),
            ("1,234,567", Ok(1_234_567.0)),
            ("-1,234.5", Ok(-1234.5)),
            ("1,5", Err(Fault::DecimalComma)),
            ("0,125", Err(Fault::DecimalComma)),
            ("1234,567", Err(Fault::DecimalComma)),
            ("1,234", Err(Fault::DecimalOrThousands)),
            ("1.234,5", Err(Fault::NotANumber)),
            ("1,23,456", Err(Fault::NotANumber)),
            ("a,5", Err(Fault::NotANumber)),
            ("12 ms", Err(Fault::NotANumber)),
        ] {
            assert_eq!(number(field), expected, "{field}");
        }
        assert!(["", "NaN", "n/a", "-"].iter().all(|field| number(field).is_ok_and(f64::is_nan)));
    }
}
