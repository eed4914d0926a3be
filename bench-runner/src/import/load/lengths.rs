//! Mean lengths of prompts and answers, where nothing else says what was asked.
//!
//! In: totals of tokens and requests. Out: mean lengths, which name a series by the nearest power of
//! two; the series of a run that is nearly as long goes on, though its means round to another.
//! Datasets whose lengths are drawn at random differ by a few percent from run to run.

use bench_records::{record::Record, requests::FAILED_REQUESTS};
use serde_json::{Map, Value};

use crate::import::source::measured;

/// How far the lengths of two runs of one workload may be apart, as a ratio.
const NEAR: f64 = 1.2;

/// Mean lengths of the prompts and answers of a load test.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lengths {
    /// Tokens of a prompt.
    pub input: Option<f64>,
    /// Tokens of an answer.
    pub output: Option<f64>,
}

impl Lengths {
    /// Those of a record, which keeps the totals that its file states.
    pub fn of(record: &Record) -> Self {
        let sent = record.extra.get("num_prompts").and_then(measured);
        let failed = record.metric(FAILED_REQUESTS).unwrap_or(0.0);
        let completed = record.extra.get("completed").and_then(measured);
        let completed = completed.or_else(|| sent.map(|sent| sent - failed));
        lengths_in(&record.extra, completed.filter(|completed| *completed > 0.0))
    }

    /// Whether they may be of one workload: both round to the same lengths, or are near each other.
    /// What is not known agrees with everything.
    pub fn agree(self, other: Self) -> bool {
        let agree = |one: f64, two: f64| rounded(one) == rounded(two) || ratio(one, two) <= NEAR;
        self.pairs(other).into_iter().flatten().all(|(one, two)| agree(one, two))
    }

    /// By what ratio they are apart, where that is little and something is known of both.
    pub fn apart_by(self, other: Self) -> Option<f64> {
        let ratios = self.pairs(other).into_iter().flatten().map(|(one, two)| ratio(one, two));
        ratios.reduce(f64::max).filter(|apart| *apart <= NEAR)
    }

    fn pairs(self, other: Self) -> [Option<(f64, f64)>; 2] {
        [self.input.zip(other.input), self.output.zip(other.output)]
    }

    /// The nearest powers of two, by the short name of the parameter.
    pub fn rounded(self) -> impl Iterator<Item = (&'static str, u64)> {
        let named = [("in", self.input), ("out", self.output)];
        named.into_iter().filter_map(|(name, mean)| Some((name, rounded(mean?))))
    }

    /// Such as `about 256 tokens in and 128 out`; `None` where neither is known.
    pub fn in_words(self) -> Option<String> {
        match (self.input.map(rounded), self.output.map(rounded)) {
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
    let mean = |total: &str, requests: Option<f64>| length(number(total)? / requests?);
    Lengths {
        input: mean("total_input_tokens", sent),
        output: mean("total_output_tokens", completed.or(sent)),
    }
}

fn length(mean: f64) -> Option<f64> {
    Some(mean).filter(|mean| mean.is_finite() && (1.0..1e12).contains(mean))
}

fn rounded(mean: f64) -> u64 {
    1_u64 << (mean.log2().round() as u32)
}

fn ratio(one: f64, two: f64) -> f64 {
    one.max(two) / one.min(two)
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
        let input = |total: f64| {
            let all = lengths(&json!({"total_input_tokens": total, "num_prompts": 200}));
            all.rounded().next().map(|(_, length)| length)
        };
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
        let some = Lengths { input: Some(215.0), output: None };
        assert!(none.agree(some) && some.agree(none) && some.agree(some));
        assert!(!some.agree(Lengths { input: Some(8192.0), output: None }));
    }

    #[test]
    fn lengths_on_both_sides_of_a_border_agree_where_they_are_within_a_fifth() {
        let of = |input: f64| Lengths { input: Some(input), output: Some(128.0) };
        assert!(of(180.9).agree(of(181.5)) && of(150.8).agree(of(181.0)));
        assert!(!of(150.0).agree(of(181.5)));
        assert!((of(181.5).apart_by(of(165.0)).unwrap_or_default() - 1.1).abs() < 1e-12);
        assert_eq!(of(150.0).apart_by(of(181.5)), None);
        assert_eq!(of(150.0).apart_by(Lengths::default()), None);
    }
}
