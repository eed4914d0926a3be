//! Mean lengths of prompts and answers, where nothing else says what was asked.
//!
//! In: totals of tokens and requests. Out: lengths so coarse that runs of one workload share them:
//! the nearest power of two. Datasets whose lengths are drawn at random differ by a few percent from
//! run to run, and the lengths that people choose are powers of two, far from where one ends.

/// About how long the prompts and answers of a load test are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// Tokens of a prompt.
    pub input: Option<u64>,
    /// Tokens of an answer.
    pub output: Option<u64>,
}

impl Lengths {
    /// From totals over `requests`.
    pub fn about(input_tokens: Option<f64>, output_tokens: Option<f64>, requests: f64) -> Self {
        let mean = |total: Option<f64>| coarse(total? / requests);
        Self { input: mean(input_tokens), output: mean(output_tokens) }
    }

    /// Such as `about 256 tokens in and 128 out`; `None` where neither is known.
    pub fn in_words(self) -> Option<String> {
        match (self.input, self.output) {
            (Some(input), Some(output)) => {
                Some(format!("about {input} tokens in and {output} out"))
            }
            (Some(input), None) => Some(format!("about {input} tokens in")),
            (None, Some(output)) => Some(format!("about {output} tokens out")),
            (None, None) => None,
        }
    }
}

fn coarse(mean: f64) -> Option<u64> {
    let is_length = mean.is_finite() && (1.0..1e12).contains(&mean);
    is_length.then(|| 1_u64 << (mean.log2().round() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_one_workload_share_their_lengths_and_others_do_not() {
        let input = |total: f64| Lengths::about(Some(total), None, 200.0).input;
        for total in [43_000.0, 41_800.0, 44_310.0] {
            assert_eq!(input(total), Some(256));
        }
        for (mean, expected) in [(128.0, 128), (1000.0, 1024), (5000.0, 4096), (8192.0, 8192)] {
            for scatter in [0.97, 1.0, 1.03] {
                assert_eq!(input(mean * scatter * 200.0), Some(expected), "{mean}");
            }
        }
    }

    #[test]
    fn what_is_not_known_has_no_length() {
        let none = Lengths { input: None, output: None };
        assert_eq!(Lengths::about(None, Some(0.0), 10.0), none);
        assert_eq!(Lengths::about(Some(5.0), Some(f64::MAX), 0.0), none);
        assert_eq!(none.in_words(), None);
    }
}
