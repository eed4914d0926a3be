//! SplitMix64's arithmetic (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
//!
//! In: a seed or a counter. Out: the same bits on every platform and in every version, which schedules and noise
//! of benchmarks are made of.

/// Golden-ratio increment.
pub const INCREMENT: u64 = 0x9E37_79B9_7F4A_7C15;

/// Finaliser: bits that look independent for neighbours.
#[must_use]
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the generator gives from the seed 1234567, as is published with its implementations.
    #[test]
    fn the_finaliser_of_a_counter_is_split_mix_64() {
        let published =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        for (step, bits) in (1..).zip(published) {
            assert_eq!(mix(INCREMENT.wrapping_mul(step).wrapping_add(1_234_567)), bits);
        }
    }
}
