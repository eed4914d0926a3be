//! The table of static limits: which metric each bounds, and from which side. The fields of a configuration and what
//! judges them are both made of it.

use serde::{Deserialize, Serialize};

/// Which side of its limit a metric must stay on; a value equal to its limit passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// `max_…`: of metrics of which less is better.
    AtMost,
    /// `min_…`: of metrics of which more is better.
    AtLeast,
}

impl Bound {
    /// Whether a value keeps a limit.
    #[must_use]
    pub fn is_kept(self, value: f64, limit: f64) -> bool {
        match self {
            Self::AtMost => value <= limit,
            Self::AtLeast => value >= limit,
        }
    }

    /// Where a value is that breaks a limit.
    #[must_use]
    pub const fn broken_in_words(self) -> &'static str {
        match self {
            Self::AtMost => "above",
            Self::AtLeast => "below",
        }
    }
}

/// A limit that a configuration can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaticLimit {
    /// Record key of its metric.
    pub metric: &'static str,
    /// Raw key of its metric.
    pub raw_key: &'static str,
    /// Its name in a configuration.
    pub name: &'static str,
    /// From which side it bounds.
    pub bound: Bound,
    /// Whether its metric is one of requests or tokens: of load tests and language models.
    pub is_of_requests: bool,
}

impl StaticLimit {
    /// The limit of a metric.
    #[must_use]
    pub fn of_metric(metric: &str) -> Option<&'static Self> {
        STATIC_LIMITS.iter().find(|limit| limit.metric == metric)
    }
}

macro_rules! static_limits {
    (
        required { $($(#[$doc:meta])* $name:ident: $metric:literal, $raw:literal;)* }
        optional { $($(#[$doc_o:meta])* $name_o:ident: $metric_o:literal, $raw_o:literal, $bound:ident, $of_requests:literal;)* }
    ) => {
        /// Every static limit, in the order of reports.
        pub static STATIC_LIMITS: &[StaticLimit] = &[
            $(StaticLimit {
                metric: $metric, raw_key: $raw, name: stringify!($name), bound: Bound::AtMost, is_of_requests: false,
            },)*
            $(StaticLimit {
                metric: $metric_o, raw_key: $raw_o, name: stringify!($name_o), bound: Bound::$bound,
                is_of_requests: $of_requests,
            },)*
        ];

        /// Limits that a run on one kind of GPU must keep; a value equal to its limit passes.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct StaticLimits {
            $(
                $(#[$doc])*
                #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
                pub $name: f64,
            )*
            $(
                $(#[$doc_o])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[cfg_attr(feature = "schema", schemars(extend("exclusiveMinimum" = 0)))]
                pub $name_o: Option<f64>,
            )*
        }

        impl StaticLimits {
            /// Each limit of the table with its value.
            pub fn entries(&self) -> impl Iterator<Item = (&'static StaticLimit, Option<f64>)> {
                let values = [$(Some(self.$name),)* $(self.$name_o,)*];
                STATIC_LIMITS.iter().zip(values)
            }
        }
    };
}

static_limits! {
    required {
    /// Mean end-to-end time of a generation, in seconds.
    max_generation_time_s: "latency", "avg_generation_time_s";
    /// Peak GPU memory, in MB.
    max_peak_memory_mb: "memory", "max_peak_memory_mb";
    }
    optional {
    /// Text encoder time, in seconds; not checked when absent.
    max_text_encoder_time_s: "text_encoder_time_s", "text_encoder_time_s", AtMost, false;
    /// DiT denoising time, in seconds; not checked when absent.
    max_dit_time_s: "dit_time_s", "dit_time_s", AtMost, false;
    /// VAE decoding time, in seconds; not checked when absent.
    max_vae_decode_time_s: "vae_decode_time_s", "vae_decode_time_s", AtMost, false;
    /// Time to first token, mean, in ms; of load tests and language models.
    max_ttft_mean_ms: "ttft_mean_ms", "ttft_mean_ms", AtMost, true;
    /// Time to first token, median, in ms; of load tests and language models.
    max_ttft_p50_ms: "ttft_p50_ms", "ttft_p50_ms", AtMost, true;
    /// Time to first token, 90th percentile, in ms; of load tests and language models.
    max_ttft_p90_ms: "ttft_p90_ms", "ttft_p90_ms", AtMost, true;
    /// Time to first token, 95th percentile, in ms; of load tests and language models.
    max_ttft_p95_ms: "ttft_p95_ms", "ttft_p95_ms", AtMost, true;
    /// Time to first token, 99th percentile, in ms; of load tests and language models.
    max_ttft_p99_ms: "ttft_p99_ms", "ttft_p99_ms", AtMost, true;
    /// Time per output token after the first, mean, in ms; of load tests and language models.
    max_tpot_mean_ms: "tpot_mean_ms", "tpot_mean_ms", AtMost, true;
    /// Time per output token after the first, median, in ms; of load tests and language models.
    max_tpot_p50_ms: "tpot_p50_ms", "tpot_p50_ms", AtMost, true;
    /// Time per output token after the first, 90th percentile, in ms; of load tests and language models.
    max_tpot_p90_ms: "tpot_p90_ms", "tpot_p90_ms", AtMost, true;
    /// Time per output token after the first, 95th percentile, in ms; of load tests and language models.
    max_tpot_p95_ms: "tpot_p95_ms", "tpot_p95_ms", AtMost, true;
    /// Time per output token after the first, 99th percentile, in ms; of load tests and language models.
    max_tpot_p99_ms: "tpot_p99_ms", "tpot_p99_ms", AtMost, true;
    /// Time between two chunks, mean, in ms; of load tests and language models.
    max_itl_mean_ms: "itl_mean_ms", "itl_mean_ms", AtMost, true;
    /// Time between two chunks, median, in ms; of load tests and language models.
    max_itl_p50_ms: "itl_p50_ms", "itl_p50_ms", AtMost, true;
    /// Time between two chunks, 90th percentile, in ms; of load tests and language models.
    max_itl_p90_ms: "itl_p90_ms", "itl_p90_ms", AtMost, true;
    /// Time between two chunks, 95th percentile, in ms; of load tests and language models.
    max_itl_p95_ms: "itl_p95_ms", "itl_p95_ms", AtMost, true;
    /// Time between two chunks, 99th percentile, in ms; of load tests and language models.
    max_itl_p99_ms: "itl_p99_ms", "itl_p99_ms", AtMost, true;
    /// Time to the end of the reply (E2EL), median, in seconds; of load tests and language models.
    max_latency_p50_s: "latency_p50_s", "latency_p50_s", AtMost, true;
    /// Time to the end of the reply (E2EL), 90th percentile, in seconds; of load tests and language models.
    max_latency_p90_s: "latency_p90_s", "latency_p90_s", AtMost, true;
    /// Time to the end of the reply (E2EL), 95th percentile, in seconds; of load tests and language models.
    max_latency_p95_s: "latency_p95_s", "latency_p95_s", AtMost, true;
    /// Time to the end of the reply (E2EL), 99th percentile, in seconds; of load tests and language models.
    max_latency_p99_s: "latency_p99_s", "latency_p99_s", AtMost, true;
    /// Requests that failed; of load tests.
    max_failed_requests: "failed_requests", "failed_requests", AtMost, true;
    /// Share of the requests that succeeded, 0 to 1; of load tests.
    min_success_rate: "success_rate", "success_rate", AtLeast, true;
    /// Good requests per second; of load tests with `goodput`.
    min_goodput: "goodput", "goodput", AtLeast, true;
    /// Highest rate that keeps the objective, in requests per second; of load tests with `search`.
    min_capacity_rps: "capacity_rps", "capacity_rps", AtLeast, true;
    /// Answered requests per second; of load tests and language models.
    min_requests_per_s: "requests_per_s", "requests_per_s", AtLeast, true;
    /// Tokens per second, of prompts and answers; of load tests and language models.
    min_tokens_per_s: "tokens_per_s", "tokens_per_s", AtLeast, true;
    /// Tokens of answers per second; of load tests and language models.
    min_output_tokens_per_s: "output_tokens_per_s", "output_tokens_per_s", AtLeast, true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{Better, built_in};

    #[test]
    fn each_limit_bounds_a_known_metric_from_its_bad_side() {
        for limit in STATIC_LIMITS {
            let metric = built_in(limit.metric).expect(limit.metric);
            let (bound, prefix) = match metric.better {
                Better::Lower => (Bound::AtMost, "max_"),
                Better::Higher => (Bound::AtLeast, "min_"),
                Better::Neither => panic!("{} has no direction", limit.metric),
            };
            assert_eq!(limit.bound, bound, "{}", limit.name);
            assert!(limit.name.starts_with(prefix), "{}", limit.name);
            if limit.is_of_requests {
                assert_eq!(limit.name.strip_prefix(prefix), Some(limit.metric));
            }
        }
    }

    #[test]
    fn a_value_equal_to_its_limit_keeps_it_from_either_side() {
        assert!(Bound::AtMost.is_kept(2.0, 2.0) && Bound::AtLeast.is_kept(2.0, 2.0));
        assert!(!Bound::AtMost.is_kept(2.1, 2.0) && !Bound::AtLeast.is_kept(1.9, 2.0));
        assert!(!Bound::AtMost.is_kept(f64::INFINITY, 2.0));
    }
}
