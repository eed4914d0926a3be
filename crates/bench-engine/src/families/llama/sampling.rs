//! From logits to a token: the likeliest, or one drawn by a seed.

use crate::Sampling;
use crate::compute::noise::uniform;

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

/// The first of the largest logits.
fn likeliest(logits: &[f32]) -> Option<usize> {
    let mut best = None;
    for (token, &logit) in logits.iter().enumerate() {
        if logit.is_nan() {
            return None;
        }
        if best.is_none_or(|best: usize| logit > logits[best]) {
            best = Some(token);
        }
    }
    best.filter(|&best| logits[best].is_finite())
}

/// Tokens that may be drawn, likeliest first, with weights relative to the likeliest: cut by `top_k`, then
/// by `top_p` of what is left, then by `min_p`, as transformers does.
fn candidates(logits: &[f32], most: f32, sampling: Sampling) -> Vec<(u32, f64)> {
    let weight = |logit: f32| (f64::from(logit - most) / sampling.temperature).exp();
    let mut all: Vec<(u32, f64)> =
        logits.iter().enumerate().map(|(token, &logit)| (token as u32, weight(logit))).collect();
    all.sort_by(|(one, a), (other, b)| b.total_cmp(a).then(one.cmp(other)));
    all.truncate(sampling.top_k.unwrap_or(usize::MAX).max(1));
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
}
