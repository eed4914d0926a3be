//! An f64 in, an integer of the same order out, and back: for sets and bisections that need `Ord`.

const SIGN: u64 = 1 << 63;

/// Integers that compare as [`f64::total_cmp`] does.
pub(super) fn ordered_bits(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The value that [`ordered_bits`] was given.
pub(super) fn from_ordered_bits(ordered: u64) -> f64 {
    let bits = if ordered & SIGN == 0 { !ordered } else { ordered & !SIGN };
    f64::from_bits(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASCENDING: [f64; 9] =
        [f64::NEG_INFINITY, -1e300, -1.0, -0.0, 0.0, 1e-300, 1.0, 2.0, f64::INFINITY];

    #[test]
    fn integers_ascend_with_the_values() {
        let ordered: Vec<u64> = ASCENDING.into_iter().map(ordered_bits).collect();
        assert!(ordered.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn every_value_comes_back_bit_for_bit() {
        for value in ASCENDING {
            let back = from_ordered_bits(ordered_bits(value));
            assert_eq!(back.to_bits(), value.to_bits());
        }
    }
}
