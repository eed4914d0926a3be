//! The table that a run ends with: a line a benchmark.

use std::collections::BTreeSet;

use bench_records::{
    metric::{Metric, built_in},
    metric_name::described_by,
    raw::StoppingRule,
    record::Metrics,
    requests::SUCCESS_RATE,
};

use super::report::{NOT_BEGUN, Ran, Report};
use crate::{
    terminal::{Table, plain},
    words::counted,
};

const COLUMNS: [&str; 14] = [
    "latency",
    LATENCY_MEDIAN,
    "throughput",
    "images_per_s",
    "memory",
    "text_encoder_time_s",
    "dit_time_s",
    "vae_decode_time_s",
    "ttft_p50_ms",
    "tpot_p50_ms",
    "cost_per_output_usd",
    "goodput",
    "success_rate",
    "capacity_rps",
];

/// Has a column beside load tests, whose requests differ; trials repeat the same.
const LATENCY_MEDIAN: &str = "latency_p50_s";

/// Built-in metrics that only a program can state.
const STATED_RATES: [&str; 3] = ["tokens_per_s", "output_tokens_per_s", "requests_per_s"];

/// Statistics of the latency within a trial, which has a column.
const LATENCY_OF_REQUESTS: &str = "e2el_";

/// The most of a second, beside the rate over the whole test.
const PEAK: &str = "_peak";

/// The reports as text; what was not measured is a dash, and reasons stand below.
#[must_use]
pub fn text(reports: &[Report]) -> String {
    let mut out = table(reports).to_string();
    for report in reports {
        for line in lines(report) {
            out.push_str(&format!("\n{}", plain(&line)));
        }
    }
    out
}

/// Metrics that a program states itself: at most so many have a column.
const FURTHER_COLUMNS: usize = 6;

/// The usual metrics that any report has, then those that a program states itself.
fn columns(reports: &[Report]) -> Vec<Metric> {
    let has = |report: &Report, key: &str| value(report, key).is_some();
    let is_load_test = |report: &Report| has(report, SUCCESS_RATE);
    let is_measured = |key: &str| {
        reports
            .iter()
            .any(|report| has(report, key) && (key != LATENCY_MEDIAN || is_load_test(report)))
    };
    let usual = COLUMNS.iter().filter(|key| is_measured(key)).filter_map(|key| built_in(key));
    let measured = reports.iter().filter_map(|report| match &report.ran {
        Ran::Measured { metrics, .. } => Some(metrics.keys()),
        Ran::Skipped { .. } | Ran::Failed { .. } | Ran::NotBegun => None,
    });
    let further: BTreeSet<&str> = measured
        .flatten()
        .map(String::as_str)
        .filter(|key| built_in(key).is_none() || STATED_RATES.contains(key))
        .filter(|key| !key.starts_with(LATENCY_OF_REQUESTS) && !key.ends_with(PEAK))
        .collect();
    let further =
        further.into_iter().map(|key| built_in(key).cloned().unwrap_or_else(|| described_by(key)));
    usual.cloned().chain(further.take(FURTHER_COLUMNS)).collect()
}

fn table(reports: &[Report]) -> Table {
    let shown = columns(reports);
    let labels =
        shown.iter().map(|metric| metric.with_unit(|label, unit| format!("{label} {unit}")));
    let head = ["benchmark".to_owned(), "outcome".to_owned()];
    let mut table = Table::new(head.into_iter().chain(labels));
    for report in reports {
        let cells = shown.iter().map(|metric| match value(report, &metric.key) {
            Some(value) => metric.format(Some(value)),
            None => "–".to_owned(),
        });
        let head = [report.benchmark_id.clone(), outcome(&report.ran).to_owned()];
        table.row(head.into_iter().chain(cells));
    }
    table.align_right(2..2 + shown.len());
    table
}

fn value(report: &Report, key: &str) -> Option<f64> {
    match &report.ran {
        Ran::Measured { metrics, .. } => Metrics::get(metrics, key).copied(),
        _ => None,
    }
}

/// What became of a benchmark, in a word or two.
pub(super) fn outcome(ran: &Ran) -> &'static str {
    match ran {
        Ran::Measured { stopping_rule: StoppingRule::Interrupted, .. } => "interrupted",
        Ran::Measured { exceeded, .. } if !exceeded.is_empty() => "over limit",
        Ran::Measured { .. } => "measured",
        Ran::Skipped { .. } => "skipped",
        Ran::Failed { .. } => "failed",
        Ran::NotBegun => "not measured",
    }
}

fn lines(report: &Report) -> Vec<String> {
    let id = &report.benchmark_id;
    match &report.ran {
        Ran::Measured {
            exceeded, problems, instrumented_slowdown, stopping_rule, trials, ..
        } => {
            let ended = (*stopping_rule != StoppingRule::Count).then(|| {
                format!("{id}: ended after {}: {stopping_rule}", counted(*trials, "clean trial"))
            });
            let notable = instrumented_slowdown.filter(|fraction| fraction.abs() >= NOTABLE);
            let slower = notable.map(|fraction| {
                let percent = 100.0 * fraction.abs();
                if fraction > 0.0 {
                    return format!("{id}: instrumented trials took {percent:.1} % longer than clean ones");
                }
                format!("{id}: clean and instrumented trials differ by {percent:.1} %: the machine is noisy")
            });
            let problems = problems.iter().map(|problem| format!("{id}: {problem}"));
            exceeded.iter().cloned().chain(problems).chain(ended).chain(slower).collect()
        }
        Ran::Skipped { reason } => vec![format!("{id}: skipped: {reason}")],
        Ran::Failed { reason } => vec![format!("{id}: failed: {reason}")],
        Ran::NotBegun => vec![format!("{id}: {NOT_BEGUN}")],
    }
}

/// Differences below this fraction are not worth a line.
const NOTABLE: f64 = 0.02;

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(metrics: &[(&str, f64)], exceeded: &[&str]) -> Ran {
        Ran::Measured {
            device: "CPU".to_owned(),
            metrics: metrics.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect(),
            stopping_rule: StoppingRule::Stable,
            trials: 9,
            instrumented_slowdown: Some(0.05),
            overhead_s: 0.0,
            exceeded: exceeded.iter().map(|line| (*line).to_owned()).collect(),
            problems: Vec::new(),
        }
    }

    fn report(id: &str, ran: Ran) -> Report {
        Report { benchmark_id: id.to_owned(), result: None, ran }
    }

    #[test]
    fn a_load_test_has_its_median_latency_and_no_heading_says_a_unit_twice() {
        let metrics = [
            ("latency", 1.0),
            ("latency_p50_s", 0.5),
            ("success_rate", 1.0),
            ("requests_per_s", 4.0),
            ("output_tokens_per_s", 9.0),
        ];
        let head = |metrics: &[(&str, f64)]| {
            let text = text(&[report("chat", measured(metrics, &[]))]);
            let head = text.lines().next().unwrap_or_default();
            head.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            head(&metrics),
            "benchmark outcome Latency s Latency P50 s Success rate Output tokens/s Requests/s"
        );
        assert_eq!(head(&metrics[..2]), "benchmark outcome Latency s", "trials");
    }

    #[test]
    fn columns_that_nothing_measured_are_left_out_and_reasons_stand_below() {
        let reports = [
            report("wan", measured(&[("latency", 1.25), ("memory", 900.0)], &["wan is too slow"])),
            report("flux", Ran::Skipped { reason: "needs 1 GPU".to_owned() }),
            report("sd", Ran::Failed { reason: "out of memory".to_owned() }),
        ];
        let text = text(&reports);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(lines[0]), "benchmark outcome Latency s Memory MB");
        assert_eq!(words(lines[1]), "wan over limit 1.250 900.0");
        assert_eq!(words(lines[2]), "flux skipped – –");
        assert_eq!(
            lines[4..],
            [
                "wan is too slow",
                "wan: ended after 9 clean trials: stable",
                "wan: instrumented trials took 5.0 % longer than clean ones",
                "flux: skipped: needs 1 GPU",
                "sd: failed: out of memory",
            ]
        );
    }
}
