//! The report of the policy `strict`: what failed and why, then a row a benchmark.

use std::fmt::Write as _;

use bench_records::{
    gate::{Finding, Gate, Outcome},
    metric::{CORE, Metric},
    naming::short_commit,
    record::Record,
    scale::Scale,
    verdict::Verdict,
};

use super::{
    super::headline::{
        cause, headline, last_good, level, passed_by_step, unused_base, worst_first,
    },
    cell, code, section, unmeasured,
};
use crate::{
    compare::{Amiss, Compared, Comparison},
    words::counted,
};

pub(super) fn markdown(comparison: &Comparison) -> String {
    let mut out = format!("## Performance: {}\n\n{}", headline(comparison), summary(comparison));
    out.extend(cause(comparison).map(|cause| format!("\n{}\n", cell(&cause))));
    let judged = |title, belongs: &dyn Fn(&Compared) -> bool| {
        let compared = worst_first(comparison).into_iter().filter(|compared| belongs(compared));
        section(title, compared.map(|compared| line(comparison, compared)))
    };
    out.push_str(&judged("Failed", &|compared| !compared.judgement.verdict.passes()));
    out.push_str(&unmeasured(comparison));
    let is_worse = |compared: &Compared| comparison.amiss(compared) == Some(Amiss::Worse);
    out.push_str(&judged("Worse level", &is_worse));
    out.push_str(&judged("Not measured in full", &|compared| {
        comparison.amiss(compared).is_some() && !is_worse(compared)
    }));
    out.push_str(&judged("Not in the base", &|compared| comparison.has_no_base(compared)));
    out.push_str(&judged("Improved", &|compared| compared.judgement.verdict == Verdict::Improved));
    if !comparison.compared.is_empty() {
        out.push_str(&table(comparison));
    }
    out.push_str(&levels(comparison));
    out.push_str(&skipped_metrics(comparison));
    out.push_str(&notices(comparison));
    out
}

fn summary(comparison: &Comparison) -> String {
    let commit = super::super::commit(comparison);
    let commit = if commit.is_empty() {
        String::new()
    } else {
        format!("`{}` ", code(short_commit(&commit)))
    };
    format!(
        "{commit}against `{}`, {}, limit {:.1} %\n",
        code(&comparison.against),
        comparison.coverage,
        comparison.max_regression * 100.0
    )
}

/// Such as `**regression** wan on NVIDIA L40S: latency is 8.2 % worse: …`.
fn line(comparison: &Comparison, compared: &Compared) -> String {
    let (name, gpu) = (code(&compared.record.model_id), cell(gpu(&compared.record)));
    let label = comparison.label(compared);
    let last_good = last_good(comparison, compared);
    let last_good =
        last_good.map_or(String::new(), |words| format!("; {}", words.replace('`', "")));
    format!(
        "**{label}** `{name}` on {gpu}: {}{}",
        cell(&compared.judgement.reason),
        cell(&last_good)
    )
}

fn table(comparison: &Comparison) -> String {
    let metrics = columns(comparison);
    let headings: Vec<String> = metrics.iter().map(heading).collect();
    let mut out = format!(
        "\n| Benchmark | GPU | Baseline n | {} | Worst change | Verdict |\n|---|---|---:|{}---:|---|\n",
        headings.join(" | "),
        "---:|".repeat(metrics.len())
    );
    for compared in worst_first(comparison) {
        let cells: Vec<String> =
            metrics.iter().map(|metric| metric_cell(compared, metric)).collect();
        let worst = compared.judgement.worst().and_then(Finding::change_in_words);
        let worst = worst.unwrap_or_else(|| "n/a".to_owned());
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {worst} | {} |",
            cell(&compared.record.model_id),
            cell(gpu(&compared.record)),
            compared.judgement.baseline_count,
            cells.join(" | "),
            comparison.label(compared),
        );
    }
    out.push_str("\nEach cell: this run / median of the baseline (change).\n");
    out
}

/// Those of the core six that any result has, then whatever else was judged.
fn columns(comparison: &Comparison) -> Vec<Metric> {
    let findings = || {
        let all = comparison.compared.iter().flat_map(|c| c.judgement.of_gate(Gate::Rolling));
        all.filter(|finding| finding.current.is_some() || finding.base.is_some())
    };
    let mut keys: Vec<&str> = Vec::new();
    let has = |key: &str| {
        findings().any(|finding| finding.metric == key)
            || comparison.compared.iter().any(|each| each.record.metric(key).is_some())
    };
    keys.extend(CORE.iter().map(|(key, _)| *key).filter(|key| has(key)));
    for finding in findings() {
        let worth_a_column = finding.is_judged() || keys.is_empty();
        if worth_a_column && !keys.contains(&finding.metric.as_ref()) {
            keys.push(&finding.metric);
        }
    }
    keys.into_iter().map(|key| comparison.table.get_or_unjudged(key)).collect()
}

fn heading(metric: &Metric) -> String {
    metric.with_unit(|label, unit| format!("{} [{}]", cell(label), cell(unit)))
}

fn metric_cell(compared: &Compared, metric: &Metric) -> String {
    let finding = compared.judgement.rolling(&metric.key);
    let base = finding.and_then(|finding| finding.base);
    let current = compared.record.metric(&metric.key);
    if current.is_none() && base.is_none() {
        return "n/a".to_owned();
    }
    let change = finding.and_then(Finding::change_in_words).map(|words| format!(" ({words})"));
    let scale = Scale::of(metric, base.or(current));
    // the heading has the metric's own unit
    let unit = if scale.unit() == metric.unit { "" } else { scale.unit() };
    let values = format!("{} / {} {unit}", scale.format(current), scale.format(base));
    let words = format!("{}{}", values.trim_end(), change.unwrap_or_default());
    if finding.is_some_and(Finding::fails) { format!("**{words}**") } else { words }
}

fn skipped_metrics(comparison: &Comparison) -> String {
    let mut lines = String::new();
    for compared in comparison.compared.iter().filter(|c| c.judgement.baseline_count > 0) {
        for finding in compared.judgement.of_gate(Gate::Rolling) {
            let Outcome::Skipped(skip) = finding.outcome else { continue };
            if finding.current.is_some() || finding.base.is_some() {
                let name = code(&compared.record.model_id);
                let _ = writeln!(lines, "- `{name}` {}: {}", cell(&finding.metric), skip.reason());
            }
        }
    }
    if lines.is_empty() { lines } else { format!("\n### Not judged\n\n{lines}") }
}

fn levels(comparison: &Comparison) -> String {
    let mut lines = String::new();
    for compared in &comparison.compared {
        for said in &compared.levels {
            let words = cell(&level(comparison, said));
            let _ = writeln!(lines, "- `{}` {words}", code(&compared.record.model_id));
        }
    }
    if lines.is_empty() { lines } else { format!("\n### Levels\n\n{lines}") }
}

fn notices(comparison: &Comparison) -> String {
    let mut lines = String::new();
    for compared in &comparison.compared {
        for notice in &compared.judgement.notices {
            let _ = writeln!(lines, "- `{}`: {}", code(&compared.record.model_id), cell(notice));
        }
    }
    for said in [unused_base, passed_by_step].into_iter().filter_map(|say| say(comparison)) {
        let _ = writeln!(lines, "- {}", cell(&said));
    }
    if comparison.history_set_aside > 0 {
        let count = comparison.history_set_aside;
        let _ = writeln!(
            lines,
            "- {} of the history could not be read; `bench-runner index` names what is wrong",
            counted(count, "file")
        );
    }
    if lines.is_empty() { lines } else { format!("\n### Notices\n\n{lines}") }
}

fn gpu(record: &Record) -> &str {
    record.gpu_type.as_deref().unwrap_or("unknown")
}
