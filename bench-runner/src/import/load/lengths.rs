//! Mean lengths of prompts and answers, where nothing else says what was asked.
//!
//! In: totals of tokens and requests. Out: lengths so coarse that runs of one workload share them:
//! the nearest power of two. Datasets whose lengths are drawn at random differ by a few percent from
//! run to run, and the lengths that people choose are powers of two, far from where one ends.

use serde_json::{Map, Value};

use crate::import::source::measured;

/// About how long the prompts and answers of a load test are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lengths {
    /// Tokens of a prompt.
    pub input: Option<u64>,
    /// Tokens of an answer.
    pub output: Option<u64>,
}

impl Lengths {
    /// Whether they may be of one workload; what is not known agrees with everything.
    pub fn agree(self, other: Self) -> bool {
        let same =
            |one: Option<u64>, two: Option<u64>| one.is_none() || two.is_none() || one == two;
        same(self.input, other.input) && same(self.output, other.output)
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

/// The lengths that a result of vLLM states by its totals: prompts over all that were sent, answers
/// over those that came. Where many requests failed, a total of prompts may count either; a failed run
/// is rather compared with those that asked as much.
pub fn lengths_in(result: &Map<String, Value>, completed: Option<f64>) -> Lengths {
    let number = |field: &str| result.get(field).and_then(measured).filter(|count| *count > 0.0);
    let completed = completed.or_else(|| number("completed"));
    let sent = number("num_prompts").or(completed);
    let mean = |total: &str, requests: Option<f64>| coarse(number(total)? / requests?);
    Lengths {
        input: mean("total_input_tokens", sent),
        output: mean("total_output_tokens", completed.or(sent)),
    }
}

fn coarse(mean: f64) -> Option<u64> {
    let is_length = mean.is_finite() && (1.0..1e12).contains(&mean);
    is_length.then(|| 1_u64 << (mean.log2().round() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lengths(fields: &Value) -> Lengths {
        lengths_in(fields.as_object().expect("fields"), None)
    }

    #[test]
    fn runs_of_one_workload_share_their_lengths_and_others_do_not() {
        let input =
            |total: f64| lengths(&json!({"total_input_tokens": total, "num_prompts": 200})).input;
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
    fn a_run_whose_requests_failed_asked_as_much_and_answered_those_that_came() {
        let well = json!({"num_prompts": 200, "completed": 200, "total_input_tokens": 43_000,
                          "total_output_tokens": 40_000});
        let failed = json!({"num_prompts": 200, "completed": 30, "total_input_tokens": 43_000,
                            "total_output_tokens": 6_000});
        assert_eq!(lengths(&failed), lengths(&well));
        assert_eq!(lengths(&well).in_words().as_deref(), Some("about 256 tokens in and 256 out"));
    }

    #[test]
    fn what_is_not_known_has_no_length_and_agrees_with_everything() {
        let none = Lengths::default();
        assert_eq!(lengths(&json!({"total_input_tokens": 5})), none);
        assert_eq!(lengths(&json!({"total_output_tokens": 0, "completed": 8})), none);
        assert_eq!(none.in_words(), None);
        let some = Lengths { input: Some(256), output: None };
        assert!(none.agree(some) && some.agree(none) && some.agree(some));
        assert!(!some.agree(Lengths { input: Some(8192), output: None }));
    }
}
