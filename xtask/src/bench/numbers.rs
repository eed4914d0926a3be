//! Pseudo-random numbers: the same ones on every machine and in every version.

/// SplitMix64, after Steele, Lea and Flood, "Fast splittable pseudorandom number generators"
/// (OOPSLA 2014).
pub struct Numbers(pub u64);

impl Numbers {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// At least 0, below 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normally distributed around 0 with standard deviation 1, after Box and Muller, "A note on
    /// the generation of random normal deviates" (1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Student's t with 3 degrees of freedom, scaled to standard deviation 1.
    pub fn heavy(&mut self) -> f64 {
        let squares: f64 = (0..3).map(|_| self.normal().powi(2)).sum();
        self.normal() / squares.sqrt()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// `center`, up to 1 % more or less, with four decimals.
    pub fn around(&mut self, center: f64) -> f64 {
        (center * (0.99 + 0.02 * self.unit()) * 1e4).round() / 1e4
    }

    /// Lower-case hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut text = String::new();
        while text.len() < digits {
            text += &format!("{:016x}", self.bits());
        }
        text.truncate(digits);
        text
    }

    /// A ULID of that millisecond since 1970.
    pub fn ulid(&mut self, millisecond: u64) -> String {
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let low = u128::from(self.bits()) << 16 | u128::from(self.bits() >> 48);
        let value = u128::from(millisecond) << 80 | low;
        (0..26).rev().map(|at| DIGITS[(value >> (5 * at)) as usize & 31] as char).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        let mut numbers = Numbers(1_234_567);
        assert_eq!(numbers.bits(), 6_457_827_717_110_365_317);
        assert_eq!(numbers.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn normal_numbers_have_mean_0_and_deviation_1() {
        let mut numbers = Numbers(3);
        let drawn: Vec<f64> = (0..20_000).map(|_| numbers.normal()).collect();
        let mean = drawn.iter().sum::<f64>() / 2e4;
        let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2e4;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }

    #[test]
    fn values_stay_near_their_center_and_ulids_sort_by_time() {
        let mut numbers = Numbers(7);
        assert!((0..1000).all(|_| (9.9..=10.1).contains(&numbers.around(10.0))));
        let (earlier, later) = (numbers.ulid(1_780_000_000_000), numbers.ulid(1_780_000_000_001));
        assert_eq!(earlier.len(), 26);
        assert!(earlier < later, "{earlier} {later}");
        assert_eq!(numbers.hex(40).len(), 40);
    }
}
