//! From logits to a token: the likeliest, or one drawn by a seed.

use crate::Sampling;
use crate::compute::noise::uniform;

/// Logits that are compared at once.
const LANES: usize = 32;
/// Smaller weights change no sum: the likeliest has weight 1, and is added first.
const LEAST_WEIGHT: f64 = f64::EPSILON / 2.0;

/// Chooses tokens of one sequence. What it draws depends on its seed and the token's place alone.
#[derive(Debug, Clone)]
pub struct Sampler {
    sampling: Sampling,
    seed: u64,
    drawn: u64,
}

impl Sampler {
    /// A sampler before the first token.
    pub fn new(sampling: Sampling, seed: u64) -> Self {
        Self { sampling, seed, drawn: 0 }
    }

    /// The next token; of equally likely ones the first. `None` where a logit is NaN, or all are infinite.
    pub fn choose(&mut self, logits: &[f32]) -> Option<u32> {
        let best = likeliest(logits)?;
        if self.sampling.temperature <= 0.0 {
            return Some(best as u32);
        }
        let place = self.drawn;
        self.drawn += 1;
        let candidates = candidates(logits, logits[best], self.sampling);
        let total: f64 = candidates.iter().map(|(_, weight)| weight).sum();
        let mut left = uniform(self.seed, place) * total;
        for (token, weight) in &candidates {
            left -= weight;
            if left <= 0.0 {
                return Some(*token);
            }
        }
        candidates.last().map(|(token, _)| *token)
    }
}

/// The first of the largest logits. Without an early end, so that many are compared at once.
fn likeliest(logits: &[f32]) -> Option<usize> {
    let mut most = [f32::NEG_INFINITY; LANES];
    let mut is_number = [true; LANES];
    for logits in logits.chunks(LANES) {
        for ((&logit, most), is_number) in logits.iter().zip(&mut most).zip(&mut is_number) {
            *is_number &= !logit.is_nan();
            *most = if logit > *most { logit } else { *most };
        }
    }
    let most = most.into_iter().fold(f32::NEG_INFINITY, f32::max);
    if is_number.contains(&false) || !most.is_finite() {
        return None;
    }
    logits.iter().position(|&logit| logit == most)
}

/// A token with its weight relative to the likeliest.
type Candidate = (u32, f64);

/// Tokens that may be drawn, likeliest first, with weights relative to the likeliest: cut by `top_k`, then
/// by `top_p` of what is left, then by `min_p`, as transformers does.
fn candidates(logits: &[f32], most: f32, sampling: Sampling) -> Vec<Candidate> {
    let weight = |logit: f32| (f64::from(logit - most) / sampling.temperature).exp();
    let all = logits.iter().enumerate().map(|(token, &logit)| (token as u32, weight(logit)));
    let mut all: Vec<Candidate> = all.filter(|(_, weight)| *weight >= LEAST_WEIGHT).collect();
    let likeliest_first =
        |(one, a): &Candidate, (other, b): &Candidate| b.total_cmp(a).then(one.cmp(other));
    let count = sampling.top_k.unwrap_or(usize::MAX).max(1);
    if count < all.len() {
        all.select_nth_unstable_by(count, likeliest_first);
        all.truncate(count);
    }
    all.sort_unstable_by(likeliest_first);
    let total: f64 = all.iter().map(|(_, weight)| weight).sum();
    let mut before = 0.0;
    let within = all.iter().take_while(|(_, weight)| {
        let is_within = before < sampling.top_p * total;
        before += weight;
        is_within
    });
    let count = within.count().max(1);
    all.truncate(count);
    all.retain(|(_, weight)| *weight >= sampling.min_p);
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLED: Sampling = Sampling { temperature: 1.0, top_p: 1.0, top_k: None, min_p: 0.0 };

    fn tokens(sampling: Sampling) -> Vec<u32> {
        let logits = [0.5f32, 0.25, 0.125, 0.125].map(f32::ln);
        let all = candidates(&logits, logits[0], sampling);
        all.into_iter().map(|(token, _)| token).collect()
    }

    #[test]
    fn greedy_takes_the_first_of_the_likeliest() {
        let mut sampler = Sampler::new(Sampling::default(), 0);
        assert_eq!(sampler.choose(&[1.0, 3.0, 3.0]), Some(1));
        assert_eq!(sampler.choose(&[1.0, f32::NAN]), None);
        assert_eq!(sampler.choose(&[f32::NEG_INFINITY; 2]), None);
        let mut many = vec![1.0; 3 * LANES + 1];
        assert_eq!(sampler.choose(&many), Some(0));
        (many[2 * LANES + 5], many[3 * LANES]) = (2.0, 2.0);
        assert_eq!(sampler.choose(&many), Some(2 * LANES as u32 + 5));
        many[3 * LANES] = f32::NAN;
        assert_eq!(sampler.choose(&many), None);
    }

    #[test]
    fn each_cut_leaves_the_likeliest_tokens() {
        assert_eq!(tokens(SAMPLED), [0, 1, 2, 3]);
        assert_eq!(tokens(Sampling { top_k: Some(2), ..SAMPLED }), [0, 1]);
        // 0.5 is not above 0.6, and with 0.25 it is
        assert_eq!(tokens(Sampling { top_p: 0.6, ..SAMPLED }), [0, 1]);
        assert_eq!(tokens(Sampling { top_p: 0.5, ..SAMPLED }), [0]);
        assert_eq!(tokens(Sampling { min_p: 0.4, ..SAMPLED }), [0, 1]);
        assert_eq!(tokens(Sampling { top_p: 1e-9, min_p: 1.0, ..SAMPLED }), [0]);
    }

    #[test]
    fn a_seed_draws_the_same_tokens_with_the_right_frequencies() {
        let logits = [0.5f32, 0.25, 0.125, 0.125].map(f32::ln);
        let draw = |seed| {
            let mut sampler = Sampler::new(SAMPLED, seed);
            (0..4000).filter_map(|_| sampler.choose(&logits)).collect::<Vec<_>>()
        };
        let drawn = draw(1);
        assert_eq!(drawn, draw(1));
        assert_ne!(drawn, draw(2));
        for (token, expected) in [(0, 0.5), (1, 0.25), (2, 0.125)] {
            let share = drawn.iter().filter(|&&drawn| drawn == token).count() as f64 / 4000.0;
            assert!((share - expected).abs() < 0.03, "{token}: {share}");
        }
    }

    #[test]
    fn a_low_temperature_is_nearly_greedy() {
        let mut sampler = Sampler::new(Sampling { temperature: 0.01, ..SAMPLED }, 3);
        assert!((0..100).all(|_| sampler.choose(&[1.0, 2.0, 1.5]) == Some(1)));
    }
    /// By sorting all tokens, likeliest first, before any is dropped.
    fn by_sorting_all(logits: &[f32], most: f32, sampling: Sampling) -> Vec<Candidate> {
        let weight = |logit: f32| (f64::from(logit - most) / sampling.temperature).exp();
        let all = logits.iter().enumerate();
        let mut all: Vec<_> = all.map(|(token, &logit)| (token as u32, weight(logit))).collect();
        all.sort_by(|(one, a), (other, b)| b.total_cmp(a).then(one.cmp(other)));
        all.truncate(sampling.top_k.unwrap_or(usize::MAX).max(1));
        let total: f64 = all.iter().map(|(_, weight)| weight).sum();
        let (mut before, mut count) = (0.0, 0);
        while count < all.len() && before < sampling.top_p * total {
            before += all[count].1;
            count += 1;
        }
        all.truncate(count.max(1));
        all.retain(|(_, weight)| *weight >= sampling.min_p);
        all
    }

    proptest! {
        #[test]
        fn sorting_what_is_kept_leaves_every_bit_as_sorting_all_does(
            // whole numbers make ties
            logits in prop::collection::vec(prop_oneof![-90f32..20.0, (-9i8..9).prop_map(f32::from)], 1..300),
            temperature in prop_oneof![0.05f64..2.0, Just(1.0)],
            top_p in prop_oneof![0.01f64..1.0, Just(1.0)],
            top_k in prop_oneof![Just(None), (1usize..400).prop_map(Some)],
            min_p in prop_oneof![Just(0.0), 0.0f64..0.3],
        ) {
            let sampling = Sampling { temperature, top_p, top_k, min_p };
            let most = logits[likeliest(&logits).expect("numbers")];
            let bits = |all: Vec<Candidate>| {
                all.into_iter().map(|(token, weight)| (token, weight.to_bits())).collect::<Vec<_>>()
            };
            let expected = bits(by_sorting_all(&logits, most, sampling));
            prop_assert_eq!(bits(candidates(&logits, most, sampling)), expected);
        }
    }
}
