//! How large the batch of a request may get: the settings and all rules that match, the least of each.

use super::{Batching, Mode, Rule, Surroundings};
use crate::signature::Signature;

/// How large a batch may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// Requests.
    pub size: usize,
    /// Whether a rule says so, and not the settings.
    pub is_of_rule: bool,
    /// Values: the sum of height, width and frames, multiplied.
    pub cost: Option<u64>,
    /// Tokens that all sequences together may grow to; `None` where the model makes pictures.
    pub cache_tokens: Option<u64>,
}

impl Cap {
    /// That of one request at a time.
    pub const ONE: Self = Self { size: 1, is_of_rule: false, cost: None, cache_tokens: None };
}

impl Batching {
    /// How large a batch of such requests may get.
    #[must_use]
    pub fn cap(&self, signature: &Signature, place: &Surroundings) -> Cap {
        match self.mode {
            Mode::Disabled => Cap::ONE,
            Mode::Dynamic => self.of_rules(signature, place, self.max_size),
        }
    }

    /// How many sequences of a model may be under way at once: these many, as far as rules let them and
    /// `cache_tokens` hold them. They share steps whatever the mode.
    #[must_use]
    pub fn cap_of_text(
        &self,
        signature: &Signature,
        place: &Surroundings,
        (max_size, cache_tokens): (usize, u64),
    ) -> Cap {
        let cap = self.of_rules(signature, place, max_size);
        Cap { cache_tokens: Some(cache_tokens), ..cap }
    }

    fn of_rules(&self, signature: &Signature, place: &Surroundings, max_size: usize) -> Cap {
        let matching: Vec<&Rule> =
            self.rules.iter().filter(|rule| rule.matches(signature, place)).collect();
        let of_rules = matching.iter().map(|rule| rule.max_batch_size).min();
        let of_rules = of_rules.filter(|size| *size < max_size);
        Cap {
            size: of_rules.unwrap_or(max_size),
            is_of_rule: of_rules.is_some(),
            cost: matching.iter().filter_map(|rule| rule.max_cost).min(),
            cache_tokens: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batching::{Resolution, Which};

    fn rule(resolution: Option<Resolution>, max_batch_size: usize, max_cost: Option<u64>) -> Rule {
        Rule {
            which: Which::Contains("wan".to_owned()),
            resolution,
            memory_gb: (None, None),
            offload: None,
            max_batch_size,
            max_cost,
        }
    }

    #[test]
    fn rules_that_match_combine_by_the_least() {
        let batching = Batching {
            mode: Mode::Dynamic,
            max_size: 8,
            rules: vec![
                rule(None, 4, Some(9_000)),
                rule(Some(Resolution::Any { width: 96, height: 64 }), 6, Some(5_000)),
                rule(Some(Resolution::Frames { height: 64, width: 96, frames: 9 }), 2, None),
            ],
            ..Batching::default()
        };
        let place = Surroundings::named(["tiny-wan"]);
        let signature = |num_frames| Signature {
            model: 0,
            width: 96,
            height: 64,
            num_frames: Some(num_frames),
        };
        let cap = |frames| batching.cap(&signature(frames), &place);
        let of_rule = |size| Cap { size, is_of_rule: true, cost: Some(5_000), cache_tokens: None };
        assert_eq!(cap(9), of_rule(2));
        assert_eq!(cap(5), of_rule(4));
        let others = Surroundings::named(["flux"]);
        let cap = batching.cap(&signature(9), &others);
        assert_eq!(cap, Cap { size: 8, ..Cap::ONE });
    }

    #[test]
    fn sequences_share_steps_where_batching_is_off_and_rules_of_their_model_limit_them() {
        let batching = Batching { rules: vec![rule(None, 4, Some(1))], ..Batching::default() };
        let cap = |name| {
            batching.cap_of_text(&Signature::of_text(0), &Surroundings::named([name]), (64, 900))
        };
        assert_eq!(cap("llama"), Cap { size: 64, cache_tokens: Some(900), ..Cap::ONE });
        assert_eq!((cap("a-wan").size, cap("a-wan").is_of_rule), (4, true));
    }

    #[test]
    fn nothing_is_shared_where_batching_is_off() {
        let batching = Batching { max_size: 8, ..Batching::default() };
        let signature = Signature { model: 0, width: 8, height: 8, num_frames: None };
        assert_eq!(batching.cap(&signature, &Surroundings::named(["x"])), Cap::ONE);
    }
}
