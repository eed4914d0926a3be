//! What a load test says of its options, for people who wrote fields.

use std::sync::LazyLock;

use anyhow::{Error, anyhow};
use bench_load::{measure::Report, outcome::Outcome};
use bench_records::requests::Requests;
use regex::Regex;

/// Options whose field has another name or place.
const RENAMED: [(&str, &str); 9] = [
    ("base-url", "target.url"),
    ("model", "served_model_name"),
    ("request-rate", "request_rates"),
    ("max-concurrency", "max_concurrencies"),
    ("search", "search.objective"),
    ("search-start-rate", "search.start_rate"),
    ("search-requests", "search.requests"),
    ("search-seconds", "search.seconds"),
    ("search-probes", "search.probes"),
];

static OPTION: LazyLock<Regex> = LazyLock::new(|| {
    // one inside a path, such as that of a model in a cache, is no option
    Regex::new(r"(^|[\s('])'?--([a-z][a-z0-9-]*)(?:[ =]<[^>]*>)?(?:\.\.\.)?'?")
        .expect("a well-formed pattern")
});

/// The words of an error with fields of the block in place of options.
#[expect(clippy::needless_pass_by_value, reason = "it takes the place of the error")]
pub(in crate::run) fn as_fields(error: Error) -> Error {
    let said = format!("{error:#}").replace("--api-key-file or OPENAI_API_KEY", "OPENAI_API_KEY");
    // clap ends with lines on usage and how to get help
    let ends = ["\n\nUsage:", "\n\nFor more"].iter().filter_map(|end| said.find(end)).min();
    let said = said[..ends.unwrap_or(said.len())].trim_start_matches("error: ");
    let said: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let said = said.join(" ");
    let field = |found: &regex::Captures<'_>| {
        let (before, option) = (found[1].trim_end_matches('\''), &found[2]);
        let renamed = RENAMED.iter().find(|(known, _)| *known == option);
        let field = renamed.map_or_else(|| option.replace('-', "_"), |(_, to)| (*to).to_owned());
        format!("{before}load.{field}")
    };
    anyhow!("{}", OPTION.replace_all(&said, field))
}

/// How many requests failed, and why most of them did; `None` where none did.
pub(in crate::run) fn failed(report: &Report<'_>) -> Option<(Requests, String)> {
    let completed = report.count.outcomes.get(&Outcome::Ok).copied().unwrap_or_default();
    let failed = report.count.ended - completed;
    let requests = Requests { completed: completed as u64, failed: failed as u64 };
    let most = report.problems.first()?;
    let words = format!("{}, most with {}: {}", requests.in_words(), most.outcome, most.reason);
    Some((requests, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_named_as_fields_of_the_block() {
        for (said, expected) in [
            (
                "--output-len has no effect with --dataset-name random; use --random-output-len",
                "load.output_len has no effect with load.dataset_name random; use load.random_output_len",
            ),
            (
                "error: invalid value 'ttft' for '--goodput <METRIC:MS>...': such as ttft:500\n\nFor more",
                "invalid value 'ttft' for load.goodput: such as ttft:500",
            ),
            ("start it, or correct --base-url", "start it, or correct load.target.url"),
            (
                "error: invalid value 'x' for '--percentile-metrics <METRIC>'\n  [possible values: ttft, e2el]\n\nFor more",
                "invalid value 'x' for load.percentile_metrics [possible values: ttft, e2el]",
            ),
            (
                "cannot read hub/models--meta-llama--x/tokenizer.json; name it with --tokenizer",
                "cannot read hub/models--meta-llama--x/tokenizer.json; name it with load.tokenizer",
            ),
            ("name one with --api-key-file or OPENAI_API_KEY", "name one with OPENAI_API_KEY"),
        ] {
            assert_eq!(as_fields(anyhow!("{said}")).to_string(), expected);
        }
    }
}
